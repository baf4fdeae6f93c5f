import CLuaBridge
import Reports
import Support

/// Turns Lua values into what a reader wants to see: never a whole tensor or table, always enough to go on.
struct ValueDisplay {
  let state: LuaState
  private static let width = 96
  // How much of a table is shown; a summary sets less.
  var shownElements = 24
  var shownFields = 40
  var depth = 4

  /// What a cell that ends in these values shows.
  func outputs(of values: [LuaValue]) throws -> [Notebook.Output] {
    if try values.allSatisfy({ try $0.isNil || isStream($0) }) { return [] }
    var outputs: [Notebook.Output] = []
    var line: [String] = []
    var previews: [Notebook.Output] = []
    for value in values {
      if case .object(let object) = value, let shown = try show(object) {
        outputs += shown
      } else {
        line.append(try text(of: value))
        if case .object(let object) = value, let picture = try preview(of: object) {
          previews.append(.figure(picture))
        }
      }
    }
    if !line.isEmpty { outputs.append(.value(line.joined(separator: "\t"))) }
    return outputs + previews
  }

  /// Whether the value is a stream: `io.write` returns its own, which is no result.
  private func isStream(_ value: LuaValue) throws -> Bool {
    guard case .table(let table) = value else { return false }
    let stack = state.stack
    let base = stack.count
    defer { stack.count = base }
    try table.push(onto: stack)
    return gf_push_metafield(stack.pointer, -1, "__name") && stack.string(at: -1) == GF_STREAM_NAME
  }

  private func preview(of object: LuaObject) throws -> Notebook.Picture? {
    guard state.context.outputs.hasPreviews else { return nil }
    let stack = state.stack
    try object.push(onto: stack)
    defer { stack.pop() }
    guard let preview = stack.classEntry(at: -1)?.preview, let value = stack.anyObject(at: -1) else {
      return nil
    }
    return try preview(value)
  }

  private func show(_ object: LuaObject) throws -> [Notebook.Output]? {
    let stack = state.stack
    try object.push(onto: stack)
    defer { stack.pop() }
    guard let entry = stack.classEntry(at: -1), let show = entry.show, let value = stack.anyObject(at: -1)
    else {
      return nil
    }
    return try show(value, state)
  }

  /// The value in full words, a string as it is.
  func text(of value: LuaValue) throws -> String {
    if case .string(let text) = value { return text }
    if case .bytes = value { return try plain(value) }
    var path: [UnsafeRawPointer] = []
    return try describe(value, indent: 0, path: &path)
  }

  private func describe(_ value: LuaValue, indent: Int, path: inout [UnsafeRawPointer]) throws -> String {
    switch value {
    case .string(let text): return quoted(text)
    // The text is one that Lua would read back.
    case .bytes(let bytes):
      let start = String(escaping: bytes.prefix(200)).replacing("\"", with: "\\\"")
      return "\"\(start)\(bytes.count > 200 ? "…" : "")\""
    case .table(let table): return try describe(table, indent: indent, path: &path)
    case .number(let number) where number.isNaN: return "nan"
    // Lua's text has its address, which would differ in each report.
    case .function: return "function"
    default: return try plain(value)
    }
  }

  private func plain(_ value: LuaValue) throws -> String {
    let stack = state.stack
    try value.push(onto: stack)
    defer { stack.pop() }
    return try stack.text(at: -1)
  }

  private func describe(_ table: LuaTable, indent: Int, path: inout [UnsafeRawPointer]) throws -> String {
    try Cancellation.check()
    let stack = state.stack
    try table.push(onto: stack)
    let hasText = gf_push_metafield(stack.pointer, -1, "__tostring")
    if hasText { stack.pop() }
    let identity = lua_topointer(stack.pointer, -1)
    defer { stack.pop() }
    if hasText { return try stack.text(at: -1) }
    guard let identity, !path.contains(identity) else { return "{…}" }
    if path.count >= depth { return "{…}" }
    path.append(identity)
    defer { path.removeLast() }

    let length = Int(lua_rawlen(stack.pointer, -1))
    var parts: [String] = []
    for index in 0..<min(length, shownElements) {
      try stack.reserve(2)
      lua_rawgeti(stack.pointer, -1, lua_Integer(index + 1))
      let element = try stack.value(at: -1)
      stack.pop()
      parts.append(try describe(element, indent: indent + 2, path: &path))
    }
    if length > shownElements { parts.append("… (\(length) elements)") }
    let isList = parts.count
    let fields = try stack.fields(ofTableAt: -1, beyond: length, first: shownFields)
    for field in fields.first {
      let value = try describe(field.value, indent: indent + 2, path: &path)
      parts.append("\(try keyText(field.key, path: &path)) = \(value)")
    }
    if fields.count > fields.first.count { parts.append("… (\(fields.count) fields)") }
    return layOut(parts, indent: indent, asList: isList == parts.count)
  }

  /// Puts the parts into one line when they fit; otherwise one field a line, or a list's elements filled into
  /// lines.
  private func layOut(_ parts: [String], indent: Int, asList: Bool) -> String {
    let oneLine = "{" + parts.joined(separator: ", ") + "}"
    if oneLine.count + indent <= Self.width, !oneLine.contains("\n") { return oneLine }
    let margin = String(repeating: " ", count: indent + 2)
    guard asList, !parts.contains(where: { $0.contains("\n") }) else {
      return "{\n" + parts.map { margin + $0 }.joined(separator: ",\n") + "\n" + margin.dropLast(2) + "}"
    }
    var lines = [margin]
    for (index, part) in parts.enumerated() {
      let piece = part + (index + 1 < parts.count ? ", " : "")
      if lines[lines.count - 1].count + piece.count > Self.width { lines.append(margin) }
      lines[lines.count - 1] += piece
    }
    return "{\n" + lines.map { $0[...].trimmedEnd }.joined(separator: "\n") + "\n" + margin.dropLast(2) + "}"
  }

  private func keyText(_ key: LuaValue, path: inout [UnsafeRawPointer]) throws -> String {
    if case .string(let name) = key {
      return LuaNames.isIdentifier(name) ? name : "[\(quoted(name))]"
    }
    return "[\(try describe(key, indent: 0, path: &path))]"
  }

  private func quoted(_ text: String) -> String {
    // A long text is not walked through.
    let start = text.prefix(200)
    let shown = start.endIndex < text.endIndex ? start + "…" : start
    return "\""
      + shown.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n") + "\""
  }
}

extension Substring {
  fileprivate var trimmedEnd: String {
    var text = self
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
