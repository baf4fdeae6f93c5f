import Support

/// What can be defined from Lua: exit rules, samplers and backbones.
public enum DefinitionKind: String, Sendable, CaseIterable {
  case exits, samplers, backbones

  /// The kind in a sentence.
  public var noun: String {
    switch self {
    case .exits: "exit rule"
    case .samplers: "sampler"
    case .backbones: "backbone"
    }
  }

  /// The functions that implement it: one of these must be given.
  public var functions: [String] {
    switch self {
    case .exits: ["decide", "decide_batch"]
    case .samplers: ["propose", "propose_batch"]
    case .backbones: ["build"]
    }
  }
}

/// A named thing with declared parameters that a script configures and a run uses.
public final class Definition {
  public enum Implementation {
    case lua([String: LuaFunction])
    /// Written in Swift: makes the thing from checked parameters.
    case native(@Sendable ([String: ParameterValue]) throws -> Any)
  }

  public let kind: DefinitionKind
  public let name: String
  public let summary: String
  public let parameters: [ParameterSpec]
  public let implementation: Implementation
  /// True when its answers are meant to depend on other images or on state that it keeps.
  public let isStateful: Bool
  /// Who defined it: `built in`, `plugin spiral`, `sweep.lua:12`.
  public let origin: String

  public init(
    kind: DefinitionKind, name: String, summary: String, parameters: [ParameterSpec],
    implementation: Implementation, origin: String, isStateful: Bool = false
  ) {
    self.kind = kind
    self.name = name
    self.summary = summary
    self.parameters = parameters
    self.implementation = implementation
    self.origin = origin
    self.isStateful = isStateful
  }

  /// The definition with parameter values: what `gfnet.exits.margin{threshold = 0.3}` makes.
  public func configured(_ given: LuaTable?) throws -> ConfiguredDefinition {
    let place = "gfnet.\(kind.rawValue).\(name)"
    var values: [String: ParameterValue] = [:]
    for (key, value) in try given?.pairs() ?? [] {
      guard let name = key.asString else {
        throw LuaError(
          "\(place): parameters are named, as in {\(parameters.first?.name ?? "name") = …}; got the key \(key.described)"
        )
      }
      guard let spec = parameters.first(where: { $0.name == name }) else {
        throw LuaError(
          "\(place): unknown parameter '\(name)'" + NearestName.hint(name, in: parameters.map(\.name)))
      }
      do {
        values[name] = try spec.convert(value)
      } catch let error as LuaError {
        throw LuaError("\(place): parameter '\(name)' \(error.message)")
      }
    }
    for spec in parameters where values[spec.name] == nil {
      guard let value = spec.defaultValue else {
        throw LuaError("\(place): parameter '\(spec.name)' is missing; expected \(spec.kind.described)")
      }
      values[spec.name] = value
    }
    return ConfiguredDefinition(definition: self, values: values)
  }
}

/// A definition with checked values for all its parameters.
public final class ConfiguredDefinition {
  public let definition: Definition
  public let values: [String: ParameterValue]

  init(definition: Definition, values: [String: ParameterValue]) {
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

/// All definitions that a run knows, by kind and name.
public final class DefinitionRegistry {
  private var definitions: [DefinitionKind: [String: Definition]] = [:]
  /// The plugin that is being loaded: the only time at which it may define something.
  var loadingPlugin: String?

  /// Knows the program's own definitions from the start.
  public init() {
    for definition in Definition.builtIn() {
      definitions[definition.kind, default: [:]][definition.name] = definition
    }
  }

  public func find(_ kind: DefinitionKind, _ name: String) -> Definition? { definitions[kind]?[name] }

  public func all(_ kind: DefinitionKind) -> [Definition] {
    (definitions[kind] ?? [:]).values.sorted { $0.name < $1.name }
  }

  public func names(_ kind: DefinitionKind) -> [String] { all(kind).map(\.name) }

  /// Adds a definition; a name is taken once, except that a script may define its own again (a cell that is re-run).
  public func add(_ definition: Definition) throws {
    if let known = find(definition.kind, definition.name),
      known.origin != definition.origin || loadingPlugin != nil
    {
      throw LuaError(
        "the \(definition.kind.noun) '\(definition.name)' is already defined (\(known.origin)); choose another name"
      )
    }
    definitions[definition.kind, default: [:]][definition.name] = definition
  }

  /// What the definitions of a plugin are attributed to.
  static func origin(ofPlugin name: String) -> String { "plugin " + name }

  /// What a definition is attributed to that the code now running makes.
  func origin(for plugin: PluginIdentity?) throws -> String {
    guard let plugin else { return "this script" }
    guard plugin.name == loadingPlugin else {
      throw LuaError("the plugin '\(plugin.name)' can define something only while its init.lua is loaded")
    }
    return Self.origin(ofPlugin: plugin.name)
  }

  /// Forgets everything that one plugin defined.
  func remove(origin: String) {
    for kind in DefinitionKind.allCases {
      definitions[kind] = definitions[kind]?.filter { $0.value.origin != origin }
    }
  }
}
