import CLuaBridge
import Support

/// Loads plugins, each in an environment of its own.
///
/// A plugin that fails is named and skipped, with all that it had defined; it never takes the run down.
public struct PluginLoader: Sendable {
  /// Where plugins are looked for.
  public let folders: PluginFolders
  /// Seconds that one plugin may take to load.
  public let secondsToLoad: Double

  public init(folders: PluginFolders, secondsToLoad: Double = 5) {
    self.folders = folders
    self.secondsToLoad = secondsToLoad
  }

  public init(folders: [FilePath], secondsToLoad: Double = 5) {
    self.init(folders: PluginFolders(folders), secondsToLoad: secondsToLoad)
  }

  /// The plugins that a script sees; nil: those that are found without one.
  public static func standard(scriptFolder: FilePath? = nil) -> PluginLoader {
    PluginLoader(folders: .standard(scriptFolder: scriptFolder))
  }

  /// The plugins that are there.
  public func candidates() -> [PluginFolders.Candidate] { folders.candidates() }

  /// A plugin that was loaded.
  public struct Loaded: Sendable {
    /// What it says of itself.
    public let manifest: PluginManifest
    /// The folder with its files.
    public let folder: FilePath
    /// The checksum of the files that were read while it loaded.
    public let checksum: String
  }

  /// What became of all plugins.
  public struct Outcome: Sendable {
    /// The plugins that were loaded, in order.
    public internal(set) var loaded: [Loaded] = []
    /// One line for each plugin that was skipped, fit for a terminal.
    public internal(set) var problems: [String] = []
    /// What else the user should know: folders that are none, plugins that replace others, what plugins may touch.
    public internal(set) var remarks: [String] = []
  }

  /// Loads all plugins.
  ///
  /// - Throws: `Interrupted` only.
  public func loadAll(into state: LuaState, catalog: Catalog) throws -> Outcome {
    var outcome = Outcome()
    outcome.remarks = folders.remarks
    var time = LoadingTime(seconds: secondsToLoad)
    for candidate in candidates() {
      try Cancellation.check()
      do {
        guard !time.isUp else {
          throw LuaError("not tried, since plugins before it took \(LuaNumberText.shortest(time.lost)) s")
        }
        let printed = PluginOutput()
        defer { outcome.remarks += printed.remarks(on: candidate.name) }
        let loaded = try printed.gather(from: state) {
          try load(candidate, seconds: time.allowance, into: state, catalog: catalog)
        }
        outcome.loaded.append(loaded)
        outcome.remarks += remarks(on: loaded, candidate)
      } catch let error as Interrupted {
        throw error
      } catch {
        if error is TookTooLong { time.lose() }
        outcome.problems.append(
          "plugin '\(candidate.name.printable(upTo: 80))' skipped: \("\(error)".printable(upTo: 400))")
      }
    }
    for candidate in folders.incomplete() {
      let folder = candidate.folder.shown.printable(upTo: 200)
      outcome.problems.append(
        "plugin '\(candidate.name.printable(upTo: 80))' skipped: \(folder) has init.lua and no plugin.lua,"
          + " which says what a plugin provides")
    }
    return outcome
  }

  private func remarks(on loaded: Loaded, _ candidate: PluginFolders.Candidate) -> [String] {
    let name = "plugin '\(candidate.name)'"
    var lines: [String] = []
    if !candidate.replaces.isEmpty {
      let others = candidate.replaces.map { $0.shown.printable(upTo: 200) }.joined(separator: " and ")
      lines.append(
        "\(name) is the one in \(loaded.folder.shown.printable(upTo: 200)), and replaces \(others)")
    }
    let rights = loaded.manifest.capabilities.sorted()
    if !rights.isEmpty {
      lines.append(
        "\(name) \(loaded.manifest.version) may \(rights.map(\.summary).joined(separator: "; "))"
          + " (\(rights.map(\.rawValue).joined(separator: ", ")))")
    }
    return lines
  }

  /// Loads one plugin and registers its definitions.
  public func load(
    _ candidate: PluginFolders.Candidate, seconds: Double? = nil, into state: LuaState, catalog: Catalog
  ) throws -> Loaded {
    let seconds = seconds ?? secondsToLoad
    let definitions = state.context.definitions
    let origin = DefinitionRegistry.origin(ofPlugin: candidate.name)
    try Self.check(name: candidate.name)
    definitions.loadingPlugin = candidate.name
    defer { definitions.loadingPlugin = nil }
    do {
      return try state.withTimeLimit(seconds: seconds, of: "the plugin '\(candidate.name)'") {
        let files = PluginFiles(folder: candidate.folder)
        let manifest = try PluginManifest(
          path: files.path("plugin.lua"), folderName: candidate.name, files: files, state: state)
        try run("init.lua", files, manifest, state, catalog)
        try check(manifest, definitions)
        return Loaded(manifest: manifest, folder: candidate.folder, checksum: files.checksum)
      }
    } catch {
      definitions.remove(origin: origin)
      if let reason = error as? Interrupted, reason.deadline != nil {
        state.revive()
        throw TookTooLong(seconds: seconds)
      }
      throw error
    }
  }

  /// Runs the plugin's own test; throws what it raises.
  public func test(_ candidate: PluginFolders.Candidate, state: LuaState, catalog: Catalog) throws {
    let files = PluginFiles(folder: candidate.folder)
    let manifest = try PluginManifest(
      path: files.path("plugin.lua"), folderName: candidate.name, files: files, state: state)
    try run("test.lua", files, manifest, state, catalog)
  }

  /// Runs a file of the plugin in a new environment, with the plugin's rights and no others.
  private func run(
    _ file: String, _ files: PluginFiles, _ manifest: PluginManifest, _ state: LuaState, _ catalog: Catalog
  ) throws {
    let plugin = PluginIdentity(
      name: manifest.name, capabilities: manifest.capabilities, folder: files.folder,
      seed: state.context.options.seed)
    try state.context.running(plugin) {
      let environment = try LuaEnvironment(
        in: state, catalog: catalog, moduleFolders: [files.folder], read: files.read)
      let stack = state.stack
      let base = stack.count
      defer { stack.count = base }
      let path = files.path(file)
      try stack.load(files.read(path, as: "plugin"), name: path.shown)
      try environment.table.push(onto: stack)
      if lua_setupvalue(stack.pointer, -2, 1) == nil { stack.pop() }
      do {
        try stack.call(arguments: 0, results: 0)
      } catch var error as LuaError {
        error.message = MissingLibrary.explained(error.message)
        throw error
      }
    }
  }

  private static func check(name: String) throws {
    guard LuaNames.isFileStem(name), name.utf8.count <= 64 else {
      throw LuaError("the name of a plugin's folder must be at most 64 letters, digits, - and _")
    }
  }

  /// A plugin defines what its manifest says, no less and no more.
  private func check(_ manifest: PluginManifest, _ definitions: DefinitionRegistry) throws {
    let origin = DefinitionRegistry.origin(ofPlugin: manifest.name)
    for kind in DefinitionKind.allCases {
      let defined = Set(definitions.all(kind).filter { $0.origin == origin }.map(\.name))
      let promised = Set(manifest.provides[kind] ?? [])
      if let missing = promised.subtracting(defined).min() {
        throw LuaError("its manifest provides the \(kind.noun) '\(missing)', and init.lua does not define it")
      }
      if let extra = defined.subtracting(promised).min() {
        throw LuaError("init.lua defines the \(kind.noun) '\(extra)', and its manifest does not provide it")
      }
    }
  }
}

/// A plugin that did not finish loading in its time.
struct TookTooLong: LineError {
  let seconds: Double
  var description: String { "it took longer than \(LuaNumberText.shortest(seconds)) s to load" }
}
