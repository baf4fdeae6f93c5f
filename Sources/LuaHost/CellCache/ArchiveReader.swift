import CLuaBridge
import Support
import Tensor

/// What cannot be read of a kept cell: its file is of someone else, or damaged.
struct DamagedCell: Error {}

/// Makes the values again that ``ArchiveWriter`` has written.
struct ArchiveReader {
  private let graph: LuaGraph
  private let stack: LuaStack
  private let bytes: [UInt8]
  private var at = 0
  private let made: LuaTable
  /// How many new tables and tensors have been spoken of.
  private var spokenOf = 0

  /// Reads `count` values.
  static func values(_ count: Int, in bytes: [UInt8], _ graph: LuaGraph) throws -> [LuaValue] {
    guard count <= bytes.count else { throw DamagedCell() }
    var scout = try ArchiveReader(bytes, graph)
    try scout.makeObjects(after: count)
    var reader = try ArchiveReader(bytes, graph, made: scout.made, known: scout.spokenOf)
    let base = reader.stack.count
    defer { reader.stack.count = base }
    var values: [LuaValue] = []
    for _ in 0..<count {
      try reader.pushValue()
      values.append(try reader.stack.value(at: -1))
      reader.stack.pop()
    }
    try reader.fillObjects()
    return values
  }

  private init(_ bytes: [UInt8], _ graph: LuaGraph, made: LuaTable? = nil, known: Int = 0) throws {
    self.bytes = bytes
    self.graph = graph
    stack = graph.state.stack
    self.made = try made ?? LuaTable(in: graph.state)
    spokenOf = known
  }

  private mutating func byte() throws -> UInt8 {
    guard at < bytes.count else { throw DamagedCell() }
    at += 1
    return bytes[at - 1]
  }

  private mutating func tag() throws -> ArchiveTag {
    guard let tag = ArchiveTag(rawValue: try byte()) else { throw DamagedCell() }
    return tag
  }

  private mutating func number() throws -> Int {
    guard bytes.count - at >= 8 else { throw DamagedCell() }
    at += 8
    return bytes.withUnsafeBytes {
      Int(Int64(littleEndian: $0.loadUnaligned(fromByteOffset: at - 8, as: Int64.self)))
    }
  }

  private mutating func data() throws -> ArraySlice<UInt8> {
    let count = try number()
    guard count >= 0, count <= bytes.count - at else { throw DamagedCell() }
    at += count
    return bytes[at - count..<at]
  }

  /// Walks over everything and makes each new table, empty, and each tensor.
  private mutating func makeObjects(after values: Int) throws {
    for _ in 0..<values { try skipValue() }
    var number = 0
    while at < bytes.count {
      try stack.reserve(8)
      try made.push(onto: stack)
      stack.push(number + 1)
      switch try tag() {
      case .table: try skipTable()
      case .tensor: try tensor().push(onto: stack)
      default: throw DamagedCell()
      }
      stack.rawSet(tableAt: -3)
      stack.pop()
      number += 1
    }
    guard spokenOf <= number else { throw DamagedCell() }
    spokenOf = number
  }

  private mutating func skipValue() throws {
    switch try tag() {
    case .nil, .no, .yes: break
    case .integer, .number, .earlier: _ = try number()
    case .new: spokenOf = max(spokenOf, try number() &+ 1)
    case .string: _ = try data()
    default: throw DamagedCell()
    }
  }

  /// Walks over a table and leaves an empty one of its size on the stack.
  private mutating func skipTable() throws {
    try skipValue()
    var (elements, fields) = (0, 0)
    loop: while true {
      switch try tag() {
      case .element: elements += 1
      case .field:
        fields += 1
        _ = try data()
      case .end: break loop
      default: throw DamagedCell()
      }
      try skipValue()
    }
    try stack.requireRoom(values: Double(elements + 2 * fields))
    stack.pushTable(array: elements, fields: fields)
    try stack.checkPushes()
  }

  private mutating func tensor() throws -> Tensor {
    let rank = try number()
    guard (0...64).contains(rank) else { throw DamagedCell() }
    var sizes: [Int] = []
    for _ in 0..<rank { sizes.append(try number()) }
    var strides: [Int] = []
    for _ in 0..<rank { strides.append(try number()) }
    let type = try number()
    let numbers = try data()
    guard DType.allCases.indices.contains(type), sizes.allSatisfy({ $0 >= 0 && $0 < 1 << 40 }) else {
      throw DamagedCell()
    }
    let shape = Shape(sizes)
    try shape.validated(for: "a kept cell")
    guard let tensor = try Tensor.dense(shape, DType.allCases[type], strides: strides),
      numbers.count == tensor.storage.content.count
    else { throw DamagedCell() }
    numbers.withUnsafeBytes { tensor.storage.mutableContent.copyMemory(from: $0) }
    return tensor
  }

  private mutating func skipTensor() throws {
    let rank = try number()
    guard (0...64).contains(rank) else { throw DamagedCell() }
    for _ in 0..<2 * rank + 1 { _ = try number() }
    _ = try data()
  }

  private mutating func pushValue() throws {
    try stack.reserve(4)
    switch try tag() {
    case .nil: stack.pushNil()
    case .no: stack.push(false)
    case .yes: stack.push(true)
    case .integer: stack.push(try number())
    case .number: stack.push(Double(bitPattern: UInt64(bitPattern: Int64(try number()))))
    case .string: stack.push(bytes: Array(try data()))
    case .earlier: try pushElement(of: graph.nodes, try number(), count: graph.count)
    case .new: try pushElement(of: made, try number(), count: spokenOf)
    default: throw DamagedCell()
    }
  }

  private func pushElement(of table: LuaTable, _ number: Int, count: Int) throws {
    guard (0..<count).contains(number) else { throw DamagedCell() }
    try table.push(onto: stack)
    lua_rawgeti(stack.pointer, -1, lua_Integer(number + 1))
    gf_remove(stack.pointer, -2)
  }

  private mutating func fillObjects() throws {
    var number = 0
    while at < bytes.count {
      guard try tag() == .table else {
        try skipTensor()
        number += 1
        continue
      }
      try pushElement(of: made, number, count: spokenOf)
      try pushValue()
      if stack.kind(at: -1) == .table { stack.setMetatable(ofValueAt: -2) } else { stack.pop() }
      try fillTable()
      stack.pop()
      number += 1
    }
  }

  private mutating func fillTable() throws {
    var next = 1
    while true {
      switch try tag() {
      case .element:
        stack.push(next)
        next += 1
      case .field: stack.push(bytes: Array(try data()))
      case .end: return try stack.checkPushes()
      default: throw DamagedCell()
      }
      try pushValue()
      stack.rawSet(tableAt: -3)
    }
  }
}
