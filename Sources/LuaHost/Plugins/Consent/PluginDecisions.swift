import Foundation
import Reports
import Support

/// What the user has decided about plugins: what they may touch, which are not to be loaded, where they came from.
///
/// It is one file, `gfnet-lab/plugins.json` in the user's folder of configurations.
public struct PluginDecisions: Sendable, Equatable {
  /// A plugin that may touch what is listed, as long as its files are these.
  struct Allowed: Codable, Sendable, Equatable {
    let name: String
    /// Where it lies, without links.
    let folder: String
    /// That of its files; nil: whatever they are, as for a plugin that the user is writing.
    let checksum: String?
    let capabilities: [String]
  }

  /// Where an installed plugin came from.
  public struct Installed: Codable, Sendable, Equatable {
    public let name: String
    /// Where it lies, without links.
    public let folder: String
    public let version: String
    /// The folder or archive that it was installed from.
    public let source: String
  }

  private struct Stored: Codable {
    var allowed: [Allowed]?
    var disabled: [String]?
    var installed: [Installed]?
  }

  private(set) var allowed: [Allowed] = []
  /// The names of plugins that are not loaded.
  public private(set) var disabled: Set<String> = []
  /// The plugins that were installed by the program.
  public private(set) var installed: [Installed] = []

  init() {}

  private static let largest = 4 << 20

  /// Reads the file; where there is none, nothing was decided.
  ///
  /// - Throws: `FileError` for a file that cannot be read or is damaged.
  init(contentsOf path: FilePath) throws {
    guard path.exists else { return }
    let data = try InputFile.data(of: path, as: "decisions about plugins", limit: Self.largest)
    guard let stored = try? JSONDecoder().decode(Stored.self, from: data) else {
      throw FileError(
        action: "read decisions about plugins", path: path,
        reason: "it is damaged; mend or remove it, and allow plugins again")
    }
    allowed = stored.allowed ?? []
    disabled = Set(stored.disabled ?? [])
    installed = stored.installed ?? []
  }

  /// Writes the file, and its folder where that is missing.
  func write(to path: FilePath) throws {
    func object(_ members: [(String, JSONValue)]) -> JSONValue { .object(members.map { .init($0.0, $0.1) }) }
    let json = object([
      (
        "allowed",
        .array(
          allowed.map {
            object([
              ("name", .string($0.name)), ("folder", .string($0.folder)),
              ("checksum", $0.checksum.map { .string($0) } ?? .null),
              ("capabilities", .array($0.capabilities.map { .string($0) })),
            ])
          })
      ),
      ("disabled", .array(disabled.sorted().map { .string($0) })),
      (
        "installed",
        .array(
          installed.map {
            object([
              ("name", .string($0.name)), ("folder", .string($0.folder)), ("version", .string($0.version)),
              ("source", .string($0.source)),
            ])
          })
      ),
    ])
    try AtomicFile.createFolder(path.folder)
    try AtomicFile.write(json.pretty, to: path)
  }

  // MARK: Changes

  /// - Parameter contents: the files that it may have; nil: any.
  mutating func allow(
    _ name: String, _ folder: FilePath, _ contents: PluginContents?, _ rights: Set<Capability>
  ) {
    withdraw(name, folder)
    allowed.append(
      Allowed(
        name: name, folder: Self.key(folder), checksum: contents?.checksum,
        capabilities: rights.sorted().map(\.rawValue)))
  }

  mutating func withdraw(_ name: String, _ folder: FilePath) {
    allowed.removeAll { $0.name == name && $0.folder == Self.key(folder) }
  }

  mutating func disable(_ name: String) { disabled.insert(name) }
  mutating func enable(_ name: String) { disabled.remove(name) }

  mutating func installed(_ name: String, _ folder: FilePath, version: String, source: String) {
    forget(folder)
    installed.append(Installed(name: name, folder: Self.key(folder), version: version, source: source))
  }

  /// Forgets that a plugin was installed in `folder`, and what it was allowed.
  mutating func forget(_ folder: FilePath) {
    let key = Self.key(folder)
    installed.removeAll { $0.folder == key }
    allowed.removeAll { $0.folder == key }
  }

  // MARK: Questions

  /// What the user allowed the plugin of that name in that folder; nil: never asked.
  func allowance(_ name: String, _ folder: FilePath) -> Allowed? {
    let key = Self.key(folder)
    return allowed.last { $0.name == name && $0.folder == key }
  }

  /// Where the plugin in a folder came from; nil where the program did not install it.
  public func source(of folder: FilePath) -> Installed? {
    let key = Self.key(folder)
    return installed.last { $0.folder == key }
  }

  private static func key(_ folder: FilePath) -> String { (folder.resolved ?? folder.absolute).shown }
}
