import CLuaBridge
import Support

/// The argument of a Lua function that is called once per image: an object whose fields are read from columns
/// of numbers, one row at a time.
///
/// One object serves all rows, and the loop over the rows is one protected call in C, so that a rule such as
/// `function(s, p) return s.margin >= p.threshold end` costs little more than Lua itself. A column is asked
/// for when a call first reads it, and from then on before each loop; fields such as tensors are computed
/// whenever they are read. Outside the call the object answers nothing.
public final class LuaRows {
  /// A field of the object.
  public struct Field {
    enum Source {
      case floats(() throws -> [Float])
      case integers(() throws -> [Int32])
      /// The numbers are 0-based; scripts see them 1-based.
      case indices(() throws -> [Int32])
      case sharedNumber(() throws -> Double)
      case sharedInteger(() throws -> Int)
      case computed((Int) throws -> any LuaPushable)
    }
    let name: String
    let source: Source

    /// One number per row.
    public static func number(_ name: String, _ values: @escaping () throws -> [Float]) -> Field {
      Field(name: name, source: .floats(values))
    }
    /// One number for all rows.
    public static func sharedNumber(_ name: String, _ value: @escaping () throws -> Double) -> Field {
      Field(name: name, source: .sharedNumber(value))
    }
    /// One whole number per row.
    public static func integer(_ name: String, _ values: @escaping () throws -> [Int32]) -> Field {
      Field(name: name, source: .integers(values))
    }
    /// One whole number for all rows.
    public static func sharedInteger(_ name: String, _ value: @escaping () throws -> Int) -> Field {
      Field(name: name, source: .sharedInteger(value))
    }
    /// One 0-based index per row, which scripts see 1-based.
    public static func index(_ name: String, _ values: @escaping () throws -> [Int32]) -> Field {
      Field(name: name, source: .indices(values))
    }
    /// A field that is worked out from the 0-based row when a script reads it.
    public static func computed(_ name: String, _ body: @escaping (Int) throws -> any LuaPushable) -> Field {
      Field(name: name, source: .computed(body))
    }
  }

  /// The 0-based row whose call failed; nil when the last loop went through.
  public private(set) var failedRow: Int?
  /// The 0-based row whose call is running; nil between calls.
  public var runningRow: Int? { columns.row.pointee.row >= 0 ? Int(columns.row.pointee.row) : nil }

  private let state: LuaState
  private let reference: LuaObject
  private let columns: LuaColumns

  /// - Parameters:
  ///   - state: where the object lives.
  ///   - name: what error messages call the object.
  ///   - fields: what scripts can read.
  /// - Throws: ``LuaError`` for want of memory.
  public init(in state: LuaState, name: String, fields: [Field]) throws {
    self.state = state
    let stack = state.stack
    try stack.reserve(8)
    var computed: [String: (Int) throws -> any LuaPushable] = [:]
    var listed: [Field] = []
    for field in fields {
      if case .computed(let body) = field.source { computed[field.name] = body } else { listed.append(field) }
    }
    guard let row = gf_new_row(stack.pointer, Int32(listed.count)) else {
      try stack.checkPushes()
      throw LuaError("out of memory")
    }
    let columns = LuaColumns(of: row, listed, object: name)
    self.columns = columns
    stack.pushTable(fields: 3)
    stack.push("__index")
    stack.pushTable(fields: listed.count)
    for (index, field) in listed.enumerated() {
      stack.push(field.name)
      stack.push(index + 1)
      stack.rawSet(tableAt: -3)
    }
    let fallback = Self.fallback(
      object: name, names: fields.map(\.name), columns: columns, computed: computed)
    stack.push(boxed: fallback)
    gf_push_row_index(stack.pointer)
    stack.rawSet(tableAt: -3)
    stack.push("__newindex")
    stack.push { stack in
      let key = stack.string(at: 2)?.printable(upTo: 80) ?? "the value"
      throw LuaError("\(name) is read-only; keep '\(key)' in a variable of your own")
    }
    stack.rawSet(tableAt: -3)
    stack.push("__name")
    stack.push(name)
    stack.rawSet(tableAt: -3)
    stack.push("__metatable")
    stack.push(false)
    stack.rawSet(tableAt: -3)
    stack.setMetatable(ofValueAt: -2)
    reference = LuaObject(popping: stack)
  }

  deinit {
    // A script may have kept the object; it must not keep the memory.
    if reference.state.pointer != nil {
      columns.row.pointee.row = -1
      columns.forget()
    }
  }

  /// Answers what no column does yet.
  private static func fallback(
    object: String, names: [String], columns: LuaColumns,
    computed: [String: (Int) throws -> any LuaPushable]
  ) -> LuaClosure {
    LuaClosure { stack in
      let key = try stack.value(at: 2)
      guard let name = key.asString, names.contains(name) else {
        let text = key.asString ?? key.described
        let advice = ForeignNames.advice(text, of: object).map { "; \($0)" }
        throw LuaError(
          "\(object) has no field '\(text)'" + (advice ?? NearestName.hint(text, in: names)))
      }
      guard let box = gf_box_at(stack.pointer, 1) else { throw LuaError("\(object).\(name): not \(object)") }
      let row = UnsafeMutableRawPointer(box).assumingMemoryBound(to: gf_row.self).pointee.row
      guard row >= 0 else {
        throw LuaError(
          "\(object).\(name) can be read only while the function it was passed to runs; keep the value, not the object"
        )
      }
      if let body = computed[name] {
        try body(Int(row)).push(onto: stack)
      } else {
        try columns.read(name, row: Int(row)).push(onto: stack)
      }
      return 1
    }
  }

  // MARK: Calling

  /// Calls `function(object, arguments…)` for each row; it must return true or false.
  ///
  /// - Parameters:
  ///   - function: what is called.
  ///   - arguments: what it gets after the object.
  ///   - count: the number of rows that there are.
  ///   - rows: the rows that it is called for, 0-based; nil: 0..<count.
  /// - Returns: what it returned, in the order of the rows.
  /// - Throws: ``LuaError``, after which ``failedRow`` says where; `Interrupted`.
  public func decide(
    _ function: LuaFunction, _ arguments: [any LuaPushable], count: Int, rows: [Int32]? = nil
  ) throws -> [Bool] {
    try [Bool](unsafeUninitializedCapacity: rows?.count ?? count) { buffer, filled in
      try buffer.withMemoryRebound(to: UInt8.self) { bytes in
        var loop = gf_row_loop()
        loop.booleans = bytes.baseAddress
        try run(function, arguments, count: count, rows: rows, loop: &loop)
      }
      filled = rows?.count ?? count
    }
  }

  /// Calls `function(object, arguments…)` for each row, as ``decide(_:_:count:rows:)``; it must return
  /// `results` numbers, which follow each other.
  public func numbers(
    _ function: LuaFunction, _ arguments: [any LuaPushable], results: Int, count: Int, rows: [Int32]? = nil
  ) throws -> [Double] {
    let total = (rows?.count ?? count) * results
    return try [Double](unsafeUninitializedCapacity: total) { buffer, filled in
      var loop = gf_row_loop()
      loop.results = Int32(results)
      loop.numbers = buffer.baseAddress
      try run(function, arguments, count: count, rows: rows, loop: &loop)
      filled = total
    }
  }

  /// Calls `function(object, arguments…)` for each row, and has `read` take what it returned, `results` values at the top of
  /// the stack. That is for results of other kinds than ``decide(_:_:count:rows:)`` and
  /// ``numbers(_:_:results:count:rows:)`` take, and slower.
  ///
  /// - Throws: ``LuaError`` and what `read` throws, after which ``failedRow`` says where; `Interrupted`.
  public func forEach(
    _ function: LuaFunction, _ arguments: [any LuaPushable], results: Int, count: Int,
    read: (LuaStack) throws -> Void
  ) throws {
    try columns.begin(rows: count)
    let stack = state.stack
    let (base, outer) = (stack.count, columns.row.pointee.row)
    defer {
      stack.count = base
      columns.row.pointee.row = outer
    }
    for row in 0..<count {
      failedRow = row
      columns.row.pointee.row = Int64(row)
      try stack.reserve(arguments.count + results + 6)
      try function.push(onto: stack)
      try reference.push(onto: stack)
      for argument in arguments { try argument.push(onto: stack) }
      try function.withItsRights { try stack.call(arguments: arguments.count + 1, results: results) }
      try read(stack)
      stack.count = base
    }
    failedRow = nil
  }

  private func run(
    _ function: LuaFunction, _ arguments: [any LuaPushable], count: Int, rows: [Int32]?,
    loop: inout gf_row_loop
  ) throws {
    try columns.begin(rows: rows.map { Int($0.max() ?? -1) + 1 } ?? count)
    if let least = rows?.min(), least < 0 { throw LuaError("there is no row \(least)") }
    let stack = state.stack
    let base = stack.count
    defer { stack.count = base }
    try stack.reserve(arguments.count + 6)
    try function.push(onto: stack)
    try reference.push(onto: stack)
    for argument in arguments { try argument.push(onto: stack) }
    loop.row = columns.row
    loop.count = Int64(rows?.count ?? count)
    try (rows ?? []).withUnsafeBufferPointer { indices in
      loop.rows = rows == nil ? nil : indices.baseAddress
      failedRow = nil
      try function.withItsRights {
        let status = gf_map_rows(stack.pointer, Int32(arguments.count + 1), &loop)
        if status != LUA_OK { failedRow = rows.map { Int($0[Int(loop.position)]) } ?? Int(loop.position) }
        try stack.check(status)
      }
    }
  }
}
