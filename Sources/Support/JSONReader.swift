/// Reads JSON (RFC 8259) from bytes; strings keep their bytes.
public struct JSONReader {
  /// A value; names and strings are bytes.
  public indirect enum Value: Sendable {
    case null
    case boolean(Bool)
    case integer(Int)
    case number(Double)
    case string([UInt8])
    case list([Value])
    case object([(key: [UInt8], value: Value)])
  }

  /// More levels than any program writes.
  private static let deepest = 200

  private let bytes: [UInt8]
  private var position = 0
  private var values = 0

  /// Reads `bytes`; a byte-order mark is skipped.
  public init(_ bytes: [UInt8]) {
    self.bytes = bytes
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  /// The one value of the text.
  ///
  /// - Throws: ``TextProblem``.
  public mutating func read() throws -> Value {
    let value = try value(depth: 0)
    skipBlanks()
    guard position == bytes.count else { throw problem("something follows the value") }
    return value
  }

  /// The one value of the text.
  ///
  /// - Throws: ``TextProblem``.
  public func document() throws -> Value {
    var reader = self
    return try reader.read()
  }

  private func problem(_ reason: String) -> TextProblem {
    let line = 1 + TextLines(bytes.prefix(position)).reduce(0) { count, _ in count + 1 }
    let endsLine = position == 0 || [10, 13].contains(bytes[position - 1])
    return TextProblem(line: endsLine ? line : max(line - 1, 1), reason: reason)
  }

  private mutating func skipBlanks() {
    while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
  }

  private mutating func accept(_ sign: UInt8) -> Bool {
    skipBlanks()
    guard position < bytes.count, bytes[position] == sign else { return false }
    position += 1
    return true
  }

  private mutating func accept(word: String) -> Bool {
    guard bytes[position...].starts(with: word.utf8) else { return false }
    position += word.utf8.count
    return true
  }

  private mutating func value(depth: Int) throws -> Value {
    guard depth <= Self.deepest else { throw problem("values lie more than \(Self.deepest) deep") }
    values += 1
    if values & 0xFFFF == 0 { try Cancellation.check() }
    skipBlanks()
    guard position < bytes.count else { throw problem("the text ends where a value is expected") }
    switch bytes[position] {
    case UInt8(ascii: "{"): return try object(depth)
    case UInt8(ascii: "["): return try list(depth)
    case UInt8(ascii: "\""): return .string(try string())
    default: break
    }
    if accept(word: "true") { return .boolean(true) }
    if accept(word: "false") { return .boolean(false) }
    if accept(word: "null") { return .null }
    if accept(word: "NaN") { return .number(.nan) }
    if accept(word: "Infinity") { return .number(.infinity) }
    if accept(word: "-Infinity") { return .number(-.infinity) }
    return try number()
  }

  private mutating func object(_ depth: Int) throws -> Value {
    position += 1
    var members: [(key: [UInt8], value: Value)] = []
    if accept(UInt8(ascii: "}")) { return .object([]) }
    while true {
      skipBlanks()
      guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
        throw problem("expected the name of a member in quotes")
      }
      let key = try string()
      guard accept(UInt8(ascii: ":")) else { throw problem("expected ':' behind the name of a member") }
      members.append((key, try value(depth: depth + 1)))
      if accept(UInt8(ascii: "}")) { return .object(members) }
      guard accept(UInt8(ascii: ",")) else { throw problem("expected ',' or '}' behind a member") }
    }
  }

  private mutating func list(_ depth: Int) throws -> Value {
    position += 1
    var elements: [Value] = []
    if accept(UInt8(ascii: "]")) { return .list([]) }
    while true {
      elements.append(try value(depth: depth + 1))
      if accept(UInt8(ascii: "]")) { return .list(elements) }
      guard accept(UInt8(ascii: ",")) else { throw problem("expected ',' or ']' behind an element") }
    }
  }

  private mutating func number() throws -> Value {
    let start = position
    while position < bytes.count,
      (0x30...0x39).contains(bytes[position]) || [0x2B, 0x2D, 0x2E, 0x45, 0x65].contains(bytes[position])
    { position += 1 }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    guard Self.isNumber(bytes[start..<position]) else {
      let found = bytes[start...].prefix(12)
      throw problem("'\(String(escaping: found))' is no value")
    }
    if !text.contains(where: { ".eE".contains($0) }), let whole = Int(text) { return .integer(whole) }
    guard let number = Double(text) else { throw problem("'\(text.prefix(40))' is no number") }
    return .number(number)
  }

  /// Whether the bytes are a number as JSON writes it. A pattern would be compiled for each number, which takes a hundred times as
  /// long as to read it.
  private static func isNumber(_ bytes: ArraySlice<UInt8>) -> Bool {
    var rest = bytes
    func digits() -> Int {
      let count = rest.prefix { (0x30...0x39).contains($0) }.count
      rest.removeFirst(count)
      return count
    }
    func accept(_ signs: String) -> Bool {
      guard let first = rest.first, signs.utf8.contains(first) else { return false }
      rest.removeFirst()
      return true
    }
    _ = accept("-")
    let beginsWithZero = rest.first == UInt8(ascii: "0")
    let whole = digits()
    guard whole == 1 || whole > 1 && !beginsWithZero else { return false }
    if accept("."), digits() == 0 { return false }
    if accept("eE") {
      _ = accept("+-")
      if digits() == 0 { return false }
    }
    return rest.isEmpty
  }

  private mutating func string() throws -> [UInt8] {
    var end = position + 1
    do {
      defer { position = end }
      return try bytes.withUnsafeBytes { try JSONText.string(in: $0, at: &end, loneSurrogates: .replaced) }
    } catch let fault as JSONText.Fault {
      throw problem(Self.reason(fault.kind))
    }
  }

  private static func reason(_ fault: JSONText.Fault.Kind) -> String {
    switch fault {
    case .open, .openEscape: "a string does not end"
    case .controlCharacter: "a string holds a control character"
    case .unknownEscape(let letter): "'\\\(String(escaping: [letter]))' in a string is unknown"
    case .notHexadecimal: "\\u needs four hexadecimal digits"
    case .loneSurrogate, .brokenPair: "a string holds half of a pair of surrogates"
    }
  }
}
