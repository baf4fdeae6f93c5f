import CKernels
import Compute
import Support

/// Batch normalisation of channels-last maps: statistics and sums of gradients in float64, in an order that
/// does not depend on the number of threads.
///
/// oneDNN's primitive adds float32 numbers one after the other: over 64 maps of 224×224 a gradient's sum errs
/// by 0.3 %, and of three channels even a variance by half of itself.
package struct BatchNormalizer {
  let x: Tensor
  let channels: Int
  let pixels: Int
  /// Three rows of C numbers: mean, γ/√(variance + ε) and β.
  private let parameters: Tensor
  private let relu: Bool

  /// The batch's own statistics of channels-last N×C×H×W `x`.
  package static func moments(_ x: Tensor) throws -> (mean: Tensor, variance: Tensor) {
    let mean = try Tensor.empty([x.shape[1]])
    let variance = try Tensor.empty([x.shape[1]])
    let (m, v) = (mean.pointer, variance.pointer)
    let loops = ReductionLoops(x, [0, 2, 3])
    try ReductionSums(loops, .deviations).run(x.pointer) { first, totals, centres in
      for i in totals.indices {
        m[first + i] = Float(centres[i])
        v[first + i] = Float(totals[i] / loops.summed)
      }
    }
    return (mean, variance)
  }

  package init(
    _ x: Tensor, mean: Tensor, variance: Tensor, scale: Tensor, shift: Tensor, epsilon: Float, relu: Bool
  ) throws {
    self.x = x
    self.relu = relu
    channels = x.shape[1]
    pixels = channels == 0 ? 0 : x.count / channels
    parameters = try Tensor.empty([3, channels])
    let p = parameters.pointer
    for c in 0..<channels {
      p[c] = mean.pointer[c]
      p[channels + c] = scale.pointer[c] / (variance.pointer[c] + epsilon).squareRoot()
      p[2 * channels + c] = shift.pointer[c]
    }
  }

  /// The result: channels-last, of the shape of `x`.
  package func normalized() throws -> Tensor {
    let y = try Tensor.empty(x.shape)
    let (form, source, target) = (form, x.pointer, y.pointer)
    ThreadTeam.parallel(pixels, grain: grain) { range in
      let offset = range.lowerBound * form.channels
      normalize(form, source + offset, target + offset, range.count)
    }
    try Cancellation.check()
    return y
  }

  /// Gradients of `x` (where it is wanted), γ and β by the channels-last gradient of the result.
  package func gradients(_ gradient: Tensor, variance: Tensor, epsilon: Float, ofInput: Bool) throws -> (
    x: Tensor?, scale: Tensor, shift: Tensor
  ) {
    let sums = try sums(gradient)
    let scale = try Tensor.empty([channels])
    let shift = try Tensor.empty([channels])
    // Means of the gradient, and of its product with the normalised input by the deviation.
    let means = try Tensor.empty([2, channels])
    let (offset, slope) = (means.pointer, means.pointer + channels)
    for c in 0..<channels {
      let spread = Double(variance.pointer[c]) + Double(epsilon)
      shift.pointer[c] = Float(sums[c])
      scale.pointer[c] = Float(sums[channels + c] / spread.squareRoot())
      offset[c] = Float(sums[c] / Double(pixels))
      slope[c] = Float(sums[channels + c] / spread / Double(pixels))
    }
    guard ofInput else { return (nil, scale, shift) }
    let dx = try Tensor.empty(x.shape)
    let (form, source, given, target) = (form, x.pointer, gradient.pointer, dx.pointer)
    ThreadTeam.parallel(pixels, grain: grain) { range in
      let first = range.lowerBound * form.channels
      normalization_gradient(form, source + first, given + first, offset, slope, target + first, range.count)
    }
    try Cancellation.check()
    return (dx, scale, shift)
  }

  /// The sums over each channel, first of the gradients, then of their products with the deviations from the
  /// mean.
  private func sums(_ gradient: Tensor) throws -> [Double] {
    let (form, source, given) = (form, x.pointer, gradient.pointer)
    let (pixels, width) = (pixels, 2 * channels)
    let slices = max(1, min(x.count >> 15, 64, pixels))
    var sums = [Double](repeating: 0, count: slices * width)
    sums.withUnsafeMutableBufferPointer { sums in
      guard let base = sums.baseAddress else { return }
      ThreadTeam.sliced(slices) { slice in
        let (first, end) = (pixels * slice / slices, pixels * (slice + 1) / slices)
        let offset = first * form.channels
        normalization_sums(form, source + offset, given + offset, base + slice * width, end - first)
      }
      for slice in 1..<max(slices, 1) {
        for i in 0..<width { base[i] += base[slice * width + i] }
      }
    }
    return Array(sums.prefix(width))
  }

  private var grain: Int { max(1, Elementwise.grain / max(channels, 1)) }
  private var form: normalization {
    let p = parameters.pointer
    return normalization(
      channels: channels, mean: p, factor: p + channels, shift: p + 2 * channels, relu: relu)
  }
}
