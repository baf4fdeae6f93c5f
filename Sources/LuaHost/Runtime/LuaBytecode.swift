import CLuaBridge

/// Compiled functions as `lua_dump` writes them, without names of lines: what two functions have in common that are
/// the same but for their places in the script.
///
/// A stripped function keeps the lines where it and each function within it begin and end (`ldump.c` of Lua 5.4).
enum LuaBytecode {
  /// The compiled text of the Lua function at an index, without what is for debugging.
  static func of(functionAt index: Int, on stack: LuaStack) -> [UInt8] {
    var bytes: [UInt8] = []
    withUnsafeMutablePointer(to: &bytes) { pointer in
      gf_dump(
        stack.pointer, Int32(index),
        { context, start, count in
          let target = context?.assumingMemoryBound(to: [UInt8].self)
          target?.pointee.append(contentsOf: UnsafeRawBufferPointer(start: start, count: count))
        }, pointer)
    }
    return bytes
  }

  /// The bytes of a stripped function with all lines set to 0; nil where they are not in the format of Lua 5.4.
  static func withoutLines(_ bytes: [UInt8]) -> [UInt8]? {
    var reader = Reader(bytes: bytes)
    guard reader.header(), reader.function(depth: 0), reader.at == bytes.count else { return nil }
    return reader.kept
  }

  private struct Reader {
    let bytes: [UInt8]
    var at = 0
    /// What was read, less the lines.
    var kept: [UInt8] = []

    /// "\x1bLua", version 5.4, format 0; sizes of the types and two numbers that tell byte orders apart; the number of
    /// captured variables.
    mutating func header() -> Bool {
      guard bytes.starts(with: [0x1B, 0x4C, 0x75, 0x61, 0x54, 0x00]) else { return false }
      return keep(32)
    }

    mutating func function(depth: Int) -> Bool {
      // Lua itself allows 200 levels of nested functions.
      guard depth <= 200, string(), number(isKept: false) != nil, number(isKept: false) != nil, keep(3),
        let code = number(), keep(code, each: 4), let constants = number()
      else { return false }
      for _ in 0..<constants {
        guard constant() else { return false }
      }
      guard let captured = number(), keep(captured, each: 3), let inner = number() else { return false }
      for _ in 0..<inner {
        guard function(depth: depth + 1) else { return false }
      }
      // A stripped function has no names and no lines of instructions.
      for _ in 0..<4 {
        guard number() == 0 else { return false }
      }
      return true
    }

    private mutating func constant() -> Bool {
      guard at < bytes.count else { return false }
      let type = bytes[at]
      guard keep(1) else { return false }
      switch type {
      case 0x00, 0x01, 0x11: return true
      case 0x03, 0x13: return keep(8)
      case 0x04, 0x14: return string()
      default: return false
      }
    }

    /// A length that is one more than the string's, 0 for none; then its bytes.
    private mutating func string() -> Bool {
      guard let length = number() else { return false }
      return length == 0 || keep(length - 1)
    }

    /// A whole number in groups of seven bits, of which the last has its highest bit set.
    private mutating func number(isKept: Bool = true) -> Int? {
      var value = 0
      let start = at
      while at < bytes.count, at - start < 9 {
        let byte = bytes[at]
        at += 1
        value = value << 7 | Int(byte & 0x7F)
        if byte & 0x80 != 0 {
          if isKept { kept += bytes[start..<at] }
          return value
        }
      }
      return nil
    }

    private mutating func keep(_ count: Int, each size: Int = 1) -> Bool {
      guard count >= 0, count <= (bytes.count - at) / size else { return false }
      kept += bytes[at..<at + count * size]
      at += count * size
      return true
    }
  }
}
