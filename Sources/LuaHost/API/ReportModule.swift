import Foundation
import Reports
import Support

/// `gfnet.report`: text, tables and values that go to the terminal and the report.
enum ReportModule {
  static let module = LuaModule(
    "gfnet.report", "Writes text, tables and values into the run's report.",
    functions: [text, markdown, value, table, figure, results])

  private static let text = FunctionEntry(
    "text", "Writes plain text, followed by a line end.", [Parameter("text", .string, "the text")],
    example: "gfnet.report.text(\"three images failed\")", touches: [.report]
  ) { call in call.context.emit(.text(try call.string("text") + "\n")) }

  private static let markdown = FunctionEntry(
    "markdown", "Writes Markdown, which the report formats.",
    [Parameter("markdown", .string, "Markdown source")],
    example: "gfnet.report.markdown(\"**Accuracy** rises with every step.\")", touches: [.report]
  ) { call in call.context.emit(.markdown(try call.string("markdown"))) }

  private static let value = FunctionEntry(
    "value", "Shows a value as the last expression of a cell would be shown.",
    [Parameter.optional("value", .any, "anything: a table, a figure, a number")],
    example: "gfnet.report.value({accuracy = 0.91})", touches: [.report]
  ) { call in
    let outputs = try ValueDisplay(state: call.state).outputs(of: [try call.value("value")])
    outputs.forEach(call.context.emit)
  }

  private static let results = FunctionEntry(
    "results", "Records named results of the run, for summary.json.",
    [Parameter("results", .table, "numbers, strings and booleans by name")],
    example: "gfnet.report.results{accuracy = 0.91, madds = 3.2e6}", touches: [.report]
  ) { call in
    for (key, value) in try call.table("results").pairs() {
      guard let name = key.asString else {
        throw LuaError(
          "gfnet.report.results: results are named, as in {accuracy = 0.9}; got the key \(key.described)")
      }
      switch value {
      case .number(let value): call.context.record(result: name, .number(value))
      case .integer(let value): call.context.record(result: name, .integer(value))
      case .string(let value): call.context.record(result: name, .string(value))
      case .boolean(let value): call.context.record(result: name, .bool(value))
      default:
        throw LuaError(
          "gfnet.report.results: '\(name)' must be a number, a string or a boolean, got \(value.described)")
      }
    }
  }

  private static let figure = FunctionEntry(
    "figure", "Shows a figure under a name and a caption.",
    [
      Parameter("figure", .either([.object("figure"), .object("picture")]), "what gfnet.plot made"),
      .options(Parameter.fileOptions),
    ],
    example: """
      gfnet.report.figure(gfnet.plot.figure{}:line({1, 2}, {3, 4}), {name = "accuracy", caption = "Two steps."})
      """, touches: [.report]
  ) { call in
    let stack = call.stack
    let drawing: any ScriptDrawing =
      try stack.object(at: 1, as: ScriptFigure.self)
      ?? stack.requireObject(at: 1, as: ScriptPicture.self, in: "gfnet.report.figure")
    let caption = try call.string("caption")
    call.context.emit(
      .figure(
        try drawing.picture(
          call.context, name: try call.fileStem(), caption: caption.isEmpty ? nil : caption)))
  }

  private static let table = FunctionEntry(
    "table", "Writes a table; the run keeps its numbers in full under tables/.",
    [
      .options(
        [
          Parameter("columns", .list(.string), "the headings"),
          Parameter("rows", .list(.table), "one list of numbers, strings, booleans or nil per row"),
          Parameter("caption", .string, default: "", "a sentence below the table"),
          .optional("name", .string, "file name under tables/, without ending"),
          .optional(
            "digits", .either([.integer, .table]), "decimals shown: one number, or a table by column name"),
        ], name: "table")
    ],
    example:
      "gfnet.report.table{columns = {\"steps\", \"accuracy\"}, rows = {{1, 0.62}, {2, 0.71}}, digits = 2}",
    touches: [.report]
  ) { call in
    let columns = try call.strings("columns")
    let digits = try digitsByColumn(call, columns)
    let rows = try call.elements("rows").enumerated().map { number, row in
      try cells(of: row, row: number + 1, columns: columns, digits: digits)
    }
    let name =
      try call.optionalString("name").map { ArtifactNames.stem($0, fallback: "table") }
      ?? call.context.nextName("table")
    call.context.emit(
      .table(.init(name: name, caption: try call.string("caption"), columns: columns, rows: rows)))
  }

  private static func digitsByColumn(_ call: LuaCall, _ columns: [String]) throws -> [Int?] {
    func checked(_ value: LuaValue, _ place: String) throws -> Int {
      guard let digits = value.asInteger, (0...15).contains(digits) else {
        throw LuaError(
          "gfnet.report.table: \(place) must be a whole number from 0 to 15, got \(value.described)")
      }
      return digits
    }
    guard try call.has("digits") else { return columns.map { _ in nil } }
    let given = try call.value("digits")
    guard let table = given.asTable else {
      let digits = try checked(given, "digits")
      return columns.map { _ in digits }
    }
    var result: [Int?] = columns.map { _ in nil }
    for (key, value) in try table.pairs() {
      let name = key.asString ?? key.described
      guard let column = columns.firstIndex(of: name) else {
        throw LuaError(
          "gfnet.report.table: digits names no column '\(name)'" + NearestName.hint(name, in: columns))
      }
      result[column] = try checked(value, "digits of '\(name)'")
    }
    return result
  }

  private static func cells(of row: LuaValue, row number: Int, columns: [String], digits: [Int?]) throws
    -> [Notebook.Table.Value]
  {
    var cells = [Notebook.Table.Value](repeating: .empty, count: columns.count)
    for (key, value) in try row.asTable?.pairs() ?? [] {
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
      case .string(let value): cells[column] = .text(value)
      case .boolean(let value): cells[column] = .text(value ? "true" : "false")
      default:
        throw LuaError(
          "gfnet.report.table: row \(number), column '\(columns[column])' must be a number, a string or a boolean, got \(value.described)"
        )
      }
    }
    return cells
  }
}
