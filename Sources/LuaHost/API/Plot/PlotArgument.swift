import Figures

/// Keys of options that the drawing code reads from their text, and in whose values it finds the mistakes.
enum PlotArgument {
  /// An option whose values have names; the drawing code knows them and names the nearest for a wrong one.
  static func named<Option: NamedOption>(_ name: String, _ summary: String, _ type: Option.Type)
    -> ArgumentKey<Option?>
  {
    let names = Option.allCases.map(\.rawValue).joined(separator: ", ")
    return parsed(name, "\(summary): \(names)") { (text: String) throws(FigureError) -> Option in
      try Option(named: text)
    }
  }

  /// An option that is nil where it was left out.
  static func parsed<Value>(
    _ name: String, _ summary: String,
    _ parse: @escaping @Sendable (String) throws(FigureError) -> Value
  ) -> ArgumentKey<Value?> {
    ArgumentKey<Value?>(.optional(name, .string, summary)) { call, name in
      guard let text = try call.optionalString(name) else { return nil }
      return try call.checked(name) { () throws(FigureError) in try parse(text) }
    }
  }
}

extension LuaCall {
  /// Adds the argument's name to what is wrong with its value.
  func checked<Value>(_ name: String, _ body: () throws(FigureError) -> Value) throws -> Value {
    do {
      return try body()
    } catch {
      throw LuaError("\(place(name)): \(error)")
    }
  }
}
