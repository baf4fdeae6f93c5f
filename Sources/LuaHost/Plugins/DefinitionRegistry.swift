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

  /// The definition of that name; nil where there is none.
  public func find(_ kind: DefinitionKind, _ name: String) -> Definition? { definitions[kind]?[name] }

  /// All definitions of a kind, in alphabetical order.
  public func all(_ kind: DefinitionKind) -> [Definition] {
    (definitions[kind] ?? [:]).values.sorted { $0.name < $1.name }
  }

  /// The names of all definitions of a kind, in alphabetical order.
  public func names(_ kind: DefinitionKind) -> [String] { all(kind).map(\.name) }

  /// Adds a definition; a name is taken once, except that a script may define its own again (a cell that is re-run).
  ///
  /// - Throws: ``LuaError`` for a name that is taken.
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
