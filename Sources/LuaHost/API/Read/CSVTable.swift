import Support

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
