import CLuaBridge
import Support

/// Takes comma-separated values apart, in bytes (RFC 4180; line ends of any kind).
struct CSVReader {
  struct Field {
    var bytes: [UInt8] = []
    var isQuoted = false
  }

  struct Row {
    /// Where it begins, from 1.
    let line: Int
    var fields: [Field] = []
  }

  private let bytes: ArraySlice<UInt8>
  private let separator: UInt8

  init(_ bytes: [UInt8], separator: UInt8) {
    self.bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
    self.separator = separator
  }

  func rows() throws -> [Row] {
    let (quote, lf, cr) = (UInt8(ascii: "\""), UInt8(ascii: "\n"), UInt8(ascii: "\r"))
    var rows: [Row] = []
    var line = 1
    var position = bytes.startIndex
    let end = bytes.endIndex
    var row = Row(line: line)
    var field = Field()
    /// True behind the quote that ends a field.
    var isClosed = false
    func isEmpty(_ row: Row) -> Bool {
      row.fields.count == 1 && row.fields[0].bytes.isEmpty && !row.fields[0].isQuoted
    }
    while position < end {
      if position & 0xFFFFF == 0 { try Cancellation.check() }
      let byte = bytes[position]
      position += 1
      if byte == quote, field.bytes.isEmpty, !field.isQuoted {
        field.isQuoted = true
        let start = line
        while true {
          guard position < end else { throw TextProblem(line: start, reason: "a quoted field does not end") }
          let inside = bytes[position]
          position += 1
          if inside == quote {
            guard position < end, bytes[position] == quote else { break }
            position += 1
          } else if inside == lf || inside == cr && (position == end || bytes[position] != lf) {
            line += 1
          }
          field.bytes.append(inside)
        }
        isClosed = true
      } else if byte == separator {
        row.fields.append(field)
        (field, isClosed) = (Field(), false)
      } else if byte == lf || byte == cr {
        if byte == cr, position < end, bytes[position] == lf { position += 1 }
        row.fields.append(field)
        (field, isClosed) = (Field(), false)
        if !isEmpty(row) { rows.append(row) }
        line += 1
        row = Row(line: line)
      } else if isClosed {
        throw TextProblem(line: line, reason: "something follows the quote that ends a field")
      } else {
        field.bytes.append(byte)
      }
    }
    row.fields.append(field)
    if !isEmpty(row) { rows.append(row) }
    return rows
  }
}

/// Rows of CSV as a Lua table.
struct CSVTable: LuaPushable {
  private enum Cell {
    case integer(Int)
    case number(Double)
    case text([UInt8])
  }

  private let names: [[UInt8]]
  private let hasHeader: Bool
  private var columns: [[Cell]]

  init(_ rows: [CSVReader.Row], hasHeader: Bool, text: Set<String>) throws {
    self.hasHeader = hasHeader
    let width = rows.first?.fields.count ?? 0
    names = hasHeader ? rows.first?.fields.map { Array($0.bytes[...].trimmingBlanks()) } ?? [] : []
    var seen: Set<[UInt8]> = []
    for name in names where !seen.insert(name).inserted {
      throw TextProblem(
        line: rows.first?.line ?? 1, reason: "two columns are called '\(String(escaping: name))'")
    }
    let data = rows.dropFirst(hasHeader ? 1 : 0)
    for row in data where row.fields.count != width {
      throw TextProblem(line: row.line, reason: "\(row.fields.count) fields, expected \(width)")
    }
    let known = Set(names.map { String(decoding: $0, as: UTF8.self) })
    if let stranger = text.subtracting(known).min() {
      throw TextProblem(line: rows.first?.line ?? 1, reason: "there is no column '\(stranger)'")
    }
    columns = []
    for column in 0..<width {
      try Cancellation.check()
      let fields = data.map { $0.fields[column] }
      let isText = hasHeader && text.contains(String(decoding: names[column], as: UTF8.self))
      columns.append(Self.cells(fields, isText: isText))
    }
  }

  private static func cells(_ fields: [CSVReader.Field], isText: Bool) -> [Cell] {
    let asText = { fields.map { Cell.text($0.bytes) } }
    guard !isText, !fields.allSatisfy({ $0.bytes.isEmpty }) else { return asText() }
    var cells: [Cell] = []
    for field in fields {
      let text = field.bytes[...].trimmingBlanks()
      if field.isQuoted {
        return asText()
      } else if text.isEmpty {
        cells.append(.number(.nan))
      } else if let whole = DecimalText.integer(text) {
        cells.append(.integer(whole))
      } else if let number = DecimalText.number(text) {
        cells.append(.number(number))
      } else {
        return asText()
      }
    }
    return cells
  }

  func push(onto stack: LuaStack) throws {
    try stack.reserve(8)
    stack.pushTable(fields: 3)
    stack.push("names")
    try names.map { BytesOfFile(bytes: $0) }.push(onto: stack)
    stack.rawSet(tableAt: -3)
    stack.push("columns")
    stack.pushTable(array: columns.count)
    for (index, column) in columns.enumerated() {
      pushKey(index, onto: stack)
      stack.pushTable(array: column.count)
      for (row, cell) in column.enumerated() {
        stack.push(row + 1)
        push(cell, onto: stack)
        stack.rawSet(tableAt: -3)
      }
      stack.rawSet(tableAt: -3)
    }
    stack.rawSet(tableAt: -3)
    stack.push("rows")
    let count = columns.first?.count ?? 0
    stack.pushTable(array: count)
    for row in 0..<count {
      if row & 0xFFF == 0 { try Cancellation.check() }
      stack.push(row + 1)
      stack.pushTable(fields: columns.count)
      for (index, column) in columns.enumerated() {
        pushKey(index, onto: stack)
        push(column[row], onto: stack)
        stack.rawSet(tableAt: -3)
      }
      stack.rawSet(tableAt: -3)
    }
    stack.rawSet(tableAt: -3)
  }

  private func pushKey(_ index: Int, onto stack: LuaStack) {
    if hasHeader { stack.push(bytes: names[index]) } else { stack.push(index + 1) }
  }

  /// Whole numbers become integers, as Lua writes them.
  private func push(_ cell: Cell, onto stack: LuaStack) {
    switch cell {
    case .text(let bytes): stack.push(bytes: bytes)
    case .integer(let whole): stack.push(whole)
    case .number(let number):
      if let whole = Int(exactly: number), abs(number) < 0x1p53 {
        stack.push(whole)
      } else {
        stack.push(number)
      }
    }
  }
}

/// Numbers as programs write them.
enum DecimalText {
  /// The whole number that all of `text` is, written without point and exponent; nil for anything else, and where 64
  /// bits do not hold it.
  static func integer(_ text: ArraySlice<UInt8>) -> Int? {
    text.count <= 400 ? Int(String(decoding: text, as: UTF8.self)) : nil
  }

  /// The number that all of `text` is: decimal, with an exponent or not, or nan, inf and infinity; nil for anything else.
  static func number(_ text: ArraySlice<UInt8>) -> Double? {
    guard let first = text.first, text.count <= 400 else { return nil }
    let isSigned = first == UInt8(ascii: "-") || first == UInt8(ascii: "+")
    let body = String(decoding: text.dropFirst(isSigned ? 1 : 0), as: UTF8.self).lowercased()
    let sign: Double = first == UInt8(ascii: "-") ? -1 : 1
    switch body {
    case "nan": return .nan
    case "inf", "infinity": return sign * .infinity
    default:
      // Double would also take hexadecimal numbers.
      guard body.utf8.allSatisfy({ (0x30...0x39).contains($0) || [0x2E, 0x65, 0x2B, 0x2D].contains($0) })
      else {
        return nil
      }
      return Double(body).map { sign * $0 }
    }
  }
}
