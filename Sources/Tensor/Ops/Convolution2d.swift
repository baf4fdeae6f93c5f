import OneDNN
import Support

/// 2-D cross-correlation of N×C×H×W with O×(C/G)×h×w weights, dense, grouped or depthwise.
///
/// Inputs: image, weights and, optionally, a bias of O numbers. oneDNN's direct convolution computes it.
struct Convolution2d: Op {
  let stride: (Int, Int)
  let padding: (Int, Int)
  let dilation: (Int, Int)
  let groups: Int
  var name: String { "conv2d" }

  private func geometry(_ inputs: [Shape]) throws -> ConvolutionShape {
    let (x, w) = (inputs[0], inputs[1])
    guard x.rank == 4 else { throw TensorError(name, "input must be N×C×H×W, not shape \(x)") }
    guard w.rank == 4 else { throw TensorError(name, "weights must be O×(C/groups)×h×w, not shape \(w)") }
    guard groups > 0, x[1] % groups == 0, w[0] % groups == 0, w[1] == x[1] / groups else {
      throw TensorError(name, "\(x[1]) input channels in \(groups) groups do not fit weights of shape \(w)")
    }
    if inputs.count > 2, inputs[2].sizes != [w[0]] {
      throw TensorError(name, "bias of shape \(inputs[2]) for \(w[0]) output channels")
    }
    guard stride.0 > 0, stride.1 > 0, dilation.0 > 0, dilation.1 > 0, padding.0 >= 0, padding.1 >= 0 else {
      throw TensorError(name, "stride \(stride), padding \(padding), dilation \(dilation)")
    }
    let shape = ConvolutionShape(
      batch: x[0], inChannels: x[1], inHeight: x[2], inWidth: x[3], outChannels: w[0], kernel: (w[2], w[3]),
      stride: stride, padding: padding, dilation: dilation, groups: groups, bias: inputs.count > 2)
    guard shape.outHeight > 0, shape.outWidth > 0, x[2] + 2 * padding.0 >= dilation.0 * (w[2] - 1) + 1,
      x[3] + 2 * padding.1 >= dilation.1 * (w[3] - 1) + 1
    else { throw TensorError(name, "input of shape \(x) is smaller than the \(w[2])×\(w[3]) kernel") }
    return shape
  }

  func outputShape(_ inputs: [Shape]) throws -> Shape {
    let g = try geometry(inputs)
    return [g.batch, g.outChannels, g.outHeight, g.outWidth]
  }

  func multiplyAdds(_ inputs: [Shape]) -> Int {
    guard let out = try? outputShape(inputs) else { return 0 }
    return out.count * inputs[1][1] * inputs[1][2] * inputs[1][3]
  }

  func lowering(_ inputs: [Shape]) -> Lowering? {
    .convolution(stride: stride, padding: padding, dilation: dilation, groups: groups)
  }

  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor {
    let geometry = try geometry(inputs.map(\.shape))
    let x = try inputs[0].channelsLast()
    let weights = try inputs[1].contiguous()
    let bias = try inputs.count > 2 ? inputs[2].contiguous() : nil
    saved.keep(x, weights)
    let result = try Tensor.empty(outputShape(inputs.map(\.shape)))
    if result.count == 0 { return result }
    for piece in geometry.pieces() {
      try Cancellation.check()
      try Convolution.forward(
        piece.shape, source: x.pointer + piece.source(of: geometry),
        weights: weights.storage.packed(for: piece.shape, at: weights.offset),
        bias: bias.map { UnsafePointer($0.pointer) },
        destination: result.pointer + piece.destination(of: geometry))
    }
    return result
  }

  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] {
    let (x, weights) = (saved.tensors[0], saved.tensors[1])
    var shapes = [x.shape, weights.shape]
    if needs.count > 2 { shapes.append([weights.shape[0]]) }
    var geometry = try geometry(shapes)
    let dy = try gradient.channelsLast()
    var gradients = [Tensor?](repeating: nil, count: needs.count)
    if x.count == 0 || dy.count == 0 { return try shapes.map { try Tensor.zeros($0) } }
    if needs[0] {
      var data = geometry
      data.bias = false
      gradients[0] = try sourceGradient(data, dy, weights, x.shape)
    }
    if needs[1] {
      geometry.bias = false
      gradients[1] = try weightsGradient(geometry, x, dy, weights.shape)
    }
    if needs.count > 2, needs[2] { gradients[2] = try Reduction.sum(dy, axes: [0, 2, 3]) }
    return gradients
  }

  /// Pieces that are rows of one image overlap in the source, where what they give is added.
  private func sourceGradient(
    _ geometry: ConvolutionShape, _ dy: Tensor, _ weights: Tensor, _ shape: Shape
  ) throws -> Tensor {
    let pieces = geometry.pieces()
    let areRows = pieces.contains { $0.shape.outHeight != geometry.outHeight }
    let dx = try areRows ? Tensor.zeros(shape) : Tensor.empty(shape)
    for piece in pieces {
      try Cancellation.check()
      let gradient = dy.pointer + piece.destination(of: geometry)
      let place = dx.pointer + piece.source(of: geometry)
      guard areRows else {
        try Convolution.backwardData(
          piece.shape, gradient: gradient, weights: weights.pointer, sourceGradient: place)
        continue
      }
      let count = piece.shape.inHeight * geometry.inWidth * geometry.inChannels
      let part = try Tensor.emptyRowMajor([count])
      try Convolution.backwardData(
        piece.shape, gradient: gradient, weights: weights.pointer, sourceGradient: part.pointer)
      let numbers = part.pointer
      for i in 0..<count { place[i] += numbers[i] }
    }
    return dx
  }

  /// oneDNN adds the products of all pixels in float32; so that errors do not grow with the batch, it gets
  /// some images at a time, and what they give is added in float64.
  private func weightsGradient(
    _ geometry: ConvolutionShape, _ x: Tensor, _ dy: Tensor, _ shape: Shape
  ) throws -> Tensor {
    let result = try Tensor.emptyRowMajor(shape)
    let images = max(1, Self.pixelsAtATime / (dy.shape[2] * dy.shape[3]))
    // What trainings sum at once stays as it is up to a second's work.
    let most = 8 * ConvolutionShape.largestPiece
    if geometry.batch <= 2 * images, Double(geometry.multiplyAdds) <= most {
      try Convolution.backwardWeights(
        geometry, source: x.pointer, gradient: dy.pointer, weightsGradient: result.pointer, biasGradient: nil)
      return result
    }
    var sums = [Double](repeating: 0, count: result.count)
    var some = geometry
    for first in Swift.stride(from: 0, to: geometry.batch, by: images) {
      some.batch = min(images, geometry.batch - first)
      let (source, destination) = (
        x.pointer + first * (x.count / geometry.batch), dy.pointer + first * (dy.count / geometry.batch)
      )
      for piece in some.pieces(most: most) {
        try Cancellation.check()
        try Convolution.backwardWeights(
          piece.shape, source: source + piece.source(of: some),
          gradient: destination + piece.destination(of: some), weightsGradient: result.pointer,
          biasGradient: nil)
        for i in sums.indices { sums[i] += Double(result.pointer[i]) }
      }
    }
    for i in sums.indices { result.pointer[i] = Float(sums[i]) }
    return result
  }

  /// Pixels whose products oneDNN adds in float32.
  private static let pixelsAtATime = 1 << 18
}

extension ConvolutionPiece {
  /// Where its part of the channels-last source begins.
  fileprivate func source(of whole: ConvolutionShape) -> Int {
    (first * whole.inHeight + inRow) * whole.inWidth * whole.inChannels
  }

  /// Where its part of the channels-last result begins.
  fileprivate func destination(of whole: ConvolutionShape) -> Int {
    (first * whole.outHeight + outRow) * whole.outWidth * whole.outChannels
  }
}

extension Tensor {
  /// 2-D convolution of N×C×H×W, as PyTorch's `conv2d`; the result has O channels.
  ///
  /// Pairs are of the vertical and the horizontal direction, in pixels.
  ///
  /// - Parameters:
  ///   - weights: O × (C/groups) × height × width.
  ///   - bias: O numbers.
  ///   - stride: pixels of the input between neighbours of the result.
  ///   - padding: zeros on each side.
  ///   - dilation: pixels of the input between neighbours of a kernel.
  ///   - groups: groups of channels, each of which is convolved by itself.
  /// - Throws: ``TensorError`` where shapes do not fit, or the image is smaller than the kernel.
  public func convolved2d(
    _ weights: Tensor, bias: Tensor? = nil, stride: (Int, Int) = (1, 1), padding: (Int, Int) = (0, 0),
    dilation: (Int, Int) = (1, 1), groups: Int = 1
  ) throws -> Tensor {
    try apply(
      Convolution2d(stride: stride, padding: padding, dilation: dilation, groups: groups),
      [self, weights] + (bias.map { [$0] } ?? []))
  }
}
