import CLuaBridge
import Support
import Tensor

/// Values of Lua that a cell has made, as bytes: what they share and their circles stay, tensors keep every bit. What
/// was there before the cell is named by its number in the graph of what the cell reaches.
struct ArchiveWriter {
  private let graph: LuaGraph
  private let stack: LuaStack
  private(set) var bytes: [UInt8] = []
  /// The numbers of new tables and tensors.
  private var numbers: [UnsafeRawPointer: Int] = [:]
  private let waiting: LuaTable
  private var walked = 0
  private var storages: Set<ObjectIdentifier> = []
  static let mostBytes = 512 << 20

  init(_ graph: LuaGraph) throws {
    self.graph = graph
    stack = graph.state.stack
    waiting = try LuaTable(in: graph.state)
  }

  /// Appends a value with all that is new of what it leads to.
  /// - Throws: ``Incomparable`` for what cannot be restored exactly.
  mutating func add(_ value: LuaValue) throws {
    let base = stack.count
    defer { stack.count = base }
    try value.push(onto: stack)
    try write()
  }

  /// Appends the content of all new tables and tensors, after the values.
  mutating func finish() throws {
    let base = stack.count
    defer { stack.count = base }
    while walked < numbers.count {
      try stack.reserve(8)
      try waiting.push(onto: stack)
      lua_rawgeti(stack.pointer, -1, lua_Integer(walked + 1))
      gf_remove(stack.pointer, -2)
      walked += 1
      if stack.kind(at: -1) == .table { try writeTable() } else { try writeTensor() }
      stack.pop()
    }
  }

  private mutating func put(_ number: Int) {
    withUnsafeBytes(of: Int64(number).littleEndian) { bytes.append(contentsOf: $0) }
  }

  private mutating func put(_ data: UnsafeRawBufferPointer) throws {
    put(data.count)
    guard bytes.count + data.count <= Self.mostBytes else {
      throw Incomparable(reason: "is too large to be kept")
    }
    bytes.append(contentsOf: data)
  }

  private mutating func write() throws {
    guard bytes.count <= Self.mostBytes else { throw Incomparable(reason: "is too large to be kept") }
    switch stack.kind(at: -1) {
    case .none, .nil: bytes.append(ArchiveTag.nil.rawValue)
    case .boolean:
      bytes.append((lua_toboolean(stack.pointer, -1) != 0 ? ArchiveTag.yes : .no).rawValue)
    case .number where lua_isinteger(stack.pointer, -1) != 0:
      bytes.append(ArchiveTag.integer.rawValue)
      put(Int(lua_tointegerx(stack.pointer, -1, nil)))
    case .number:
      bytes.append(ArchiveTag.number.rawValue)
      put(Int(bitPattern: UInt(lua_tonumberx(stack.pointer, -1, nil).bitPattern)))
    case .string:
      bytes.append(ArchiveTag.string.rawValue)
      if let text = stack.bytes(at: -1) { try put(text) }
    case .table, .function, .object: try writeReference()
    case .thread, .lightUserdata: throw Incomparable(reason: "is, or holds, a coroutine")
    }
  }

  private mutating func writeReference() throws {
    if let number = graph.number(onTopOf: stack) {
      bytes.append(ArchiveTag.earlier.rawValue)
      return put(number)
    }
    guard let pointer = lua_topointer(stack.pointer, -1) else { return }
    if let number = numbers[pointer] {
      bytes.append(ArchiveTag.new.rawValue)
      return put(number)
    }
    guard !stack.state.context.hostLists.contains(pointer) else {
      throw Incomparable(reason: "is, or holds, a list that belongs to a trace or an evaluation")
    }
    switch stack.kind(at: -1) {
    case .table: break
    case .function: throw Incomparable(reason: "is, or holds, a function")
    default:
      guard stack.object(at: -1, as: Tensor.self) != nil else {
        let name = stack.className(at: -1) ?? "object"
        throw Incomparable(reason: "is, or holds, \(article(name)) \(name)")
      }
    }
    bytes.append(ArchiveTag.new.rawValue)
    put(numbers.count)
    numbers[pointer] = numbers.count
    try stack.reserve(4)
    try waiting.push(onto: stack)
    stack.push(numbers.count)
    stack.pushCopy(ofValueAt: -3)
    stack.rawSet(tableAt: -3)
    stack.pop()
    try stack.checkPushes()
  }

  private mutating func writeTable() throws {
    let table = Int(stack.absolute(-1))
    if let lists = stack.state.context.lists {
      stack.pushCopy(ofValueAt: table)
      guard try lists.origin(of: LuaTable(popping: stack)) == nil else {
        throw Incomparable(reason: "is, or holds, thresholds that a trace has solved")
      }
    }
    bytes.append(ArchiveTag.table.rawValue)
    if lua_getmetatable(stack.pointer, Int32(table)) != 0 {
      guard graph.number(onTopOf: stack) != nil else {
        throw Incomparable(reason: "is, or holds, a table with a metatable of its own")
      }
      try write()
      stack.pop()
    } else {
      bytes.append(ArchiveTag.nil.rawValue)
    }
    var expected = 1
    stack.pushNil()
    while lua_next(stack.pointer, Int32(table)) != 0 {
      if lua_isinteger(stack.pointer, -2) != 0, stack.integer(at: -2) == expected {
        bytes.append(ArchiveTag.element.rawValue)
        expected += 1
      } else if stack.kind(at: -2) == .string, let name = stack.bytes(at: -2) {
        bytes.append(ArchiveTag.field.rawValue)
        try put(name)
      } else {
        throw Incomparable(reason: "is, or holds, a table with keys that are neither names nor 1, 2, 3, …")
      }
      try write()
      stack.pop()
    }
    bytes.append(ArchiveTag.end.rawValue)
  }

  private mutating func writeTensor() throws {
    guard let tensor = stack.object(at: -1, as: Tensor.self) else { return }
    guard tensor.offset == 0, tensor.isDense, tensor.storage.count == tensor.count,
      storages.insert(ObjectIdentifier(tensor.storage)).inserted, !graph.holds(tensor.storage)
    else { throw Incomparable(reason: "is, or holds, a view of a tensor") }
    bytes.append(ArchiveTag.tensor.rawValue)
    put(tensor.rank)
    for size in tensor.shape.sizes { put(size) }
    for stride in tensor.strides { put(stride) }
    put(DType.allCases.firstIndex(of: tensor.dtype) ?? 0)
    try put(tensor.storage.content)
  }
}

/// What follows in an archive.
enum ArchiveTag: UInt8 {
  case `nil` = 1, no, yes, integer, number, string, earlier, new, table, element, field, end, tensor
}
