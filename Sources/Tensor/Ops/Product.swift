import Support

/// The product over axes. Of whole numbers it is an exact int32.
struct Product: AxisStatistic {
  let axes: [Int]
  let keepingAxes: Bool
  let name = "prod"
  var takesAnyType: Bool { true }

  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor {
    let x = inputs[0]
    let (axes, shape) = (try resolved(x), try outputShape([x.shape]))
    guard x.dtype == .float32 else {
      return try WholeReduction.product(x, axes, to: shape, name: name)
    }
    saved.keep(x)
    let lines = try Lines(x, axes)
    let result = try Tensor.emptyRowMajor(shape)
    let (source, target) = (lines.tensor.pointer, result.pointer)
    for row in 0..<lines.rows {
      if row & 0xFFF == 0 { try Cancellation.check() }
      var product = 1.0
      for piece in (row * lines.length..<(row + 1) * lines.length).pieces() {
        for i in piece { product *= Double(source[i]) }
        try Cancellation.check()
      }
      target[row] = Float(product)
    }
    return result
  }

  /// The product of all others, for each element: no division, so that zeros have the right gradient, too.
  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] {
    let x = saved.tensors[0]
    let axes = try resolved(x)
    let lines = try Lines(x, axes)
    let others = try Tensor.emptyRowMajor(lines.tensor.shape)
    let (source, target, length) = (lines.tensor.pointer, others.pointer, lines.length)
    var before = [Double](repeating: 1, count: length + 1)
    for row in 0..<lines.rows {
      if row & 0xFFF == 0 { try Cancellation.check() }
      let start = row * length
      for i in 0..<length { before[i + 1] = before[i] * Double(source[start + i]) }
      var after = 1.0
      for i in (0..<length).reversed() {
        target[start + i] = Float(before[i] * after)
        after *= Double(source[start + i])
      }
    }
    let kept = x.shape.sizes.indices.filter { !axes.contains($0) }
    var inverse = [Int](repeating: 0, count: x.rank)
    for (place, axis) in (kept + axes).enumerated() { inverse[axis] = place }
    let spread = try gradient.reshaped(x.shape.reduced(axes, keepingAxes: true))
    return [try others.permuted(inverse) * spread]
  }
}

/// Running products along an axis.
struct CumulativeProduct: Op {
  let axis: Int
  let name = "cumprod"

  func outputShape(_ inputs: [Shape]) throws -> Shape {
    _ = try inputs[0].axis(axis, for: name)
    return inputs[0]
  }

  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor {
    let x = try inputs[0].contiguous()
    saved.keep(x)
    let result = try Tensor.emptyRowMajor(x.shape)
    let (source, target) = (x.pointer, result.pointer)
    try forEachLine(x.shape) { start, step, size in
      var product = 1.0
      for i in 0..<size {
        product *= Double(source[start + i * step])
        target[start + i * step] = Float(product)
      }
    }
    return result
  }

  /// Σ over i ≥ k of gᵢ · Π of xⱼ, j ≤ i, j ≠ k: what comes before k times what a recursion from the end gathers.
  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] {
    let (x, g) = (saved.tensors[0], try gradient.contiguous())
    let result = try Tensor.emptyRowMajor(x.shape)
    let (source, slope, target) = (x.pointer, g.pointer, result.pointer)
    var before: [Double] = []
    try forEachLine(x.shape) { start, step, size in
      before.removeAll(keepingCapacity: true)
      var product = 1.0
      for i in 0..<size {
        before.append(product)
        product *= Double(source[start + i * step])
      }
      var gathered = 0.0
      for i in (0..<size).reversed() {
        let place = start + i * step
        let next = i + 1 < size ? Double(source[place + step]) * gathered : 0
        gathered = Double(slope[place]) + next
        target[place] = Float(before[i] * gathered)
      }
    }
    return [result]
  }

  private func forEachLine(_ shape: Shape, _ body: (_ start: Int, _ step: Int, _ size: Int) -> Void) throws {
    let axis = try shape.axis(self.axis, for: name)
    let size = shape[axis]
    if shape.count == 0 { return }
    let inner = shape.sizes[(axis + 1)...].reduce(1, *)
    for line in 0..<shape.count / size {
      if line & 0xFFF == 0 { try Cancellation.check() }
      body(line / inner * size * inner + line % inner, inner, size)
    }
  }
}

extension Tensor {
  /// The product over `axes`, or over all of them; negative axes count from the end. Axes are dropped, or kept with
  /// size 1.
  public func product(_ axes: [Int]? = nil, keepingAxes: Bool = false) throws -> Tensor {
    try apply(Product(axes: axes ?? Array(0..<rank), keepingAxes: keepingAxes), [self])
  }

  /// The product of the elements up to and including each along `axis`, in the same shape.
  public func cumulativeProduct(axis: Int) throws -> Tensor {
    try apply(CumulativeProduct(axis: axis), [self])
  }
}
