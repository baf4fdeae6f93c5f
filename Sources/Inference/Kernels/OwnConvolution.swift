import CKernels
import OneDNN

/// 1×1 and depthwise convolutions of few pixels in float32, which kernels of our own compute.
///
/// At batch 1 these take a few microseconds each, and every primitive of oneDNN wakes the team; a kernel that can be
/// asked for a share becomes part of a ``StepRegion``.
enum OwnConvolution {
  case pointwise(plan_finish)
  case depthwise(plan_finish)

  /// The kernel for a layer; nil where the library has to do it.
  init?(_ shape: PlannedConvolutionShape) {
    let s = shape.sizes
    guard plan_has_vectors(), shape.type == .float32, shape.resultType == .float32,
      min(s.inChannels, s.outChannels) > 0,
      s.batch * max(s.inHeight * s.inWidth, shape.outHeight * shape.outWidth) <= Self.mostPixels,
      shape.multiplyAdds <= Self.mostMultiplyAdds,
      let finish = plan_finish(shape.postOperations)
    else { return nil }
    if s.groups == 1, s.kernelHeight * s.kernelWidth == 1, s.strideHeight * s.strideWidth == 1,
      (shape.outHeight, shape.outWidth) == (s.inHeight, s.inWidth), s.paddingHeight + s.paddingWidth == 0
    {
      self = .pointwise(finish)
    } else if s.groups == s.inChannels, s.groups == s.outChannels, [3, 5].contains(s.kernelHeight),
      s.kernelWidth == s.kernelHeight, [1, 2].contains(s.strideHeight), s.strideWidth == s.strideHeight,
      s.dilationHeight * s.dilationWidth == 1, !finish.adds,
      plan_depthwise_fits(shape.outWidth, s.kernelHeight, s.strideHeight)
    {
      self = .depthwise(finish)
    } else {
      return nil
    }
  }

  /// Of the batch. With more, oneDNN is as fast.
  private static let mostPixels = 2400
  /// Half a millisecond's work: what waking the team costs does not matter any more.
  private static let mostMultiplyAdds = 100_000_000

  /// Weights of each output, `length` numbers, as the kernels read them: of every vector of outputs one number after
  /// the other. The bias fills whole vectors.
  static func pack(_ values: [Float], bias: [Float]?, outputs: Int, in slab: BufferSlab) throws
    -> WeightStore.Packed
  {
    let lanes = Int(PLAN_VECTOR)
    let vectors = Division.vectors(of: outputs)
    let length = values.count / max(outputs, 1)
    var ordered = [Float](repeating: 0, count: vectors * lanes * length)
    for output in 0..<outputs {
      let first = output / lanes * lanes * length + output % lanes
      for i in 0..<length { ordered[first + i * lanes] = values[output * length + i] }
    }
    var biases = bias ?? []
    biases += [Float](repeating: 0, count: vectors * lanes - biases.count)
    return WeightStore.Packed(
      weights: try WeightStore.buffer(ordered, in: slab), bias: try WeightStore.buffer(biases, in: slab))
  }
}

extension plan_finish {
  /// Nil where the kernels cannot do it.
  fileprivate init?(_ posts: [PostOperation]) {
    var rest = posts[...]
    let adds = rest.first == .addDestination
    if adds { rest = rest.dropFirst() }
    self.init(adds: adds, function: PLAN_LIMIT, low: -.infinity, high: .infinity)
    switch rest.first {
    case nil: break
    case .function(.clamp(let low, let high)): (self.low, self.high) = (low, high)
    case .function(.hardSwish): function = PLAN_HARD_SWISH
    case .function(.silu): function = PLAN_SILU
    default: return nil
    }
    if rest.count > 1 { return nil }
  }
}

/// A 1×1 convolution.
struct PointwiseStep: DividedStep {
  private let layer: plan_pointwise
  private let source, destination: UnsafeMutablePointer<Float>
  let division: Division
  let multiplyAdds: Int

  init(
    _ shape: PlannedConvolutionShape, _ finish: plan_finish, _ packed: WeightStore.Packed,
    source: UnsafeMutablePointer<Float>, destination: UnsafeMutablePointer<Float>
  ) {
    let s = shape.sizes
    layer = plan_pointwise(
      inputs: s.inChannels, outputs: s.outChannels, weights: packed.weights.floats,
      bias: packed.bias?.floats, finish: finish)
    (self.source, self.destination) = (source, destination)
    division = .best(s.outChannels, pixels: s.batch * s.inHeight * s.inWidth)
    multiplyAdds = shape.multiplyAdds
  }

  var name: String { "convolution 1×1 own" }
  var grain: Int { grain(1 << 16, of: multiplyAdds) }

  var uses: [MemoryUse] {
    // A group of pixels needs the same pixels of the input.
    let ofSource =
      division.axis == .channels
      ? nil
      : Division(axis: .pixels, channels: layer.inputs, pixels: division.pixels, unit: division.unit)
    return [
      .reads(source, 4 * layer.inputs * division.pixels, ofSource),
      .writes(destination, 4 * layer.outputs * division.pixels, division),
    ]
  }

  func run(_ parts: Range<Int>) {
    if parts.isEmpty { return }
    withUnsafePointer(to: layer) { pointer in
      switch division.axis {
      case .channels:
        plan_pointwise(pointer, source, destination, division.pixels, parts.lowerBound, parts.count)
      case .pixels:
        let first = parts.lowerBound * division.unit
        let last = min(parts.upperBound * division.unit, division.pixels)
        plan_pointwise(
          pointer, source + first * layer.inputs, destination + first * layer.outputs, last - first,
          0, Division.vectors(of: layer.outputs))
      }
    }
  }
}

/// A convolution of each channel with its own kernel.
struct DepthwiseStep: DividedStep {
  private let layer: plan_depthwise
  private let source, destination: UnsafeMutablePointer<Float>
  /// By channels, or by rows of the results.
  let division: Division
  private let images, outHeight, kernel: Int
  let multiplyAdds: Int

  init(
    _ shape: PlannedConvolutionShape, _ finish: plan_finish, _ packed: WeightStore.Packed,
    source: UnsafeMutablePointer<Float>, destination: UnsafeMutablePointer<Float>
  ) {
    let s = shape.sizes
    layer = plan_depthwise(
      channels: s.inChannels, height: s.inHeight, width: s.inWidth, out_width: shape.outWidth,
      kernel: s.kernelHeight, stride: s.strideHeight, above: s.paddingHeight,
      left: s.paddingWidth, weights: packed.weights.floats, bias: packed.bias?.floats, finish: finish)
    (self.source, self.destination) = (source, destination)
    (images, outHeight) = (s.batch, shape.outHeight)
    let pixels = images * shape.outHeight * shape.outWidth
    let best = Division.best(s.inChannels, pixels: pixels)
    division =
      best.axis == .channels
      ? best : Division(axis: .pixels, channels: s.inChannels, pixels: pixels, unit: shape.outWidth)
    kernel = s.kernelHeight
    multiplyAdds = shape.multiplyAdds
  }

  var name: String { "convolution \(kernel)×\(kernel) groups \(layer.channels) own" }
  var grain: Int { grain(1 << 14, of: multiplyAdds) }

  var uses: [MemoryUse] {
    let pixels = images * layer.height * layer.width
    return [
      .reads(
        source, 4 * layer.channels * pixels,
        division.axis == .channels ? .channels(layer.channels, pixels: pixels) : nil),
      .writes(destination, 4 * layer.channels * division.pixels, division),
    ]
  }

  func run(_ parts: Range<Int>) {
    if parts.isEmpty { return }
    withUnsafePointer(to: layer) { pointer in
      let input = layer.height * layer.width * layer.channels
      let output = outHeight * layer.out_width * layer.channels
      switch division.axis {
      case .channels:
        for image in 0..<images {
          plan_depthwise(
            pointer, source + image * input, destination + image * output, parts.lowerBound, parts.count, 0,
            outHeight)
        }
      case .pixels:
        let vectors = Division.vectors(of: layer.channels)
        parts.forEachImage(of: outHeight) { image, rows in
          plan_depthwise(
            pointer, source + image * input, destination + image * output, 0, vectors, rows.lowerBound,
            rows.count)
        }
      }
    }
  }
}
