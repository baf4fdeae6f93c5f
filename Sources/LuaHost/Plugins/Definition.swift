import Backbones
import GlanceFocus
import Support

/// A named thing with declared parameters that a script configures and a run uses.
public final class Definition {
  /// What makes the thing.
  public enum Implementation {
    case rule(ExitRuleDefinition)
    case sampler(SamplerDefinition)
    case backbone(BackboneEntry)
    /// A Lua function, called as the one of the kind's functions that it implements.
    case lua(DefinitionKind, LuaFunction, as: DefinitionFunction)
  }

  public let name: String
  public let summary: String
  public let parameters: [Setting]
  public let implementation: Implementation
  /// True when its answers are meant to depend on other images or on state that it keeps.
  public let isStateful: Bool
  /// Who defined it: `built in`, `plugin spiral`, `sweep.lua:12`.
  public let origin: String

  public init(
    name: String, summary: String, parameters: [Setting], implementation: Implementation, origin: String,
    isStateful: Bool = false
  ) {
    self.name = name
    self.summary = summary
    self.parameters = parameters
    self.implementation = implementation
    self.origin = origin
    self.isStateful = isStateful
  }

  public var kind: DefinitionKind {
    switch implementation {
    case .rule: .exits
    case .sampler: .samplers
    case .backbone: .backbones
    case .lua(let kind, _, as: _): kind
    }
  }

  /// The definition with parameter values: what `gfnet.exits.margin{threshold = 0.3}` makes.
  public func configured(_ given: LuaTable?) throws -> ConfiguredDefinition {
    let place = "gfnet.\(kind.rawValue).\(name)"
    var values: [String: SettingValue] = [:]
    for (key, value) in try given?.pairs() ?? [] {
      guard let name = key.asString else {
        throw LuaError(
          "\(place): parameters are named, as in {\(parameters.first?.name ?? "name") = …}; got the key \(key.described)"
        )
      }
      guard let parameter = parameters.first(where: { $0.name == name }) else {
        throw LuaError(
          "\(place): unknown parameter '\(name)'" + NearestName.hint(name, in: parameters.map(\.name)))
      }
      do {
        values[name] = try parameter.convert(value)
      } catch let error as LuaError {
        throw LuaError("\(place): parameter '\(name)' \(error.message)")
      }
    }
    for parameter in parameters where values[parameter.name] == nil {
      guard let value = parameter.defaultValue else {
        throw LuaError(
          "\(place): parameter '\(parameter.name)' is missing; expected \(parameter.kind.described)")
      }
      values[parameter.name] = value
    }
    return ConfiguredDefinition(definition: self, values: values)
  }
}

/// A definition with checked values for all its parameters.
public final class ConfiguredDefinition {
  public let definition: Definition
  public let values: [String: SettingValue]

  init(definition: Definition, values: [String: SettingValue]) {
    self.definition = definition
    self.values = values
  }

  /// `margin{threshold = 0.3}`.
  public var description: String {
    let fields = values.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value.source)" }
    return definition.name + "{" + fields.joined(separator: ", ") + "}"
  }

  /// The values as a Lua table, as the functions of a definition receive them.
  public func parameterTable(in state: LuaState) throws -> LuaTable {
    let stack = state.stack
    let sorted = values.sorted { $0.key < $1.key }
    try ParameterTable(values: sorted.map { (name: $0.key, value: $0.value) }).push(onto: stack)
    return LuaTable(popping: stack)
  }
}
