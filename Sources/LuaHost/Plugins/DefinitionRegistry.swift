/// All definitions that a run knows, by kind and name.
public final class DefinitionRegistry {
  /// A name that a plugin provides, whose `init.lua` has not run.
  struct Promise {
    /// The name of the plugin.
    let plugin: String
    /// Loads the plugin; throws where it cannot be loaded.
    let keep: () throws -> Void
    /// Whether the plugin failed: the name is free again, and who asks for it hears why.
    var isBroken = false
  }

  private var definitions: [DefinitionKind: [String: Definition]] = [:]
  private var promises: [DefinitionKind: [String: Promise]] = [:]
  /// The plugin that is being loaded: the only time at which it may define something.
  var loadingPlugin: String?
  /// The plugins that are there and are not used.
  let leftOut = LeftOutPlugins()

  /// Knows the program's own definitions from the start.
  public init() {
    for definition in Definition.builtIn() {
      definitions[definition.kind, default: [:]][definition.name] = definition
    }
  }

  /// The definition of that name; nil where there is none. The plugin that provides it is loaded when it is asked for
  /// first.
  ///
  /// - Throws: ``LuaError`` where the plugin cannot be loaded.
  public func find(_ kind: DefinitionKind, _ name: String) throws -> Definition? {
    if let known = definitions[kind]?[name] { return known }
    guard let promise = promises[kind]?[name], promise.plugin != loadingPlugin else { return nil }
    try promise.keep()
    return definitions[kind]?[name]
  }

  /// The definitions of a kind that are there, in alphabetical order; those of plugins that were not used yet are not.
  public func all(_ kind: DefinitionKind) -> [Definition] {
    (definitions[kind] ?? [:]).values.sorted { $0.name < $1.name }
  }

  /// The names of all definitions of a kind, in alphabetical order, those of plugins that were not used yet among them.
  public func names(_ kind: DefinitionKind) -> [String] {
    Set((definitions[kind] ?? [:]).keys).union((promises[kind] ?? [:]).filter { !$0.value.isBroken }.keys)
      .sorted()
  }

  /// Who has a name: `built in`, `plugin spiral`, `this script`; nil where it is free.
  func owner(_ kind: DefinitionKind, _ name: String) -> String? {
    if let origin = definitions[kind]?[name]?.origin { return origin }
    guard let promise = promises[kind]?[name], !promise.isBroken else { return nil }
    return Self.origin(ofPlugin: promise.plugin)
  }

  /// Adds a definition; a name is taken once, except that a script may define its own again (a cell that is re-run).
  ///
  /// - Throws: ``LuaError`` for a name that is taken.
  public func add(_ definition: Definition) throws {
    let isPromise = definitions[definition.kind]?[definition.name] == nil
    if let owner = owner(definition.kind, definition.name),
      owner != definition.origin || (loadingPlugin != nil && !isPromise)
    {
      throw LuaError(
        "the \(definition.kind.noun) '\(definition.name)' is already defined (\(owner)); choose another name"
          + wayOut(of: owner))
    }
    definitions[definition.kind, default: [:]][definition.name] = definition
  }

  /// What a script may do about a name that a plugin has; empty where a plugin asks, or none has it.
  private func wayOut(of owner: String) -> String {
    let prefix = Self.origin(ofPlugin: "")
    guard loadingPlugin == nil, owner.hasPrefix(prefix) else { return "" }
    return ", or leave the plugin out: gfnet-lab plugins disable \(owner.dropFirst(prefix.count))"
  }

  /// Takes note of a name that a plugin will define once it is used.
  ///
  /// - Throws: ``LuaError`` for a name that is taken.
  func promise(_ kind: DefinitionKind, _ name: String, _ promise: Promise) throws {
    if let owner = owner(kind, name) {
      throw LuaError("the \(kind.noun) '\(name)' is already defined (\(owner)), which is the one that counts")
    }
    promises[kind, default: [:]][name] = promise
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

  /// Forgets everything that a plugin defined.
  func remove(definitionsOf plugin: String) {
    let origin = Self.origin(ofPlugin: plugin)
    for kind in DefinitionKind.allCases {
      definitions[kind] = definitions[kind]?.filter { $0.value.origin != origin }
    }
  }

  /// Forgets what a plugin has promised.
  func remove(promisesOf plugin: String) {
    for kind in DefinitionKind.allCases {
      promises[kind] = promises[kind]?.filter { $0.value.plugin != plugin }
    }
  }

  /// Takes note that a plugin cannot keep what it has promised.
  func breakPromises(of plugin: String) {
    for kind in DefinitionKind.allCases {
      promises[kind] = promises[kind]?.mapValues { promise in
        var promise = promise
        if promise.plugin == plugin { promise.isBroken = true }
        return promise
      }
    }
  }
}
