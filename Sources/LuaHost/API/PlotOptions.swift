import Figures

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

  /// Applies those of ``Parameter/axesOptions`` that were given.
  func applyAxesOptions(to axes: inout Axes, withTitle: Bool = true, xLabel: Bool = true, yLabel: Bool = true)
    throws
  {
    if withTitle, let title = try optionalString("title") { axes.title = title }
    try apply("x", to: &axes.x, withLabel: xLabel)
    try apply("y", to: &axes.y, withLabel: yLabel)
    if let place = try named("legend", as: LegendOptions.Place.self) { axes.legend.place = place }
    if let columns = try optionalInteger("legend_columns") { axes.legend.columns = columns }
    if let grid = try named("grid", as: GridLines.self) { axes.grid = grid }
  }

  private func apply(_ prefix: String, to axis: inout AxisOptions, withLabel: Bool) throws {
    if withLabel, let label = try optionalString(prefix + "label") { axis.label = label }
    if let lower = try optionalNumber(prefix + "min") { axis.lower = lower }
    if let upper = try optionalNumber(prefix + "max") { axis.upper = upper }
    if let scale = try named(prefix + "scale", as: Scale.self) { axis.scale = scale }
    if let integers = try optionalBoolean(prefix + "integers") { axis.integers = integers }
    if try has(prefix + "ticks") { axis.ticks = try doubles(prefix + "ticks") }
    if try has(prefix + "tick_labels") {
      let labels = try strings(prefix + "tick_labels")
      guard labels.count == axis.ticks?.count else {
        throw LuaError(
          "\(place(prefix + "tick_labels")): \(labels.count) texts for \(axis.ticks?.count ?? 0) values of \(prefix)ticks"
        )
      }
      axis.tickLabels = labels
    }
  }

  /// The option `name` when it may be a file's.
  func fileStem() throws -> String? {
    guard let name = try optionalString("name") else { return nil }
    guard ReportModule.isFileStem(name) else {
      throw LuaError("\(place("name")) must be letters, digits, - and _, got \"\(name)\"")
    }
    return name
  }
}
