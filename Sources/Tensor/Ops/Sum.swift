/// The sum or the mean over axes. The sum of whole numbers is an exact int32, their mean is float32.
struct Sum: Op {
  let axes: [Int]
  let keepingAxes: Bool
  let mean: Bool
  var name: String { mean ? "mean" : "sum" }
  var takesAnyType: Bool { true }

  func outputShape(_ inputs: [Shape]) throws -> Shape {
    inputs[0].reduced(try resolved(inputs[0]), keepingAxes: keepingAxes)
  }

  func lowering(_ inputs: [Shape]) -> Lowering? {
    guard mean, inputs[0].rank == 4, let axes = try? resolved(inputs[0]), Set(axes) == [2, 3] else {
      return nil
    }
    return .spatialMean
  }

  private func resolved(_ shape: Shape) throws -> [Int] {
    let found = try axes.map { try shape.axis($0, for: name) }
    guard found.indices.allSatisfy({ !found[..<$0].contains(found[$0]) }) else {
      throw TensorError(name, "axes \(axes) name one axis twice")
    }
    return found
  }

  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor {
    var x = inputs[0]
    saved.shapes = [x.shape]
    let axes = try resolved(x.shape)
    if x.dtype != .float32 {
      if !mean { return try WholeReduction.sum(x, axes, to: outputShape([x.shape]), name: name) }
      x = try x.converted(to: .float32)
    }
    let total = try mean ? Reduction.mean(x, axes: axes) : Reduction.sum(x, axes: axes)
    if axes.isEmpty { return total }
    let shape = try outputShape([x.shape])
    return Tensor(storage: total.storage, offset: total.offset, shape: shape, strides: shape.rowMajorStrides)
  }

  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] {
    let shape = saved.shapes[0]
    let axes = try resolved(shape)
    var kept = try gradient.reshaped(shape.reduced(axes, keepingAxes: true))
    if mean {
      kept = try Elementwise.map(kept, Scale(Float(1 / shape.count(along: axes))))
    }
    let spread = try Tensor.empty(shape)
    try Strided.copy(try kept.expanded(to: shape), to: spread)
    return [spread]
  }
}

extension Tensor {
  /// The sum over `axes`, or over all of them; negative axes count from the end.
  ///
  /// The axes are dropped, or kept with size 1. Sums are made in float64 and rounded once, in an order that
  /// does not depend on the number of threads.
  ///
  /// - Throws: ``TensorError`` for an axis that is not there, or named twice.
  public func sum(_ axes: [Int]? = nil, keepingAxes: Bool = false) throws -> Tensor {
    try apply(Sum(axes: axes ?? Array(0..<rank), keepingAxes: keepingAxes, mean: false), [self])
  }

  /// The mean over `axes`, or over all of them, made as ``sum(_:keepingAxes:)`` is; NaN where there are no
  /// numbers.
  public func mean(_ axes: [Int]? = nil, keepingAxes: Bool = false) throws -> Tensor {
    try apply(Sum(axes: axes ?? Array(0..<rank), keepingAxes: keepingAxes, mean: true), [self])
  }
}
