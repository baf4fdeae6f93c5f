/// Writes what a report says about something into the cell that runs.
struct ReportBuild {
  private let place: String
  private let definition: Definition
  private let build: LuaFunction

  init(_ definition: Definition, _ build: LuaFunction) {
    self.definition = definition
    self.build = build
    place = "gfnet.\(definition.kind.rawValue).\(definition.name)"
  }

  /// Calls `build`; what it returns is what the script gets.
  ///
  /// - Parameters:
  ///   - data: a trace, an evaluation, results of `model:infer`, or a table.
  ///   - given: the parameters that the script sets; nil: none.
  /// - Throws: ``LuaError`` for data that nothing can be said of, for unfit parameters, and what `build` raises.
  func write(about data: LuaValue, _ given: LuaTable?, in state: LuaState) throws -> LuaValue {
    switch data {
    case .object, .table: break
    default:
      throw LuaError(
        "\(place): expected what it reports on (a trace, an evaluation, results of model:infer, a table), got \(data.described)"
      )
    }
    if case .object(let object) = data, object.value(as: Definition.self) != nil {
      throw LuaError("\(place): expected what it reports on, got \(data.described)")
    }
    let parameters = try definition.configured(given).parameterTable(in: state)
    do {
      return try build.call(data, parameters).first ?? .nil
    } catch var error as LuaError {
      error.message += " (report '\(definition.name)')"
      throw error
    }
  }
}
