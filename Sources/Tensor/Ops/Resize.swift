/// How a resized image reads between the pixels of its source.
public enum Interpolation: String, Codable, Sendable, CaseIterable {
  /// Two neighbours per axis, weighted by their distance.
  case bilinear
  /// Four neighbours per axis, cubic convolution with a = −0.75 (Keys 1981).
  case bicubic
  /// One pixel per axis, ⌊output · input size / output size⌋, PyTorch's default; corners are never aligned.
  case nearest
}

/// Resizes N×C×H×W images to N×C×`height`×`width`, by the arithmetic of PyTorch's `interpolate` without
/// antialiasing: neighbours outside the image are its border pixels.
struct Resize: Op {
  let height: Int
  let width: Int
  let interpolation: Interpolation
  let alignCorners: Bool
  let name = "resize"

  func outputShape(_ inputs: [Shape]) throws -> Shape {
    let x = inputs[0]
    guard x.rank == 4, x[2] > 0, x[3] > 0 else {
      throw TensorError(name, "needs N×C×H×W images with pixels, not shape \(x)")
    }
    guard height > 0, width > 0 else { throw TensorError(name, "to \(height)×\(width) pixels") }
    return [x[0], x[1], height, width]
  }

  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor {
    saved.shapes = [inputs[0].shape]
    let x = try inputs[0].channelsLast()
    return try Resample.forward(x, rows: matrix(x.shape[2], height), columns: matrix(x.shape[3], width))
  }

  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] {
    let (h, w) = (saved.shapes[0][2], saved.shapes[0][3])
    return [
      try Resample.backward(
        gradient, rows: matrix(h, height), columns: matrix(w, width), height: h, width: w)
    ]
  }

  /// What each of `output` pixels reads from `input` pixels along one axis.
  fileprivate func matrix(_ input: Int, _ output: Int) -> ResampleMatrix {
    // It is computed in Float, and fused where PyTorch's builds fuse: anything else gives other weights in
    // the last places.
    let scale: Float =
      alignCorners
      ? (output > 1 ? Float(input - 1) / Float(output - 1) : 0) : Float(input) / Float(output)
    var matrix = ResampleMatrix()
    for position in 0..<output {
      let center =
        alignCorners ? scale * Float(position) : Float(-0.5).addingProduct(scale, Float(position) + 0.5)
      switch interpolation {
      case .bilinear: matrix.appendOutput(bilinear(max(center, 0), position, input, output))
      case .bicubic: matrix.appendOutput(bicubic(center, input))
      case .nearest:
        let first = Float(position) * (Float(input) / Float(output))
        matrix.appendOutput([(min(Int(first), input - 1), 1)])
      }
    }
    return matrix
  }

  private func bilinear(
    _ center: Float, _ position: Int, _ input: Int, _ output: Int
  ) -> [(input: Int, weight: Float)] {
    if input == output { return [(position, 1), (position, 0)] }
    let first = min(Int(center), input - 1)
    let second = min(first + 1, input - 1)
    let t = min(max(center - Float(first), 0), 1)
    return [(first, 1 - t), (second, t)]
  }

  private func bicubic(_ center: Float, _ input: Int) -> [(input: Int, weight: Float)] {
    let base = min(Int(center.rounded(.down)), input - 1)
    let t = min(max(center - Float(base), 0), 1)
    let weights = [outer(t + 1), inner(t), inner(1 - t), outer(1 - t + 1)]
    return weights.enumerated().map { tap, weight in (min(max(base - 1 + tap, 0), input - 1), weight) }
  }

  /// The kernel at distances below 1: ((a + 2)x − (a + 3))x² + 1.
  private func inner(_ x: Float) -> Float {
    let a: Float = -0.75
    return Float(1).addingProduct((-(a + 3)).addingProduct(a + 2, x) * x, x)
  }

  /// The kernel at distances from 1 to 2: ((ax − 5a)x + 8a)x − 4a.
  private func outer(_ x: Float) -> Float {
    let a: Float = -0.75
    return (-4 * a).addingProduct((8 * a).addingProduct((-5 * a).addingProduct(a, x), x), x)
  }
}

extension ResampleMatrix {
  /// What each of `output` pixels reads from `input` pixels along one axis, as
  /// ``Tensor/resized(height:width:_:alignCorners:)`` does; every output reads equally many.
  package init(_ input: Int, to output: Int, _ interpolation: Interpolation, alignCorners: Bool) {
    let op = Resize(height: output, width: output, interpolation: interpolation, alignCorners: alignCorners)
    self = op.matrix(input, output)
  }
}

extension Tensor {
  /// N×C×H×W images resized to `height`×`width`, as PyTorch's `interpolate` without antialiasing.
  ///
  /// With `alignCorners` the centres of the corner pixels coincide, without it the outer edges of the images; nearest pixels
  /// are the same either way.
  ///
  /// - Throws: ``TensorError`` for other ranks, and for images without pixels.
  public func resized(
    height: Int, width: Int, _ interpolation: Interpolation = .bilinear, alignCorners: Bool = false
  ) throws -> Tensor {
    try apply(
      Resize(height: height, width: width, interpolation: interpolation, alignCorners: alignCorners), [self])
  }
}
