import Checkpoints
import Foundation
import Reports
import Support

/// A cell that ran: what it depended on, and what it left.
struct CellEntry: Codable {
  /// Something that a cell depends on, in words and as a digest.
  struct Dependence: Codable, Equatable {
    let name: String
    /// What a reader is told of the value; empty where that says nothing.
    let shown: String
    let digest: String
  }

  /// A state that the cell found and left changed.
  struct Change<Value: Codable & Equatable>: Codable {
    let before: Value
    let after: Value
  }

  /// The digest of the cell's tokens.
  let code: String
  /// The run's options, the program, the plugins.
  let options: [Dependence]
  /// What the cell reaches; each digest is that of everything up to there.
  let roots: [Dependence]
  /// A digest of the text of all code, where messages name lines.
  var layout: String?
  var files: [CellTracker.ReadFile]
  var random: Change<Int>?
  var libraryRandom: Change<[UInt8]>?
  var names: Change<OutputNames>?

  var outputs: [Notebook.Output]
  var results: [JSONValue.Member]
  /// The place at which the cell ended, where it hands on locals.
  var exit: Int?
  /// The names of the locals and globals whose values are in ``values``, in order.
  var locals: [String]
  var globals: [String]
  var values: Data
  let seconds: Double
}

extension CellEntry {
  private static let opening = Array("gfnet-lab cell 1\n".utf8)

  /// The entry as a file.
  func file() throws -> Data {
    let encoder = PropertyListEncoder()
    encoder.outputFormat = .binary
    let content = try encoder.encode(self)
    var data = Data(Self.opening)
    data.append(contentsOf: Array(Self.digest(of: content).utf8))
    data.append(content)
    return data
  }

  /// Reads a file; throws ``DamagedCell`` where it is none.
  init(file data: Data) throws {
    let head = Self.opening.count
    guard data.count > head + 32, data.starts(with: Self.opening) else { throw DamagedCell() }
    let content = Data(data.dropFirst(head + 32))
    guard Array(data.dropFirst(head).prefix(32)) == Array(Self.digest(of: content).utf8) else {
      throw DamagedCell()
    }
    do {
      self = try PropertyListDecoder().decode(CellEntry.self, from: content)
    } catch {
      throw DamagedCell()
    }
  }

  private static func digest(of content: Data) -> String {
    var digest = StateDigest()
    content.withUnsafeBytes { digest.add(bytes: $0) }
    return digest.text
  }
}

/// The kept cells of all runs, in one folder.
///
/// Files are written aside and renamed, and read whole: two runs at once never see half of one. The cells that were used
/// longest ago go when all together exceed the bound.
public struct CellStore: Sendable {
  /// The folder of the files.
  public let folder: FilePath
  /// The most bytes of all files together.
  public let bound: Int
  /// The most bytes of one file.
  private static let largest = 1 << 30
  /// The most variants of one cell that are looked at.
  private static let mostVariants = 32
  static let ending = "cell"

  public init(folder: FilePath, bound: Int = 1 << 30) {
    self.folder = folder
    self.bound = bound
  }

  /// `$XDG_CACHE_HOME/gfnet-lab/cells` or `~/.cache/gfnet-lab/cells`; nil when neither is known.
  public static func standard(environment: [String: String] = ProcessInfo.processInfo.environment)
    -> CellStore?
  {
    UserFolder.cache.path(in: environment).map { CellStore(folder: $0 / "cells") }
  }

  /// A kept cell, by its file.
  public struct Item: Sendable {
    public let path: FilePath
    public let bytes: Int
    /// Nanoseconds since 1970.
    public let used: Int
  }

  /// All kept cells, the last used first.
  public func items() -> [Item] {
    let files = (try? FolderListing(folder))?.files ?? []
    return files.compactMap { entry -> Item? in
      let path = folder / entry.name
      guard let status = entry.status, path.ending == Self.ending else { return nil }
      return Item(path: path, bytes: status.byteCount, used: status.changed)
    }.sorted { $0.used > $1.used }
  }

  /// Removes all kept cells and what is known of scripts; returns the number of cells.
  public func clear() -> Int {
    let items = items()
    let notes = ((try? FolderListing(folder))?.files ?? []).map { folder / $0.name }.filter {
      $0.ending == "script"
    }
    for path in items.map(\.path) + notes { _ = path.withPlatformString { unlink($0) } }
    return items.count
  }

  /// The files of the variants of a cell by the digest of its code, the last used first.
  func variants(of code: String) -> [FilePath] {
    items().lazy.map(\.path).filter { $0.shownName.hasPrefix(code) }.prefix(Self.mostVariants).map { $0 }
  }

  /// Reads a variant; nil where it is gone.
  /// - Throws: ``DamagedCell``, after the file was removed.
  func read(_ path: FilePath, code: String) throws -> CellEntry? {
    guard let data = try? InputFile.data(of: path, limit: Self.largest) else { return nil }
    guard let entry = try? CellEntry(file: data), entry.code == code else {
      _ = path.withPlatformString { unlink($0) }
      throw DamagedCell()
    }
    return entry
  }

  /// Takes note that a cell was used.
  func touch(_ path: FilePath) { _ = path.withPlatformString { utimes($0, nil) } }

  /// Keeps a cell, and removes those used longest ago beyond the bound.
  func store(_ entry: CellEntry) throws {
    try AtomicFile.createFolder(folder)
    var digest = StateDigest()
    for part in entry.options + entry.roots { digest.add(text: part.digest) }
    digest.add(text: entry.layout ?? "")
    for file in entry.files { digest.add(text: "\(file)") }
    digest.add(text: "\(entry.random?.before ?? -1) \(entry.libraryRandom?.before ?? [])")
    digest.add(text: "\(entry.locals) \(entry.globals)")
    let path = folder / "\(entry.code)-\(digest.text.prefix(16)).\(Self.ending)"
    let data = try entry.file()
    guard data.count <= min(Self.largest, bound) else { return }
    try AtomicFile.write(to: path, durable: false, followsLinks: false) { try $0.append(data) }
    var total = 0
    for item in items() {
      total += item.bytes
      if total > bound, item.path != path { _ = item.path.withPlatformString { unlink($0) } }
    }
  }
}
