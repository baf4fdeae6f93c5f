import Foundation
import Support

/// Where plugins are looked for.
public struct PluginFolders: Sendable {
  /// Folders that hold plugin folders, in the order of search.
  public let paths: [String]
  /// What is wrong with the folders that the user named, one line each.
  public let remarks: [String]

  public init(_ paths: [String], remarks: [String] = []) {
    self.paths = paths
    self.remarks = remarks
  }

  /// `plugins` beside the script and in the folders above it, in the current folder, `$GFNET_LAB_PLUGINS`, the user's
  /// data folder, and the program's own.
  ///
  /// - Parameter scriptFolder: the folder of the script that runs; nil when there is none.
  public static func standard(
    scriptFolder: String?, environment: [String: String] = ProcessInfo.processInfo.environment,
    program: String? = ProgramFolders.shared
  ) -> PluginFolders {
    var folders: [String] = []
    var remarks: [String] = []
    let here = realPath("plugins")
    if let scriptFolder {
      let owner = FileKind.owner(of: scriptFolder.isEmpty ? "." : scriptFolder)
      for folder in above(scriptFolder) {
        guard let real = realPath(folder), real != here else { continue }
        if isTrusted(owner: FileKind.owner(of: folder), scriptOwner: owner, user: geteuid()) {
          folders.append(folder)
        } else {
          remarks.append(
            "the plugins in \(folder.printable(upTo: 200)) are left out: they belong to another user")
        }
      }
    }
    folders.append("plugins")
    for folder in (environment["GFNET_LAB_PLUGINS"] ?? "").split(separator: ":").map(String.init) {
      if let remark = complaint(about: folder) { remarks.append(remark) } else { folders.append(folder) }
    }
    if let data = environment["XDG_DATA_HOME"], !data.isEmpty {
      folders.append(data + "/gfnet-lab/plugins")
    } else if let home = environment["HOME"], !home.isEmpty {
      folders.append(home + "/.local/share/gfnet-lab/plugins")
    }
    if let program { folders.append(program + "/plugins") }
    return PluginFolders(folders, remarks: remarks)
  }

  /// The folders called `plugins` in a folder and in all those above it.
  private static func above(_ folder: String) -> [String] {
    guard var folder = realPath(folder.isEmpty ? "." : folder) else { return [] }
    var folders: [String] = []
    while folder != "/", let slash = folder.lastIndex(of: "/") {
      folders.append(folder + "/plugins")
      folder = slash == folder.startIndex ? "/" : String(folder[..<slash])
    }
    return folders + ["/plugins"]
  }

  /// Whether plugins of a folder above the script are run: in `/tmp`, say, anybody can make such a folder.
  package static func isTrusted(owner: UInt32?, scriptOwner: UInt32?, user: UInt32) -> Bool {
    guard let owner else { return false }
    return owner == user || owner == 0 || owner == scriptOwner
  }

  /// Why a folder of `$GFNET_LAB_PLUGINS` holds no plugins; nil when it may.
  private static func complaint(about folder: String) -> String? {
    let shown = folder.printable(upTo: 200)
    switch FileKind(folder) {
    case .missing: return "GFNET_LAB_PLUGINS: there is no folder \(shown)"
    case .other: return "GFNET_LAB_PLUGINS: \(shown) is no folder"
    case .folder: break
    }
    guard FileKind(folder + "/plugin.lua") != .missing else { return nil }
    return "GFNET_LAB_PLUGINS: \(shown) is a plugin itself; name the folder that holds it"
  }

  /// A folder that claims to be a plugin.
  public struct Candidate: Sendable {
    public let name: String
    public let folder: String
    /// Where else a plugin of this name is, which this one replaces.
    public internal(set) var replaces: [String] = []

    public init(name: String, folder: String) {
      self.name = name
      self.folder = folder
    }
  }

  /// All folders with a `plugin.lua`, in alphabetical order within each folder of the search; the first of a name
  /// counts.
  public func candidates() -> [Candidate] {
    var found: [Candidate] = []
    var index: [String: Int] = [:]
    var searched: Set<String> = []
    for parent in paths {
      // The same folder may be found beside the script and from the current folder.
      guard let real = realPath(parent), searched.insert(real).inserted else { continue }
      for name in ((try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []).sorted() {
        let folder = parent + "/" + name
        guard FileKind(folder + "/plugin.lua") != .missing else { continue }
        if let known = index[name] {
          if realPath(folder) != realPath(found[known].folder) { found[known].replaces.append(folder) }
        } else {
          index[name] = found.count
          found.append(Candidate(name: name, folder: folder))
        }
      }
    }
    return found
  }
}

/// What a path leads to.
enum FileKind {
  case missing, folder, other

  init(_ path: String) {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      self = .missing
      return
    }
    self = isFolder.boolValue ? .folder : .other
  }

  /// The user that a file or folder belongs to; nil when there is none.
  static func owner(of path: String) -> UInt32? {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_uid : nil
  }
}

/// The path without links and dots; nil when it leads nowhere.
func realPath(_ path: String) -> String? {
  guard let resolved = realpath(path, nil) else { return nil }
  defer { free(resolved) }
  return String(cString: resolved)
}
