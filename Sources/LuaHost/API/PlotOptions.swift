import Figures
import Reports
import Support
import Tensor

// Options that plots share, and how they are read.

extension Parameter {
  /// An option whose values have names; the drawing code knows them and names the nearest for a wrong one.
  static func named<Option: NamedOption>(_ name: String, _ summary: String, _ type: Option.Type) -> Parameter
  {
    .optional(name, .string, summary + ": " + Option.allCases.map(\.rawValue).joined(separator: ", "))
  }

  static let label = Parameter.optional("label", .string, "its name in the legend")
  static let color = Parameter.optional(
    "color", .string, "a name such as \"blue\", or \"#rrggbb\"; left out: the next of the palette")

  static let lineOptions: [Parameter] = [
    label, color, .optional("width", .number, "line width in points", in: 0...100),
    named("dash", "the pattern", Dash.self), named("marker", "the sign at each point", Marker.self),
    .optional("marker_size", .number, "diameter of the markers in points", in: 0...100),
    Parameter("opacity", .number, default: 1, "0 (invisible) to 1", in: 0...1),
  ]

  static let errorOptions: [Parameter] = ["x", "y"].map { axis in
    .optional(
      axis + "err", .either([.number, .numbers]),
      "how far error bars reach: one number, one per point, or {lower, upper} with one per point each")
  }

  static let ruleOptions = lineOptions.filter { !$0.name.hasPrefix("marker") }

  /// What `gfnet.plot.figure` and `:set` know about axes.
  static let axesOptions: [Parameter] = {
    var options: [Parameter] = [.optional("title", .string, "above the axes")]
    options += axisOptions("x")
    options += axisOptions("y")
    options.append(named("legend", "where the legend goes", LegendOptions.Place.self))
    options.append(.optional("legend_columns", .integer, "columns of the legend", in: 1...20))
    options.append(named("grid", "grid lines", GridLines.self))
    return options
  }()

  private static func axisOptions(_ axis: String) -> [Parameter] {
    [
      .optional("\(axis)label", .string, "text of the \(axis) axis; ^{…} and _{…} raise and lower"),
      .optional("\(axis)min", .number, "where the \(axis) axis starts"),
      .optional("\(axis)max", .number, "where the \(axis) axis ends"),
      .named("\(axis)scale", "the \(axis) axis", Scale.self),
      .optional("\(axis)ticks", .numbers, "values marked on the \(axis) axis"),
      .optional("\(axis)tick_labels", .list(.string), "their texts"),
      .optional("\(axis)integers", .boolean, "whole numbers only, as for steps"),
    ]
  }

  static let fileOptions: [Parameter] = [
    .optional("name", .string, "file name under figures/, without ending; left out: from the titles"),
    Parameter("caption", .string, default: "", "a sentence below it in the report"),
  ]
}

extension LuaCall {
  /// A named option; nil when it was left out.
  func named<Option: NamedOption>(_ name: String, as type: Option.Type = Option.self) throws -> Option? {
    guard let text = try optionalString(name) else { return nil }
    return try checked(name) { () throws(FigureError) in try Option(named: text) }
  }

  func color(_ name: String = "color") throws -> Color? {
    guard let text = try optionalString(name) else { return nil }
    return try checked(name) { () throws(FigureError) in try Color(named: text) }
  }

  /// Adds the option's name to what is wrong with its value.
  func checked<Value>(_ name: String, _ body: () throws(FigureError) -> Value) throws -> Value {
    do {
      return try body()
    } catch {
      throw LuaError("\(place(name)): \(error)")
    }
  }

  /// The options of ``Parameter/lineOptions`` (or ``Parameter/ruleOptions``).
  func lineStyle(markers: Bool = true) throws -> LineStyle {
    LineStyle(
      color: try color(), width: try optionalNumber("width"), dash: try named("dash"),
      marker: markers ? try named("marker") : nil,
      markerSize: markers ? try optionalNumber("marker_size") : nil, opacity: try number("opacity"))
  }

  /// The option `name`, how far the error bars of `count` points reach; nil when it was left out.
  func spread(_ name: String, count: Int) throws -> Spread? {
    guard try has(name) else { return nil }
    if let number = try value(name).asNumber { return Spread([Double](repeating: number, count: count)) }
    let array = try numberArray(name)
    if array.values.isEmpty, let field = try value(name).asTable?.pairs().first?.key.asString {
      // Options where the value itself belongs, as in errorbar(x, y, {yerr = 0.3}).
      throw LuaError(
        "\(place(name)) must be a number, a list of them, or {lower, upper}, got a table with the field"
          + " '\(field.printable(upTo: 40))'" + (field == name ? "; pass its value itself" : ""))
    }
    if array.sizes.count == 1 { return Spread(array.values) }
    guard array.sizes.count == 2, array.sizes[0] == 2 else {
      throw LuaError(
        "\(place(name)) must be a number, a list of them, or {lower, upper}, got shape \(Shape(array.sizes))")
    }
    let half = array.values.count / 2
    return Spread(lower: Array(array.values.prefix(half)), upper: Array(array.values.suffix(half)))
  }

  /// The argument `values` of bars: one series under the options `label` and `color`, or a list of series.
  func series(withErrors: Bool = false) throws -> [Series] {
    let elements = try value("values").asTable?.elements() ?? []
    guard let first = elements.first?.asTable, try !first.get("values").isNil else {
      let values = try doubles("values")
      return [
        Series(
          try optionalString("label"), values, color: try color(),
          error: withErrors ? try spread("yerr", count: values.count) : nil)
      ]
    }
    if withErrors, try has("yerr") {
      throw LuaError("\(place("yerr")) belongs into each series, as in {values = {1, 2}, yerr = 0.5}")
    }
    let known = ["label", "values", "color"] + (withErrors ? ["yerr"] : [])
    return try self.elements("values").enumerated().map { index, element in
      try series(NamedFields(element, known, "\(place("values")): series \(index + 1)"))
    }
  }

  private func series(_ fields: NamedFields) throws -> Series {
    let values = try array(fields, "values").values
    let color = try fields.text("color").map { name in
      try checked("values") { () throws(FigureError) in try Color(named: name) }
    }
    var error: Spread?
    if let number = fields["yerr"].asNumber {
      error = Spread([Double](repeating: number, count: values.count))
    } else if fields.has("yerr") {
      let given = try array(fields, "yerr")
      let half = given.values.count / 2
      let isPair = given.sizes.count == 2 && given.sizes[0] == 2
      error =
        isPair
        ? Spread(lower: Array(given.values.prefix(half)), upper: Array(given.values.suffix(half)))
        : Spread(given.values)
    }
    return Series(try fields.text("label"), values, color: color, error: error)
  }

  private func array(_ fields: NamedFields, _ name: String) throws -> NumberArray {
    try fields[name].push(onto: stack)
    defer { stack.pop() }
    return try NumberArray(at: -1, on: stack, fields.place + ": " + name)
  }

  /// Those of ``Parameter/axesOptions`` that were given.
  ///
  /// Reading them may call a `totable` of the script, which may reach back into the figure: they are read before
  /// anything is changed.
  func axesChange() throws -> AxesChange {
    AxesChange(
      title: try optionalString("title"), x: try axisChange("x"), y: try axisChange("y"),
      place: try named("legend"), columns: try optionalInteger("legend_columns"), grid: try named("grid"))
  }

  private func axisChange(_ prefix: String) throws -> AxesChange.Axis {
    AxesChange.Axis(
      label: try optionalString(prefix + "label"), lower: try optionalNumber(prefix + "min"),
      upper: try optionalNumber(prefix + "max"), scale: try named(prefix + "scale"),
      integers: try optionalBoolean(prefix + "integers"),
      ticks: try has(prefix + "ticks") ? doubles(prefix + "ticks") : nil,
      tickLabels: try has(prefix + "tick_labels") ? strings(prefix + "tick_labels") : nil,
      place: place(prefix + "tick_labels"))
  }

  /// The option `name` when it may be a file's; the run directory reduces it to harmless characters.
  func fileStem() throws -> String? {
    try optionalString("name").map { ArtifactNames.stem($0, fallback: "figure") }
  }
}

/// What a script wants to be different about axes; nil leaves it as it is.
struct AxesChange {
  struct Axis {
    var label: String?
    var lower: Double?
    var upper: Double?
    var scale: Scale?
    var integers: Bool?
    var ticks: [Double]?
    var tickLabels: [String]?
    /// What messages call the option with the labels.
    var place: String

    func apply(to axis: inout AxisOptions, withLabel: Bool = true) throws {
      if withLabel, let label { axis.label = label }
      if let lower { axis.lower = lower }
      if let upper { axis.upper = upper }
      if let scale { axis.scale = scale }
      if let integers { axis.integers = integers }
      if let ticks {
        // Labels of an earlier call belong to the marks of that call.
        (axis.ticks, axis.tickLabels) = (ticks, nil)
      }
      if let tickLabels {
        guard tickLabels.count == axis.ticks?.count else {
          throw LuaError(
            "\(place): \(tickLabels.count) texts for \(axis.ticks?.count ?? 0) values of \(place.contains("'x") ? "x" : "y")ticks"
          )
        }
        axis.tickLabels = tickLabels
      }
    }
  }

  var title: String?
  var x: Axis
  var y: Axis
  var place: LegendOptions.Place?
  var columns: Int?
  var grid: GridLines?

  func apply(to axes: inout Axes, withTitle: Bool = true, xLabel: Bool = true, yLabel: Bool = true) throws {
    if withTitle, let title { axes.title = title }
    try x.apply(to: &axes.x, withLabel: xLabel)
    try y.apply(to: &axes.y, withLabel: yLabel)
    if let place { axes.legend.place = place }
    if let columns { axes.legend.columns = columns }
    if let grid { axes.grid = grid }
  }
}
