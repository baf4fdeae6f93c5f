import Reports
import Support

/// `gfnet.report.table`.
enum TableFunction {
  private static let columns = ArgumentKey<[String]>("columns", "the headings")
  /// The most cells of a table, which takes some 40 bytes for each.
  private static let mostCells = 4_000_000
  private static let rows = ArgumentKey<[LuaTable]>(
    "rows", "one list of numbers, estimates (gfnet.stats), strings, booleans or nil per row")
  private static let caption = ArgumentKey<String>("caption", default: "", "a sentence below the table")
  private static let name = ArgumentKey<String?>(
    .optional("name", .string, "file name under tables/, without ending")
  ) { call, name in
    try call.optionalString(name).map { ArtifactNames.stem($0, fallback: "table") }
  }
  private static let digits = ArgumentKey<LuaValue>(
    .optional(
      "digits", .either([.integer, .table]), "decimals shown: one number, or a table by column name"))

  private static let best = ArgumentKey<LuaValue>(
    .optional(
      "best", .table, "by column name, which number of it is shown in bold: \"max\" or \"min\""))

  static let entry = FunctionEntry(
    "table", "Writes a table; the run keeps its numbers in full under tables/.",
    [.options([columns, rows, caption, name, digits, best], name: "table")],
    example:
      "gfnet.report.table{columns = {\"steps\", \"accuracy\"}, rows = {{1, 0.62}, {2, 0.71}}, digits = 2, best = {accuracy = \"max\"}}",
    touches: [.report]
  ) { call in
    let headings = try call[columns]
    let shownDigits = try digitsByColumn(call[digits], headings)
    let given = try call[rows]
    // Rows that are empty in Lua have all columns here.
    guard given.count <= mostCells / max(headings.count, 1) else {
      throw LuaError(
        "gfnet.report.table: \(given.count) rows of \(headings.count) columns; a table has up to \(mostCells) cells (gfnet.tensor.save writes more)"
      )
    }
    let values = try given.enumerated().map { index, row in
      try cells(of: row, number: index + 1, headings, digits: shownDigits)
    }
    let stem = try call[name] ?? call.context.names.next("table")
    try call.context.emit(
      .table(
        .init(
          name: stem, caption: try call[caption], columns: headings, rows: values,
          best: bestByColumn(call[best], headings))))
  }

  /// The place of the column that an option names.
  private static func column(_ key: LuaValue, among columns: [String], of option: String) throws -> Int {
    let name = key.asString ?? key.described
    guard let column = columns.firstIndex(of: name) else {
      throw LuaError(
        "gfnet.report.table: \(option) names no column '\(name)'" + NearestName.hint(name, in: columns))
    }
    return column
  }

  /// Which number is the best in the columns that a script says it of.
  private static func bestByColumn(_ given: LuaValue, _ columns: [String]) throws -> [Int: Notebook.Table
    .Best]
  {
    guard let table = given.asTable else { return [:] }
    var result: [Int: Notebook.Table.Best] = [:]
    for (key, value) in try table.pairs() {
      let column = try column(key, among: columns, of: "best")
      guard let best = value.asString.flatMap(Notebook.Table.Best.init) else {
        throw LuaError(
          "gfnet.report.table: best of '\(columns[column])' must be \"max\" or \"min\", got \(value.described)"
        )
      }
      result[column] = best
    }
    return result
  }

  /// The decimals of each column; nil where a script says nothing of them.
  private static func digitsByColumn(_ given: LuaValue, _ columns: [String]) throws -> [Int?] {
    func checked(_ value: LuaValue, _ place: String) throws -> Int {
      guard let digits = value.asInteger, (0...15).contains(digits) else {
        throw LuaError(
          "gfnet.report.table: \(place) must be a whole number from 0 to 15, got \(value.described)")
      }
      return digits
    }
    if given.isNil { return columns.map { _ in nil } }
    guard let table = given.asTable else {
      let digits = try checked(given, "digits")
      return columns.map { _ in digits }
    }
    var result: [Int?] = columns.map { _ in nil }
    for (key, value) in try table.pairs() {
      let column = try column(key, among: columns, of: "digits")
      result[column] = try checked(value, "digits of '\(columns[column])'")
    }
    return result
  }

  /// The cells of row `number`, by the place or the name of their column.
  private static func cells(
    of row: LuaTable, number: Int, _ columns: [String], digits: [Int?]
  ) throws -> [Notebook.Table.Value] {
    // Rows may be empty in Lua, and have all columns here.
    try Cancellation.check()
    try MemoryBudget.shared.require(columns.count * MemoryLayout<Notebook.Table.Value>.stride)
    var cells = [Notebook.Table.Value](repeating: .empty, count: columns.count)
    for (key, value) in try row.pairs() {
      let column = key.asInteger.map { $0 &- 1 } ?? key.asString.flatMap(columns.firstIndex(of:))
      guard let column, columns.indices.contains(column) else {
        let hint = key.asString.map { NearestName.hint($0, in: columns) } ?? ""
        throw LuaError(
          "gfnet.report.table: row \(number) has the entry \(key.described), and the table has \(columns.count) columns\(hint)"
        )
      }
      switch value {
      case .number(let value): cells[column] = .number(value, digits: digits[column])
      case .integer(let value): cells[column] = .integer(value, digits: digits[column])
      case .string(let value):
        try MemoryBudget.shared.require(value.utf8.count)
        cells[column] = .text(value)
      case .boolean(let value): cells[column] = .text(value ? "true" : "false")
      case .object(let object):
        guard let estimate = object.value(as: EstimateHandle.self) else { fallthrough }
        cells[column] = estimate.cell(digits: digits[column])
      default:
        throw LuaError(
          "gfnet.report.table: row \(number), column '\(columns[column])' must be a number, an estimate, a string or a boolean, got \(value.described)"
        )
      }
    }
    return cells
  }
}
