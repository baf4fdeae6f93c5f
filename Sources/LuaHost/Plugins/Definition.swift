import Backbones
import GlanceFocus
import Support

/// A named thing with declared parameters that a script configures and a run uses.
public final class Definition {
  /// What makes the thing.
  public enum Implementation {
    /// A built-in exit rule.
    case rule(ExitRuleDefinition)
    /// A built-in sampler.
    case sampler(SamplerDefinition)
    /// An encoder of the registry.
    case backbone(BackboneEntry)
    /// A Lua function, called as the one of the kind's functions that it implements.
    case lua(DefinitionKind, LuaFunction, as: DefinitionFunction)
  }

  public let name: String
  /// What it does, in one line.
  public let summary: String
  /// The settings that it can be configured with.
  public let parameters: [Setting]
  /// What makes the thing.
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

  /// What it defines.
  public var kind: DefinitionKind {
    switch implementation {
    case .rule: .exits
    case .sampler: .samplers
    case .backbone: .backbones
    case .lua(let kind, _, as: _): kind
    }
  }

  /// The definition with parameter values: what `gfnet.exits.margin{threshold = 0.3}` makes.
  ///
  /// - Throws: ``LuaError`` for unknown names, unfit values, and for a parameter that is missing.
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
  /// What was configured.
  public let definition: Definition
  /// The values of all parameters by name.
  public let values: [String: SettingValue]

  init(definition: Definition, values: [String: SettingValue]) {
    self.definition = definition
    self.values = values
  }

  /// The definition as a script writes it, such as `margin{threshold = 0.3}`.
  public var description: String {
    let fields = values.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value.source)" }
    return definition.name + "{" + fields.joined(separator: ", ") + "}"
  }

  /// The same definition with another value of one parameter.
  ///
  /// - Throws: ``LuaError`` for an unknown name and for an unfit value.
  func changing(_ name: String, to value: LuaValue) throws -> ConfiguredDefinition {
    let place = "gfnet.\(definition.kind.rawValue).\(definition.name)"
    let parameters = definition.parameters
    guard let parameter = parameters.first(where: { $0.name == name }) else {
      throw LuaError(
        "\(place): unknown parameter '\(name)'" + NearestName.hint(name, in: parameters.map(\.name)))
    }
    var values = values
    do {
      values[name] = try parameter.convert(value)
    } catch let error as LuaError {
      throw LuaError("\(place): parameter '\(name)' \(error.message)")
    }
    return ConfiguredDefinition(definition: definition, values: values)
  }

  /// The values as a Lua table, as the functions of a definition receive them.
  public func parameterTable(in state: LuaState) throws -> LuaTable {
    let stack = state.stack
    let sorted = values.sorted { $0.key < $1.key }
    try ParameterTable(values: sorted.map { (name: $0.key, value: $0.value) }).push(onto: stack)
    return LuaTable(popping: stack)
  }
}
