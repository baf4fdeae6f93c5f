import Foundation
import Support

/// Where plugins are looked for.
public struct PluginFolders: Sendable {
  /// Folders that hold plugin folders, in the order of search.
  public let paths: [FilePath]
  /// What is wrong with the folders that the user named, one line each.
  public let remarks: [String]

  public init(_ paths: [FilePath], remarks: [String] = []) {
    self.paths = paths
    self.remarks = remarks
  }

  /// The folders that are searched: `plugins` beside the script and in the folders above it, in the current
  /// folder, `$GFNET_LAB_PLUGINS`, the user's data folder, and the program's own.
  ///
  /// - Parameters:
  ///   - scriptFolder: the folder of the script that runs; nil when there is none.
  ///   - environment: the variables that name further folders.
  ///   - program: the folder with the program's own files; nil when there is none.
  public static func standard(
    scriptFolder: FilePath?, environment: [String: String] = ProcessInfo.processInfo.environment,
    program: FilePath? = ProgramFolders.shared
  ) -> PluginFolders {
    var folders: [FilePath] = []
    var remarks: [String] = []
    let here = FilePath("plugins").resolved
    if let scriptFolder {
      let owner = FileStatus(scriptFolder.isEmpty ? "." : scriptFolder)?.owner
      for folder in above(scriptFolder) {
        guard let real = folder.resolved, real != here else { continue }
        if isTrusted(owner: FileStatus(folder)?.owner, scriptOwner: owner, user: geteuid()) {
          folders.append(folder)
        } else {
          remarks.append(
            "the plugins in \(folder.shown.printable(upTo: 200)) are left out: they belong to another user")
        }
      }
    }
    folders.append("plugins")
    for folder in (environment["GFNET_LAB_PLUGINS"] ?? "").split(separator: ":").map({ FilePath(String($0)) })
    {
      if let remark = complaint(about: folder) { remarks.append(remark) } else { folders.append(folder) }
    }
    if let own = ofUser(environment) { folders.append(own) }
    if let program { folders.append(program / "plugins") }
    return PluginFolders(folders, remarks: remarks)
  }

  /// The folder of the user's own plugins, for all scripts; nil where the environment names no place.
  static func ofUser(_ environment: [String: String]) -> FilePath? {
    UserFolder.data.path(in: environment).map { $0 / "plugins" }
  }

  /// The folders called `plugins` in a folder and in all those above it.
  private static func above(_ folder: FilePath) -> [FilePath] {
    guard var folder = (folder.isEmpty ? "." : folder).resolved else { return [] }
    var folders = [folder / "plugins"]
    while folder.removeLastComponent() { folders.append(folder / "plugins") }
    return folders
  }

  /// Whether plugins of a folder above the script are run: in `/tmp`, say, anybody can make such a folder.
  package static func isTrusted(owner: UInt32?, scriptOwner: UInt32?, user: UInt32) -> Bool {
    guard let owner else { return false }
    return owner == user || owner == 0 || owner == scriptOwner
  }

  /// Why a folder of `$GFNET_LAB_PLUGINS` holds no plugins; nil when it may.
  private static func complaint(about folder: FilePath) -> String? {
    let shown = folder.shown.printable(upTo: 200)
    guard let status = FileStatus(folder) else { return "GFNET_LAB_PLUGINS: there is no folder \(shown)" }
    guard status.kind == .folder else { return "GFNET_LAB_PLUGINS: \(shown) is no folder" }
    guard (folder / "plugin.lua").exists else { return nil }
    return "GFNET_LAB_PLUGINS: \(shown) is a plugin itself; name the folder that holds it"
  }

  /// A folder that claims to be a plugin.
  public struct Candidate: Sendable {
    public let name: String
    /// The folder with its files.
    public let folder: FilePath
    /// Where else a plugin of this name is, which this one replaces.
    public internal(set) var replaces: [FilePath] = []

    public init(name: String, folder: FilePath) {
      self.name = name
      self.folder = folder
    }
  }

  /// Folders with an `init.lua` that lack the `plugin.lua` which would make them plugins.
  public func incomplete() -> [Candidate] {
    var found: [Candidate] = []
    var searched: Set<FilePath> = []
    for parent in paths {
      guard let real = parent.resolved, searched.insert(real).inserted else { continue }
      for entry in (try? FolderListing(parent).names) ?? [] {
        let folder = parent / entry
        guard (folder / "init.lua").exists, !(folder / "plugin.lua").exists else { continue }
        found.append(Candidate(name: entry.shown, folder: folder))
      }
    }
    return found
  }

  /// All folders with a `plugin.lua`, in alphabetical order within each folder of the search; the first of a name
  /// counts.
  public func candidates() -> [Candidate] {
    var found: [Candidate] = []
    var index: [String: Int] = [:]
    var searched: Set<FilePath> = []
    for parent in paths {
      // The same folder may be found beside the script and from the current folder.
      guard let real = parent.resolved, searched.insert(real).inserted else { continue }
      for entry in (try? FolderListing(parent).names) ?? [] {
        let folder = parent / entry
        let name = entry.shown
        guard (folder / "plugin.lua").exists else { continue }
        if let known = index[name] {
          if folder.resolved != found[known].folder.resolved { found[known].replaces.append(folder) }
        } else {
          index[name] = found.count
          found.append(Candidate(name: name, folder: folder))
        }
      }
    }
    return found
  }
}
