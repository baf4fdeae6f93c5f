import Support

extension Tensor {
  /// The numbers below which shares `shares` of the elements over `axes` lie, between neighbours by linear interpolation, as
  /// NumPy's `quantile`; NaN where one of the elements is NaN.
  ///
  /// The axes are dropped, or kept with size 1; the gradient goes to the neighbours.
  ///
  /// - Throws: ``TensorError`` for a share outside 0…1, and where there are no elements.
  public func quantile(_ share: Double, _ axes: [Int]? = nil, keepingAxes: Bool = false) throws -> Tensor {
    guard share >= 0, share <= 1 else {
      throw TensorError("quantile", "a share of \(share), expected 0 to 1")
    }
    let axes = try (axes ?? Array(0..<rank)).map { try shape.axis($0, for: "quantile") }
    let kept = (0..<rank).filter { !axes.contains($0) }
    let rest = Shape(kept.map { shape[$0] })
    let line = Shape(axes.map { shape[$0] }).count
    guard line > 0 else { throw TensorError("quantile", "there are no elements in shape \(shape)") }
    let lines = try converted(to: .float32).permuted(kept + axes).reshaped(Shape(rest.sizes + [line]))
    let ordered = try lines.sorted(axis: -1).values
    let place = share * Double(line - 1)
    let low = Int(place.rounded(.down))
    let weight = Float(place - Double(low))
    var result = try ordered.selected(-1, low)
    if weight > 0 {
      let above = try ordered.selected(-1, low + 1)
      // Two sums of shares rather than a difference: of two equal infinities that is NaN.
      result = try result.scaled(by: 1 - weight) + above.scaled(by: weight)
    }
    // NaN is sorted to the end.
    let last = try ordered.selected(-1, line - 1).detached
    result = try Tensor.where(last.classified(.isnan), last, result)
    return try result.reshaped(keepingAxes ? shape.reduced(axes, keepingAxes: true) : rest)
  }
}
