import CKernels
import Compute
import OneDNN

/// A convolution of each channel with its own kernel.
struct DepthwiseStep: DividedStep {
  private let layer: plan_depthwise
  private let source, destination: UnsafeMutablePointer<Float>
  /// How the result is divided: by channels, or by rows.
  let division: Division
  private let images, outHeight, kernel: Int
  let multiplyAdds: Int

  init(
    _ shape: ConvolutionShape, _ finish: plan_finish, _ packed: WeightStore.Packed,
    source: UnsafeMutablePointer<Float>, destination: UnsafeMutablePointer<Float>
  ) {
    let s = shape
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
