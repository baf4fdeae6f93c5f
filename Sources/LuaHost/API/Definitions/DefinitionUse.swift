import Backbones
import GlanceFocus
import Support

/// Exit rules and samplers from what a script passes for them.
enum DefinitionUse {
  /// The types of an `exit` or `sampler` option.
  static let ruleType = ParameterType.either([
    .object("configured"), .object("definition"), .string, .number, .list(.number), .function,
  ])
  static let samplerType = ParameterType.either([
    .object("configured"), .object("definition"), .string, .function,
  ])
  /// What error messages call these types; their members are called as nobody does who writes a script.
  static let described: [ParameterType: String] = [
    ruleType:
      "an exit rule (gfnet.exits.NAME{…}, a name, a confidence threshold, a list of them, a function)",
    samplerType: "a sampler (gfnet.samplers.NAME{…}, a name, a function)",
    backboneType: "a backbone (gfnet.backbones.NAME{…}, a name, gfnet.nn.backbone{…})",
  ]
  static let ruleHelp =
    "gfnet.exits.NAME{…}, a name, a confidence threshold, a list of them by step, or function(s) → boolean"
  static let samplerHelp = "gfnet.samplers.NAME{…}, a name, or function(s, p, rng) → row, column"

  /// An exit rule from an object, a name, a threshold, thresholds by step, or a function of one image.
  /// - Parameter target: what it is applied to.
  static func rule(
    _ value: LuaValue, for target: ThresholdOrigin, in state: LuaState, _ place: String
  ) throws -> any ExitRule {
    switch value {
    case .integer, .number: return try ConfidenceExit(thresholds: [Float(value.asNumber ?? .nan)])
    case .table(let list):
      return try ConfidenceExit(thresholds: thresholds(list, for: target, in: state, place))
    case .function(let function):
      return try LuaExitRule(
        name: "function", function: BatchFunction(function), parameters: LuaTable(in: state), in: state)
    default: return try rule(of: configured(value, .exits, in: state, place), in: state, place)
    }
  }

  /// The exit rule of a definition with its parameters.
  static func rule(
    of configured: ConfiguredDefinition, in state: LuaState, _ place: String
  ) throws -> any ExitRule {
    switch configured.definition.implementation {
    case .rule(let row): return try row.make(configured.values)
    case .lua(.exits, let function, as: let declared):
      return try LuaExitRule(
        name: configured.definition.name, function: BatchFunction(function, as: declared),
        parameters: configured.parameterTable(in: state),
        dependsOnOthers: configured.definition.isStateful, in: state)
    case .lua, .sampler, .backbone: throw otherKind(configured.definition, .exits, place)
    }
  }

  /// The definition of what a script passed for a rule, with its parameters; nil for a function, which has none, and where
  /// there is no rule.
  static func ruleDefinition(
    _ value: LuaValue, in state: LuaState, _ place: String
  ) throws -> ConfiguredDefinition? {
    switch value {
    case .nil, .function: return nil
    case .integer, .number, .table:
      let threshold = try LuaTable(in: state)
      try threshold.set("threshold", value)
      return try state.context.definitions.find(.exits, "confidence")?.configured(threshold)
    default: return try configured(value, .exits, in: state, place)
    }
  }

  /// The same for a sampler.
  static func samplerDefinition(
    _ value: LuaValue, in state: LuaState, _ place: String
  ) throws -> ConfiguredDefinition? {
    switch value {
    case .nil, .function: return nil
    default: return try configured(value, .samplers, in: state, place)
    }
  }

  /// A sampler with the text that names it and its parameters.
  struct NamedSampler {
    let sampler: any PatchSampler
    let description: String
    /// Whether the description says all that proposals depend on; a Lua function may depend on anything.
    let isReproducible: Bool
  }

  /// A sampler from an object, a name, or a function of one image; nil: the learned one.
  static func sampler(_ value: LuaValue, in state: LuaState, _ place: String) throws -> NamedSampler {
    switch value {
    case .nil: return NamedSampler(sampler: LearnedSampler(), description: "learned", isReproducible: true)
    case .function(let function):
      let sampler = try LuaSampler(
        name: "function", function: BatchFunction(function), parameters: LuaTable(in: state), in: state)
      return NamedSampler(sampler: sampler, description: "function", isReproducible: false)
    default: return try sampler(of: configured(value, .samplers, in: state, place), in: state, place)
    }
  }

  /// The sampler of a definition with its parameters.
  static func sampler(
    of configured: ConfiguredDefinition, in state: LuaState, _ place: String
  ) throws -> NamedSampler {
    // A sampler without parameters is known by its name alone.
    let description = configured.values.isEmpty ? configured.definition.name : configured.description
    switch configured.definition.implementation {
    case .sampler(let row):
      let sampler = try row.make(configured.values)
      return NamedSampler(sampler: sampler, description: description, isReproducible: true)
    case .lua(.samplers, let function, as: let declared):
      let sampler = try LuaSampler(
        name: configured.definition.name, function: BatchFunction(function, as: declared),
        parameters: configured.parameterTable(in: state),
        dependsOnOthers: configured.definition.isStateful, in: state)
      return NamedSampler(sampler: sampler, description: description, isReproducible: false)
    case .lua, .rule, .backbone: throw otherKind(configured.definition, .samplers, place)
    }
  }

  /// The types of a `backbone` option.
  static let backboneType = ParameterType.either([
    .string, .object("configured"), .object("definition"), .object("backbone"),
  ])

  /// An encoder from a name, an object, or layers put together in Lua.
  static func backbone(_ value: LuaValue, in state: LuaState, _ place: String) throws -> BackboneChoice {
    if case .object(let object) = value, let layers = object.value(as: BackboneDescription.self) {
      return .described(layers)
    }
    let configured = try configured(value, .backbones, in: state, place)
    switch configured.definition.implementation {
    case .backbone(let entry):
      guard entry.takesTemporalShift, let shift = TemporalShiftOptions(settings: configured.values)
      else { return .named(entry.name) }
      return .shifted(entry.name, shift)
    case .lua(.backbones, let build, as: _):
      let results = try build.call(
        FunctionTable(module: NetworkModule.module), configured.parameterTable(in: state))
      guard case .object(let object) = results.first ?? .nil,
        let layers = object.value(as: BackboneDescription.self)
      else {
        throw LuaError(
          "gfnet.backbones.\(configured.definition.name): build must return nn.backbone{…}, and returned \(results.first?.described ?? "nil")"
        )
      }
      return .described(
        BackboneDescription(name: configured.definition.name, body: layers.body, head: layers.head))
    case .lua, .rule, .sampler: throw otherKind(configured.definition, .backbones, place)
    }
  }

  /// Confidence thresholds, one for all steps or one by step.
  static func thresholds(
    _ list: LuaTable, for target: ThresholdOrigin, in state: LuaState, _ place: String
  ) throws -> [Float] {
    try state.context.thresholdLists(in: state).check(list, for: target, place)
    let elements = try list.elements()
    if let field = try list.pairs().lazy.compactMap(\.key.asString).first {
      throw LuaError(
        "\(place): a table is a list of thresholds by step, got one with the field '\(field)'; a rule with parameters is gfnet.exits.NAME{\(field) = …}, such as gfnet.exits.confidence{threshold = 0.9}"
      )
    }
    guard !elements.isEmpty else { throw LuaError("\(place): a list of thresholds must not be empty") }
    return try elements.enumerated().map { index, element in
      guard let number = element.asNumber, !number.isNaN else {
        throw LuaError("\(place): threshold \(index + 1) must be a number, got \(element.described)")
      }
      return Float(number)
    }
  }

  /// The definition with its parameters that a script passed for a `kind`. Whether it is of the kind, the
  /// implementation tells.
  private static func configured(
    _ value: LuaValue, _ kind: DefinitionKind, in state: LuaState, _ place: String
  ) throws -> ConfiguredDefinition {
    switch value {
    case .string(let name):
      let known = state.context.definitions
      guard let definition = try known.find(kind, name) else {
        let absence = try state.context.absence(of: kind, name)
        throw LuaError(
          "\(place): no \(kind.noun) is called '\(name)'"
            + (absence ?? NearestName.hint(name, in: known.names(kind))))
      }
      return try definition.configured(nil)
    case .object(let object):
      if let configured = object.value(as: ConfiguredDefinition.self) {
        return configured
      } else if let definition = object.value(as: Definition.self) {
        return try definition.configured(nil)
      }
      fallthrough
    default: throw LuaError("\(place): expected \(article(kind.noun)) \(kind.noun), got \(value.described)")
    }
  }

  private static func otherKind(
    _ definition: Definition, _ kind: DefinitionKind, _ place: String
  ) -> LuaError {
    LuaError(
      "\(place): expected \(article(kind.noun)) \(kind.noun), got the \(definition.kind.noun) '\(definition.name)'"
    )
  }
}
