import Figures

/// The methods that make axes over or within those of a panel: `twin` and `inset`.
enum CompanionMethods {
  private static let y = AxisKeys("y")
  private static let place = PlotArgument.named("place", "where it stands", InsetPlace.self)
  private static let x0 = ArgumentKey<Double?>("x", "its left side instead of a place, 0 to 1", in: 0...1)
  private static let y0 = ArgumentKey<Double?>("y", "its lower side instead of a place, 0 to 1", in: 0...1)
  private static let width = ArgumentKey<Double>(
    "width", default: 0.45, "part of the axes' width", in: 0.05...1)
  private static let height = ArgumentKey<Double>(
    "height", default: 0.45, "part of the axes' height", in: 0.05...1)
  private static let zoom = ArgumentKey<Bool>(
    "zoom", default: false, "enlarges what is drawn from xmin to xmax and ymin to ymax, which it marks")

  static func methods<Holder: AxesHolder>(_ sample: String) -> [LuaMethod<Holder>] {
    [
      LuaMethod<Holder>(
        "twin", "Axes over the same x with a y axis at the right; a second call gives the same.",
        [.options(y.rows)], returns: "axes",
        example:
          "\(sample):twin{ylabel = \"latency (ms)\"}:line({1, 2, 3}, {5, 7, 12}, {label = \"latency\"})"
      ) { holder, call in
        guard let home = holder.home else {
          throw LuaError(
            "these axes stand at the right or within others and have no such axes themselves")
        }
        let axis = try y.change(call)
        var twin = home.figure.figure.panels[home.panel].twin ?? Axes()
        try axis.apply(to: &twin.y)
        home.figure.figure.panels[home.panel].twin = twin
        let axes = ScriptAxes(home.figure, home.panel, .twin)
        axes.keep(AxesChange(y: axis))
        return Pushed(axes)
      },
      LuaMethod<Holder>(
        "inset", "Axes within these: of their own, or with zoom a part of these enlarged.",
        [.options(AxesOptions.rows + [place, x0, y0, width, height, zoom])], returns: "axes",
        example:
          "\(sample):line({1, 2, 3}, {1, 4, 9}):inset{zoom = true, place = \"upper-left\", xmin = 1, xmax = 2}"
      ) { holder, call in
        guard let home = holder.home else {
          throw LuaError(
            "these axes stand at the right or within others and have no such axes themselves")
        }
        let change = try AxesOptions.change(call)
        let (width, height) = (try call[width], try call[height])
        let corner = (try call[place] ?? .upperRight).corner(width: width, height: height)
        let (left, lower) = (try call[x0] ?? corner.x, try call[y0] ?? corner.y)
        let zooms = try call[zoom]
        var axes = Axes()
        try change.apply(to: &axes)
        guard change.x.format?.function == nil, change.y.format?.function == nil else {
          throw LuaError(
            "an inset takes no function for its numbers; a pattern such as \"%.1f\"")
        }
        let inset = try call.checked("width") { () throws(FigureError) in
          try Inset(axes, x: left, y: lower, width: width, height: height, zooms: zooms)
        }
        home.figure.figure.panels[home.panel].insets.append(inset)
        let count = home.figure.figure.panels[home.panel].insets.count
        return Pushed(ScriptAxes(home.figure, home.panel, .inset(count - 1)))
      },
    ]
  }
}
