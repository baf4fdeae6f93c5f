import Support

/// The parsed JSON header of a safetensors file.
///
/// The grammar has a fixed depth of three, so it is read by a parser without recursion: a file cannot exhaust
/// the stack. Unlike general JSON parsers it refuses duplicate names, fractions and unknown fields.
struct SafetensorsHeader {
  struct Entry {
    let name: String
    /// The element type; nil where it is not read.
    let type: StoredType?
    let typeName: String
    let shape: [Int]
    /// Its bytes within the data section.
    let range: Range<Int>
  }

  /// Types of the format whose values are not read, with their bits per element.
  fileprivate static let unread: [String: Int] = [
    "F8_E4M3": 8, "F8_E5M2": 8, "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8, "F8_E8M0": 8, "F4": 4, "F6_E2M3": 6,
    "F6_E3M2": 6, "C64": 64,
  ]

  /// The entries in the order of their bytes.
  let entries: [Entry]
  let metadata: [String: String]

  /// Reads the JSON text `bytes`, which may be padded by spaces. The tensors must fill the data section of
  /// `dataCount` bytes without gap or overlap. Errors call the file `file`.
  init(_ bytes: UnsafeRawBufferPointer, dataCount: Int, file: String) throws {
    var parser = HeaderParser(bytes: bytes, file: file)
    let (parsed, metadata) = try parser.header()
    self.metadata = metadata
    // A header of a hundred megabytes has millions of entries, so that every loop can be left.
    var comparisons = 0
    entries = try parsed.sorted {
      comparisons += 1
      if comparisons & 0xFFFF == 0 { try Cancellation.check() }
      let (first, second) = ($0.range, $1.range)
      if first.lowerBound != second.lowerBound { return first.lowerBound < second.lowerBound }
      if first.upperBound != second.upperBound { return first.upperBound < second.upperBound }
      return $0.name < $1.name
    }
    var end = 0
    for entry in entries {
      // Names are made fit for messages only where there is one.
      var quoted: String { ForeignText.quoted(entry.name) }
      let range = entry.range
      guard range.upperBound <= dataCount else {
        throw DamagedFile.safetensors(
          file: file,
          reason: "tensor \(quoted) ends at byte \(range.upperBound) of a data section of \(dataCount) bytes"
            + " (truncated?)")
      }
      guard range.lowerBound == end else {
        let fault = range.lowerBound < end ? "overlaps the tensor before it" : "leaves a gap before it"
        throw DamagedFile.safetensors(
          file: file,
          reason: "tensor \(quoted) \(fault): it starts at byte \(range.lowerBound), expected \(end)")
      }
      end = range.upperBound
    }
    guard end == dataCount else {
      throw DamagedFile.safetensors(
        file: file, reason: "\(dataCount - end) bytes follow the last tensor's end at byte \(end)")
    }
  }
}

/// Reads the header's JSON from a cursor that never passes the end.
private struct HeaderParser {
  let bytes: UnsafeRawBufferPointer
  let file: String
  var position = 0

  typealias Header = (entries: [SafetensorsHeader.Entry], metadata: [String: String])

  mutating func header() throws -> Header {
    var entries: [SafetensorsHeader.Entry] = []
    var names: Set<String> = []
    var metadata: [String: String] = [:]
    // The format asks for the brace at once: no space before it.
    guard bytes.first == UInt8(ascii: "{") else { throw error("the header does not start with '{'") }
    try object { parser, name in
      if names.count & 0xFFF == 0 { try Cancellation.check() }
      guard names.insert(name).inserted else {
        throw parser.error("the name \(ForeignText.quoted(name)) appears twice in the header")
      }
      if name == "__metadata__" {
        metadata = parser.acceptNull() ? [:] : try parser.strings()
      } else {
        entries.append(try parser.entry(named: name))
      }
    }
    skipSpace()
    guard position == bytes.count else { throw error("text follows the header's closing brace") }
    return (entries, metadata)
  }

  /// Reads the map of strings under `__metadata__`.
  mutating func strings() throws -> [String: String] {
    var result: [String: String] = [:]
    try object { parser, key in
      if result.count & 0xFFF == 0 { try Cancellation.check() }
      let value = try parser.string()
      guard result.updateValue(value, forKey: key) == nil else {
        throw parser.error("the metadata key \(ForeignText.quoted(key)) appears twice")
      }
    }
    return result
  }

  /// Reads `{"dtype": …, "shape": […], "data_offsets": [a, b]}`.
  mutating func entry(named name: String) throws -> SafetensorsHeader.Entry {
    var quoted: String { ForeignText.quoted(name) }
    var typeName: String?
    var shape: [Int]?
    var offsets: [Int]?
    try object { parser, field in
      switch field {
      case "dtype" where typeName == nil: typeName = try parser.string()
      case "shape" where shape == nil: shape = try parser.integers()
      case "data_offsets" where offsets == nil: offsets = try parser.integers()
      case "dtype", "shape", "data_offsets":
        throw parser.error("tensor \(quoted) has the field '\(field)' twice")
      default:
        throw parser.error("tensor \(quoted) has the unknown field \(ForeignText.quoted(field))")
      }
    }
    guard let typeName, let shape, let offsets else {
      throw error("tensor \(quoted) lacks one of the fields dtype, shape, data_offsets")
    }
    guard offsets.count == 2, offsets[0] <= offsets[1] else {
      throw error("tensor \(quoted) has data_offsets that are not [begin, end] with begin ≤ end")
    }
    let type = StoredType(rawValue: typeName)
    guard let bits = type.map({ 8 * $0.size }) ?? SafetensorsHeader.unread[typeName] else {
      let known = StoredType.allCases.map(\.rawValue).joined(separator: " ")
      throw error(
        "tensor \(quoted) has the type \(ForeignText.quoted(typeName)); supported are \(known)")
    }
    // Axes of no elements are left out at first: sizes are multiplied in any order by those who use them.
    var size = bits
    for extent in shape where extent > 0 {
      let (product, overflow) = size.multipliedReportingOverflow(by: extent)
      guard !overflow else { throw error("the shape of tensor \(quoted) overflows") }
      size = product
    }
    size = shape.contains(0) ? 0 : (size + 7) / 8
    guard size == offsets[1] - offsets[0] else {
      throw error(
        "tensor \(quoted) of type \(typeName) needs \(size) bytes by its shape"
          + " but has \(offsets[1] - offsets[0]) by its offsets")
    }
    return .init(
      name: name, type: type, typeName: typeName, shape: shape,
      range: offsets[0]..<offsets[1])
  }

  /// Reads `{"name": value, …}`; `body` reads each value.
  mutating func object(_ body: (inout HeaderParser, String) throws -> Void) throws {
    try expect("{")
    if accept("}") { return }
    repeat {
      let name = try string()
      try expect(":")
      try body(&self, name)
    } while accept(",")
    try expect("}")
  }

  /// Passes over a `null`.
  mutating func acceptNull() -> Bool {
    skipSpace()
    guard bytes[position...].starts(with: "null".utf8) else { return false }
    position += 4
    return true
  }

  /// Reads `[0, 1, …]` of whole numbers ≥ 0.
  mutating func integers() throws -> [Int] {
    var result: [Int] = []
    try expect("[")
    if accept("]") { return result }
    repeat {
      if result.count & 0xFFFF == 0xFFFF { try Cancellation.check() }
      result.append(try integer())
    } while accept(",")
    try expect("]")
    return result
  }

  mutating func integer() throws -> Int {
    skipSpace()
    let start = position
    var value = 0
    while position < bytes.count, case let digit = bytes[position] &- UInt8(ascii: "0"), digit < 10 {
      let (shifted, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = shifted.addingReportingOverflow(Int(digit))
      guard !overflow, !carry else { throw error("a number at header byte \(start) is too large") }
      value = sum
      position += 1
    }
    guard position > start, position - start == 1 || bytes[start] != UInt8(ascii: "0") else {
      throw error("expected a whole number ≥ 0 at header byte \(start)")
    }
    return value
  }

  mutating func string() throws -> String {
    try expect("\"")
    let start = position
    do {
      let text = try JSONText.string(in: bytes, at: &position, loneSurrogates: .refused)
      guard let result = String(validating: text, as: UTF8.self) else {
        throw error("the string at header byte \(start) is not valid UTF-8")
      }
      return result
    } catch let fault as JSONText.Fault {
      throw error(Self.reason(fault, start))
    }
  }

  /// What is wrong with the string that begins at the header's byte `start`.
  private static func reason(_ fault: JSONText.Fault, _ start: Int) -> String {
    switch fault.kind {
    case .open: "the string at header byte \(start) does not end"
    case .openEscape: "the header ends within an escape"
    case .controlCharacter: "an unescaped control character at header byte \(fault.position)"
    case .unknownEscape: "an unknown escape at header byte \(fault.position)"
    case .notHexadecimal: "expected four hexadecimal digits at header byte \(fault.position)"
    case .loneSurrogate: "a lone surrogate at header byte \(fault.position)"
    case .brokenPair: "a broken surrogate pair at header byte \(fault.position)"
    }
  }

  private mutating func accept(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard position < bytes.count, bytes[position] == UInt8(truncatingIfNeeded: character.value) else {
      return false
    }
    position += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws {
    guard accept(character) else { throw error("expected '\(character)' at header byte \(position)") }
  }

  private mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: return
      }
    }
  }

  func error(_ reason: String) -> DamagedFile { .safetensors(file: file, reason: reason) }
}
