import CLuaBridge
import Support

/// What tells whether two functions of a script compute the same: their compiled text, and the values that they captured.
///
/// Comments and the places of lines are no part of it; what globals hold is not looked at.
struct FunctionIdentity {
  /// Equal where functions are.
  let text: String

  /// Why a function has no identity, as the end of a sentence: `captures 'w', a tensor`.
  struct Unknown: Error {
    let reason: String
  }

  /// Functions and tables within each other, beyond which nothing is compared.
  private static let deepest = 16
  /// The most values of captured tables.
  private static let mostValues = 100_000

  /// - Throws: ``Unknown`` where the function captured something that has no simple value; ``LuaError``.
  init(_ function: LuaFunction) throws {
    let stack = try function.liveStack()
    let base = stack.count
    defer { stack.count = base }
    try function.push(onto: stack)
    var walk = Walk()
    try walk.function(at: stack.count, on: stack, depth: 0, name: "function")
    text = SHA256.hex(walk.bytes)
  }

  /// Goes through a function and what it captured.
  private struct Walk {
    var bytes: [UInt8] = []
    private var seen: [UnsafeRawPointer: Int] = [:]
    private var values = 0

    mutating func function(at index: Int, on stack: LuaStack, depth: Int, name: String) throws {
      guard depth <= FunctionIdentity.deepest else {
        throw Unknown(reason: "captures functions that are nested too deep")
      }
      if let pointer = lua_topointer(stack.pointer, Int32(index)) {
        if let known = seen[pointer] { return note("@\(known)") }
        seen[pointer] = seen.count
      }
      guard lua_iscfunction(stack.pointer, Int32(index)) == 0 else {
        throw Unknown(
          reason: "captures '\(name)', a function of the host; write its whole name where it is called")
      }
      try stack.reserve(4)
      let code = LuaBytecode.of(functionAt: index, on: stack)
      bytes += LuaBytecode.withoutLines(code) ?? code
      var number: Int32 = 1
      while let captured = lua_getupvalue(stack.pointer, Int32(index), number) {
        defer { stack.pop() }
        let captured = String(cString: captured)
        note("|\(captured)=")
        // The environment holds gfnet and the globals.
        if captured != "_ENV" { try value(at: stack.count, on: stack, depth: depth + 1, name: captured) }
        number += 1
      }
    }

    private mutating func value(at index: Int, on stack: LuaStack, depth: Int, name: String) throws {
      values += 1
      guard values <= FunctionIdentity.mostValues, depth <= FunctionIdentity.deepest else {
        throw Unknown(reason: "captures '\(name)', which is too large to be compared")
      }
      switch stack.kind(at: index) {
      case .function: try function(at: index, on: stack, depth: depth, name: name)
      case .table:
        if isModule(at: index, on: stack) { return note("module \(try stack.text(at: index))") }
        note("{")
        for (key, element) in try stack.pairs(at: index) {
          guard key.asNumber != nil || key.asString != nil else {
            throw Unknown(reason: "captures '\(name)', a table with \(key.describedAsKey)")
          }
          note("[\(key.asString.map { "'\($0)'" } ?? key.described)]=")
          try stack.reserve(2)
          try element.push(onto: stack)
          defer { stack.pop() }
          try value(at: stack.count, on: stack, depth: depth + 1, name: name)
        }
        note("}")
      case .object, .thread, .lightUserdata:
        throw Unknown(reason: "captures '\(name)', \(try stack.value(at: index).described)")
      case .string: note("'\(try stack.value(at: index).asString ?? "")'")
      default: note(try stack.value(at: index).described)
      }
    }

    /// Whether a table is one of `gfnet`, which no script can change.
    private func isModule(at index: Int, on stack: LuaStack) -> Bool {
      guard (try? stack.reserve(3)) != nil, lua_getmetatable(stack.pointer, Int32(index)) != 0 else {
        return false
      }
      defer { stack.pop(2) }
      return lua_rawgetp(stack.pointer, -1, gf_read_only_key()) != LUA_TNIL
    }

    private mutating func note(_ text: String) { bytes += Array(text.utf8) }
  }
}
