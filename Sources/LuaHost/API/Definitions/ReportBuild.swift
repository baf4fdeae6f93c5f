/// Writes what a report says about something into the cell that runs.
enum ReportBuild {
  /// Calls `build`; what it returns is what the script gets.
  ///
  /// - Parameters:
  ///   - data: a trace, an evaluation, results of `model:infer`, or a table.
  ///   - given: the parameters that the script sets; nil: none.
  /// - Throws: ``LuaError`` for data that nothing can be said of, for unfit parameters, and what `build` raises.
  static func write(
    _ definition: Definition, _ build: LuaFunction, about data: LuaValue, _ given: LuaTable?,
    in state: LuaState
  ) throws -> LuaValue {
    let place = definition.calledAs
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
    return try definition.answer(of: build, about: data, given, in: state)
  }
}
