/// Zeros around N×C×H×W images.
struct Pad2d: Op {
  let top: Int
  let bottom: Int
  let left: Int
  let right: Int
  let name = "pad"

  func outputShape(_ inputs: [Shape]) throws -> Shape {
    let x = inputs[0]
    guard x.rank == 4 else { throw TensorError(name, "needs N×C×H×W images, not shape \(x)") }
    // The limit is far beyond any image, and far from overflow.
    guard [top, bottom, left, right].allSatisfy({ (0...1 << 20).contains($0) }) else {
      throw TensorError(name, "by \(top), \(bottom), \(left), \(right) pixels")
    }
    return [x[0], x[1], x[2] + top + bottom, x[3] + left + right]
  }

  func lowering(_ inputs: [Shape]) -> Lowering? {
    .padding(top: top, bottom: bottom, left: left, right: right)
  }

  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor {
    saved.shapes = [inputs[0].shape]
    let result = try Tensor.zeros(try outputShape(saved.shapes))
    try Strided.copy(inputs[0], to: inside(result, inputs[0].shape))
    return result
  }

  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] {
    [inside(gradient, saved.shapes[0])]
  }

  private func inside(_ padded: Tensor, _ shape: Shape) -> Tensor {
    padded.narrowed(2, from: top, count: shape[2]).narrowed(3, from: left, count: shape[3])
  }
}

extension Tensor {
  /// N×C×H×W images with rows and columns of zeros around them, in pixels.
  ///
  /// - Throws: ``TensorError`` for other ranks, and for negative numbers.
  public func padded(top: Int, bottom: Int, left: Int, right: Int) throws -> Tensor {
    try apply(Pad2d(top: top, bottom: bottom, left: left, right: right), [self])
  }
}
