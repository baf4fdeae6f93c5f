import CLuaBridge
import Support

/// The plugins of a run. What each provides is known from its manifest; its `init.lua` runs when a script first uses
/// one of these names.
///
/// A plugin that fails is named and left out, with all that it had defined; it never takes the run down.
public final class PluginRoster {
  private enum Progress {
    case waiting, loading, loaded
    case failed(String)
  }

  private final class Entry {
    let candidate: PluginFolders.Candidate
    let files: PluginFiles
    let manifest: PluginManifest
    /// Whether the user allows what it asks for in this run alone.
    let isAllowedOnce: Bool
    var progress = Progress.waiting

    init(
      _ candidate: PluginFolders.Candidate, _ files: PluginFiles, _ manifest: PluginManifest,
      isAllowedOnce: Bool
    ) {
      self.candidate = candidate
      self.files = files
      self.manifest = manifest
      self.isAllowedOnce = isAllowedOnce
    }
  }

  /// What became of the plugins by now.
  public private(set) var outcome = PluginLoader.Outcome()
  /// Receives what is to be told of plugins that are loaded while a script runs; nil: it goes to ``outcome``.
  var tell: ((String) -> Void)?

  /// The state while it is open. A weak reference to it would make every call from Lua slower.
  private var state: LuaState? { handle?.pointer == nil ? nil : owner }
  private unowned(unsafe) var owner: LuaState?
  private var handle: LuaState.Handle?
  private let catalog: Catalog
  private let loader: PluginLoader
  private var time: LoadingTime
  private var entries: [Entry] = []

  /// Reads the manifests of all plugins and makes their names known to `state`.
  ///
  /// - Throws: `Interrupted` only.
  init(
    _ loader: PluginLoader, _ candidates: [PluginFolders.Candidate], in state: LuaState, _ catalog: Catalog
  )
    throws
  {
    self.loader = loader
    (owner, handle) = (state, state.handle)
    self.catalog = catalog
    time = LoadingTime(seconds: loader.secondsToLoad)
    if let remark = loader.policy?.remark { outcome.remarks.append(remark) }
    for candidate in candidates {
      try Cancellation.check()
      do {
        if let obstacle = loader.policy?.obstacle(to: candidate) {
          if obstacle.isEmpty {
            let command = PluginPolicy.command("enable", candidate.name, candidate.folder)
            leaveOut(candidate, "is disabled; \(command) enables it")
            continue
          }
          throw LuaError(obstacle)
        }
        try register(candidate, in: state)
      } catch let error as Interrupted {
        throw error
      } catch {
        skip(candidate, error)
        leaveOut(candidate, "was skipped: \(error)")
      }
    }
  }

  private func leaveOut(_ candidate: PluginFolders.Candidate, _ reason: String) {
    let loader = loader
    state?.context.definitions.leftOut.add(candidate.name, reason) { try loader.manifest(of: candidate) }
  }

  private func skip(_ candidate: PluginFolders.Candidate, _ error: any Error) {
    outcome.problems.append(
      "plugin '\(candidate.name.printable(upTo: 80))' skipped: \("\(error)".printable(upTo: 400))")
  }

  // MARK: Manifests

  /// What the plugin of that name says of itself; nil where there is none, or where it was skipped.
  func manifest(_ name: String) -> PluginManifest? {
    entries.first { $0.candidate.name == name }?.manifest
  }

  private func register(_ candidate: PluginFolders.Candidate, in state: LuaState) throws {
    try Self.check(name: candidate.name)
    let files = PluginFiles(folder: candidate.folder)
    let manifest = try limited(candidate, in: state) {
      try PluginManifest(
        path: files.path("plugin.lua"), folderName: candidate.name, files: files, state: state)
    }
    var isAllowedOnce = loader.policy == nil
    if let policy = loader.policy {
      switch try policy.consent(to: candidate.name, in: candidate.folder, asking: manifest.capabilities) {
      case .free: break
      case .given(let contents): files.allowed = contents
      case .once: isAllowedOnce = true
      case .missing(let reason): throw LuaError(reason)
      }
    }
    let entry = Entry(candidate, files, manifest, isAllowedOnce: isAllowedOnce)
    let definitions = state.context.definitions
    do {
      for kind in DefinitionKind.allCases {
        for name in manifest.provides[kind] ?? [] {
          try definitions.promise(kind, name, .init(plugin: manifest.name) { try self.load(entry) })
        }
      }
    } catch {
      definitions.remove(promisesOf: manifest.name)
      throw error
    }
    entries.append(entry)
    if !candidate.replaces.isEmpty {
      let others = candidate.replaces.map { $0.shown.printable(upTo: 200) }.joined(separator: " and ")
      outcome.remarks.append(
        "plugin '\(candidate.name)' is the one in \(candidate.folder.shown.printable(upTo: 200)), and replaces \(others)"
      )
    }
  }

  private static func check(name: String) throws {
    guard LuaNames.isFileStem(name), name.utf8.count <= 64 else {
      throw LuaError("the name of a plugin's folder must be at most 64 letters, digits, - and _")
    }
  }

  /// Runs `body` within the time that the plugin still has.
  private func limited<Result>(
    _ candidate: PluginFolders.Candidate, in state: LuaState, _ body: () throws -> Result
  ) throws -> Result {
    guard !time.isUp else {
      throw LuaError("not tried, since plugins before it took \(LuaNumberText.shortest(time.lost)) s")
    }
    let work = LimitedWork(
      of: "the loading of the plugin '\(candidate.name)'", UsageLimits(seconds: time.allowance),
      origin: (memory: "", time: "loading"))
    do {
      return try state.within(work, body)
    } catch let error as LuaError {
      guard let reason = error.underlying as? TimeIsOver, reason.owner == work.owner else { throw error }
      defer { time.lose() }
      throw TookTooLong(seconds: time.allowance)
    }
  }

  // MARK: Loading

  /// Loads all plugins that were not used yet.
  ///
  /// - Throws: `Interrupted` only.
  func loadAll() throws {
    for entry in entries {
      guard case .waiting = entry.progress else { continue }
      do {
        try load(entry)
      } catch let error as Interrupted {
        throw error
      } catch {
        guard case .failed(let reason) = entry.progress else { continue }
        skip(entry.candidate, LuaError(reason))
      }
    }
  }

  /// Loads the plugin of that name, if there is one that is not loaded.
  ///
  /// - Throws: ``LuaError`` where it cannot be loaded; `Interrupted`.
  func load(_ name: String) throws {
    guard let entry = entries.first(where: { $0.candidate.name == name }) else { return }
    try load(entry)
  }

  private func load(_ entry: Entry) throws {
    let name = entry.candidate.name
    switch entry.progress {
    case .loaded: return
    case .loading:
      throw LuaError("the plugin '\(name)' is used while it is loading: plugins need each other in a circle")
    case .failed(let reason): throw LuaError("the plugin '\(name)' cannot be used: \(reason)")
    case .waiting: break
    }
    guard let state else { throw LuaError("the Lua state of the plugin '\(name)' was closed") }
    let definitions = state.context.definitions
    let mark = loader.policy?.marks?.set(name, entry.candidate.folder)
    let printed = PluginOutput()
    entry.progress = .loading
    do {
      try printed.gather(from: state) {
        try limited(entry.candidate, in: state) { try run(entry, in: state, definitions) }
      }
    } catch let error as Interrupted {
      // The user's stop, or the limit of the cell, says nothing of the plugin.
      mark?.lift()
      definitions.remove(definitionsOf: name)
      entry.progress = .waiting
      throw error
    } catch {
      // The mark of a plugin that took too long stays.
      if !(error is TookTooLong) { mark?.lift() }
      definitions.remove(definitionsOf: name)
      definitions.breakPromises(of: name)
      let reason = "\(error)".printable(upTo: 400)
      entry.progress = .failed(reason)
      say(printed.remarks(on: name))
      throw LuaError("the plugin '\(name)' cannot be used: \(reason)")
    }
    mark?.lift()
    loader.policy?.marks?.clear(name, entry.candidate.folder)
    definitions.remove(promisesOf: name)
    entry.progress = .loaded
    let loaded = PluginLoader.Loaded(
      manifest: entry.manifest, folder: entry.candidate.folder, checksum: entry.files.checksum)
    outcome.loaded.append(loaded)
    state.context.loadedPlugins.append(loaded)
    say(printed.remarks(on: name) + rights(entry))
  }

  private func say(_ remarks: [String]) {
    guard let tell else { return outcome.remarks += remarks }
    for remark in remarks { tell(remark) }
  }

  /// What the plugin may do that the user has not said in so many words.
  private func rights(_ entry: Entry) -> [String] {
    let rights = entry.manifest.capabilities.sorted()
    guard entry.isAllowedOnce, !rights.isEmpty else { return [] }
    return [
      "plugin '\(entry.manifest.name)' \(entry.manifest.version) may \(rights.map(\.summary).joined(separator: "; "))"
        + " (\(rights.map(\.rawValue).joined(separator: ", ")))"
    ]
  }

  private func run(_ entry: Entry, in state: LuaState, _ definitions: DefinitionRegistry) throws {
    let before = definitions.loadingPlugin
    definitions.loadingPlugin = entry.candidate.name
    defer { definitions.loadingPlugin = before }
    // Whoever used the name first lends nothing, and takes nothing away.
    try state.asHost {
      try loader.run(
        "init.lua", entry.files, entry.manifest, limits: entry.manifest.limits, state, catalog)
    }
    try Self.check(entry.manifest, definitions)
  }

  /// A plugin defines what its manifest says, no less and no more.
  private static func check(_ manifest: PluginManifest, _ definitions: DefinitionRegistry) throws {
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
