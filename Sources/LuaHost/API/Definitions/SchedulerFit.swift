/// Has a scheduler fit an exit rule to a trace.
enum SchedulerFit {
  /// Calls `fit`; the rule that it returns is what the script gets.
  ///
  /// - Parameters:
  ///   - data: a trace.
  ///   - given: the parameters that the script sets; nil: none.
  /// - Throws: ``LuaError`` for anything but a trace, for unfit parameters, where `fit` returns no exit rule, and what it
  ///   raises.
  static func rule(
    of definition: Definition, _ fit: LuaFunction, for data: LuaValue, _ given: LuaTable?, in state: LuaState
  ) throws -> ConfiguredDefinition {
    let place = definition.calledAs
    guard case .object(let object) = data, object.value(as: TraceHandle.self) != nil else {
      throw LuaError("\(place): expected a trace, as model:trace gives it, got \(data.described)")
    }
    let result = try definition.answer(of: fit, about: data, given, in: state)
    guard case .object(let object) = result, let rule = object.value(as: ConfiguredDefinition.self),
      rule.definition.kind == .exits
    else {
      throw LuaError("\(place): fit must return an exit rule, gfnet.exits.NAME{…}, got \(result.described)")
    }
    return rule
  }
}
