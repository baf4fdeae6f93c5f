import CLuaBridge
import Support

extension LuaStack {
  /// Calls the function below `arguments` values; all are replaced by the results (`results` < 0: all of them).
  public func call(arguments: Int, results: Int = -1) throws {
    try reserve(4)
    try check(gf_pcall(pointer, Int32(arguments), Int32(results)))
  }

  /// Replaces the key on top by the field of the table (or object) at `index`.
  public func getField(ofTableAt index: Int) throws {
    try reserve(4)
    try check(gf_get_table(pointer, absolute(index)))
  }

  /// Pops a value and, below it, a key, and stores them in the table (or object) at `index`.
  public func setField(ofTableAt index: Int) throws {
    try reserve(4)
    try check(gf_set_table(pointer, absolute(index)))
  }

  /// What `tostring` makes of the value at `index`.
  public func text(at index: Int) throws -> String {
    try reserve(4)
    try check(gf_to_text(pointer, absolute(index)))
    defer { pop() }
    return string(at: -1) ?? ""
  }

  /// What `#` makes of the value at `index`.
  public func length(at index: Int) throws -> Int {
    try reserve(4)
    try check(gf_length(pointer, absolute(index)))
    defer { pop() }
    return integer(at: -1) ?? 0
  }

  /// Pushes the compiled chunk; `name` is what error messages call it. Bytecode is refused.
  public func load(_ text: String, name: String) throws {
    try reserve(4)
    var text = text
    let status = text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) {
        gf_load_text(pointer, $0.baseAddress, $0.count, "@" + name)
      }
    }
    try check(status)
  }

  /// Turns a Lua status into a Swift error and pops the message.
  func check(_ status: Int32) throws {
    guard status != LUA_OK else { return }
    let message = string(at: -1) ?? "unknown error"
    pop()
    if state.isStopped {
      throw state.reasonToStop ?? Interrupted()
    }
    let traceback = withUnsafePointer(to: &state.bridge.pointee.traceback) {
      $0.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: $0.pointee)) {
        String(cString: $0)
      }
    }
    let line = state.bridge.pointee.error_line
    if status == LUA_ERRMEM || message.hasSuffix("not enough memory") {
      let place = withUnsafePointer(to: &state.bridge.pointee.place) {
        $0.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: $0.pointee)) {
          String(cString: $0)
        }
      }
      var reason =
        state.bridge.pointee.exhausted
        ? "the system grants no more"
        : "the script's values exceed \(state.limits.memory >> 20) MB (tensors not counted)"
      if state.bridge.pointee.confined, let shortage = state.shortage { reason = shortage }
      state.bridge.pointee.exhausted = false
      throw LuaError(
        place + "out of memory: " + reason,
        traceback: traceback, line: line > 0 ? Int(line) : nil)
    }
    var underlying: (any Error)?
    if let last = state.lastThrown, last.message == message { underlying = last.error }
    throw LuaError(
      Self.shortened(message), traceback: status == LUA_ERRSYNTAX ? "" : traceback, underlying: underlying,
      line: line > 0 ? Int(line) : nil)
  }
}
