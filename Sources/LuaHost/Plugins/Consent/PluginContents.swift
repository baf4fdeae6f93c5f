import Support

/// All files of a plugin, by which it is known again.
struct PluginContents {
  /// The SHA-256 of each file, by its name below the plugin's folder.
  private let hashes: [String: String]

  // These bound what is read of a folder that somebody took for a plugin.
  private static let mostFiles = 1000
  private static let mostBytes = 64 << 20
  private static let deepest = 8

  /// Reads the folder; links that lead to files within it count as these.
  ///
  /// - Throws: `FileError` where something cannot be read, is neither file nor folder, or where there is too much.
  init(of folder: FilePath) throws {
    var hashes: [String: String] = [:]
    var bytes = 0
    let root = folder.resolved ?? folder
    func visit(_ folder: FilePath, _ prefix: String, depth: Int) throws {
      func fail(_ reason: String) -> FileError {
        FileError(action: "read plugin", path: folder, reason: reason)
      }
      guard depth <= Self.deepest else { throw fail("its folders are more than \(Self.deepest) deep") }
      for name in try FolderListing(folder).names {
        try Cancellation.check()
        let path = folder / name
        guard let status = FileStatus(path, followsLinks: false) else { continue }
        switch status.kind {
        case .folder: try visit(path, prefix + name.shown + "/", depth: depth + 1)
        case .regular, .link:
          guard let real = path.resolved, real.starts(with: root) else {
            throw fail("\(prefix)\(name) is a link that leads out of the plugin's folder")
          }
          if FileStatus(path)?.kind == .folder { throw fail("\(prefix)\(name) is a link to a folder") }
          let content = try InputFile.bytes(of: path, as: "plugin", limit: Self.mostBytes)
          bytes += content.count
          hashes[prefix + name.shown] = SHA256.hex(content)
          guard hashes.count <= Self.mostFiles, bytes <= Self.mostBytes else {
            throw fail("it holds more than \(Self.mostFiles) files or \(Self.mostBytes >> 20) MB")
          }
        case .pipe, .socket, .device: throw fail("\(prefix)\(name) is \(status.kind.described)")
        }
      }
    }
    try visit(folder, "", depth: 0)
    self.hashes = hashes
  }

  /// The names of the files, in alphabetical order.
  var names: [String] { hashes.keys.sorted() }

  /// What tells these files from all others: `sha256:` and 64 digits.
  var checksum: String {
    let lines = hashes.sorted { $0.key < $1.key }.map { "\($0.value)  \(JSONText.quoted($0.key))\n" }
    return "sha256:" + SHA256.hex(Array(lines.joined().utf8))
  }

  /// Whether the file of that name was read with this content.
  func holds(_ bytes: [UInt8], at name: String) -> Bool { hashes[name] == SHA256.hex(bytes) }
}
