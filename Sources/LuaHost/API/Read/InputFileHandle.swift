import Support

/// A file that a script has opened: the object that it holds.
final class InputFileHandle: HoldsMemory {
  /// Where an offset counts from, in Lua's words.
  enum Whence: String, CaseIterable {
    case start = "set"
    case current = "cur"
    case end
  }

  private let name: String
  private var bytes: [UInt8]
  /// Bytes before what is read next.
  private var place = 0
  private(set) var isClosed = false

  /// The argument `file` of a call.
  init(reading call: LuaCall) throws {
    let (bytes, path) = try ReadModule.bytes(call)
    name = path.shown
    self.bytes = bytes
  }

  var heldBytes: Int { bytes.count }

  var description: String { isClosed ? "file (closed)" : "file (\(name))" }

  func close() throws {
    try requireOpen()
    isClosed = true
    bytes = []
  }

  private func requireOpen() throws {
    if isClosed { throw LuaError("the file \(name) is closed") }
  }

  /// The new place; nil where there is none.
  func seek(_ whence: Whence, _ offset: Int) throws -> Int? {
    try requireOpen()
    let start =
      switch whence {
      case .start: 0
      case .current: place
      case .end: bytes.count
      }
    let (target, overflows) = start.addingReportingOverflow(offset)
    guard !overflows, target >= 0 else { return nil }
    place = target
    return target
  }

  /// A value for each format, up to the first that there is none for, which is nil.
  func read(_ formats: [LuaValue]) throws -> [LuaValue] {
    try requireOpen()
    var values: [LuaValue] = []
    for format in formats.isEmpty ? [.string("l")] : formats {
      let value = try next(format)
      values.append(value)
      if value.isNil { break }
    }
    return values
  }

  private func next(_ format: LuaValue) throws -> LuaValue {
    if let count = format.asInteger {
      guard count >= 0 else {
        throw LuaError("file:read: a number of bytes must not be negative, got \(count)")
      }
      guard place < bytes.count else { return .nil }
      return take(min(count, bytes.count - place))
    }
    switch format.asString?.drop(while: { $0 == "*" }) {
    case "a": return take(max(bytes.count - place, 0))
    case "n": return number()
    case "L": return line(keepsEnd: true)
    default: return line(keepsEnd: false)
    }
  }

  private func take(_ count: Int) -> LuaValue {
    guard count > 0 else { return .string("") }
    defer { place += count }
    return .bytes(Array(bytes[place..<place + count]))
  }

  private func line(keepsEnd: Bool) -> LuaValue {
    if place == 0, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { place = 3 }
    guard place < bytes.count else { return .nil }
    let rest = bytes[place...]
    let end = rest.firstIndex { $0 == 10 || $0 == 13 } ?? bytes.count
    var line = Array(bytes[place..<end])
    place = end
    if end < bytes.count {
      place += bytes[end] == 13 && end + 1 < bytes.count && bytes[end + 1] == 10 ? 2 : 1
      if keepsEnd { line.append(10) }
    }
    return .bytes(line)
  }

  /// The longest text that can begin a number of Lua, as Lua reads it; nil where it is none.
  private func number() -> LuaValue {
    while place < bytes.count, Self.isBlank(bytes[place]) { place += 1 }
    var text: [UInt8] = []
    func accept(_ signs: StaticString) -> Bool {
      guard place < bytes.count, text.count < 200 else { return false }
      let isOne = signs.withUTF8Buffer { $0.contains(bytes[place]) }
      if isOne {
        text.append(bytes[place])
        place += 1
      }
      return isOne
    }
    func acceptDigits(_ digits: StaticString) { while accept(digits) {} }
    _ = accept("+-")
    let isHexadecimal = accept("0") && accept("xX")
    let digits: StaticString = isHexadecimal ? "0123456789abcdefABCDEF" : "0123456789"
    acceptDigits(digits)
    if accept(".") { acceptDigits(digits) }
    if accept(isHexadecimal ? "pP" : "eE") {
      _ = accept("+-")
      acceptDigits("0123456789")
    }
    return LuaNumberText.parsed(String(decoding: text, as: UTF8.self))
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 32 || 9...13 ~= byte }
}
