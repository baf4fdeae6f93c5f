import CLuaBridge
import Foundation
import Reports
import Support

/// What a cell can reach when it begins: the values that it names, and all that these lead to.
struct CellReach {
  /// A value that a cell names.
  struct Root {
    /// As the cell writes it: `data`, `p.limit`.
    let name: String
    /// The local that it is, or is a field of; nil for a global, and for what is no variable.
    let local: String?
    let value: LuaValue
  }

  let graph: LuaGraph
  let roots: [CellEntry.Dependence]
  /// All named values whole, by which is seen whether the cell has changed any.
  private let whole: [Root]
  private let wholeDigest: String
  private let locals: [(name: String, value: LuaValue)]
  /// The global variables before the cell.
  private let globals: [(key: LuaValue, value: LuaValue)]
  /// The names of globals that were ever assigned, also nil.
  private let assigned: Set<String>
  private let watch: GlobalWatch
  private let session: CellSession
  private let exempt: UnsafeRawPointer?

  /// - Parameters:
  ///   - cell: the cell that is about to run.
  ///   - session: the cells before it.
  ///   - watch: knows which globals were assigned.
  ///   - sees: whether the script may reach all globals without naming them.
  ///   - exempt: the state of math.random.
  /// - Throws: ``Incomparable``; `Interrupted`.
  init(
    _ cell: CellSession.Compiled, in session: CellSession, watch: GlobalWatch, seesAll sees: Bool,
    exempt: UnsafeRawPointer?
  ) throws {
    let assigned = try watch.assignedNames()
    let globals = try session.environment.pairs()
    let locals = try cell.captured.map { (name: $0.name, value: try session.value(ofLocal: $0.name)) }
    var narrow: [Root] = []
    var whole: [Root] = []
    let fields = try FieldUse(of: cell.source)
    for (name, value) in locals {
      whole.append(Root(name: name, local: name, value: value))
      if let used = fields.onlyFields(of: name), let table = value.asTable, try Self.isPlain(table) {
        for field in used.sorted() {
          narrow.append(Root(name: "\(name).\(field)", local: name, value: try Self.field(field, of: table)))
        }
      } else {
        narrow.append(Root(name: name, local: name, value: value))
      }
    }
    let context = session.state.context
    for kind in DefinitionKind.allCases {
      for definition in context.definitions.all(kind) {
        guard case .lua(_, let function, _) = definition.implementation else { continue }
        narrow.append(
          Root(name: "\(kind.rawValue).\(definition.name)", local: nil, value: .function(function)))
      }
    }
    whole += narrow.filter { $0.local == nil }
    let graph = try LuaGraph(state: session.state, globals: session.environment, exempt: exempt)
    var roots: [CellEntry.Dependence] = []
    func add(_ root: Root) throws {
      do {
        try graph.add(root: root.name, root.value)
      } catch let error as Incomparable {
        throw Incomparable(reason: "it reaches '\(root.name)', which \(error.reason)")
      }
      // Reading a name that nothing assigned is an error; one that was assigned nil is nil.
      if root.local == nil, root.value.isNil {
        graph.add(text: assigned.contains(root.name) ? "nil" : "never assigned")
      }
      roots.append(.init(name: root.name, shown: Self.shown(root.value), digest: graph.digest.text))
    }
    graph.add(text: session.state.bridge.pointee.lenient ? "lenient" : "strict")
    for root in narrow { try add(root) }
    let named = Self.globalRoots(cell, globals, seesAll: sees)
    for root in named { try add(root) }
    // Functions name globals, too: in their bytecode each name stands as it is written.
    let present = Set(globals.compactMap(\.key.asString))
    let absent = assigned.subtracting(present).sorted().map {
      (key: LuaValue.string($0), value: LuaValue.nil)
    }
    var asked = Set(named.map(\.name))
    var found = named
    var looked = 0
    while looked < graph.code.count {
      let code = graph.code[looked...]
      looked = graph.code.count
      for (key, value) in globals + absent {
        guard let bytes = key.stringBytes, let name = key.asString, !asked.contains(name),
          code.contains(where: { $0.holds(bytes) })
        else { continue }
        asked.insert(name)
        let root = Root(name: name, local: nil, value: value)
        found.append(root)
        try add(root)
      }
    }
    guard sees || !graph.holdsGlobals else {
      throw Incomparable(reason: "it reaches the table of all globals")
    }
    whole += found
    // The values themselves, without what else the key has.
    wholeDigest = try Self.digest(of: whole, session, exempt)
    self.session = session
    self.watch = watch
    self.exempt = exempt
    self.assigned = assigned
    self.globals = globals
    self.locals = locals
    self.graph = graph
    self.roots = roots
    self.whole = whole
  }

  private static func globalRoots(
    _ cell: CellSession.Compiled, _ globals: [(key: LuaValue, value: LuaValue)], seesAll: Bool
  ) -> [Root] {
    var names = cell.names.subtracting(cell.captured.map(\.name))
    names.subtract(LuaLexer.keywords.map(String.init))
    if seesAll { names.formUnion(globals.compactMap(\.key.asString)) }
    let values = Dictionary(
      globals.compactMap { pair in pair.key.asString.map { ($0, pair.value) } },
      uniquingKeysWith: { a, _ in a })
    return names.sorted().map { Root(name: $0, local: nil, value: values[$0] ?? .nil) }
  }

  /// Whether reading a field of the table reads nothing else.
  private static func isPlain(_ table: LuaTable) throws -> Bool {
    let stack = try table.liveStack()
    let base = stack.count
    defer { stack.count = base }
    try table.push(onto: stack)
    guard lua_getmetatable(stack.pointer, -1) != 0 else { return true }
    lua_rawgetp(stack.pointer, -1, gf_parameters_key())
    return stack.kind(at: -1) != .nil
  }

  private static func field(_ name: String, of table: LuaTable) throws -> LuaValue {
    let stack = try table.liveStack()
    let base = stack.count
    defer { stack.count = base }
    try table.push(onto: stack)
    try stack.reserve(4)
    stack.push(name)
    lua_rawget(stack.pointer, -2)
    return try stack.value(at: -1)
  }

  private static func digest(of roots: [Root], _ session: CellSession, _ exempt: UnsafeRawPointer?) throws
    -> String
  {
    let graph = try LuaGraph(state: session.state, globals: session.environment, exempt: exempt)
    for root in roots { try graph.add(root: root.name, root.value) }
    return graph.digest.text
  }

  /// What a reader is told of a value.
  private static func shown(_ value: LuaValue) -> String {
    switch value {
    case .table, .function, .object: ""
    default: value.described.printable(upTo: 60)
    }
  }

  // MARK: Afterwards

  /// Why the cell cannot be kept for what it has changed; nil where everything that was there is as it was.
  func obstacle() throws -> String? {
    for (name, before) in locals where try !Self.isSame(before, session.value(ofLocal: name)) {
      return "it assigns '\(name)' of an earlier cell"
    }
    try watch.check()
    return try Self.digest(of: whole, session, exempt) == wholeDigest
      ? nil : "it changes what earlier cells made"
  }

  /// The globals that the cell has made or given another value.
  func changedGlobals() throws -> [(name: String, value: LuaValue)] {
    let after = try session.environment.pairs()
    func values(_ pairs: [(key: LuaValue, value: LuaValue)]) throws -> [String: LuaValue] {
      var values: [String: LuaValue] = [:]
      for (key, value) in pairs {
        guard let name = key.asString else { throw Incomparable(reason: "makes a global without a name") }
        values[name] = value
      }
      return values
    }
    let (old, new) = (try values(globals), try values(after))
    let anew = try watch.assignedNames().subtracting(assigned)
    return try Set(old.keys).union(new.keys).union(anew).sorted().compactMap { name in
      let value = new[name] ?? .nil
      return try !anew.contains(name) && Self.isSame(old[name] ?? .nil, value) ? nil : (name, value)
    }
  }

  private static func isSame(_ a: LuaValue, _ b: LuaValue) throws -> Bool {
    switch (a, b) {
    case (.nil, .nil): return true
    case (.boolean(let a), .boolean(let b)): return a == b
    case (.integer(let a), .integer(let b)): return a == b
    case (.number(let a), .number(let b)): return a.bitPattern == b.bitPattern
    case (.string(let a), .string(let b)): return Array(a.utf8) == Array(b.utf8)
    case (.bytes(let a), .bytes(let b)): return a == b
    case (.table(let a), .table(let b)): return try pointer(a) == pointer(b)
    case (.function(let a), .function(let b)): return try pointer(a) == pointer(b)
    case (.object(let a), .object(let b)): return try pointer(a) == pointer(b)
    default: return false
    }
  }

  private static func pointer(_ reference: LuaReference) throws -> UnsafeRawPointer? {
    let stack = try reference.liveStack()
    try reference.push(onto: stack)
    defer { stack.pop() }
    return lua_topointer(stack.pointer, -1)
  }
}

/// Of which variables a cell reads nothing but fields by their names, as in `p.limit`.
private struct FieldUse {
  private var fields: [String: Set<String>] = [:]
  private var others: Set<String> = []

  init(of source: String) throws {
    let tokens = try LuaLexer.tokens(of: source)
    for (index, token) in tokens.enumerated() where token.kind == .name {
      let before = index > 0 ? tokens[index - 1].text : ""
      if before == "." || before == ":" || before == "::" || before == "goto" { continue }
      let name = String(token.text)
      if index + 2 < tokens.count, tokens[index + 1].text == ".", tokens[index + 2].kind == .name {
        fields[name, default: []].insert(String(tokens[index + 2].text))
      } else {
        others.insert(name)
      }
    }
  }

  /// The fields; nil where the variable is used in other ways.
  func onlyFields(of name: String) -> Set<String>? { others.contains(name) ? nil : fields[name] }
}

extension [UInt8] {
  /// Whether the bytes hold these in a row.
  fileprivate func holds(_ part: [UInt8]) -> Bool {
    Data(self).range(of: Data(part)) != nil
  }
}
