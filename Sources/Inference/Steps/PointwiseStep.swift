import CKernels
import Compute
import OneDNN

/// A 1×1 convolution.
struct PointwiseStep: DividedStep {
  private let layer: plan_pointwise
  private let source, destination: UnsafeMutablePointer<Float>
  let division: Division
  let multiplyAdds: Int

  init(
    _ shape: ConvolutionShape, _ finish: plan_finish, _ packed: WeightStore.Packed,
    source: UnsafeMutablePointer<Float>, destination: UnsafeMutablePointer<Float>
  ) {
    let s = shape
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
