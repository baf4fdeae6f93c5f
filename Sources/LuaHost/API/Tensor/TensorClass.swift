import CLuaBridge
import Support
import Tensor

/// The class `tensor`: arrays of numbers and truth values with operators, 1-based indices and views.
enum TensorClass {
  typealias Method = LuaMethod<Tensor>
  typealias Operator = LuaOperator<Tensor>

  static let entry = LuaClass<Tensor>(
    Tensor.className, "An array of numbers, or of truth values, with any number of axes.",
    discussion: """
      t[i] is the i-th row (a view) or, with one axis, the i-th number. t[{i, j}], t[{{a, b}, j}] and \
      t[{{}, {a, b, step}}] take one entry per axis; ranges include both ends, {} takes all, -1 is the last, \
      {-1, 1, -1} runs backwards. "..." stands for all axes that no entry names, "new" for a new axis. A mask picks the \
      elements where it is true, t[t:gt(0)], and a tensor of places picks these. t[…] = v writes to any of them. Views, which \
      whole numbers and ranges give, share the memory of the tensor they were taken from.
      t.dtype is float32, int32, uint8 or boolean. + - * / // % ^ work element by element with tensors, numbers and \
      lists; sizes of 1 are repeated. Whole numbers stay whole, and exact, but for / and ^; & | ~ combine masks.
      """,
    freeable: true, properties: properties,
    methods: accessMethods + typeMethods + shapeMethods + elementMethods + comparisonMethods
      + reductionMethods
      + selectionMethods + rearrangeMethods + valueMethods,
    operators: operators,
    describe: { $0.description },
    preview: { try TensorPreview.picture(of: $0) },
    index: pushElement,
    assign: assign,
    elements: elements,
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
      .init("dtype", "string", "the type of the elements: float32, int32, uint8 or boolean") { tensor, _ in
        tensor.dtype.rawValue
      },
    ]
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
        "totable", "The elements as nested lists.", returns: "table, or a number for a scalar",
        example: "gfnet.tensor{{1, 2}, {3, 4}}:totable()"
      ) { tensor, call in
        try NestedList.requireRoom(for: tensor.shape, on: call.stack)
        return try NestedList(tensor)
      },
      .init(
        "item", "The only element.", returns: "number, or a boolean", example: "gfnet.tensor{{5}}:item()"
      ) { tensor, _ in try tensor.number() },
      .init(
        "clone", "A copy with memory of its own.", returns: "tensor",
        example: "local t = gfnet.tensor{1, 2}; local u = t:clone()"
      ) { tensor, _ in try tensor.copied() },
      .init(
        "detach", "The same numbers as a constant: no gradient flows through them. A view.",
        returns: "tensor",
        example: "gfnet.grad(function(x) return (x * x:detach()):sum() end, gfnet.tensor{1, 2, 3})"
      ) { tensor, _ in TensorView(tensor.detached, of: tensor) },
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
