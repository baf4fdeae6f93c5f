import Support

/// Elements around a tensor, along any of its axes, that are all one number.
struct PadAxes: Op {
  /// Elements before and after each axis.
  let margins: [(before: Int, after: Int)]
  let value: Float
  let name = "pad"
  var takesAnyType: Bool { true }

  func outputShape(_ inputs: [Shape]) throws -> Shape {
    guard margins.count == inputs[0].rank, margins.allSatisfy({ min($0.before, $0.after) >= 0 }) else {
      throw TensorError(name, "margins of \(margins.count) axes, all at least 0, for shape \(inputs[0])")
    }
    let sizes = try zip(inputs[0].sizes, margins).map { size, margin in
      guard let sum = [size, margin.before, margin.after].checkedSum() else {
        throw TensorError(name, "more elements along an axis than a tensor may have")
      }
      return sum
    }
    return Shape(sizes)
  }

  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor {
    let x = inputs[0]
    let result = try Tensor.emptyRowMajor(try outputShape([x.shape]), x.dtype)
    let one = try Tensor([], [value]).converted(to: x.dtype)
    try Strided.copy(
      Tensor(
        storage: one.storage, shape: result.shape, strides: [Int](repeating: 0, count: result.rank)),
      to: result)
    try Strided.copy(x, to: inside(result, x.shape))
    saved.shapes = [x.shape]
    return result
  }

  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] {
    [inside(gradient, saved.shapes[0])]
  }

  private func inside(_ whole: Tensor, _ shape: Shape) -> Tensor {
    var part = whole
    for (axis, margin) in margins.enumerated() {
      part = part.narrowed(axis, from: margin.before, count: shape[axis])
    }
    return part
  }
}

/// What stands around a tensor that is padded.
public enum PaddingMode: String, CaseIterable, Sendable {
  /// One number.
  case constant
  /// The elements mirrored at the edge, which is not repeated: `3 2 | 1 2 3 | 2 1`.
  case reflect
  /// The element at the edge: `1 1 | 1 2 3 | 3 3`.
  case replicate
  /// The elements from the other end: `2 3 | 1 2 3 | 1 2`.
  case circular
}

extension Tensor {
  /// The tensor with further elements around it: `margins` are their numbers before and after each axis.
  ///
  /// - Throws: ``TensorError`` for negative margins, and where a mode has not enough elements to repeat.
  public func padded(
    _ margins: [(before: Int, after: Int)], _ mode: PaddingMode = .constant, value: Float = 0
  ) throws -> Tensor {
    if mode == .constant { return try apply(PadAxes(margins: margins, value: value), [self]) }
    // Shape and sums are checked as they are for a constant.
    let shape = try PadAxes(margins: margins, value: 0).outputShape([self.shape])
    try shape.validated(for: "pad")
    var result = self
    for (axis, margin) in margins.enumerated() where margin != (0, 0) {
      let size = self.shape[axis]
      let most = mode == .reflect ? size - 1 : mode == .circular ? size : size > 0 ? Int.max : 0
      guard max(margin.before, margin.after) <= most else {
        throw TensorError(
          "pad",
          "mode \(mode.rawValue) has at most \(max(most, 0)) elements for each side of axis \(axis + 1) of shape \(self.shape), got \(margin.before) and \(margin.after)"
        )
      }
      try MemoryBudget.shared.require(shape[axis] * MemoryLayout<Int>.stride)
      let places = (-margin.before..<size + margin.after).map { place -> Int in
        if place >= 0 && place < size { return place }
        return switch mode {
        case .reflect: place < 0 ? -place : 2 * size - 2 - place
        case .circular: place < 0 ? place + size : place - size
        case .replicate, .constant: place < 0 ? 0 : size - 1
        }
      }
      result = try result.indexSelected(axis, places)
    }
    return result
  }
}
