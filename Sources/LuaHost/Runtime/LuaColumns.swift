import CLuaBridge
import Support

/// The columns of a ``LuaRows`` object, as the bridge reads them.
final class LuaColumns {
  private final class Column {
    let field: LuaRows.Field
    /// True once a call has read the column: it is then asked for before each loop.
    var isRead = false
    var memory: UnsafeMutableRawBufferPointer?

    init(_ field: LuaRows.Field) { self.field = field }
    deinit { memory?.deallocate() }
  }

  /// The row, which lies in the object, which Lua owns.
  let row: UnsafeMutablePointer<gf_row>
  /// What error messages call the object.
  private let object: String
  private let columns: [Column]
  /// The rows that the running loop may ask for.
  private var rows = 0

  init(of row: UnsafeMutablePointer<gf_row>, _ fields: [LuaRows.Field], object: String) {
    self.row = row
    self.object = object
    columns = fields.map(Column.init)
    for (index, field) in fields.enumerated() {
      let (kind, stride) = field.source.layout
      gf_row_columns(row)[index] = gf_column(data: nil, kind: kind, stride: stride)
    }
  }

  /// Prepares a loop over some of the first `rows` rows.
  func begin(rows: Int) throws {
    self.rows = rows
    for (index, column) in columns.enumerated() {
      if column.isRead { try fill(index) } else { gf_row_columns(row)[index].data = nil }
    }
  }

  /// Forgets all columns: nothing can be read any more.
  func forget() {
    for index in columns.indices { gf_row_columns(row)[index].data = nil }
  }

  /// A value of a column that no call has read before.
  func read(_ name: String, row number: Int) throws -> any LuaPushable {
    guard let index = columns.firstIndex(where: { $0.field.name == name }) else {
      throw LuaError("\(object) has no column '\(name)'")
    }
    columns[index].isRead = true
    try fill(index)
    guard let memory = columns[index].memory else { throw LuaError("\(object).\(name) has no values") }
    switch columns[index].field.source {
    case .floats: return Double(memory.load(fromByteOffset: 4 * number, as: Float.self))
    case .integers: return Int(memory.load(fromByteOffset: 4 * number, as: Int32.self))
    case .indices: return Int(memory.load(fromByteOffset: 4 * number, as: Int32.self)) + 1
    case .sharedNumber: return memory.load(as: Double.self)
    case .sharedInteger: return Int(memory.load(as: Int32.self))
    case .computed(let body): return try body(number)
    }
  }

  private func fill(_ index: Int) throws {
    switch columns[index].field.source {
    case .floats(let values): try store(values(), index)
    case .integers(let values), .indices(let values): try store(values(), index)
    case .sharedNumber(let value): store(try value(), index)
    case .sharedInteger(let value): store(Int32(truncatingIfNeeded: try value()), index)
    case .computed: break
    }
  }

  private func store<Element: BitwiseCopyable>(_ values: [Element], _ index: Int) throws {
    guard values.count >= rows else {
      throw LuaError(
        "\(object).\(columns[index].field.name) has \(values.count) rows, fewer than the \(rows) of the call")
    }
    values.withUnsafeBytes { store($0, index) }
  }

  private func store<Element: BitwiseCopyable>(_ value: Element, _ index: Int) {
    withUnsafeBytes(of: value) { store($0, index) }
  }

  private func store(_ bytes: UnsafeRawBufferPointer, _ index: Int) {
    let column = columns[index]
    if (column.memory?.count ?? 0) < max(bytes.count, 1) {
      column.memory?.deallocate()
      column.memory = .allocate(byteCount: max(bytes.count, 1), alignment: 16)
    }
    guard let memory = column.memory else { return }
    memory.copyMemory(from: bytes)
    gf_row_columns(row)[index].data = UnsafeRawPointer(memory.baseAddress)
  }
}

extension LuaRows.Field.Source {
  /// The bridge's number for a column's type, and 0 where all rows share one value.
  fileprivate var layout: (kind: Int32, stride: Int32) {
    switch self {
    case .floats: (Int32(GF_FLOAT32), 1)
    case .integers: (Int32(GF_INT32), 1)
    case .indices: (Int32(GF_INDEX32), 1)
    case .sharedNumber, .computed: (Int32(GF_FLOAT64), 0)
    case .sharedInteger: (Int32(GF_INT32), 0)
    }
  }
}
