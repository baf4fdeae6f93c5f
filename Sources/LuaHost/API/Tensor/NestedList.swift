import Tensor

/// Numbers in row-major order on their way to nested Lua lists.
struct NestedList: LuaPushable {
  let shape: Shape
  let values: [Float]

  /// Throws where the lists are more than Lua may hold, before any of them is made.
  static func requireRoom(for shape: Shape, on stack: LuaStack) throws {
    var (tables, values) = (1.0, 0.0)
    for size in shape.sizes where tables > 0 {
      values += tables * Double(size)
      tables *= Double(size)
    }
    // All lists but the innermost hold lists.
    try stack.requireRoom(values: values, tables: values - tables + 1)
  }

  func push(onto stack: LuaStack) throws {
    try Self.requireRoom(for: shape, on: stack)
    try stack.reserve(shape.rank * 2 + 4)
    try values.withUnsafeBufferPointer { values in
      var rest = values[...]
      try push(level: 0, &rest, onto: stack)
    }
  }

  private func push(
    level: Int, _ rest: inout Slice<UnsafeBufferPointer<Float>>, onto stack: LuaStack
  ) throws {
    guard level < shape.rank else {
      stack.push(Double(rest.removeFirst()))
      return
    }
    guard level == shape.rank - 1 else {
      return try stack.pushList(shape[level]) { _ in try push(level: level + 1, &rest, onto: stack) }
    }
    stack.push(list: UnsafeBufferPointer(rebasing: rest.prefix(shape[level])))
    try stack.checkPushes()
    rest.removeFirst(shape[level])
  }
}
