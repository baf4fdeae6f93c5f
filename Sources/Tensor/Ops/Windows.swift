/// All windows of some length along one axis, `step` apart, as a view with a new last axis: `Tensor.unfold` of PyTorch.
struct Windows: Op {
  let axis: Int
  let size: Int
  let step: Int
  let name = "unfold"
  var takesAnyType: Bool { true }

  func outputShape(_ inputs: [Shape]) throws -> Shape {
    let axis = try inputs[0].axis(self.axis, for: name)
    guard size > 0, step > 0, size <= inputs[0][axis] else {
      throw TensorError(name, "windows of \(size), \(step) apart, along axis \(axis) of shape \(inputs[0])")
    }
    var sizes = inputs[0].sizes
    sizes[axis] = (sizes[axis] - size) / step + 1
    return Shape(sizes + [size])
  }

  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor {
    saved.shapes = [inputs[0].shape]
    return try view(inputs[0])
  }

  private func view(_ x: Tensor) throws -> Tensor {
    let axis = try x.shape.axis(self.axis, for: name)
    let shape = try outputShape([x.shape])
    var strides = x.strides + [x.strides[axis]]
    // A step beyond the axis leaves one window: its stride is never walked.
    strides[axis] *= min(step, max(x.shape[axis], 1))
    return Tensor(storage: x.storage, offset: x.offset, shape: shape, strides: strides)
  }

  /// Windows overlap: one place of each after the other is added.
  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] {
    let whole = try Tensor.zerosRowMajor(saved.shapes[0])
    let windows = try view(whole)
    for place in 0..<size {
      let part = windows.narrowed(windows.rank - 1, from: place, count: 1)
      try Strided.copy(part + gradient.narrowed(gradient.rank - 1, from: place, count: 1), to: part)
    }
    return [whole]
  }
}

/// The elements whose places along two axes are equal, as a view with a new last axis.
struct Diagonal: Op {
  let first: Int
  let second: Int
  let name = "diagonal"
  var takesAnyType: Bool { true }

  func outputShape(_ inputs: [Shape]) throws -> Shape {
    let (a, b) = try resolved(inputs[0])
    return Shape(inputs[0].reduced([a, b], keepingAxes: false).sizes + [min(inputs[0][a], inputs[0][b])])
  }

  private func resolved(_ shape: Shape) throws -> (Int, Int) {
    let (a, b) = (try shape.axis(first, for: name), try shape.axis(second, for: name))
    guard a != b else { throw TensorError(name, "needs two axes, got axis \(a) twice") }
    return (a, b)
  }

  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor {
    saved.shapes = [inputs[0].shape]
    return try view(inputs[0])
  }

  private func view(_ x: Tensor) throws -> Tensor {
    let (a, b) = try resolved(x.shape)
    let kept = x.shape.sizes.indices.filter { $0 != a && $0 != b }
    return Tensor(
      storage: x.storage, offset: x.offset, shape: try outputShape([x.shape]),
      strides: kept.map { x.strides[$0] } + [x.strides[a] + x.strides[b]])
  }

  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] {
    let whole = try Tensor.zerosRowMajor(saved.shapes[0])
    try Strided.copy(gradient, to: try view(whole))
    return [whole]
  }
}

extension Tensor {
  /// All windows of `size` elements along `axis`, `step` apart: that axis counts them, and a new last axis is what is in
  /// each. A view, as PyTorch's `Tensor.unfold`.
  ///
  /// - Throws: ``TensorError`` where the axis has fewer elements than a window.
  public func windows(axis: Int, size: Int, step: Int = 1) throws -> Tensor {
    try apply(Windows(axis: axis, size: size, step: step), [self])
  }

  /// The patches of N×C×H×W images as columns, N × C·kh·kw × patches: `torch.nn.functional.unfold`.
  public func imageColumns(
    kernel: (Int, Int), stride: (Int, Int) = (1, 1), padding: (Int, Int) = (0, 0),
    dilation: (Int, Int) = (1, 1)
  ) throws -> Tensor {
    guard rank == 4 else { throw TensorError("im2col", "needs images of N×C×H×W, not shape \(shape)") }
    guard min(kernel.0, kernel.1) > 0, min(dilation.0, dilation.1) > 0, min(padding.0, padding.1) >= 0,
      max(kernel.0, kernel.1, dilation.0, dilation.1) < 1 << 20, max(padding.0, padding.1) < 1 << 30
    else { throw TensorError("im2col", "kernel and dilation must be at least 1, and padding at least 0") }
    func reach(_ kernel: Int, _ dilation: Int) -> Int { (kernel - 1) * dilation + 1 }
    let padded =
      padding == (0, 0)
      ? self
      : try self.padded(top: padding.0, bottom: padding.0, left: padding.1, right: padding.1)
    let windows = try padded.windows(axis: 2, size: reach(kernel.0, dilation.0), step: stride.0)
      .windows(axis: 3, size: reach(kernel.1, dilation.1), step: stride.1)
      .sliced(4, 0..<reach(kernel.0, dilation.0), step: dilation.0)
      .sliced(5, 0..<reach(kernel.1, dilation.1), step: dilation.1)
    let (rows, columns) = (windows.shape[2], windows.shape[3])
    return try windows.permuted([0, 1, 4, 5, 2, 3])
      .reshaped([shape[0], shape[1] * kernel.0 * kernel.1, rows * columns])
  }

  /// The elements whose places along two axes are equal; the axes go, and a new last one counts these elements. A view.
  public func diagonal(_ first: Int = 0, _ second: Int = 1) throws -> Tensor {
    try apply(Diagonal(first: first, second: second), [self])
  }
}
