import Support

/// A plugin as lists show it, without running any of it but its manifest.
public struct PluginSummary: Sendable {
  /// Whether a run could use it, and why not.
  public enum State: Sendable, Equatable {
    case ready, disabled
    /// It asks for what the user has not allowed, or was changed since.
    case notAllowed(String)
    /// It ended the last starts of the program.
    case setAside(String)
    case broken(String)

    /// The state in one or two words.
    public var word: String {
      switch self {
      case .ready: "ready"
      case .disabled: "disabled"
      case .notAllowed: "not allowed"
      case .setAside: "set aside"
      case .broken: "broken"
      }
    }

    /// Why it is not ready, and what to do; empty where the word says all.
    public var reason: String {
      switch self {
      case .ready, .disabled: ""
      case .notAllowed(let reason), .setAside(let reason), .broken(let reason): reason
      }
    }
  }

  public let name: String
  public let folder: FilePath
  /// What it says of itself; nil where its manifest cannot be read.
  public let manifest: PluginManifest?
  /// Whether a run could use it.
  public let state: State
  /// Where it came from, where the program installed it.
  public let installed: PluginDecisions.Installed?
  /// Whether it comes with the program.
  public let belongsToProgram: Bool
  /// Where else a plugin of this name is, which this one replaces.
  public let replaces: [FilePath]
}

extension PluginLoader {
  /// All plugins that are there, and folders that were meant to be some.
  ///
  /// - Throws: `Interrupted`; ``LuaError`` where Lua cannot be started.
  public func summaries() throws -> [PluginSummary] {
    let found = try candidates().map(summary)
    return found
      + folders.incomplete().map { candidate in
        PluginSummary(
          name: candidate.name, folder: candidate.folder, manifest: nil,
          state: .broken("it has init.lua and no plugin.lua, which says what a plugin provides"),
          installed: nil, belongsToProgram: false, replaces: [])
      }
  }

  /// What there is to say of one plugin.
  public func summary(_ candidate: PluginFolders.Candidate) throws -> PluginSummary {
    var manifest: PluginManifest?
    var state = PluginSummary.State.ready
    do {
      let read = try self.manifest(of: candidate)
      manifest = read
      if case .missing(let reason)? = try policy?.consent(
        to: candidate.name, in: candidate.folder, asking: read.capabilities)
      {
        state = .notAllowed(reason)
      }
    } catch let error as Interrupted where error.deadline == nil {
      throw error
    } catch {
      state = .broken("\(error)".printable(upTo: 400))
    }
    if let obstacle = policy?.obstacle(to: candidate) {
      state = obstacle.isEmpty ? .disabled : .setAside(obstacle)
    }
    return PluginSummary(
      name: candidate.name, folder: candidate.folder, manifest: manifest, state: state,
      installed: policy?.decisions.source(of: candidate.folder),
      belongsToProgram: policy?.belongsToProgram(candidate.folder) ?? false, replaces: candidate.replaces)
  }

  /// The manifest of a plugin, which is all of it that runs.
  ///
  /// - Throws: ``LuaError`` or `FileError` that says what is wrong with it; `Interrupted`.
  public func manifest(of candidate: PluginFolders.Candidate) throws -> PluginManifest {
    try manifest(of: candidate, anyName: false)
  }

  /// The same; with `anyName` the name need not be that of the folder.
  func manifest(of candidate: PluginFolders.Candidate, anyName: Bool) throws -> PluginManifest {
    let state = try LuaState()
    let files = PluginFiles(folder: candidate.folder)
    let work = LimitedWork(
      of: "the manifest of '\(candidate.name)'", UsageLimits(seconds: secondsToLoad),
      origin: (memory: "", time: "loading"))
    return try state.within(work) {
      try PluginManifest(
        path: files.path("plugin.lua"), folderName: anyName ? nil : candidate.name, files: files,
        state: state)
    }
  }
}
