import Tensor

/// The sizes of a tensor, given one by one or as one list.
enum SizeArgument {
  /// The sizes of a tensor that is made.
  static let sizes = ArgumentKey<Shape>(row) { call, _ in try call.sizes(call.rest(), least: 0) }

  /// The sizes of a tensor that is there; one may be -1 and is worked out.
  static let openSizes = ArgumentKey<Shape>(row) { call, _ in try call.sizes(call.rest(), least: -1) }

  private static let row = FunctionParameter.rest("sizes", .axes, "the sizes, one by one or as one list")
}

extension LuaCall {
  /// The whole numbers that were given one by one or as one list; those below `least` are errors.
  func sizes(_ given: [LuaValue], least: Int) throws -> Shape {
    let name = shape.entry.qualifiedName
    var sizes: [Int] = []
    for value in given {
      if let size = value.asInteger {
        sizes.append(size)
      } else if let table = value.asTable, given.count == 1 {
        sizes = try table.elements(ofListAt: "\(name): the sizes").compactMap(\.asInteger)
      } else {
        throw LuaError("\(name): sizes are whole numbers or one list of them, as in (2, 3) or ({2, 3})")
      }
    }
    if let bad = sizes.first(where: { $0 < least }) {
      throw LuaError("\(name): a size must be at least \(least), got \(bad)")
    }
    let shape = Shape(sizes)
    // An open size is worked out from the tensor's; the others stand for themselves.
    try Shape(sizes.filter { $0 >= 0 }).validated(for: self.shape.entry.name)
    return shape
  }
}
