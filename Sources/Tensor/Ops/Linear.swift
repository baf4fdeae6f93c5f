import OneDNN

/// y = x·Wᵀ + b for x of B×I, W of O×I (PyTorch's order) and b of O numbers.
struct Linear: Op {
  var name: String { "linear" }

  func outputShape(_ inputs: [Shape]) throws -> Shape {
    let (x, w) = (inputs[0], inputs[1])
    guard x.rank == 2, w.rank == 2, x[1] == w[1] else {
      throw TensorError(name, "input of shape \(x) does not fit weights of shape \(w) (outputs × inputs)")
    }
    if inputs.count > 2, inputs[2].sizes != [w[0]] {
      throw TensorError(name, "bias of shape \(inputs[2]) for \(w[0]) outputs")
    }
    return [x[0], w[0]]
  }

  func multiplyAdds(_ inputs: [Shape]) -> Int { inputs[0].count * inputs[1][0] }

  func lowering(_ inputs: [Shape]) -> Lowering? { .linear }

  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor {
    let x = try inputs[0].contiguous()
    let w = try inputs[1].contiguous()
    saved.keep(x, w)
    let (rows, outputs) = (x.shape[0], w.shape[0])
    let y = try Tensor.empty([rows, outputs])
    var beta: Float = 0
    if inputs.count > 2 {
      let bias = try inputs[2].contiguous()
      for row in 0..<rows { (y.pointer + row * outputs).update(from: bias.pointer, count: outputs) }
      beta = 1
    }
    try MatrixMultiply.multiply(
      rows: rows, columns: outputs, inner: x.shape[1], a: x.pointer, transposeA: false, b: w.pointer,
      transposeB: true, beta: beta, c: y.pointer)
    return y
  }

  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] {
    let (x, w) = (saved.tensors[0], saved.tensors[1])
    let dy = try gradient.contiguous()
    var result = [Tensor?](repeating: nil, count: needs.count)
    if needs[0] { result[0] = try dy.times(w) }
    if needs[1] { result[1] = try dy.times(x, transposingFirst: true) }
    if needs.count > 2, needs[2] { result[2] = try Reduction.sum(dy, axes: [0]) }
    return result
  }
}

/// Matrix product of two matrices, or of two equally long stacks of them.
struct MatMul: Op {
  var name: String { "matmul" }

  func outputShape(_ inputs: [Shape]) throws -> Shape {
    let (a, b) = (inputs[0], inputs[1])
    guard a.rank == b.rank, a.rank == 2 || a.rank == 3, a.sizes.last == b[b.rank - 2],
      a.rank == 2 || a[0] == b[0]
    else { throw TensorError(name, "shapes \(a) and \(b) do not fit (… × m × k by … × k × n)") }
    return Shape(a.sizes.dropLast() + [b[b.rank - 1]])
  }

  func multiplyAdds(_ inputs: [Shape]) -> Int { inputs[0].count * (inputs[1].sizes.last ?? 0) }

  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor {
    let (a, b) = (try inputs[0].contiguous(), try inputs[1].contiguous())
    saved.keep(a, b)
    return try a.times(b)
  }

  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] {
    let (a, b) = (saved.tensors[0], saved.tensors[1])
    let dy = try gradient.contiguous()
    return [
      needs[0] ? try dy.times(b, transposingSecond: true) : nil,
      needs[1] ? try a.times(dy, transposingFirst: true) : nil,
    ]
  }
}

extension Tensor {
  /// x·Wᵀ + b, B × outputs; `self` is B × inputs, `weights` outputs × inputs, and the bias has a number for
  /// each output.
  ///
  /// - Throws: ``TensorError`` where shapes do not fit.
  public func linear(_ weights: Tensor, bias: Tensor? = nil) throws -> Tensor {
    try apply(Linear(), [self, weights] + (bias.map { [$0] } ?? []))
  }

  /// The matrix product of the last two axes, … × m × k by … × k × n, as NumPy has it: the axes before them broadcast, and
  /// a vector is a row on the left, a column on the right, whose axis goes away.
  ///
  /// - Throws: ``TensorError`` where shapes do not fit.
  public func matmul(_ other: Tensor) throws -> Tensor {
    let (a, b) = (self, other)
    guard a.rank > 0, b.rank > 0 else {
      throw TensorError("matmul", "needs axes; a scalar is multiplied by *")
    }
    switch (a.rank, b.rank) {
    case (2, 2): return try apply(MatMul(), [a, b])
    case (3, 3) where a.shape[0] == b.shape[0]: return try apply(MatMul(), [a, b])
    case (1, _):
      try Self.requireFit(a.shape, b.shape, a.count, b.rank == 1 ? b.count : b.shape[b.rank - 2])
      if b.rank == 1 { return try a.dot(b) }
      return try a.unsqueezed(0).matmul(b).squeezed(-2)
    case (_, 1):
      try Self.requireFit(a.shape, b.shape, a.shape[a.rank - 1], b.count)
      return try a.matmul(b.unsqueezed(1)).squeezed(-1)
    default: return try a.stackedProduct(b)
    }
  }

  private static func requireFit(_ a: Shape, _ b: Shape, _ columns: Int, _ rows: Int) throws {
    guard columns == rows else {
      throw TensorError("matmul", "shapes \(a) and \(b) do not fit (… × m × k by … × k × n)")
    }
  }

  /// The product of stacks of matrices whose first axes broadcast.
  private func stackedProduct(_ other: Tensor) throws -> Tensor {
    let (m, k, n) = (shape[rank - 2], shape[rank - 1], other.shape[other.rank - 1])
    try Self.requireFit(shape, other.shape, k, other.shape[other.rank - 2])
    let (left, right) = (Shape(Array(shape.sizes.dropLast(2))), Shape(Array(other.shape.sizes.dropLast(2))))
    if right.count == 1 && right.rank <= left.rank && shape.count > 0 {
      // One matrix for all: the rows of the stack are rows of one matrix.
      let product = try apply(MatMul(), [reshaped([left.count * m, k]), other.reshaped([k, n])])
      return try product.reshaped(Shape(left.sizes + [m, n]))
    }
    let stack: Shape
    do { stack = try left.broadcast(with: right, for: "matmul") } catch {
      throw TensorError("matmul", "the stacks of shapes \(shape) and \(other.shape) do not broadcast")
    }
    let a = try expanded(to: Shape(stack.sizes + [m, k])).reshaped([stack.count, m, k])
    let b = try other.expanded(to: Shape(stack.sizes + [k, n])).reshaped([stack.count, k, n])
    return try apply(MatMul(), [a, b]).reshaped(Shape(stack.sizes + [m, n]))
  }

  /// Product of row-major matrices or stacks, without history.
  func times(_ other: Tensor, transposingFirst: Bool = false, transposingSecond: Bool = false) throws
    -> Tensor
  {
    let (m, k) = transposingFirst ? (shape[rank - 1], shape[rank - 2]) : (shape[rank - 2], shape[rank - 1])
    let n = transposingSecond ? other.shape[rank - 2] : other.shape[rank - 1]
    let stack = rank == 3 ? shape[0] : 1
    let result = try Tensor.emptyRowMajor(Shape((rank == 3 ? [stack] : []) + [m, n]))
    for index in 0..<stack {
      try MatrixMultiply.multiply(
        rows: m, columns: n, inner: k, a: pointer + index * m * k, transposeA: transposingFirst,
        b: other.pointer + index * k * n, transposeB: transposingSecond, c: result.pointer + index * m * n)
    }
    return result
  }
}
