/// Has a scheduler fit an exit rule to a trace.
struct SchedulerFit {
  private let place: String
  private let definition: Definition
  private let fit: LuaFunction

  init(_ definition: Definition, _ fit: LuaFunction) {
    self.definition = definition
    self.fit = fit
    place = "gfnet.\(definition.kind.rawValue).\(definition.name)"
  }

  /// Calls `fit`; the rule that it returns is what the script gets.
  ///
  /// - Parameters:
  ///   - data: a trace.
  ///   - given: the parameters that the script sets; nil: none.
  /// - Throws: ``LuaError`` for anything but a trace, for unfit parameters, where `fit` returns no exit rule, and what it
  ///   raises.
  func rule(for data: LuaValue, _ given: LuaTable?, in state: LuaState) throws -> ConfiguredDefinition {
    guard case .object(let object) = data, object.value(as: TraceHandle.self) != nil else {
      throw LuaError("\(place): expected a trace, as model:trace gives it, got \(data.described)")
    }
    let parameters = try definition.configured(given).parameterTable(in: state)
    let result: LuaValue
    do {
      result = try fit.call(data, parameters).first ?? .nil
    } catch var error as LuaError {
      error.message += " (scheduler '\(definition.name)')"
      throw error
    }
    guard case .object(let object) = result, let rule = object.value(as: ConfiguredDefinition.self),
      rule.definition.kind == .exits
    else {
      throw LuaError("\(place): fit must return an exit rule, gfnet.exits.NAME{…}, got \(result.described)")
    }
    return rule
  }
}
