import Support

/// Takes comma-separated values apart, in bytes (RFC 4180; line ends of any kind).
struct CSVReader {
  struct Field {
    var bytes: [UInt8] = []
    var isQuoted = false
  }

  struct Row {
    /// The line in which it begins, from 1.
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
    /// Whether the quote that ends a field was just read.
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
