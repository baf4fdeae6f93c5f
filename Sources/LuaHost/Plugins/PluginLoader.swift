import CLuaBridge
import Foundation
import Support

/// Finds plugins and loads them, each in an environment of its own.
///
/// A plugin that fails is named and skipped, with all that it had defined; it never takes the run down.
public struct PluginLoader: Sendable {
  /// Folders that hold plugin folders, the first of a name winning.
  public let folders: [String]
  /// Seconds that one plugin may take to load.
  public let secondsToLoad: Double

  public init(folders: [String], secondsToLoad: Double = 5) {
    self.folders = folders
    self.secondsToLoad = secondsToLoad
  }

  /// `./plugins`, `$GFNET_LAB_PLUGINS`, the user's data folder, and beside the program.
  public static func standard(
    environment: [String: String] = ProcessInfo.processInfo.environment,
    program: String? = Bundle.main.executablePath
  ) -> PluginLoader {
    var folders = ["plugins"]
    folders += (environment["GFNET_LAB_PLUGINS"] ?? "").split(separator: ":").map(String.init)
    if let data = environment["XDG_DATA_HOME"], !data.isEmpty {
      folders.append(data + "/gfnet-lab/plugins")
    } else if let home = environment["HOME"], !home.isEmpty {
      folders.append(home + "/.local/share/gfnet-lab/plugins")
    }
    if let program {
      let path = (program as NSString).resolvingSymlinksInPath
      let prefix = ((path as NSString).deletingLastPathComponent as NSString).deletingLastPathComponent
      // A program that was built and not installed finds the plugins of its source folder.
      folders.append(
        path.range(of: "/.build/").map { path[..<$0.lowerBound] + "/plugins" } ?? prefix
          + "/share/gfnet-lab/plugins")
    }
    return PluginLoader(folders: folders)
  }

  /// A folder that claims to be a plugin.
  public struct Candidate: Sendable {
    public let name: String
    public let folder: String
  }

  /// All folders with a `plugin.lua`, in alphabetical order within each search folder; a name is found once.
  public func candidates() -> [Candidate] {
    var seen: Set<String> = []
    return folders.flatMap { parent in
      ((try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []).sorted().compactMap { name in
        let folder = (parent as NSString).appendingPathComponent(name)
        guard FileManager.default.fileExists(atPath: folder + "/plugin.lua"), seen.insert(name).inserted
        else {
          return nil
        }
        return Candidate(name: name, folder: folder)
      }
    }
  }

  /// Loads all plugins; returns one line for each that was skipped.
  ///
  /// - Throws: `Interrupted` only.
  func load(into state: LuaState, catalog: Catalog) throws -> [String] {
    var problems: [String] = []
    for candidate in candidates() {
      do {
        _ = try load(candidate, into: state, catalog: catalog)
      } catch let error as Interrupted {
        throw error
      } catch {
        problems.append("plugin '\(candidate.name)' skipped: \(error)")
      }
    }
    return problems
  }

  /// Loads one plugin and registers its definitions.
  public func load(_ candidate: Candidate, into state: LuaState, catalog: Catalog) throws -> PluginManifest {
    let definitions = state.context.definitions
    let origin = "plugin \(candidate.name)"
    definitions.currentOrigin = origin
    defer { definitions.currentOrigin = nil }
    do {
      return try state.withTimeLimit(seconds: secondsToLoad, of: "the plugin '\(candidate.name)'") {
        let manifest = try PluginManifest(
          path: candidate.folder + "/plugin.lua", folderName: candidate.name, state: state)
        try runFile("init.lua", of: candidate, state: state, catalog: catalog)
        try check(manifest, definitions)
        return manifest
      }
    } catch {
      definitions.remove(origin: origin)
      if let reason = error as? Interrupted, reason.deadline != nil {
        state.revive()
        throw LuaError("it took longer than \(LuaNumberText.shortest(secondsToLoad)) s to load")
      }
      throw error
    }
  }

  /// Runs the plugin's own test; throws what it raises.
  public func test(_ candidate: Candidate, state: LuaState, catalog: Catalog) throws {
    try runFile("test.lua", of: candidate, state: state, catalog: catalog)
  }

  private func runFile(_ file: String, of candidate: Candidate, state: LuaState, catalog: Catalog) throws {
    let environment = try LuaEnvironment(in: state, catalog: catalog, moduleFolders: [candidate.folder])
    let stack = state.stack
    let base = stack.count
    defer { stack.count = base }
    let path = candidate.folder + "/" + file
    try stack.load(TextFile.read(path, as: "plugin"), name: path)
    try environment.table.push(onto: stack)
    if lua_setupvalue(stack.pointer, -2, 1) == nil { stack.pop() }
    try stack.call(arguments: 0, results: 0)
  }

  /// A plugin defines what its manifest says, no less and no more.
  private func check(_ manifest: PluginManifest, _ definitions: DefinitionRegistry) throws {
    let origin = "plugin \(manifest.name)"
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
