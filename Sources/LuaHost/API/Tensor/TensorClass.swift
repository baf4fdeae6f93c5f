import CLuaBridge
import Support
import Tensor

/// The class `tensor`: arrays of float32 numbers with operators, 1-based indices and views.
enum TensorClass {
  typealias Method = LuaMethod<Tensor>
  typealias Operator = LuaOperator<Tensor>

  static let entry = LuaClass<Tensor>(
    Tensor.className, "An array of 32-bit numbers with any number of axes.",
    discussion: """
      t[i] is the i-th row (a view) or, with one axis, the i-th number. t[{i, j}], t[{{a, b}, j}] and \
      t[{{}, {a, b, step}}] take one entry per axis; ranges include both ends, {} takes all, -1 is the last. \
      t[…] = v writes numbers into it. Views share the memory of the tensor they were taken from.
      + - * / ^ work element by element with tensors, numbers and lists; sizes of 1 are repeated.
      """,
    freeable: true, properties: properties,
    methods: accessMethods + shapeMethods + elementMethods + comparisonMethods + reductionMethods
      + selectionMethods,
    operators: operators,
    describe: { $0.description },
    index: { tensor, _, stack in try element(tensor, stack) },
    assign: assign,
    count: { tensor in
      guard tensor.rank > 0 else { throw LuaError("#: a scalar has no length; its number is t:item()") }
      return tensor.shape[0]
    },
    sample: "gfnet.tensor{1, 2, 3}"
  ).entry

  private static var properties: [LuaProperty<Tensor>] {
    [
      .init("shape", "list of integers", "the size along each axis") { tensor, _ in tensor.shape.sizes },
      .init("rank", "integer", "the number of axes") { tensor, _ in tensor.rank },
      .init("count", "integer", "the number of elements") { tensor, _ in tensor.count },
    ]
  }

  // MARK: Operators

  private static var operators: [Operator] {
    [
      arithmetic("__add", "+", "Adds.") {
        try $0 + $1
      } right: {
        try $0 + $1
      } left: {
        try $1 + $0
      },
      arithmetic("__sub", "-", "Subtracts.") {
        try $0 - $1
      } right: {
        try $0 - $1
      } left: {
        try $0 - $1
      },
      arithmetic("__mul", "*", "Multiplies element by element; matrices by :matmul.") {
        try $0 * $1
      } right: {
        try $0 * $1
      } left: {
        try $1 * $0
      },
      arithmetic("__div", "/", "Divides.") {
        try $0 / $1
      } right: {
        try $0 / $1
      } left: {
        try $0 / $1
      },
      arithmetic("__pow", "^", "Raises to a power.") {
        try $0.power($1)
      } right: {
        try $0.power($1)
      } left: {
        try Tensor($0).power($1)
      },
      .init("__unm", "The negative.") { stack in
        try stack.requireObject(at: 1, as: Tensor.self, in: "tensor -").negated()
      },
      .init("__eq", "True when shapes and all numbers are equal; :eq compares element by element.") { stack in
        guard let a = stack.object(at: 1, as: Tensor.self), let b = stack.object(at: 2, as: Tensor.self)
        else { return false }
        return a.shape == b.shape ? try a.notEqual(to: b).sum().item() == 0 : false
      },
      ordering("__lt", ":lt or :gt"), ordering("__le", ":le or :ge"),
      missing("__mod", "%", "a - (a / b):floor() * b"), missing("__idiv", "//", "(a / b):floor()"),
    ]
  }

  private static func arithmetic(
    _ name: String, _ sign: String, _ summary: String,
    both: @escaping @Sendable (Tensor, Tensor) throws -> Tensor,
    right: @escaping @Sendable (Tensor, Float) throws -> Tensor,
    left: @escaping @Sendable (Float, Tensor) throws -> Tensor
  ) -> Operator {
    .init(name, summary) { stack in
      do {
        if let x = stack.object(at: 1, as: Tensor.self) {
          if let y = stack.number(at: 2) { return try right(x, Float(y)) }
          return try both(x, try stack.tensor(at: 2, "tensor \(sign): the right operand"))
        }
        let y = try stack.tensor(at: 2, "tensor \(sign): the right operand")
        if let x = stack.number(at: 1) { return try left(Float(x), y) }
        return try both(try stack.tensor(at: 1, "tensor \(sign): the left operand"), y)
      } catch let error as TensorError {
        throw LuaError("tensor \(sign): \(error.problem)")
      }
    }
  }

  /// `<` gives one boolean in Lua, and a tensor's answer is one per element.
  private static func ordering(_ name: String, _ methods: String) -> Operator {
    .init(name, "An error: tensors are compared element by element, with \(methods).") { _ in
      throw LuaError("tensors are compared element by element, with \(methods)")
        as any Error
    }
  }

  /// An operator that numbers have and tensors have not.
  private static func missing(_ name: String, _ sign: String, _ instead: String) -> Operator {
    .init(name, "An error: write \(instead).") { _ in
      throw LuaError("tensor \(sign): tensors have no such operator; write \(instead)")
        as any Error
    }
  }

  // MARK: Access

  private static let axis = ArgumentKey<Int?>("axis", "1 is the first, -1 the last; left out: all")
  private static let value = ArgumentKey<Float>("value", "the number")
  private static let source = ArgumentKey<Tensor>.operand("source", "a tensor, a number or nested lists")

  private static var accessMethods: [Method] {
    [
      .init(
        "size", "The size along an axis, or all sizes.", [axis],
        returns: "integer or list of integers", example: "gfnet.tensor.zeros(2, 3):size(1)"
      ) { tensor, call -> OneOrAllSizes in
        guard let axis = try call.axis(Self.axis, of: tensor.shape) else { return .all(tensor.shape.sizes) }
        return .one(tensor.shape[axis])
      },
      .init(
        "totable", "The numbers as nested lists.", returns: "table, or a number for a scalar",
        example: "gfnet.tensor{{1, 2}, {3, 4}}:totable()"
      ) { tensor, call in
        try NestedList.requireRoom(for: tensor.shape, on: call.stack)
        return NestedList(shape: tensor.shape, values: try tensor.values())
      },
      .init(
        "item", "The only element.", returns: "number", example: "gfnet.tensor{{5}}:item()"
      ) { tensor, _ in try tensor.item() },
      .init(
        "clone", "A copy with memory of its own.", returns: "tensor",
        example: "local t = gfnet.tensor{1, 2}; local u = t:clone()"
      ) { tensor, _ in try tensor.rowMajorCopy() },
      .init(
        "fill", "Sets all elements to a number.", [value],
        returns: "tensor: the same", example: "gfnet.tensor.zeros(3):fill(2)"
      ) { tensor, call in
        try write(try Tensor(try call[value]), to: tensor, "tensor:fill")
        return Receiver()
      },
      .init(
        "copy", "Overwrites the elements with those of another tensor, repeated as broadcasting allows.",
        [source],
        returns: "tensor: the same", example: "gfnet.tensor.zeros(2, 2):copy{{1, 2}, {3, 4}}"
      ) { tensor, call in
        try write(try call[source], to: tensor, "tensor:copy")
        return Receiver()
      },
    ]
  }
}

/// The sizes of a tensor, or one of them.
private enum OneOrAllSizes: LuaPushable {
  case one(Int)
  case all([Int])

  func push(onto stack: LuaStack) throws {
    switch self {
    case .one(let size): stack.push(size)
    case .all(let sizes): try sizes.push(onto: stack)
    }
  }
}
