import Foundation
import Support

/// `gfnet.read`: text, CSV and JSON for scripts.
enum ReadModule {
  /// The largest file that is read; what becomes of it in Lua is several times as large.
  private static let mostBytes = 64 << 20

  static let module = LuaModule(
    "gfnet.read", "Reads text, CSV and JSON from files.",
    functions: [csv, json, jsonLines, lines, text])

  static func bytes(_ call: LuaCall) throws -> (bytes: [UInt8], path: FilePath) {
    let path = try call[file]
    return (try InputFile.bytes(of: path, limit: mostBytes), path)
  }

  /// What `parse` makes of the bytes of the file; what is wrong in it is told with its place.
  private static func parsed<Value>(
    _ call: LuaCall, _ function: String, _ parse: ([UInt8]) throws -> Value
  ) throws -> Value {
    let (bytes, path) = try bytes(call)
    do {
      return try parse(bytes)
    } catch let problem as TextProblem {
      throw LuaError("gfnet.read.\(function): \(path), \(problem.description)")
    }
  }

  static let file = ArgumentKey<FilePath>.inputPath(
    "file",
    "its path; looked for in the current folder, then beside the script; by a plugin in its own folder first")

  private static let text = FunctionEntry(
    "text", "Reads a file as one string, byte by byte.", [file], returns: "string",
    example: "local text = gfnet.read.text(\"notes.txt\")", touches: [.readFiles]
  ) { call in BytesOfFile(bytes: try bytes(call).bytes) }

  private static let lines = FunctionEntry(
    "lines", "Reads the lines of a text file.", [file], returns: "string[]",
    example: "for i, line in ipairs(gfnet.read.lines(\"notes.txt\")) do print(i, line) end",
    discussion: """
      Lines end with LF, CR LF or CR, also mixed; a byte-order mark at the start is left out. The files of gfnet.read are \
      at most 64 MB.
      """, touches: [.readFiles]
  ) { call in try TextLines(bytes(call).bytes).map { BytesOfFile(bytes: Array($0.bytes)) } }

  private static let header = ArgumentKey<Bool>(
    "header", default: true, "whether the first row names the columns")
  private static let separator = ArgumentKey<String>(
    "separator", default: ",", "one character between fields, such as \";\" or \"\\t\"")
  private static let textColumns = ArgumentKey<[String]?>("text", "names of columns that stay text")

  private static let csv = FunctionEntry(
    "csv", "Reads a table of comma-separated values.", [file, .options([header, separator, textColumns])],
    returns: "table: names, columns and rows",
    example: "local runs = gfnet.read.csv(\"runs.csv\")  print(#runs.rows, runs.columns.accuracy[1])",
    discussion: """
      names are those of the columns in order, columns has a list for each name, rows a table by name for each row; \
      without a header, columns and fields go by number. A column all of whose fields are numbers (also nan and inf) \
      holds numbers, its empty fields NaN; any other holds strings. Whole numbers without point or exponent are \
      integers where 64 bits hold them, with all digits; of others a 64-bit float is kept, an integer where it is \
      whole and below 2^53. Fields may be quoted as in RFC 4180, and then hold separators, line ends and doubled \
      quotes; quoted fields are always text. Empty lines are passed over.
      """, touches: [.readFiles]
  ) { call in
    let bytes = Array(try call[separator].utf8)
    guard bytes.count == 1, let sign = bytes.first, sign != UInt8(ascii: "\""), sign != 10, sign != 13
    else {
      throw LuaError("\(call.place(separator)) must be one character such as \",\"")
    }
    return try parsed(call, "csv") { bytes in
      try CSVTable(
        CSVReader(bytes, separator: sign).rows(), hasHeader: call[header],
        text: Set(call[textColumns] ?? []))
    }
  }

  private static let json = FunctionEntry(
    "json", "Reads a JSON file.", [file], returns: "any: table, string, number or boolean",
    example: "local config = gfnet.read.json(\"config.json\")",
    discussion: """
      Objects and lists become tables. Whole numbers without point or exponent stay integers where 64 bits hold them; NaN, \
      Infinity and -Infinity, which Python writes, are read. null is left out of objects, and is NaN in lists, which would \
      end there otherwise. Values may lie 200 deep.
      """, touches: [.readFiles]
  ) { call in
    try parsed(call, "json") { try JSONReader($0).document() }
  }

  private static let jsonLines = FunctionEntry(
    "json_lines", "Reads a file of one JSON value a line, such as metrics.jsonl.", [file], returns: "any[]",
    example: "for _, epoch in ipairs(gfnet.read.json_lines(\"metrics.jsonl\")) do print(epoch.loss) end",
    discussion: """
      Empty lines are passed over. Values are read as by gfnet.read.json; a line that is null is NaN, as null in lists \
      is, so that the list has one element for each line.
      """, touches: [.readFiles]
  ) { call in
    try parsed(call, "json_lines") { bytes in
      try TextLines(bytes).compactMap { line -> JSONReader.Value? in
        try Cancellation.check()
        guard !line.isBlank else { return nil }
        do {
          let value = try JSONReader(Array(line.bytes)).document()
          // A nil would be a hole in the list.
          if case .null = value { return .number(.nan) }
          return value
        } catch let problem as TextProblem {
          throw TextProblem(line: line.number, reason: problem.reason)
        }
      }
    }
  }
}
