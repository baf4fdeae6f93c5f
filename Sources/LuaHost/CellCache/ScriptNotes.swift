import Foundation
import Reports
import Support

/// What the last run of a script says of its cells, to tell why one is not found again.
struct ScriptNotes: Codable {
  struct Cell: Codable {
    let title: String
    let source: String
    let code: String
    /// Why it was not kept; nil where it was.
    var reason: String?
    /// True where it was too quick to be kept.
    var isQuick = false
  }

  var cells: [Cell?] = []

  private static let largest = 64 << 20

  static func path(of script: FilePath, in store: CellStore) -> FilePath {
    var digest = StateDigest()
    digest.add(text: (script.resolved ?? script).shown)
    return store.folder / "\(digest.text).script"
  }

  static func read(_ path: FilePath) -> ScriptNotes {
    guard let data = try? InputFile.data(of: path, limit: largest) else { return ScriptNotes() }
    return (try? PropertyListDecoder().decode(ScriptNotes.self, from: data)) ?? ScriptNotes()
  }

  func write(to path: FilePath) throws {
    try AtomicFile.createFolder(path.folder)
    let encoder = PropertyListEncoder()
    encoder.outputFormat = .binary
    let data = try encoder.encode(self)
    try AtomicFile.write(to: path, durable: false, followsLinks: false) { try $0.append(data) }
  }

  /// The cell of the last run that this one continues.
  func cell(_ index: Int, title: String, code: String) -> Cell? {
    let known = cells.compactMap { $0 }
    if let same = known.first(where: { $0.code == code }) { return same }
    if !title.isEmpty, let same = known.first(where: { $0.title == title }) { return same }
    return cells.indices.contains(index) ? cells[index] : nil
  }

  /// The script's line from which on the code differs from that of an earlier run.
  static func changedLine(_ source: String, from old: String, firstLine: Int) -> Int? {
    guard let new = try? LuaLexer.tokens(of: source), let old = try? LuaLexer.tokens(of: old) else {
      return nil
    }
    let place = zip(new, old).firstIndexOfDifference ?? min(new.count, old.count)
    guard place < new.count || place < old.count else { return nil }
    let byte = place < new.count ? new[place].range.lowerBound : source.utf8.count
    return firstLine + source.utf8.prefix(byte).count { $0 == 10 }
  }
}

extension Sequence where Element == (LuaToken, LuaToken) {
  fileprivate var firstIndexOfDifference: Int? {
    for (index, pair) in enumerated() where pair.0.kind != pair.1.kind || pair.0.text != pair.1.text {
      return index
    }
    return nil
  }
}
