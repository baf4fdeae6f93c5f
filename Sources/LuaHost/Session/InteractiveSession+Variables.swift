import CLuaBridge
import Reports
import Support

extension InteractiveSession {
  /// A variable of the session, for a list of them.
  public struct Variable: Equatable, Sendable {
    public var name: String
    /// Lua's type, or the class of an object.
    public var type: String
    /// The value in one short line.
    public var value: String
  }

  /// The most variables that are listed.
  private static let mostVariables = 2000

  /// The locals of cells and the globals that cells made, in alphabetical order; a local hides the global of its name.
  public var variables: [Variable] {
    quietly {
      let locals = cells.visibleLocals
      let globals = try madeGlobals().filter { !locals.contains($0) }
      return try (locals + globals).sorted().prefix(Self.mostVariables).compactMap { name in
        guard let value = try value(of: name), !value.isNil else { return nil }
        return Variable(name: name, type: typeName(of: value), value: summary(of: value))
      }
    } ?? []
  }

  /// A variable as a cell that ends in it shows it; `name` may be a path such as `run.trace`.
  public func details(of name: String) -> [Notebook.Output] {
    quietly {
      guard case .value(let value)? = try NameResolver(self).resolve(text: name) else { return [] }
      return try ValueDisplay(state: state).outputs(of: [value])
    } ?? []
  }

  /// The names of globals that cells made.
  func madeGlobals() throws -> [String] {
    let stack = state.stack
    let base = stack.count
    defer { stack.count = base }
    try cells.environment.push(onto: stack)
    return try stack.fields(ofTableAt: base + 1, beyond: 0, first: Self.mostVariables).first
      .compactMap(\.key.asString).filter { !ownGlobals.contains($0) }
  }

  /// What a variable holds; nil where there is none of the name.
  func value(of name: String) throws -> LuaValue? {
    if let local = try cells.value(ofLocal: name) { return local }
    let value = try cells.environment.rawValue(of: name)
    return value.isNil ? nil : value
  }

  /// Lua's name of the type, or the name of the class.
  func typeName(of value: LuaValue) -> String {
    switch value {
    case .nil: "nil"
    case .boolean: "boolean"
    case .integer: "integer"
    case .number: "number"
    case .string, .bytes: "string"
    case .table(let table): (try? table.moduleName()) == nil ? "table" : "module"
    case .function: "function"
    case .object(let object): object.className ?? "object"
    }
  }

  /// The value in one short line.
  func summary(of value: LuaValue) -> String {
    if case .function(let function) = value {
      return FunctionFacts(function, name: nil)?.signature ?? "function"
    }
    var display = ValueDisplay(state: state)
    display.shownElements = 6
    display.shownFields = 6
    display.depth = 2
    let text =
      if case .string(let text) = value { "\"" + text.prefix(80) + (text.count > 80 ? "…" : "") + "\"" } else
      {
        (try? display.text(of: value)) ?? ""
      }
    let line = text.split(whereSeparator: \.isWhitespace).joined(separator: " ").printable(upTo: 200)
    return line.count > 80 ? line.prefix(79) + "…" : line
  }

  /// Looks at values for somebody who watches: what their metamethods print is not shown, and they have a second.
  /// Returns nil where that was not enough, or something failed.
  func quietly<Result>(_ body: () throws -> Result) -> Result? {
    let before = isSilent
    isSilent = true
    defer {
      isSilent = before
      if state.isStopped { state.revive() }
    }
    let second = Deadline(of: "a look at variables", seconds: 1, clock: state.limits.clock)
    return try? Cancellation.withDeadline(second, body)
  }
}

extension LuaTable {
  /// A field without metamethods.
  func rawValue(of key: some LuaPushable) throws -> LuaValue {
    let stack = try liveStack()
    let base = stack.count
    defer { stack.count = base }
    try push(onto: stack)
    try stack.reserve(4)
    try key.push(onto: stack)
    try stack.checkPushes()
    guard stack.kind(at: -1) != .nil else { return .nil }
    lua_rawget(stack.pointer, Int32(base + 1))
    return try stack.value(at: -1)
  }

  /// The name of the module that the table is, such as `gfnet.tensor`; nil for other tables.
  func moduleName() throws -> String? {
    let stack = try liveStack()
    let base = stack.count
    defer { stack.count = base }
    try push(onto: stack)
    try stack.reserve(4)
    guard gf_push_metafield(stack.pointer, -1, "__name"), let name = stack.string(at: -1),
      name == "gfnet" || name.hasPrefix("gfnet.")
    else { return nil }
    return name
  }

  /// The table in which fields are looked for that this one does not have; nil where a function answers, or none.
  func parent() throws -> LuaTable? {
    let stack = try liveStack()
    let base = stack.count
    defer { stack.count = base }
    try push(onto: stack)
    try stack.reserve(4)
    guard gf_push_metafield(stack.pointer, -1, "__index") else { return nil }
    return try stack.value(at: -1).asTable
  }

  /// The fields with names, without metamethods: at most `most` of them, in alphabetical order.
  func namedFields(_ most: Int = 1000) throws -> [(name: String, value: LuaValue)] {
    let stack = try liveStack()
    let base = stack.count
    defer { stack.count = base }
    try push(onto: stack)
    let length = Int(lua_rawlen(stack.pointer, -1))
    return try stack.fields(ofTableAt: base + 1, beyond: length, first: most).first.compactMap { field in
      guard case .string(let name) = field.key, LuaNames.isIdentifier(name) else { return nil }
      return (name, field.value)
    }
  }
}
