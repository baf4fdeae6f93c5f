import CKernels
import Compute
import OneDNN
import Tensor

/// A 1×1 convolution whose input's first channels come from neighbouring frames.
struct ShiftedPointwiseStep: DividedStep {
  private let layer: plan_pointwise
  private let clips: plan_frames
  private let source, destination: UnsafeMutableRawPointer
  /// What was kept of the frames before, and its channels; nil where frames are those of whole clips.
  private let past: (pointer: UnsafeRawPointer, channels: Int)?
  private let type: ElementType
  let division: Division
  let multiplyAdds: Int

  init(
    _ shape: ConvolutionShape, _ shift: ShiftedChannels, _ finish: plan_finish,
    _ packed: WeightStore.Packed, type: ElementType, source: UnsafeMutableRawPointer,
    past: UnsafeRawPointer?, destination: UnsafeMutableRawPointer
  ) {
    let s = shape
    layer = plan_pointwise(
      inputs: s.inChannels, outputs: s.outChannels, weights: packed.weights.floats,
      bias: packed.bias?.floats, finish: finish)
    let pixels = s.inHeight * s.inWidth
    switch shift {
    case .frames(let shift):
      let fold = shift.fold(of: s.inChannels)
      clips = plan_frames(
        frames: shift.frames, pixels: pixels, first_channels: fold,
        second_channels: shift.pastOnly ? 0 : fold, first_offset: shift.pastOnly ? -1 : 1,
        second_offset: -1, past: nil)
      self.past = nil
    case .past(let channels):
      clips = plan_frames(
        frames: 1, pixels: pixels, first_channels: channels, second_channels: 0, first_offset: -1,
        second_offset: -1, past: past)
      self.past = past.map { ($0, channels) }
    }
    (self.source, self.destination, self.type) = (source, destination, type)
    division = .best(s.outChannels, pixels: s.batch * s.inHeight * s.inWidth)
    multiplyAdds = shape.multiplyAdds
  }

  /// The least input channels for which the kernel keeps up with the library's in bfloat16.
  private static let leastNarrowChannels = 64

  /// What becomes of the sums of a convolution that the kernel can do; nil where the library has to.
  static func finish(of node: ConvolutionNode, input: Graph.Value, result: ElementType) -> plan_finish? {
    guard let shift = node.shift, input.shape.rank == 4, input.type == result,
      SmallConvolution.isPointwise(node.shape(input: input.shape)),
      let finish = plan_finish(node.posts.map(\.postOperation)), !finish.adds
    else { return nil }
    guard result == .bfloat16 else { return finish }
    // Channels are taken in pairs, which must not come from two frames.
    let channels = input.shape[1]
    let isFit =
      channels >= leastNarrowChannels && channels % 2 == 0 && shift.fold(of: channels) % 2 == 0
      && finish.function == PLAN_LIMIT
    return isFit && plan_has_bfloat16_products() && !ElementType.hasBFloat16Tiles ? finish : nil
  }

  var name: String { "convolution 1×1 shifted own\(type == .bfloat16 ? " bf16" : "")" }
  var grain: Int { grain(1 << 16, of: multiplyAdds) }

  var uses: [MemoryUse] {
    // Any part reads the same pixels of other frames.
    let kept = past.map { MemoryUse.reads($0.pointer, type.bytes * $0.channels * division.pixels) }
    return [
      .reads(source, type.bytes * layer.inputs * division.pixels),
      .writes(destination, type.bytes * layer.outputs * division.pixels, division),
    ] + (kept.map { [$0] } ?? [])
  }

  func run(_ parts: Range<Int>) {
    if parts.isEmpty { return }
    switch division.axis {
    case .channels: run(pixels: 0..<division.pixels, vectors: parts)
    case .pixels:
      let last = min(parts.upperBound * division.unit, division.pixels)
      run(
        pixels: parts.lowerBound * division.unit..<last, vectors: 0..<Division.vectors(of: layer.outputs))
    }
  }

  private func run(pixels: Range<Int>, vectors: Range<Int>) {
    withUnsafePointer(to: layer) { layer in
      withUnsafePointer(to: clips) { clips in
        switch type {
        case .float32:
          plan_shifted_pointwise(
            layer, clips, source.assumingMemoryBound(to: Float.self),
            destination.assumingMemoryBound(to: Float.self), pixels.lowerBound, pixels.count,
            vectors.lowerBound, vectors.count)
        case .bfloat16:
          plan_shifted_pointwise_bf16(
            layer, clips, source, destination, pixels.lowerBound, pixels.count, vectors.lowerBound,
            vectors.count)
        }
      }
    }
  }
}
