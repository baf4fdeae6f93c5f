import Foundation
import GRDB
import Support

extension RunIndex {
  /// A run as it is listed.
  public struct Entry: Sendable {
    /// Its folder, below that of all runs; empty for that folder itself.
    public let path: FilePath
    public let title: String
    /// The script's name without folders and ending.
    public let scriptStem: String
    public let status: String
    /// When it began, in UTC to the second; empty where it does not say.
    public let startedText: String
    public let seconds: Double?
    /// Separated by spaces.
    public let tags: String
    /// Parameters that the command line set.
    public let settings: String
    /// The first results.
    public let results: String
    /// A picture below its folder; empty for none.
    public let thumbnail: String
    /// What it is sorted by, where that is a value of its own.
    public let value: String
    /// The same, where it is a number.
    public let number: Double?

    /// What runs are sorted by that has a column of its own in each list.
    public static let ownColumns = Set(RunQuery.columns.keys)

    /// How a user names it.
    public var name: String { path.isEmpty ? "." : path.shown }
  }

  /// The runs that are asked for.
  ///
  /// - Throws: ``RunsError`` where no run has what they are to be sorted by.
  public func entries(_ query: RunQuery = RunQuery()) throws -> [Entry] {
    try read { database in
      let sql = try Self.statement(query, database)
      let rows = try Row.fetchCursor(
        database,
        sql: """
          SELECT run.path, title, stem, status, startedText, seconds, tags, settings, results, thumbnail, \(sql.value)
          \(sql.text)
          """, arguments: sql.arguments)
      var entries: [Entry] = []
      while let row = try rows.next() {
        let bytes: Data = row[0]
        entries.append(
          Entry(
            path: FilePath(bytes: bytes) ?? "", title: row[1], scriptStem: row[2], status: row[3],
            startedText: row[4], seconds: row[5], tags: row[6], settings: row[7], results: row[8],
            thumbnail: row[9], value: row[10] ?? "", number: row[11]))
      }
      return entries
    }
  }

  /// The runs that are asked for, each as one JSON object.
  public func json(_ query: RunQuery) throws -> [String] {
    try read { database in
      let sql = try Self.statement(query, database)
      let rows = try Row.fetchCursor(
        database, sql: "SELECT run.path, json \(sql.text)", arguments: sql.arguments)
      var lines: [String] = []
      while let row = try rows.next() {
        let bytes: Data = row[0]
        let path = FilePath(bytes: bytes) ?? ""
        var head = "{\"run\":"
        JSONText.quote(path.isEmpty ? "." : path.shown, to: &head)
        head += ",\"folder\":"
        JSONText.quote(root.pushing(path).shown, to: &head)
        let json: String = row[1]
        lines.append(head + "," + json.dropFirst())
      }
      return lines
    }
  }

  /// The runs that have a tag.
  func paths(tagged name: String) throws -> [FilePath] {
    try read { database in
      try Data.fetchAll(
        database, sql: "SELECT tag.run FROM tag WHERE name = ? ORDER BY tag.run", arguments: [name]
      ).compactMap { FilePath(bytes: $0) }
    }
  }

  /// Whether there is a run at a path below the root.
  func has(_ path: FilePath) throws -> Bool {
    try read { database in
      try Bool.fetchOne(
        database, sql: "SELECT EXISTS (SELECT 1 FROM run WHERE path = ?)", arguments: [Data(path.bytes)])
        ?? false
    }
  }

  /// Names of runs and tags, for near names in messages.
  func knownNames() throws -> [String] {
    try read { database in
      let paths = try Data.fetchAll(database, sql: "SELECT path FROM run ORDER BY path LIMIT 20000")
      let tags = try String.fetchAll(database, sql: "SELECT DISTINCT name FROM tag ORDER BY name LIMIT 20000")
      return paths.compactMap { FilePath(bytes: $0)?.shown } + tags
    }
  }

  private struct Statement {
    /// The columns of the value that runs are sorted by.
    var value = "NULL, NULL"
    /// From FROM on.
    var text = ""
    var arguments = StatementArguments()
  }

  private static func statement(_ query: RunQuery, _ database: Database) throws -> Statement {
    var statement = Statement()
    var order = "ORDER BY started IS NULL, started \(query.isReversed ? "ASC" : "DESC"), run.path"
    statement.text = "FROM run"
    let direction = query.isReversed ? "DESC" : "ASC"
    if let sort = query.sort {
      if let column = RunQuery.columns[sort] {
        order = "ORDER BY \(column) IS NULL, \(column) \(direction), run.path"
      } else {
        let (kind, name) = try valueKind(of: sort, database)
        statement.text += " LEFT JOIN value ON value.run = run.path AND value.kind = ? AND value.name = ?"
        statement.arguments += [kind.rawValue, name]
        statement.value = "value.text, value.number"
        order = """
          ORDER BY value.run IS NULL, value.number IS NULL, value.number \(direction), value.text \(direction), run.path
          """
      }
    }
    var conditions: [String] = []
    if let script = query.script {
      conditions.append("(script = ? OR stem = ?)")
      statement.arguments += [script, script]
    }
    if !query.statuses.isEmpty {
      conditions.append("status IN (\(query.statuses.map { _ in "?" }.joined(separator: ", ")))")
      for status in query.statuses { statement.arguments += [status] }
    }
    for tag in query.tags {
      conditions.append("EXISTS (SELECT 1 FROM tag WHERE tag.run = run.path AND tag.name = ?)")
      statement.arguments += [tag]
    }
    if let since = query.since {
      conditions.append("started >= ?")
      statement.arguments += [since.timeIntervalSince1970]
    }
    if !conditions.isEmpty { statement.text += " WHERE " + conditions.joined(separator: " AND ") }
    statement.text += " " + order
    if let limit = query.limit {
      statement.text += " LIMIT ?"
      statement.arguments += [limit]
    }
    return statement
  }

  /// Where the name that runs are to be sorted by belongs.
  private static func valueKind(of sort: String, _ database: Database) throws -> (RunQuery.ValueKind, String)
  {
    let known = "SELECT EXISTS (SELECT 1 FROM value WHERE kind = ? AND name = ?)"
    for kind in RunQuery.ValueKind.allCases {
      // A name may begin with what names of another kind begin with.
      for name in [sort, sort.hasPrefix(kind.prefix) ? String(sort.dropFirst(kind.prefix.count)) : sort]
      where try Bool.fetchOne(database, sql: known, arguments: [kind.rawValue, name]) == true {
        return (kind, name)
      }
    }
    let names = try String.fetchAll(
      database, sql: "SELECT DISTINCT name FROM value ORDER BY name LIMIT 5000")
    throw RunsError(
      "no run has '\(sort.printable(upTo: 60))' to sort by"
        + NearestName.hint(
          sort, in: RunQuery.columns.keys.sorted() + names.map { $0.printable(upTo: 60) }))
  }
}
