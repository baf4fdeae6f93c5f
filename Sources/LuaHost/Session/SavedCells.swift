import Reports
import Support

/// The cells of a session that ran without an error, to make a script of them.
struct SavedCells {
  private static let mostBytes = 16 << 20

  private var cells: [String] = []
  private var bytes = 0
  /// The files that this session has written.
  private var written: Set<FilePath> = []

  /// The number of cells.
  var count: Int { cells.count }

  /// Adds a cell, unless it is the last one again.
  mutating func add(_ code: String) {
    let code = code.trimmedLines
    guard !code.isEmpty, code != cells.last, bytes + code.utf8.count < Self.mostBytes else { return }
    cells.append(code)
    bytes += code.utf8.count
  }

  /// Adds the cells of a script.
  mutating func add(_ script: ScriptFile) {
    for cell in script.cells where cell.kind != .markdown { add(cell.source) }
  }

  /// Writes the script; returns its path, which ends in `.lua`.
  ///
  /// - Throws: ``LuaError`` where there is a file already that this session has not written; what a write throws.
  mutating func write(to given: FilePath) throws -> FilePath {
    let path = given.ending.isEmpty ? given.adding(".lua") : given
    guard !path.exists || written.contains(path) else {
      throw LuaError("%save: there is a file of that name already: \(path)")
    }
    guard !cells.isEmpty else { throw LuaError("%save: no cell has run without an error yet") }
    try AtomicFile.write(cells.map { "-- %%\n\($0)\n" }.joined(separator: "\n"), to: path)
    written.insert(path)
    return path
  }
}
