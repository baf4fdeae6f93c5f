import Tensor

/// The sizes of a tensor, given one by one or as one list.
enum SizeArgument {
  /// The sizes of a tensor that is made.
  static let sizes = ArgumentKey<Shape>(row) { call, _ in try call.sizes(call.rest(), least: 0) }

  /// The sizes of a tensor that is there; one may be -1 and is worked out.
  static let openSizes = ArgumentKey<Shape>(row) { call, _ in
    try call.plainSizes() ?? call.sizes(call.rest(), least: -1)
  }

  /// The sizes of a tensor that is made, and the type of its elements as an option after them.
  static let typed = ArgumentKey<TypedSizes>(
    .rest(
      "sizes", .either([.integer, .table]),
      "the sizes, one by one or as one list; then {dtype = \"int32\"} for another type than float32")
  ) { call, _ in
    var given = try call.rest()
    guard let options = given.last?.asTable, case let pairs = try options.pairs(),
      let name = pairs.lazy.compactMap({ $0.key.asInteger == nil ? $0.key.asString : nil }).first
    else { return TypedSizes(shape: try call.sizes(given, least: 0), dtype: nil) }
    let function = call.shape.entry.qualifiedName
    guard name == "dtype", pairs.count == 1, let word = pairs[0].value.asString,
      let dtype = DType(rawValue: word)
    else {
      let words = DType.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
      throw LuaError(
        name == "dtype"
          ? "\(function): option 'dtype' must be one of \(words), got \(pairs[0].value.described)"
          : "\(function): unknown option '\(name)'; there is dtype")
    }
    given.removeLast()
    return TypedSizes(shape: try call.sizes(given, least: 0), dtype: dtype)
  }

  private static let row = FunctionParameter.rest("sizes", .axes, "the sizes, one by one or as one list")
}

/// The sizes of a tensor, and the type that the script named.
struct TypedSizes {
  let shape: Shape
  let dtype: DType?
}

extension LuaCall {
  /// The sizes where all were given one by one, and none is worked out; nil otherwise.
  fileprivate func plainSizes() -> Shape? {
    let count = argumentCount
    guard count > 0, count <= Shape.largestRank else { return nil }
    var sizes: [Int] = []
    sizes.reserveCapacity(count)
    for slot in shape.first..<shape.first + count {
      guard let size = stack.integer(at: slot), size >= 0 else { return nil }
      sizes.append(size)
    }
    return Shape(sizes)
  }

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
