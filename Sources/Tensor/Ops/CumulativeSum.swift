import Support

/// Running sums along an axis.
struct CumulativeSum: Op {
  let axis: Int
  let name = "cumulative_sum"

  func outputShape(_ inputs: [Shape]) throws -> Shape {
    _ = try inputs[0].axis(axis, for: name)
    return inputs[0]
  }

  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor {
    try accumulated(inputs[0], fromEnd: false)
  }

  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] {
    [try accumulated(gradient, fromEnd: true)]
  }

  private func accumulated(_ x: Tensor, fromEnd: Bool) throws -> Tensor {
    let axis = try x.shape.axis(self.axis, for: name)
    let result = try Tensor.emptyRowMajor(x.shape)
    if result.count == 0 { return result }
    Strided.copy(x, to: result)
    let size = x.shape[axis]
    for index in 1..<max(size, 1) {
      if index % 64 == 0 { try Cancellation.check() }
      let (from, to) = fromEnd ? (size - index, size - index - 1) : (index - 1, index)
      Strided.add(
        result.narrowed(axis, from: from, count: 1), to: result.narrowed(axis, from: to, count: 1))
    }
    return result
  }
}

extension Tensor {
  /// Sums of the elements up to and including each along `axis`.
  public func cumulativeSum(axis: Int) throws -> Tensor { try apply(CumulativeSum(axis: axis), [self]) }
}
