import CLuaBridge
import Support

/// The argument of a Lua function that is called once per image: an object whose fields are read from columns of
/// numbers, one row at a time.
///
/// One object serves all rows, and the loop over the rows is one protected call in C, so that a rule such as
/// `function(s, p) return s.margin >= p.threshold end` costs little more than Lua itself. Fields that are seldom
/// used, such as tensors, are computed when they are read. Outside the call the object answers nothing.
public final class LuaRows {
  /// A field of the object.
  public struct Field {
    enum Source {
      case column(kind: Int32, stride: Int32)
      case computed((Int) throws -> any LuaPushable)
    }
    let name: String
    let source: Source

    /// One number per row, set by ``LuaRows/set(_:_:)-([Float],_)``.
    public static func number(_ name: String) -> Field {
      Field(name: name, source: .column(kind: Int32(GF_FLOAT32), stride: 1))
    }
    /// One number for all rows.
    public static func sharedNumber(_ name: String) -> Field {
      Field(name: name, source: .column(kind: Int32(GF_FLOAT64), stride: 0))
    }
    /// One whole number per row.
    public static func integer(_ name: String) -> Field {
      Field(name: name, source: .column(kind: Int32(GF_INT32), stride: 1))
    }
    /// One whole number for all rows.
    public static func sharedInteger(_ name: String) -> Field {
      Field(name: name, source: .column(kind: Int32(GF_INT32), stride: 0))
    }
    /// One 0-based index per row, which scripts see 1-based.
    public static func index(_ name: String) -> Field {
      Field(name: name, source: .column(kind: Int32(GF_INDEX32), stride: 1))
    }
    /// Worked out from the 0-based row when a script reads it.
    public static func computed(_ name: String, _ body: @escaping (Int) throws -> any LuaPushable) -> Field {
      Field(name: name, source: .computed(body))
    }
  }

  /// The 0-based row whose call failed; nil when the last loop went through.
  public private(set) var failedRow: Int?
  /// The 0-based row whose call is running; nil between calls.
  public var runningRow: Int? { row.pointee.row >= 0 ? Int(row.pointee.row) : nil }

  private let state: LuaState
  private let reference: LuaObject
  private let row: UnsafeMutablePointer<gf_row>
  private var columns: [String: Column] = [:]
  /// Rows that each filled column has.
  private var rowCounts: [String: Int] = [:]

  private struct Column {
    let index: Int
    let kind: Int32
    let stride: Int32
    var memory: UnsafeMutableRawBufferPointer?
  }

  /// - Parameter name: what error messages call the object.
  public init(in state: LuaState, name: String, fields: [Field]) throws {
    self.state = state
    let stack = state.stack
    try stack.reserve(8)
    var computed: [String: (Int) throws -> any LuaPushable] = [:]
    for field in fields {
      switch field.source {
      case .column(let kind, let stride):
        columns[field.name] = Column(index: columns.count, kind: kind, stride: stride)
      case .computed(let body): computed[field.name] = body
      }
    }
    guard let row = gf_new_row(stack.pointer, nil, nil, Int32(columns.count)) else {
      throw LuaError("out of memory")
    }
    self.row = row
    stack.pushTable(fields: 3)
    stack.push("__index")
    stack.pushTable(fields: columns.count)
    for (name, column) in columns {
      stack.push(name)
      stack.push(column.index + 1)
      stack.rawSet(tableAt: -3)
    }
    let fallback = Self.fallback(object: name, names: fields.map(\.name), computed: computed)
    gf_push_closure_box(stack.pointer, Unmanaged.passRetained(fallback).toOpaque())
    gf_push_row_index(stack.pointer)
    stack.rawSet(tableAt: -3)
    stack.push("__name")
    stack.push(name)
    stack.rawSet(tableAt: -3)
    stack.push("__metatable")
    stack.push(false)
    stack.rawSet(tableAt: -3)
    stack.setMetatable(ofValueAt: -2)
    reference = LuaObject(popping: stack)
    for (_, column) in columns {
      withColumn(column.index) { $0.pointee = gf_column(data: nil, kind: column.kind, stride: column.stride) }
    }
  }

  deinit {
    // A script may have kept the object; it must not keep the memory.
    if reference.state.pointer != nil {
      row.pointee.row = -1
      for column in columns.values { withColumn(column.index) { $0.pointee.data = nil } }
    }
    for column in columns.values { column.memory?.deallocate() }
  }

  private func withColumn(_ index: Int, _ body: (UnsafeMutablePointer<gf_column>) -> Void) {
    body(gf_row_columns(row).advanced(by: index))
  }

  /// Answers what no column does.
  private static func fallback(
    object: String, names: [String], computed: [String: (Int) throws -> any LuaPushable]
  ) -> LuaClosure {
    LuaClosure { stack in
      let key = try stack.value(at: 2)
      guard let name = key.asString, names.contains(name) else {
        let text = key.asString ?? key.described
        throw LuaError("\(object) has no field '\(text)'" + NearestName.hint(text, in: names))
      }
      guard let box = gf_box_at(stack.pointer, 1) else { throw LuaError("\(object).\(name): not \(object)") }
      let row = UnsafeMutableRawPointer(box).assumingMemoryBound(to: gf_row.self).pointee.row
      guard row >= 0, let body = computed[name] else {
        throw LuaError(
          "\(object).\(name) can be read only while the function it was passed to runs; keep the value, not the object"
        )
      }
      try body(Int(row)).push(onto: stack)
      return 1
    }
  }

  // MARK: Filling

  /// Sets the values of a `number` column, one per row.
  public func set(_ name: String, _ values: [Float]) throws { try fill(name, Int32(GF_FLOAT32), values) }

  /// Sets the value of a `sharedNumber` field.
  public func set(_ name: String, _ value: Double) throws { try fill(name, Int32(GF_FLOAT64), [value]) }

  /// Sets the values of an `integer` or `index` column, or the one of a `sharedInteger`.
  public func set(_ name: String, _ values: [Int32]) throws { try fill(name, nil, values) }

  private func fill<Element: BitwiseCopyable>(_ name: String, _ kind: Int32?, _ values: [Element]) throws {
    guard var column = columns[name], kind ?? column.kind == column.kind,
      kind != nil || column.kind == Int32(GF_INT32) || column.kind == Int32(GF_INDEX32)
    else { throw LuaError("no column '\(name)' of this type") }
    let bytes = values.count * MemoryLayout<Element>.stride
    if (column.memory?.count ?? 0) < max(bytes, 1) {
      column.memory?.deallocate()
      column.memory = .allocate(byteCount: max(bytes, 1), alignment: 16)
      columns[name] = column
    }
    guard let memory = column.memory else { return }
    values.withUnsafeBytes { memory.copyMemory(from: $0) }
    rowCounts[name] = column.stride == 0 ? Int.max : values.count
    withColumn(column.index) { $0.pointee.data = UnsafeRawPointer(memory.baseAddress) }
  }

  // MARK: Calling

  /// Calls `function(object, arguments…)` for each row; it must return true or false.
  ///
  /// - Parameter rows: which rows, 0-based; nil: 0..<count.
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

  /// Calls `function(object, arguments…)` for each row; it must return `results` numbers, which follow each other.
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

  private func run(
    _ function: LuaFunction, _ arguments: [any LuaPushable], count: Int, rows: [Int32]?,
    loop: inout gf_row_loop
  ) throws {
    let known = rowCounts.values.min() ?? Int.max
    guard count <= known, rows?.allSatisfy({ $0 >= 0 && $0 < known }) ?? true else {
      throw LuaError("the columns have \(known) rows, fewer than the call needs")
    }
    let stack = state.stack
    let base = stack.count
    defer { stack.count = base }
    try stack.reserve(arguments.count + 6)
    try function.push(onto: stack)
    try reference.push(onto: stack)
    for argument in arguments { try argument.push(onto: stack) }
    loop.row = row
    loop.count = Int64(rows?.count ?? count)
    try (rows ?? []).withUnsafeBufferPointer { indices in
      loop.rows = rows == nil ? nil : indices.baseAddress
      failedRow = nil
      let status = gf_map_rows(stack.pointer, Int32(arguments.count + 1), &loop)
      if status != LUA_OK { failedRow = rows.map { Int($0[Int(loop.position)]) } ?? Int(loop.position) }
      try stack.check(status)
    }
  }
}
