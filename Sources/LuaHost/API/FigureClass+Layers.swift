import CLuaBridge
import Figures
import Tensor

// What can be drawn into a figure or a panel; both have the same methods.
extension FigureClass {
  /// - Parameter sample: a Lua expression that makes one, for the examples.
  static func layers<Holder: AxesHolder>(_ type: Holder.Type, _ sample: String) -> [LuaMethod<Holder>] {
    [
      points("line", "Joins points by straight lines.", sample) { axes, x, y, label, style, errors in
        try axes.line(x: x, y: y, label: label, style: style, errors: errors)
      },
      points("step", "Level from each point to the x of the next, as for anytime accuracy.", sample) {
        axes, x, y, label, style, errors in
        try axes.step(x: x, y: y, label: label, style: style, errors: errors)
      },
      points("scatter", "Marks points without joining them.", sample) { axes, x, y, label, style, errors in
        try axes.scatter(x: x, y: y, label: label, style: style, errors: errors)
      },
      errorbar(sample),
      band(sample),
      rule("hline", "A level line across the axes.", "y", sample) { axes, value, label, style in
        try axes.hline(value, label: label, style: style)
      },
      rule("vline", "An upright line across the axes.", "x", sample) { axes, value, label, style in
        try axes.vline(value, label: label, style: style)
      },
      annotate(sample), bar(sample), hist(sample), bins(sample), heatmap(sample), set(sample),
    ]
  }

  private static func points<Holder: AxesHolder>(
    _ name: String, _ summary: String, _ sample: String,
    _ draw: @escaping @Sendable (inout Axes, [Double], [Double], String?, LineStyle, Errors) throws -> Void
  ) -> LuaMethod<Holder> {
    LuaMethod(
      name, summary,
      [
        Parameter("x", .numbers, "one number per point"), Parameter("y", .numbers, "as many"),
        .options(Parameter.lineOptions + Parameter.errorOptions),
      ],
      returns: "the figure or axes",
      example: "\(sample):\(name)({1, 2, 3}, {62, 71, 74}, {label = \"GFNet\"})"
    ) { holder, call in
      let (x, y) = (try call.doubles("x"), try call.doubles("y"))
      let (label, style) = (try call.optionalString("label"), try call.lineStyle())
      let errors = Errors(
        x: try call.spread("xerr", count: x.count), y: try call.spread("yerr", count: y.count))
      try holder.change { try draw(&$0, x, y, label, style, errors) }
      return Receiver()
    }
  }

  private static func errorbar<Holder: AxesHolder>(_ sample: String) -> LuaMethod<Holder> {
    LuaMethod(
      "errorbar", "Points with error bars, not joined; line, step and scatter take yerr and xerr as well.",
      [
        Parameter("x", .numbers, "one number per point"), Parameter("y", .numbers, "as many"),
        Parameter(
          "yerr", .either([.number, .numbers]),
          "how far the bars reach: one number, one per point, or {lower, upper} with one per point each"),
        .options(Parameter.lineOptions + Parameter.errorOptions.filter { $0.name == "xerr" }),
      ],
      returns: "the figure or axes",
      example: "\(sample):errorbar({1, 2, 3}, {62, 71, 74}, {1.5, 0.8, 0.6}, {label = \"five seeds\"})"
    ) { holder, call in
      let (x, y) = (try call.doubles("x"), try call.doubles("y"))
      let (label, style) = (try call.optionalString("label"), try call.lineStyle())
      let errors = Errors(
        x: try call.spread("xerr", count: x.count), y: try call.spread("yerr", count: y.count))
      try holder.change {
        try $0.scatter(x: x, y: y, label: label, style: style, errors: errors, calledAs: "errorbar")
      }
      return Receiver()
    }
  }

  private static func band<Holder: AxesHolder>(_ sample: String) -> LuaMethod<Holder> {
    LuaMethod(
      "band", "Fills between two curves, in the colour of the line added last.",
      [
        Parameter("x", .numbers, "one number per point"), Parameter("lower", .numbers, "as many"),
        Parameter("upper", .numbers, "as many"),
        .options([
          .label, .color, Parameter("opacity", .number, default: 0.18, "0 (invisible) to 1", in: 0...1),
        ]),
      ],
      returns: "the figure or axes",
      example: "\(sample):line({1, 2, 3}, {2, 4, 5}):band({1, 2, 3}, {1, 3, 4}, {3, 5, 6})"
    ) { holder, call in
      let (x, lower, upper) = (try call.doubles("x"), try call.doubles("lower"), try call.doubles("upper"))
      let (label, color) = (try call.optionalString("label"), try call.color())
      let opacity = try call.number("opacity")
      try holder.change {
        try $0.band(x: x, lower: lower, upper: upper, label: label, color: color, opacity: opacity)
      }
      return Receiver()
    }
  }

  private static func rule<Holder: AxesHolder>(
    _ name: String, _ summary: String, _ coordinate: String, _ sample: String,
    _ draw: @escaping @Sendable (inout Axes, Double, String?, LineStyle) throws -> Void
  ) -> LuaMethod<Holder> {
    LuaMethod(
      name, summary,
      [Parameter(coordinate, .number, "where"), .options(Parameter.ruleOptions)],
      returns: "the figure or axes",
      example: "\(sample):\(name)(0.5, {label = \"threshold\", dash = \"dashed\"})"
    ) { holder, call in
      let value = try call.number(coordinate)
      let (label, style) = (try call.optionalString("label"), try call.lineStyle(markers: false))
      try holder.change { try draw(&$0, value, label, style) }
      return Receiver()
    }
  }

  private static func annotate<Holder: AxesHolder>(_ sample: String) -> LuaMethod<Holder> {
    LuaMethod(
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
      returns: "the figure or axes",
      example: "\(sample):line({1, 2}, {3, 4}):annotate(\"best\", 2, 4, {anchor = \"left\"})"
    ) { holder, call in
      let options = NoteOptions(
        anchor: try call.named("anchor") ?? .aboveRight, distance: try call.number("distance"),
        arrow: try call.boolean("arrow"), color: try call.color(),
        fontSize: try call.optionalNumber("font_size"))
      let (text, x, y) = (try call.string("text"), try call.number("x"), try call.number("y"))
      holder.change { $0.annotate(text, x: x, y: y, options: options) }
      return Receiver()
    }
  }

  // MARK: Bars and maps

  private static func bar<Holder: AxesHolder>(_ sample: String) -> LuaMethod<Holder> {
    LuaMethod(
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
      returns: "the figure or axes", example: "\(sample):bar({\"static\", \"GFNet\"}, {75.4, 76.3})"
    ) { holder, call in
      let names = try call.elements("categories").map { $0.asString ?? LuaNumberText.plain($0.asNumber ?? 0) }
      let series = try series(call, withErrors: true)
      let options = BarOptions(
        mode: try call.named("mode") ?? .grouped, width: try call.number("width"),
        showValues: try call.boolean("show_values"))
      try holder.change { try $0.bar(categories: names, series: series, options: options) }
      return Receiver()
    }
  }

  private static func hist<Holder: AxesHolder>(_ sample: String) -> LuaMethod<Holder> {
    LuaMethod(
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
      returns: "the figure or axes", example: "\(sample):hist(gfnet.tensor.randn(500), {bins = 20})"
    ) { holder, call in
      let series = try series(call)
      let options = HistogramOptions(
        bins: try call.optionalInteger("bins"), edges: try call.has("edges") ? call.doubles("edges") : nil,
        density: try call.boolean("density"), mode: try call.named("mode") ?? .overlaid)
      try holder.change { try $0.histogram(series: series, options: options) }
      return Receiver()
    }
  }

  private static func bins<Holder: AxesHolder>(_ sample: String) -> LuaMethod<Holder> {
    LuaMethod(
      "bins", "Bars of given heights between ascending edges, such as accuracy by confidence.",
      [
        Parameter("edges", .numbers, "one more than heights"), Parameter("heights", .numbers, "the heights"),
        .options([.label, .color]),
      ],
      returns: "the figure or axes", example: "\(sample):bins({0, 0.5, 1}, {0.4, 0.9})"
    ) { holder, call in
      let (edges, heights) = (try call.doubles("edges"), try call.doubles("heights"))
      let (label, color) = (try call.optionalString("label"), try call.color())
      try holder.change { try $0.histogram(edges: edges, heights: heights, label: label, color: color) }
      return Receiver()
    }
  }

  private static func heatmap<Holder: AxesHolder>(_ sample: String) -> LuaMethod<Holder> {
    LuaMethod(
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
      returns: "the figure or axes",
      example: "\(sample):heatmap({{1, 2}, {3, 4}}, {colors = \"blues\", digits = 0})"
    ) { holder, call in
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
      try holder.change {
        try $0.heatMap(array.values, rows: rows, columns: columns, options: options)
      }
      return Receiver()
    }
  }

  private static func set<Holder: AxesHolder>(_ sample: String) -> LuaMethod<Holder> {
    LuaMethod(
      "set", "Changes options of the axes.", [.options(Parameter.axesOptions, required: true)],
      returns: "the figure or axes", example: "\(sample):set{ylabel = \"loss\", yscale = \"log\"}"
    ) { holder, call in
      let change = try call.axesChange()
      try holder.change { try change.apply(to: &$0) }
      return Receiver()
    }
  }

  /// The argument `values`: one series under the options `label` and `color`, or a list of series.
  private static func series(_ call: LuaCall, withErrors: Bool = false) throws -> [Series] {
    let elements = try call.value("values").asTable?.elements() ?? []
    guard let first = elements.first?.asTable, try !first.get("values").isNil else {
      let values = try call.doubles("values")
      return [
        Series(
          try call.optionalString("label"), values, color: try call.color(),
          error: withErrors ? try call.spread("yerr", count: values.count) : nil)
      ]
    }
    if withErrors, try call.has("yerr") {
      throw LuaError("\(call.place("yerr")) belongs into each series, as in {values = {1, 2}, yerr = 0.5}")
    }
    let known = ["label", "values", "color"] + (withErrors ? ["yerr"] : [])
    return try call.elements("values").enumerated().map { index, element in
      let fields = try NamedFields(element, known, "\(call.place("values")): series \(index + 1)")
      let numbers = try numbers(fields, "values", call)
      let color = try fields.text("color").map { name in
        try call.checked("values") { () throws(FigureError) in try Color(named: name) }
      }
      var error: Spread?
      if let number = fields["yerr"].asNumber {
        error = Spread([Double](repeating: number, count: numbers.values.count))
      } else if fields.has("yerr") {
        let given = try self.numbers(fields, "yerr", call)
        let half = given.values.count / 2
        let isPair = given.sizes.count == 2 && given.sizes[0] == 2
        error =
          isPair
          ? Spread(lower: Array(given.values.prefix(half)), upper: Array(given.values.suffix(half)))
          : Spread(given.values)
      }
      return Series(try fields.text("label"), numbers.values, color: color, error: error)
    }
  }

  private static func numbers(_ fields: NamedFields, _ name: String, _ call: LuaCall) throws -> NumberArray {
    try fields[name].push(onto: call.stack)
    defer { call.stack.pop() }
    return try NumberArray(at: -1, on: call.stack, fields.place + ": " + name)
  }
}
