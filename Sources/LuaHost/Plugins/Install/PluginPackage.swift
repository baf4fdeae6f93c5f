import Archives
import Foundation
import Support

/// The files of a plugin that is to be installed, out of a folder or an archive, before any of them is written.
struct PluginPackage {
  /// The files, by their names below the plugin's folder.
  private(set) var files: [(name: String, bytes: Data)] = []

  // These bound what a stranger's archive may unfold to.
  static let mostFiles = 1000
  static let mostBytes = 64 << 20
  private static let deepest = 8

  /// Reads a folder, a .zip or a .tar.gz.
  ///
  /// - Throws: `FileError` that names what must not be in a plugin; `Interrupted`.
  init(_ path: FilePath) throws {
    var found: [(name: String, bytes: Data)] = []
    do {
      found = try path.isFolder ? Self.folder(path) : Self.archive(path)
      var names: Set<String> = []
      var bytes = 0
      for (name, content) in found {
        try Self.check(name)
        // A disk that does not tell cases apart would have one of them.
        guard names.insert(name.lowercased()).inserted else {
          throw Refusal("it holds \(Self.shown(name)) twice")
        }
        bytes += content.count
      }
      for name in names {
        var parent = FilePath(name)
        while parent.removeLastComponent(), !parent.isEmpty {
          if names.contains(parent.string) {
            throw Refusal("\(Self.shown(parent.string)) is a file and a folder")
          }
        }
      }
      guard found.count <= Self.mostFiles, bytes <= Self.mostBytes else {
        throw Refusal("it holds more than \(Self.mostFiles) files or \(MemoryText.size(Self.mostBytes))")
      }
      files = try Self.belowManifest(found)
    } catch let error as Refusal {
      throw FileError(action: "install", path: path, reason: error.description)
    } catch let error as DamagedFile {
      throw FileError(action: "install", path: path, reason: error.reason)
    }
  }

  /// Why what is in a package is not taken.
  private struct Refusal: LineError {
    let description: String
    init(_ description: String) { self.description = description }
  }

  private static func shown(_ name: String) -> String { "'" + name.printable(upTo: 80) + "'" }

  // MARK: Reading

  private static func archive(_ path: FilePath) throws -> [(name: String, bytes: Data)] {
    let data = try InputFile.data(of: path, as: "plugin", limit: mostBytes)
    if ZipArchive.isZip(data) { return try zip(data, path.shown) }
    guard GzipBytes.isGzip(data) else {
      throw Refusal("it is neither a folder nor a .zip or .tar.gz archive")
    }
    let tar = try GzipBytes.inflated(data, file: path.shown, limit: mostBytes + (4 << 20))
    return try TarArchive(tar, file: path.shown).entries.compactMap { entry in
      switch entry.kind {
      case .file: return isLitter(entry.name) ? nil : (entry.name, entry.contents)
      case .folder:
        // Its name is checked as a file's is: nothing may point outside.
        try check(String(entry.name.reversed().drop { $0 == "/" }.reversed()))
        return nil
      case .other(let what): throw Refusal("\(shown(entry.name)) is \(what)")
      }
    }
  }

  private static func zip(_ data: Data, _ file: String) throws -> [(name: String, bytes: Data)] {
    let archive = try ZipArchive(data, file: file, format: "zip")
    let names = archive.names
    guard names.count <= mostFiles, names.reduce(0, { $0 &+ min(archive.count($1), 1 << 40) }) <= mostBytes
    else {
      throw Refusal("it holds more than \(mostFiles) files or \(MemoryText.size(mostBytes))")
    }
    return try names.filter { !isLitter($0) }.map { name in
      try Cancellation.check()
      guard archive.isRegular(name) else { throw Refusal("\(shown(name)) is a link or a device") }
      guard let content = try archive.contents(name) else { throw Refusal("\(shown(name)) is missing") }
      return (name, Data(content))
    }
  }

  private static func folder(_ root: FilePath) throws -> [(name: String, bytes: Data)] {
    var files: [(name: String, bytes: Data)] = []
    var bytes = 0
    func visit(_ folder: FilePath, _ prefix: String, _ depth: Int) throws {
      guard depth <= deepest else { throw Refusal("its folders are more than \(deepest) deep") }
      for name in try FolderListing(folder).names where !isLitter(prefix + name.shown) {
        try Cancellation.check()
        guard let status = FileStatus(folder / name, followsLinks: false) else { continue }
        switch status.kind {
        case .folder: try visit(folder / name, prefix + name.shown + "/", depth + 1)
        case .regular:
          let content = try InputFile.data(of: folder / name, as: "plugin", limit: mostBytes)
          bytes += content.count
          guard files.count < mostFiles, bytes <= mostBytes else {
            throw Refusal("it holds more than \(mostFiles) files or \(MemoryText.size(mostBytes))")
          }
          files.append((prefix + name.shown, content))
        case .link, .pipe, .socket, .device:
          throw Refusal("\(shown(prefix + name.shown)) is \(status.kind.described)")
        }
      }
    }
    try visit(root, "", 0)
    return files
  }

  /// What file managers and version control leave behind.
  private static func isLitter(_ name: String) -> Bool {
    let parts = name.split(separator: "/")
    return parts.first == "__MACOSX" || parts.last == ".DS_Store" || parts.contains(".git")
  }

  // MARK: Names

  /// A name must lead to a place below the plugin's folder, on every system.
  private static func check(_ name: String) throws {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    let isPlain = parts.allSatisfy { part in
      !part.isEmpty && part != "." && part != ".." && part.utf8.count <= 255
        && part.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 && $0 != "\\" && $0 != ":" }
    }
    guard isPlain, parts.count <= deepest + 1, !name.isEmpty else {
      throw Refusal("\(shown(name)) is no name of a file below the plugin's folder")
    }
  }

  /// The files without the folder that holds them, as archives have one around everything.
  private static func belowManifest(_ files: [(name: String, bytes: Data)]) throws -> [(
    name: String, bytes: Data
  )] {
    if files.contains(where: { $0.name == "plugin.lua" }) { return files }
    let folders = files.filter {
      $0.name.hasSuffix("/plugin.lua") && $0.name.split(separator: "/").count == 2
    }
    guard folders.count == 1 else {
      throw Refusal(
        folders.isEmpty
          ? "it has no plugin.lua, which says what a plugin provides" : "it holds several plugins")
    }
    let prefix = folders[0].name.dropLast("plugin.lua".count)
    guard files.allSatisfy({ $0.name.hasPrefix(prefix) }) else {
      throw Refusal("it holds more than the folder \(shown(String(prefix.dropLast())))")
    }
    return files.map { (String($0.name.dropFirst(prefix.count)), $0.bytes) }
  }

  /// Writes all files into a folder that is empty.
  func write(into folder: FilePath) throws {
    for (name, bytes) in files {
      let path = folder / name
      try AtomicFile.createFolder(path.folder)
      try AtomicFile.write(bytes, to: path)
    }
  }
}
