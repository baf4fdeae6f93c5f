import Figures
import Support

/// What bars and histograms share: they show one series, or a list of series.
enum SeriesOptions {
  static let mode = PlotArgument.named("mode", "several series", BarMode.self)

  /// One series under the options `label` and `color`, or a list of series.
  /// - Parameters:
  ///   - values: the argument with the numbers or the series.
  ///   - errors: the option with the error bars of one series; nil where there are none.
  static func series(
    _ call: LuaCall, of values: ArgumentKey<LuaValue>, errors: ArgumentKey<ErrorReach?>? = nil
  ) throws -> [Series] {
    let name = values.parameter.name
    let elements = try call[values].asTable?.elements() ?? []
    guard let first = elements.first?.asTable, try !first.get("values").isNil else {
      let numbers = try call.doubles(name)
      return [
        Series(
          try call[LayerOptions.label], numbers, color: try call[LayerOptions.color],
          error: try errors.flatMap { try call[$0] }?.spread(count: numbers.count))
      ]
    }
    if let errors, try call.has(errors) {
      throw LuaError(
        "\(call.place(errors)) belongs into each series, as in {values = {1, 2}, \(errors.parameter.name) = 0.5}"
      )
    }
    let reach = errors.map(\.parameter.name)
    let known = ["label", "values", "color"] + (reach.map { [$0] } ?? [])
    return try call.elements(name).enumerated().map { index, element in
      try series(
        NamedFields(element, known, "\(call.place(name)): series \(index + 1)"), of: name, reach: reach, call)
    }
  }

  /// One series of the list that the argument `name` is.
  /// - Parameter reach: the name of its field with the error bars; nil where there are none.
  private static func series(
    _ fields: NamedFields, of name: String, reach: String?, _ call: LuaCall
  ) throws -> Series {
    let values = try array(fields, "values", call.stack).values
    let color = try fields.text("color").map { text in
      try call.checked(name) { () throws(FigureError) in try Color(named: text) }
    }
    var error: Spread?
    if let reach, let number = fields[reach].asNumber {
      error = ErrorReach.everywhere(number).spread(count: values.count)
    } else if let reach, fields.has(reach) {
      let given = try array(fields, reach, call.stack)
      let isPair = given.sizes.count == 2 && given.sizes[0] == 2
      error = isPair ? Spread(halvesOf: given.values) : Spread(given.values)
    }
    return Series(try fields.text("label"), values, color: color, error: error)
  }

  private static func array(_ fields: NamedFields, _ name: String, _ stack: LuaStack) throws -> NumberArray {
    try fields[name].push(onto: stack)
    defer { stack.pop() }
    return try NumberArray(at: -1, on: stack, fields.place + ": " + name)
  }
}
