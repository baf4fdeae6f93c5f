import CLuaBridge
import Support
import Tensor

/// `gfnet.tensor`: calling it makes a tensor from numbers; its functions make tensors of a shape.
enum TensorModule {
  static let module = LuaModule(
    "gfnet.tensor", "Arrays of numbers: gfnet.tensor{{1, 2}, {3, 4}} and the functions below.",
    call: fromNumbers,
    functions: [
      zeros, ones, full, arange, linspace, eye, rand, randn, oneHot, concatenate, stack, select, einsum,
      meshgrid,
    ] + TensorFiles.functions)

  private static let numbers = ArgumentKey<Tensor>.operand(
    "numbers", "a list, nested lists of equal lengths, a number, or a tensor to copy")
  /// The type of the elements that are made.
  static let dtype = ArgumentKey<DType>(
    "dtype", "float32, int32, uint8 or boolean; left out: float32, or what is given"
  ).optional

  private static let fromNumbers = FunctionEntry(
    "tensor", "A tensor of the given numbers, or truth values.", [numbers, .options([dtype])],
    returns: "tensor", example: "gfnet.tensor{{1, 2}, {3, 4}}",
    discussion: """
      Numbers become float32 unless dtype is given, as in gfnet.tensor({1, 2}, {dtype = "int32"}); true and false become \
      boolean, and a tensor keeps its type.
      """
  ) { call in
    let dtype = try call[Self.dtype]
    if let source = call.stack.object(at: 2, as: Tensor.self) {
      let copy = try source.copied()
      return try dtype.map(copy.converted) ?? copy
    }
    guard let dtype else { return try call[numbers] }
    return try call.stack.tensor(at: 2, dtype, call.place(numbers))
  }

  // MARK: Constants and ranges

  private static let sizes = SizeArgument.sizes
  private static let typed = SizeArgument.typed
  private static let value = ArgumentKey<Float>("value", "the number")
  private static let first = ArgumentKey<Double>("first", "the first number")
  private static let limit = ArgumentKey<Double>("last", "the limit")
  private static let step = ArgumentKey<Double>("step", default: 1, "the difference between neighbours")

  private static let zeros = FunctionEntry(
    "zeros", "All elements 0.", [typed], returns: "tensor", example: "gfnet.tensor.zeros(2, 3)"
  ) { call in try constant(0, try call[typed]) }

  private static func constant(_ value: Float, _ sizes: TypedSizes) throws -> Tensor {
    guard let dtype = sizes.dtype, dtype != .float32 else {
      return try Tensor.fullRowMajor(sizes.shape, value)
    }
    // One element, repeated: no float32 tensor of that size is made on the way.
    return try Tensor(value).converted(to: dtype).expanded(to: sizes.shape).rowMajorCopy()
  }

  private static let ones = FunctionEntry(
    "ones", "All elements 1.", [typed], returns: "tensor", example: "gfnet.tensor.ones(2, 3)"
  ) { call in try constant(1, try call[typed]) }

  private static let full = FunctionEntry(
    "full", "All elements equal to one number.", [value, typed], returns: "tensor",
    example: "gfnet.tensor.full(0.5, 2, 3)"
  ) { call in try constant(try call[value], try call[typed]) }

  private static let arange = FunctionEntry(
    "arange", "The numbers from first to last, both included, as Lua's `for` counts them.",
    [first, limit, step], returns: "tensor", example: "gfnet.tensor.arange(1, 10, 3)"
  ) { call in
    let (first, last, step) = (try call[Self.first], try call[limit], try call[Self.step])
    let steps = try wholeSteps(call) ?? ((last - first) / step).rounded(.down)
    guard step != 0, steps.isFinite, steps < 0x1p31 else {
      throw LuaError(
        "gfnet.tensor.arange: cannot count from \(LuaNumberText.shortest(first)) to \(LuaNumberText.shortest(last)) in steps of \(LuaNumberText.shortest(step)): \(obstacle(step: step, steps: steps))"
      )
    }
    return try Tensor.arange(from: first, step: step, count: Int(clamping: max(steps + 1, 0)))
  }

  /// Why so many steps cannot be made.
  private static func obstacle(step: Double, steps: Double) -> String {
    if step == 0 { return "the step must not be 0" }
    guard steps.isFinite else { return "the number of steps is not finite" }
    let count = steps < 0x1p53 ? "\(Int(clamping: steps + 1))" : LuaNumberText.shortest(steps)
    return "\(count) numbers are more than \(1 << 31)"
  }

  /// How often whole numbers can be stepped on, below 0 for never: large ones differ by less than floating-point numbers
  /// tell apart. Nil where one of them is not whole, or the step is 0.
  private static func wholeSteps(_ call: LuaCall) throws -> Double? {
    guard let first = try call.value(of: Self.first).asInteger,
      let last = try call.value(of: limit).asInteger,
      let step = try call.value(of: Self.step).asInteger, step != 0
    else { return nil }
    let (low, high) = step > 0 ? (first, last) : (last, first)
    if low > high { return -1 }
    let span = UInt64(bitPattern: Int64(high)) &- UInt64(bitPattern: Int64(low))
    return Double(span / UInt64(step.magnitude))
  }

  private static let last = ArgumentKey<Double>("last", "the last number")
  private static let count = ArgumentKey<Int>("count", "how many", in: 0...0x1p31)

  private static let linspace = FunctionEntry(
    "linspace", "Evenly spaced numbers, both ends included.", [first, last, count],
    returns: "tensor", example: "gfnet.tensor.linspace(0, 1, 5)"
  ) { call in
    try Tensor.linspace(try call[first], try call[last], count: try call[count])
  }

  private static let side = ArgumentKey<Int>("size", "rows, and columns unless told", in: 0...65536)
  private static let columns = ArgumentKey<Int?>("columns", "columns", in: 0...65536)

  private static let eye = FunctionEntry(
    "eye", "The identity matrix, or one with another number of columns.", [side, columns], returns: "tensor",
    example: "gfnet.tensor.eye(3)"
  ) { call in
    let rows = try call[side]
    let columns = try call[Self.columns] ?? rows
    let tensor = try Tensor.zerosRowMajor([rows, columns])
    for i in 0..<min(rows, columns) { tensor.pointer[i * columns + i] = 1 }
    return tensor
  }

  private static let subscripts = ArgumentKey<String>(
    "subscripts", "the axes by letters, such as \"bij,bjk->bik\"")
  private static let factors = ArgumentKey<[LuaValue]>(
    .rest("tensors", .operand, "one tensor or two"))

  private static let einsum = FunctionEntry(
    "einsum", "A sum of products by the letters of axes, of one tensor or of two.", [subscripts, factors],
    returns: "tensor, or a number where no axis is left",
    example: "gfnet.tensor.einsum(\"ij,kj->ik\", gfnet.tensor{{1, 2}}, gfnet.tensor{{3, 4}, {5, 6}})",
    discussion: """
      Letters that the result lacks are summed over, one that an operand names twice takes its diagonal; without -> the result \
      has the letters that occur once, in the alphabet's order.
      """
  ) { call in
    let tensors = try operands(call, from: call.shape.first + 1)
    guard let first = tensors.first else {
      throw LuaError("gfnet.tensor.einsum: needs one tensor or two after the subscripts")
    }
    return NumberOrTensor(try Tensor.einsum(try call[subscripts], tensors), of: first)
  }

  private static let vectors = ArgumentKey<[LuaValue]>(.rest("vectors", .operand, "vectors"))

  private static let meshgrid = FunctionEntry(
    "meshgrid", "A tensor for each vector, of all their lengths: its numbers run along its own axis.",
    [vectors],
    returns: "as many tensors, views of the vectors",
    example: "local rows, columns = gfnet.tensor.meshgrid({1, 2, 3}, {10, 20})",
    discussion: "Axes are in the order of the vectors, as PyTorch's indexing = \"ij\"."
  ) { call in
    LuaResults(each: try Tensor.meshgrid(try operands(call, from: call.shape.first)))
  }

  /// The tensors that are given one by one from a slot on. A list is one tensor of numbers, and so none of tensors.
  private static func operands(_ call: LuaCall, from first: Int) throws -> [Tensor] {
    let stack = call.stack
    let function = call.shape.entry.qualifiedName
    return try (first..<max(stack.count + 1, first)).map { slot in
      if stack.kind(at: slot) == .table {
        try stack.reserve(1)
        lua_rawgeti(stack.pointer, stack.absolute(slot), 1)
        defer { stack.pop() }
        guard stack.className(at: -1) != Tensor.className else {
          let before = call.shape.parameters.dropLast().map { $0.name + ", " }.joined()
          throw LuaError(
            "\(function): argument \(slot) is a list of tensors; they are given one by one: \(function)(\(before)a, b)"
          )
        }
      }
      return try stack.tensor(at: slot, "\(function): argument \(slot)")
    }
  }

  // MARK: Random numbers

  private static let rand = FunctionEntry(
    "rand", "Random numbers, even between 0 and 1, from the run's generator.", [sizes],
    returns: "tensor", example: "gfnet.tensor.rand(2, 3)",
    discussion: "gfnet.random.generator makes generators of your own."
  ) { call in
    try Tensor.uniform(try call[sizes], random: call.context.random.takeFamily())
  }

  private static let randn = FunctionEntry(
    "randn", "Standard normal random numbers from the run's generator.", [sizes],
    returns: "tensor", example: "gfnet.tensor.randn(2, 3)"
  ) { call in
    try Tensor.normal(try call[sizes], random: call.context.random.takeFamily())
  }

  // MARK: From others

  private static let labels = ArgumentKey<[Double]>.numbers("labels", "1-based class labels")
  private static let classes = ArgumentKey<Int>("classes", "the number of classes", in: 1...0x1p24)

  private static let oneHot = FunctionEntry(
    "one_hot", "One row per class label: 1 at the label, 0 elsewhere.", [labels, classes],
    returns: "tensor: labels × classes", example: "gfnet.tensor.one_hot({2, 1, 3}, 3)"
  ) { call in
    let count = try call[classes]
    return try Tensor.oneHot(try call.places(labels, count: count), classes: count)
  }

  private static let parts = ArgumentKey<[Tensor]>.operands(
    "tensors", "the tensors; all other sizes must agree")
  private static let axis = ArgumentKey<Int>("axis", default: 1, "the axis")

  private static let concatenate = FunctionEntry(
    "concatenate", "Tensors one after the other along an axis.", [parts, axis],
    returns: "tensor",
    example: "gfnet.tensor.concatenate({gfnet.tensor.ones(2, 3), gfnet.tensor.zeros(1, 3)})"
  ) { call in
    let tensors = try call[parts]
    guard let first = tensors.first else { throw LuaError("gfnet.tensor.concatenate: the list is empty") }
    let axis = try call.axis(Self.axis, of: first.shape)
    for (number, tensor) in tensors.enumerated() {
      var sizes = tensor.shape.sizes
      if sizes.count == first.rank { sizes[axis] = first.shape[axis] }
      guard sizes == first.shape.sizes else {
        throw LuaError(
          "gfnet.tensor.concatenate: tensor \(number + 1) has shape \(tensor.shape); along axis \(axis + 1) only that size may differ from the first's \(first.shape)"
        )
      }
    }
    return try Tensor.concatenated(tensors, axis: axis)
  }

  private static let layers = ArgumentKey<[Tensor]>.operands("tensors", "the tensors")
  private static let newAxis = ArgumentKey<Int>(
    "axis", default: 1, "the place of the new axis: 1 puts it first, -1 last")

  private static let stack = FunctionEntry(
    "stack", "Tensors of one shape side by side along a new axis.", [layers, newAxis],
    returns: "tensor", example: "gfnet.tensor.stack({gfnet.tensor{1, 2}, gfnet.tensor{3, 4}})"
  ) { call in
    let tensors = try call[layers]
    guard let first = tensors.first else { throw LuaError("gfnet.tensor.stack: the list is empty") }
    let axis = try call[newAxis]
    guard let place = Int(place: axis, of: first.rank + 1) else {
      throw LuaError(
        "gfnet.tensor.stack: the new axis of shape \(first.shape) can be 1 to \(first.rank + 1), got \(axis)")
    }
    for (number, tensor) in tensors.enumerated() where tensor.shape != first.shape {
      throw LuaError(
        "gfnet.tensor.stack: tensor \(number + 1) has shape \(tensor.shape), the first has \(first.shape)")
    }
    return try Tensor.stacked(tensors, axis: place)
  }

  private static let condition = ArgumentKey<Tensor>.operand("condition", "such as t:gt(0)")

  private static let select = FunctionEntry(
    "where", "Elements of `a` where the condition is not 0, of `b` elsewhere.",
    [condition, TensorClass.whereTrue, TensorClass.whereFalse],
    returns: "tensor", example: "local t = gfnet.tensor{-1, 2}; gfnet.tensor.where(t:gt(0), t, 0)"
  ) { call in
    try TensorClass.select(try call[condition], call, at: 2)
  }
}
