import Tensor

// Functions of each element, comparisons, and products.
extension TensorClass {
  static var elementMethods: [Method] {
    let ofOne = ElementFunctions.table.map(unary)
    // Those with a sign are operators.
    let ofTwo = BinaryFunctions.table.filter { $0.sign == nil }.map(pair)
    return ofOne + numberedMethods + ofTwo + productMethods
  }

  private static let low = ArgumentKey<Float?>("low", "the lower limit")
  private static let high = ArgumentKey<Float?>("high", "the upper limit")

  /// Functions of each element, and of each row, that take further numbers.
  private static var numberedMethods: [Method] {
    [
      .init(
        "clamp", "Each element limited to a range.", [low, high],
        returns: "tensor", example: "gfnet.tensor{-2, 0.5, 3}:clamp(0, 1)"
      ) { tensor, call in
        try tensor.clamped(call[low] ?? -.infinity, call[high] ?? .infinity)
      },
      softmax("softmax", "Probabilities along an axis: eˣ over its sum") { try $0.softmax() },
      softmax("log_softmax", "The logarithms of softmax") { try $0.logSoftmax() },
    ]
  }

  private static let rightFactor = ArgumentKey<Tensor>.operand("other", "the right factor")
  private static let otherVector = ArgumentKey<Tensor>.operand("other", "the other vector")
  static let whereTrue = ArgumentKey<Tensor>.operand("a", "taken where true")
  static let whereFalse = ArgumentKey<Tensor>.operand("b", "taken where false")

  private static var productMethods: [Method] {
    [
      .init(
        "matmul",
        "The matrix product: m×k by k×n, stacks of both, which broadcast, and vectors on either side.",
        [rightFactor],
        returns: "tensor, or a number for two vectors",
        example: "gfnet.tensor{{1, 2}, {3, 4}}:matmul{{5}, {6}}"
      ) { tensor, call in NumberOrTensor(try tensor.matmul(try call[rightFactor]), of: tensor) },
      .init(
        "dot", "The scalar product of two vectors.", [otherVector],
        returns: "number", example: "gfnet.tensor{1, 2, 3}:dot{4, 5, 6}"
      ) { tensor, call in NumberOrTensor(try tensor.dot(try call[otherVector]), of: tensor) },
      .init(
        "outer", "All products of an element of this vector and one of the other.", [otherVector],
        returns: "tensor", example: "gfnet.tensor{1, 2}:outer{3, 4, 5}"
      ) { tensor, call in try tensor.outer(try call[otherVector]) },
      .init(
        "where", "Elements of `a` where this tensor is not 0, of `b` elsewhere.",
        [whereTrue, whereFalse],
        returns: "tensor", example: "local t = gfnet.tensor{-1, 2}; t:gt(0):where(t, 0)"
      ) { tensor, call in
        // PyTorch's `t:where(mask, other)` would choose by t, and what it gives looks like a result.
        if tensor.dtype == .float32, call.stack.object(at: 2, as: Tensor.self)?.dtype == .boolean {
          throw LuaError(
            "tensor:where: is asked of the mask, and this tensor is float32; write mask:where(t, other)")
        }
        return try select(tensor, call, at: 2)
      },
    ]
  }

  /// `where` with its two sources from slot `slot` on; a whole number beside whole numbers is of their type.
  static func select(_ condition: Tensor, _ call: LuaCall, at slot: Int) throws -> Tensor {
    let stack = call.stack
    let (a, b) = (stack.object(at: slot, as: Tensor.self), stack.object(at: slot + 1, as: Tensor.self))
    return try Tensor.where(
      condition, try b.map { try beside($0, at: slot, call, whereTrue) } ?? call[whereTrue],
      try a.map { try beside($0, at: slot + 1, call, whereFalse) } ?? call[whereFalse])
  }

  static var comparisonMethods: [Method] {
    [
      comparison("eq", "equal to", .equal),
      comparison("ne", "different from", .notEqual),
      comparison("lt", "less than", .less),
      comparison("le", "at most", .lessOrEqual),
      comparison("gt", "greater than", .greater),
      comparison("ge", "at least", .greaterOrEqual),
    ]
  }

  private static func unary(_ function: ElementFunctions.Entry) -> Method {
    .init(
      function.name, "Of each element, \(function.meaning).", returns: "tensor",
      example: "gfnet.tensor{0.5, 1, 2}:\(function.name)()"
    ) { tensor, _ in try function(tensor) }
  }

  private static let other = ArgumentKey<Tensor>.operand("other", "a tensor, a number or nested lists")

  private static func pair(_ function: BinaryFunctions.Entry) -> Method {
    .init(
      function.name, "Element by element, \(function.meaning).", [other],
      returns: "tensor", example: "gfnet.tensor{1, 5}:\(function.name){4, 2}"
    ) { tensor, call in try function(tensor, try beside(tensor, at: 2, call, other)) }
  }

  /// An operand; a whole number beside whole numbers is of their type.
  static func beside(
    _ tensor: Tensor, at slot: Int, _ call: LuaCall, _ key: ArgumentKey<Tensor>
  ) throws -> Tensor {
    guard tensor.dtype.isWhole, call.stack.number(at: slot) != nil else { return try call[key] }
    return try call.stack.scalar(at: slot, beside: tensor)
  }

  private static func comparison(
    _ name: String, _ relation: String, _ comparison: Comparison
  ) -> Method {
    .init(
      name, "True where the element is \(relation) the other's.", [other],
      returns: "tensor: boolean", example: "gfnet.tensor{0.2, 0.7}:\(name)(0.5)"
    ) { tensor, call in
      if let number = call.stack.number(at: 2) { return try tensor.compared(comparison, Float(number)) }
      return try tensor.compared(comparison, try call[other])
    }
  }

  static let lastAxis = ArgumentKey<Int>("axis", default: -1, "the axis")

  private static func softmax(
    _ name: String, _ summary: String, _ function: @escaping @Sendable (Tensor) throws -> Tensor
  ) -> Method {
    .init(
      name, summary + ".", [lastAxis], returns: "tensor",
      example: "gfnet.tensor{{1, 2, 3}, {0, 0, 0}}:\(name)()"
    ) { tensor, call in
      let axis = try call.axis(lastAxis, of: tensor.shape)
      if axis == tensor.rank - 1 { return try function(tensor) }
      return try function(try tensor.transposed(axis, -1)).transposed(axis, -1)
    }
  }
}
