import CLuaBridge
import Support

/// Finds plugins and makes what they provide known, each in an environment of its own.
public struct PluginLoader: Sendable {
  /// Where plugins are looked for.
  public let folders: PluginFolders
  /// Seconds that one plugin may take to load.
  public let secondsToLoad: Double
  /// What the user allows; nil: everything, as for tests and checks.
  public var policy: PluginPolicy?

  public init(folders: PluginFolders, secondsToLoad: Double = 5, policy: PluginPolicy? = nil) {
    self.folders = folders
    self.secondsToLoad = secondsToLoad
    self.policy = policy
  }

  public init(folders: [FilePath], secondsToLoad: Double = 5, policy: PluginPolicy? = nil) {
    self.init(folders: PluginFolders(folders), secondsToLoad: secondsToLoad, policy: policy)
  }

  /// The plugins that a script sees, as far as the user allows them.
  ///
  /// - Parameters:
  ///   - scriptFolder: the folder of the script; nil: those that are found without one.
  ///   - allowingAll: whether plugins get what they ask for in this run.
  public static func standard(scriptFolder: FilePath? = nil, allowingAll: Bool = false) -> PluginLoader {
    var policy = PluginPolicy()
    policy.allowsAll = allowingAll
    return PluginLoader(folders: .standard(scriptFolder: scriptFolder), policy: policy)
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

  /// Makes the names of all plugins known; each is loaded when one of its names is used.
  ///
  /// - Throws: `Interrupted` only.
  public func register(in state: LuaState, catalog: Catalog) throws -> PluginRoster {
    try PluginRoster(self, candidates(), in: state, catalog)
  }

  /// Loads all plugins.
  ///
  /// - Throws: `Interrupted` only.
  public func loadAll(into state: LuaState, catalog: Catalog) throws -> Outcome {
    let roster = try register(in: state, catalog: catalog)
    try roster.loadAll()
    var outcome = roster.outcome
    outcome.remarks = folders.remarks + outcome.remarks
    outcome.problems += incomplete
    return outcome
  }

  /// A line for each folder that lacks the manifest which would make it a plugin.
  var incomplete: [String] {
    folders.incomplete().map { candidate in
      let folder = candidate.folder.shown.printable(upTo: 200)
      return
        "plugin '\(candidate.name.printable(upTo: 80))' skipped: \(folder) has init.lua and no plugin.lua,"
        + " which says what a plugin provides"
    }
  }

  /// Loads one plugin and registers its definitions.
  ///
  /// - Throws: ``LuaError`` where that fails; `Interrupted`.
  @discardableResult
  public func load(
    _ candidate: PluginFolders.Candidate, into state: LuaState, catalog: Catalog
  ) throws -> Loaded {
    let roster = try PluginRoster(self, [candidate], in: state, catalog)
    if let problem = roster.outcome.problems.first { throw LuaError(problem) }
    try roster.load(candidate.name)
    guard let loaded = roster.outcome.loaded.first else {
      throw LuaError("the plugin '\(candidate.name)' is disabled")
    }
    return loaded
  }

  /// Runs the plugin's own test; throws what it raises.
  public func test(_ candidate: PluginFolders.Candidate, state: LuaState, catalog: Catalog) throws {
    let files = PluginFiles(folder: candidate.folder)
    let manifest = try PluginManifest(
      path: files.path("plugin.lua"), folderName: candidate.name, files: files, state: state)
    // The limits are those of what it defines; its test may take longer.
    try run("test.lua", files, manifest, limits: UsageLimits(), state, catalog)
  }

  /// Runs a file of the plugin in a new environment, with the plugin's rights and no others.
  func run(
    _ file: String, _ files: PluginFiles, _ manifest: PluginManifest, limits: UsageLimits, _ state: LuaState,
    _ catalog: Catalog
  ) throws {
    state.context.tracker?.block("it loads the plugin '\(manifest.name)'")
    let plugin = PluginIdentity(
      name: manifest.name, capabilities: manifest.capabilities, folder: files.folder,
      seed: state.context.options.seed, limits: limits)
    try state.running(plugin) {
      let environment = try LuaEnvironment(
        in: state, catalog: catalog, moduleFolders: [files.folder], read: files.read)
      let stack = state.stack
      let base = stack.count
      defer { stack.count = base }
      let path = files.path(file)
      try state.note(chunk: path.shown, of: plugin)
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
}
