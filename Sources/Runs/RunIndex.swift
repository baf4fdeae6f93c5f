import Foundation
import GRDB
import Reports
import Support

/// All runs below a folder, found in a database that is brought up to date by the times of the folders.
///
/// The folders are the truth. The database lies in the user's cache, and is made anew where it is lost, damaged or of another version;
/// where there is no place for it, it is made in memory.
public final class RunIndex {
  /// The folder that holds the runs.
  public let root: FilePath
  /// What could not be read, one line each.
  public private(set) var problems: [String] = []
  private var database: DatabaseQueue
  /// Where the database is; nil in memory.
  private let file: FilePath?

  /// Opens the index of the runs below a folder and brings it up to date.
  ///
  /// - Parameters:
  ///   - root: the folder that holds the runs.
  ///   - place: the folder that the database is kept in; nil for memory alone.
  /// - Throws: `FileError` where the folder cannot be read; `Interrupted`.
  public init(_ root: FilePath, place: FilePath? = RunIndex.standardPlace) throws {
    self.root = root
    guard let real = root.resolved else { throw FileError(action: "read folder", path: root, errno: errno) }
    _ = try FolderListing(root)
    let name = SHA256.hex(real.bytes).prefix(20) + ".sqlite"
    var file = place.map { $0 / String(name) }
    do {
      if let place { try AtomicFile.createFolder(place) }
    } catch is FileError {
      file = nil
    }
    self.file = file
    do {
      database = try Self.open(file)
      try update()
    } catch let error as DatabaseError {
      database = try Self.opened(again: file, after: error)
      do { try update() } catch is DatabaseError {
        database = try Self.open(nil)
        try update()
      }
    }
  }

  /// Where indices are kept: in the user's cache; nil where there is none.
  public static var standardPlace: FilePath? { UserFolder.cache.path().map { $0 / "runs" } }

  /// What belongs to no version that this program writes.
  private static let version = 1

  private static func open(_ file: FilePath?) throws -> DatabaseQueue {
    var configuration = Configuration()
    // Another process may be bringing it up to date.
    configuration.busyMode = .timeout(10)
    guard let file, let path = String(validating: file.bytes, as: UTF8.self) else {
      let memory = try DatabaseQueue(configuration: configuration)
      try memory.write { try $0.execute(sql: schema) }
      return memory
    }
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    try queue.inDatabase { database in
      if try version(database) == version { return }
      try database.inTransaction(.immediate) {
        // Another process may have made the tables meanwhile.
        if try version(database) != version {
          for table in ["folder", "run", "value", "tag"] {
            try database.execute(sql: "DROP TABLE IF EXISTS \(table)")
          }
          try database.execute(sql: schema)
        }
        return .commit
      }
    }
    return queue
  }

  private static func version(_ database: Database) throws -> Int {
    try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
  }

  /// The database once more: without its file, where that is damaged.
  private static func opened(again file: FilePath?, after error: DatabaseError) throws -> DatabaseQueue {
    guard let file, error.isOfDamage else { return try open(nil) }
    for ending in ["", "-journal", "-wal", "-shm"] {
      _ = file.adding(ending).withPlatformString { unlink($0) }
    }
    do { return try open(file) } catch is DatabaseError { return try open(nil) }
  }

  private static let schema = """
    CREATE TABLE folder (
      path BLOB PRIMARY KEY, changed INTEGER NOT NULL, metaChanged INTEGER NOT NULL, metaSize INTEGER NOT NULL,
      metricsSize INTEGER NOT NULL, isRun INTEGER NOT NULL, problem TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE run (
      path BLOB PRIMARY KEY, title TEXT NOT NULL, script TEXT NOT NULL, stem TEXT NOT NULL, status TEXT NOT NULL,
      started REAL, startedText TEXT NOT NULL, seconds REAL, tags TEXT NOT NULL, settings TEXT NOT NULL, results TEXT NOT NULL,
      thumbnail TEXT NOT NULL, json TEXT NOT NULL);
    CREATE TABLE value (
      run BLOB NOT NULL, kind INTEGER NOT NULL, name TEXT NOT NULL, number REAL, text TEXT NOT NULL,
      PRIMARY KEY (run, kind, name)) WITHOUT ROWID;
    CREATE INDEX valueName ON value (name, kind);
    CREATE TABLE tag (run BLOB NOT NULL, name TEXT NOT NULL, PRIMARY KEY (run, name)) WITHOUT ROWID;
    PRAGMA user_version = \(version);
    """

  /// Reads what has changed in the folders.
  private func update() throws {
    let known = try database.read { database in
      var known: [(path: FilePath, state: FolderScan.State)] = []
      let rows = try Row.fetchCursor(
        database,
        sql:
          "SELECT path, changed, metaChanged, metaSize, metricsSize, isRun, problem FROM folder ORDER BY path"
      )
      while let row = try rows.next() {
        let bytes: Data = row[0]
        // A path that is none comes from damage that the database has not noticed.
        guard let path = FilePath(bytes: bytes), path.isRelative, path == path.lexicallyNormalized(),
          !path.starts(with: "..")
        else { throw DatabaseError(resultCode: .SQLITE_CORRUPT) }
        known.append(
          (
            path,
            .init(
              changed: row[1], metaChanged: row[2], metaSize: row[3], metricsSize: row[4], isRun: row[5],
              problem: row[6])
          ))
      }
      return known
    }
    var scan = FolderScan(root: root, known: known)
    try scan.run()
    if !scan.found.isEmpty || !scan.gone.isEmpty {
      try database.write { database in
        for path in scan.gone { try Self.remove(path, database) }
        for found in scan.found { try Self.store(found, database) }
      }
    }
    problems = scan.problems
    problems += try database.read {
      try String.fetchAll($0, sql: "SELECT problem FROM folder WHERE problem <> '' ORDER BY path")
    }
  }

  private static func remove(_ path: FilePath, _ database: Database) throws {
    let key = Data(path.bytes)
    for (table, column) in [("folder", "path"), ("run", "path"), ("value", "run"), ("tag", "run")] {
      try database.cachedStatement(sql: "DELETE FROM \(table) WHERE \(column) = ?").execute(arguments: [key])
    }
  }

  private static func store(_ found: FolderScan.Found, _ database: Database) throws {
    try remove(found.path, database)
    let key = Data(found.path.bytes)
    let state = found.state
    try database.cachedStatement(sql: "INSERT INTO folder VALUES (?, ?, ?, ?, ?, ?, ?)").execute(arguments: [
      key, state.changed, state.metaChanged, state.metaSize, state.metricsSize, state.isRun, state.problem,
    ])
    guard let run = found.run else { return }
    try database.cachedStatement(sql: "INSERT INTO run VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .execute(
        arguments: [
          key, run.title, run.script, run.scriptStem, run.status, run.started, run.startedText, run.seconds,
          run.tags.joined(separator: " "), run.settings, run.results, run.thumbnail, run.json,
        ])
    let value = try database.cachedStatement(sql: "INSERT INTO value VALUES (?, ?, ?, ?, ?)")
    for entry in run.values {
      try value.execute(arguments: [key, entry.kind.rawValue, entry.name, entry.number, entry.text])
    }
    for tag in Set(run.tags) {
      try database.cachedStatement(sql: "INSERT INTO tag VALUES (?, ?)").execute(arguments: [key, tag])
    }
  }

  /// Asks the database; one that shows its damage only now is made anew, once.
  func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
    do {
      return try database.read(body)
    } catch let error as DatabaseError {
      database = try Self.opened(again: file, after: error)
      try update()
      return try database.read(body)
    }
  }
}

extension DatabaseError {
  /// Whether the file is no database, or one whose pages or tables are not as they were written.
  fileprivate var isOfDamage: Bool {
    switch resultCode {
    // Tables or columns that are missing are an error in the words of SQL.
    case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_FORMAT, .SQLITE_ERROR, .SQLITE_MISMATCH,
      .SQLITE_CONSTRAINT:
      true
    default: false
    }
  }
}
