/// How names are written in Lua.
enum LuaNames {
  /// Whether `name` can stand after a dot: ASCII letters, digits and _, and no digit first. Reserved words are
  /// not told apart.
  static func isIdentifier(_ name: String) -> Bool {
    guard let first = name.utf8.first, isStart(first) else { return false }
    return name.utf8.allSatisfy(isPart)
  }

  /// Whether `name` is made of ASCII letters, digits, _ and - alone, as the names of modules and plugins are;
  /// the empty name is, too.
  static func isFileStem(_ name: some StringProtocol) -> Bool {
    name.utf8.allSatisfy { isPart($0) || $0 == UInt8(ascii: "-") }
  }

  /// Whether a name can begin with the byte.
  static func isStart(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    default: byte == UInt8(ascii: "_")
    }
  }

  /// Whether a name can go on with the byte.
  static func isPart(_ byte: UInt8) -> Bool { isStart(byte) || isDigit(byte) }

  static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}
