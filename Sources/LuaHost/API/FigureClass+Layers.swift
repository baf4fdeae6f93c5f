import Figures
import Tensor

/// A method that figures and panels share: how it is called, and what it does to the axes.
struct LayerMethod: Sendable {
  /// What a call changes about the axes.
  typealias Change = (inout Axes) throws -> Void

  let name: String
  let summary: String
  let parameters: [Parameter]
  /// The method with arguments, as it stands behind a figure and a colon.
  let example: String
  /// Reads the arguments.
  ///
  /// Reading may call a `totable` of the script, which may reach back into the figure: nothing is changed before
  /// all arguments are read.
  let read: @Sendable (LuaCall) throws -> Change

  init(
    _ name: String, _ summary: String, _ parameters: [Parameter], example: String,
    read: @escaping @Sendable (LuaCall) throws -> Change
  ) {
    (self.name, self.summary, self.parameters) = (name, summary, parameters)
    (self.example, self.read) = (example, read)
  }
}

extension FigureClass {
  /// Everything that can be drawn into a figure or a panel, and `set`.
  private static let layerMethods: [LayerMethod] = [
    points("line", "Joins points by straight lines.") { axes, points in
      try axes.line(
        x: points.x, y: points.y, label: points.label, style: points.style, errors: points.errors)
    },
    points("step", "Level from each point to the x of the next, as for anytime accuracy.") { axes, points in
      try axes.step(
        x: points.x, y: points.y, label: points.label, style: points.style, errors: points.errors)
    },
    points("scatter", "Marks points without joining them.") { axes, points in
      try axes.scatter(
        x: points.x, y: points.y, label: points.label, style: points.style, errors: points.errors)
    },
    errorbar, band,
    rule("hline", "A level line across the axes.", "y") { axes, value, label, style in
      try axes.hline(value, label: label, style: style)
    },
    rule("vline", "An upright line across the axes.", "x") { axes, value, label, style in
      try axes.vline(value, label: label, style: style)
    },
    annotate, bar, hist, bins, heatmap, set,
  ]

  /// - Parameter sample: a Lua expression that makes one, for the examples.
  static func layers<Holder: AxesHolder>(_ type: Holder.Type, _ sample: String) -> [LuaMethod<Holder>] {
    layerMethods.map { method in
      LuaMethod<Holder>(
        method.name, method.summary, method.parameters, returns: "the figure or axes",
        example: "\(sample):\(method.example)"
      ) { holder, call in
        let change = try method.read(call)
        try holder.change(change)
        return Receiver()
      }
    }
  }

  // MARK: Points, lines and notes

  /// The arguments of methods that take points.
  private struct Points {
    let x: [Double]
    let y: [Double]
    let label: String?
    let style: LineStyle
    let errors: Errors

    init(_ call: LuaCall) throws {
      (x, y) = (try call.doubles("x"), try call.doubles("y"))
      (label, style) = (try call.optionalString("label"), try call.lineStyle())
      errors = Errors(
        x: try call.spread("xerr", count: x.count), y: try call.spread("yerr", count: y.count))
    }
  }

  private static func points(
    _ name: String, _ summary: String, draw: @escaping @Sendable (inout Axes, Points) throws -> Void
  ) -> LayerMethod {
    LayerMethod(
      name, summary,
      [
        Parameter("x", .numbers, "one number per point"), Parameter("y", .numbers, "as many"),
        .options(Parameter.lineOptions + Parameter.errorOptions),
      ],
      example: "\(name)({1, 2, 3}, {62, 71, 74}, {label = \"GFNet\"})"
    ) { call in
      let points = try Points(call)
      return { try draw(&$0, points) }
    }
  }

  private static let errorbar = LayerMethod(
    "errorbar", "Points with error bars, not joined; line, step and scatter take yerr and xerr as well.",
    [
      Parameter("x", .numbers, "one number per point"), Parameter("y", .numbers, "as many"),
      Parameter(
        "yerr", .either([.number, .numbers]),
        "how far the bars reach: one number, one per point, or {lower, upper} with one per point each"),
      .options(Parameter.lineOptions + Parameter.errorOptions.filter { $0.name == "xerr" }),
    ],
    example: "errorbar({1, 2, 3}, {62, 71, 74}, {1.5, 0.8, 0.6}, {label = \"five seeds\"})"
  ) { call in
    let points = try Points(call)
    return { axes in
      try axes.scatter(
        x: points.x, y: points.y, label: points.label, style: points.style, errors: points.errors,
        calledAs: "errorbar")
    }
  }

  private static let band = LayerMethod(
    "band", "Fills between two curves, in the colour of the line added last.",
    [
      Parameter("x", .numbers, "one number per point"), Parameter("lower", .numbers, "as many"),
      Parameter("upper", .numbers, "as many"),
      .options([
        .label, .color, Parameter("opacity", .number, default: 0.18, "0 (invisible) to 1", in: 0...1),
      ]),
    ],
    example: "line({1, 2, 3}, {2, 4, 5}):band({1, 2, 3}, {1, 3, 4}, {3, 5, 6})"
  ) { call in
    let (x, lower, upper) = (try call.doubles("x"), try call.doubles("lower"), try call.doubles("upper"))
    let (label, color) = (try call.optionalString("label"), try call.color())
    let opacity = try call.number("opacity")
    return { try $0.band(x: x, lower: lower, upper: upper, label: label, color: color, opacity: opacity) }
  }

  private static func rule(
    _ name: String, _ summary: String, _ coordinate: String,
    draw: @escaping @Sendable (inout Axes, Double, String?, LineStyle) throws -> Void
  ) -> LayerMethod {
    LayerMethod(
      name, summary, [Parameter(coordinate, .number, "where"), .options(Parameter.ruleOptions)],
      example: "\(name)(0.5, {label = \"threshold\", dash = \"dashed\"})"
    ) { call in
      let value = try call.number(coordinate)
      let (label, style) = (try call.optionalString("label"), try call.lineStyle(markers: false))
      return { try draw(&$0, value, label, style) }
    }
  }

  private static let annotate = LayerMethod(
    "annotate", "Writes a text beside a point.",
    [
      Parameter("text", .string, "the text; ^{…} and _{…} raise and lower"),
      Parameter("x", .number, "the point's x"), Parameter("y", .number, "the point's y"),
      .options([
        .named("anchor", "the side of the point", Anchor.self),
        Parameter("distance", .number, default: 3, "from the point, in points", in: 0...1000),
        Parameter("arrow", .boolean, default: false, "an arrow to the point"), .color,
        .optional("font_size", .number, "in points", in: 3...40),
      ]),
    ],
    example: "line({1, 2}, {3, 4}):annotate(\"best\", 2, 4, {anchor = \"left\"})"
  ) { call in
    let options = NoteOptions(
      anchor: try call.named("anchor") ?? .aboveRight, distance: try call.number("distance"),
      arrow: try call.boolean("arrow"), color: try call.color(),
      fontSize: try call.optionalNumber("font_size"))
    let (text, x, y) = (try call.string("text"), try call.number("x"), try call.number("y"))
    return { $0.annotate(text, x: x, y: y, options: options) }
  }

  // MARK: Bars and maps

  private static let bar = LayerMethod(
    "bar", "Bars over named categories.",
    [
      Parameter("categories", .list(.either([.string, .number])), "their names"),
      Parameter(
        "values", .numbers, "one number per category, or a list of series {label=, values=, color=, yerr=}"),
      .options([
        .label, .color, .named("mode", "several series", BarMode.self),
        .optional(
          "yerr", .either([.number, .numbers]),
          "error bars of one series: one number, one per bar, or {lower, upper}"),
        Parameter("width", .number, default: 0.75, "part of the place that bars fill", in: 0.01...1),
        Parameter("show_values", .boolean, default: false, "each bar's value above it"),
      ]),
    ],
    example: "bar({\"static\", \"GFNet\"}, {75.4, 76.3})"
  ) { call in
    let names = try call.elements("categories").map { $0.asString ?? LuaNumberText.plain($0.asNumber ?? 0) }
    let series = try call.series(withErrors: true)
    let options = BarOptions(
      mode: try call.named("mode") ?? .grouped, width: try call.number("width"),
      showValues: try call.boolean("show_values"))
    return { try $0.bar(categories: names, series: series, options: options) }
  }

  private static let hist = LayerMethod(
    "hist", "The distribution of values, counted into bins.",
    [
      Parameter("values", .numbers, "numbers, or a list of series {label=, values=, color=}"),
      .options([
        .label, .color, .optional("bins", .integer, "how many; left out: from the data", in: 1...10000),
        .optional("edges", .numbers, "the bins' ends, ascending, instead of bins"),
        Parameter("density", .boolean, default: false, "the area is 1 instead of the count"),
        .named("mode", "several series", BarMode.self),
      ]),
    ],
    example: "hist(gfnet.tensor.randn(500), {bins = 20})"
  ) { call in
    let series = try call.series()
    let options = HistogramOptions(
      bins: try call.optionalInteger("bins"), edges: try call.has("edges") ? call.doubles("edges") : nil,
      density: try call.boolean("density"), mode: try call.named("mode") ?? .overlaid)
    return { try $0.histogram(series: series, options: options) }
  }

  private static let bins = LayerMethod(
    "bins", "Bars of given heights between ascending edges, such as accuracy by confidence.",
    [
      Parameter("edges", .numbers, "one more than heights"), Parameter("heights", .numbers, "the heights"),
      .options([.label, .color]),
    ],
    example: "bins({0, 0.5, 1}, {0.4, 0.9})"
  ) { call in
    let (edges, heights) = (try call.doubles("edges"), try call.doubles("heights"))
    let (label, color) = (try call.optionalString("label"), try call.color())
    return { try $0.histogram(edges: edges, heights: heights, label: label, color: color) }
  }

  private static let heatmap = LayerMethod(
    "heatmap", "Colours for the rows (from the top) and columns of a matrix.",
    [
      Parameter("values", .numbers, "rows of numbers"),
      .options([
        .named("colors", "the colour map", ColorMap.self),
        .optional("low", .number, "value of the first colour; left out: the smallest"),
        .optional("high", .number, "value of the last colour; left out: the largest"),
        Parameter("label", .string, default: "", "beside the colour bar"),
        Parameter("colorbar", .boolean, default: true, "the scale beside the map"),
        .optional("digits", .integer, "decimals of the numbers in the cells; left out: none", in: 0...9),
        .optional("rows", .list(.string), "names of the rows"),
        .optional("columns", .list(.string), "names of the columns"),
        .optional("square", .boolean, "cells as high as wide"),
      ]),
    ],
    example: "heatmap({{1, 2}, {3, 4}}, {colors = \"blues\", digits = 0})"
  ) { call in
    let options = HeatMapOptions(
      colors: try call.named("colors") ?? .viridis, lower: try call.optionalNumber("low"),
      upper: try call.optionalNumber("high"), label: try call.string("label"),
      colorBar: try call.boolean("colorbar"), digits: try call.optionalInteger("digits"),
      rowNames: try call.strings("rows"), columnNames: try call.strings("columns"),
      squareCells: try call.optionalBoolean("square"))
    let array = try call.numberArray("values")
    guard array.sizes.count == 2 else {
      throw LuaError(
        "\(call.place("values")) must have two axes (rows of numbers), got shape \(Shape(array.sizes))")
    }
    let (rows, columns) = (array.sizes[0], array.sizes[1])
    return { try $0.heatMap(array.values, rows: rows, columns: columns, options: options) }
  }

  private static let set = LayerMethod(
    "set", "Changes options of the axes.", [.options(Parameter.axesOptions, required: true)],
    example: "set{ylabel = \"loss\", yscale = \"log\"}"
  ) { call in
    let change = try call.axesChange()
    return { try change.apply(to: &$0) }
  }
}
