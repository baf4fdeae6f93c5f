import Tensor

/// The elements of a tensor in row-major order on their way to nested Lua lists.
struct NestedList: LuaPushable {
  private let shape: Shape
  private let elements: Elements

  private enum Elements {
    case floats([Float])
    case wholes([Int])
    case truths([Int])
  }

  init(_ tensor: Tensor) throws {
    shape = tensor.shape
    elements =
      switch tensor.dtype {
      case .float32: .floats(try tensor.values())
      case .int32, .uint8: .wholes(try tensor.wholeNumbers())
      case .boolean: .truths(try tensor.wholeNumbers())
      }
  }

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
    var next = 0
    try push(level: 0, &next, onto: stack)
  }

  private func push(level: Int, _ next: inout Int, onto stack: LuaStack) throws {
    guard level < shape.rank else {
      push(next, onto: stack)
      next += 1
      return
    }
    let size = shape[level]
    if level == shape.rank - 1, case .floats(let values) = elements {
      values.withUnsafeBufferPointer {
        stack.push(list: UnsafeBufferPointer(rebasing: $0[next..<next + size]))
      }
      try stack.checkPushes()
      next += size
      return
    }
    try stack.pushList(size) { _ in try push(level: level + 1, &next, onto: stack) }
  }

  private func push(_ place: Int, onto stack: LuaStack) {
    switch elements {
    case .floats(let values): stack.push(Double(values[place]))
    case .wholes(let values): stack.push(values[place])
    case .truths(let values): stack.push(values[place] != 0)
    }
  }
}
