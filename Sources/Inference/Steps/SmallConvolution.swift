import CKernels
import Compute
import OneDNN

/// 1×1 and depthwise convolutions of few pixels in float32, which kernels of our own compute.
///
/// At batch 1 these take a few microseconds each, and every primitive of oneDNN wakes the team; a kernel that
/// can be asked for a share becomes part of a ``StepRegion``.
enum SmallConvolution {
  case pointwise(plan_finish)
  case depthwise(plan_finish)

  /// The kernel for a layer; nil where the library has to do it.
  init?(_ s: ConvolutionShape, _ numbers: LayerNumbers) {
    guard plan_has_vectors(), numbers.type == .float32, numbers.resultType == .float32,
      min(s.inChannels, s.outChannels) > 0,
      s.batch * max(s.inHeight * s.inWidth, s.outHeight * s.outWidth) <= Self.mostPixels,
      s.multiplyAdds <= Self.mostMultiplyAdds,
      let finish = plan_finish(numbers.postOperations)
    else { return nil }
    if Self.isPointwise(s) {
      self = .pointwise(finish)
    } else if s.groups == s.inChannels, s.groups == s.outChannels, [3, 5].contains(s.kernelHeight),
      s.kernelWidth == s.kernelHeight, [1, 2].contains(s.strideHeight), s.strideWidth == s.strideHeight,
      s.dilationHeight * s.dilationWidth == 1, !finish.adds,
      plan_depthwise_fits(s.outWidth, s.kernelHeight, s.strideHeight)
    {
      self = .depthwise(finish)
    } else {
      return nil
    }
  }

  /// True for a 1×1 convolution that computes each pixel from one, on a processor that has the kernels.
  static func isPointwise(_ s: ConvolutionShape) -> Bool {
    plan_has_vectors() && min(s.inChannels, s.outChannels) > 0 && s.groups == 1
      && s.kernelHeight * s.kernelWidth == 1 && s.strideHeight * s.strideWidth == 1
      && (s.outHeight, s.outWidth) == (s.inHeight, s.inWidth) && s.paddingHeight + s.paddingWidth == 0
  }

  /// The most pixels of a batch; with more, oneDNN is as fast.
  private static let mostPixels = 2400
  /// The most Multiply-Adds, half a millisecond's work: beyond it does not matter what waking the team costs.
  private static let mostMultiplyAdds = 100_000_000

  /// The weights of each output, `length` numbers, as the kernels read them: the first numbers of a vector of outputs,
  /// then their second ones, and so on. The bias fills whole vectors.
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
    return WeightStore.Packed(
      weights: try WeightStore.buffer(ordered, in: slab),
      bias: try WeightStore.buffer(whole(bias, vectors), in: slab))
  }

  /// The same in bfloat16, a pair of numbers of each output of a vector side by side; `length` is even.
  static func packPairs(_ values: [Float], bias: [Float]?, outputs: Int, in slab: BufferSlab) throws
    -> WeightStore.Packed
  {
    let lanes = Int(PLAN_VECTOR)
    let vectors = Division.vectors(of: outputs)
    let length = values.count / max(outputs, 1)
    var ordered = [Float](repeating: 0, count: vectors * lanes * length)
    for output in 0..<outputs {
      let first = output / lanes * lanes * length + output % lanes * 2
      for i in 0..<length { ordered[first + i / 2 * lanes * 2 + i % 2] = values[output * length + i] }
    }
    let weights = try slab.take(ordered.count * ElementType.bfloat16.bytes)
    ordered.withUnsafeBufferPointer { source in
      if let base = source.baseAddress {
        plan_narrow(base, weights.pointer.assumingMemoryBound(to: UInt16.self), source.count)
      }
    }
    return WeightStore.Packed(
      weights: weights, bias: try WeightStore.buffer(whole(bias, vectors), in: slab))
  }

  /// The bias of whole vectors of outputs; zeros where there is none.
  private static func whole(_ bias: [Float]?, _ vectors: Int) -> [Float] {
    let given = bias ?? []
    return given + [Float](repeating: 0, count: vectors * Int(PLAN_VECTOR) - given.count)
  }
}

extension plan_finish {
  /// The kernels' form of what is fused; nil where they cannot do it.
  init?(_ posts: [PostOperation]) {
    var rest = posts[...]
    let adds = rest.first == .addDestination
    if adds { rest = rest.dropFirst() }
    self.init(adds: adds, function: PLAN_LIMIT, low: -.infinity, high: .infinity)
    guard let post = rest.first else { return }
    guard rest.count == 1, case .function(let known) = post else { return nil }
    if let (low, high) = known.limits {
      (self.low, self.high) = (low, high)
    } else if let code = Self.code(of: known) {
      function = code
    } else {
      return nil
    }
  }

  /// The kernels' word for a function, limits aside; nil where they have none, and oneDNN does the layer.
  private static func code(of function: PostFunction) -> plan_function? {
    switch function {
    case .hardSwish: PLAN_HARD_SWISH
    case .silu: PLAN_SILU
    default: nil
    }
  }
}
