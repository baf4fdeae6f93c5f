import CPlanKernels
import OneDNN

/// The mean of each channel of channels-last images; sums are float32.
struct SpatialMeanStep: PlanStep {
  let source: UnsafeMutableRawPointer
  let type: ElementType
  let destination: UnsafeMutableRawPointer
  let resultType: ElementType
  let images, channels, pixels: Int
  var name: String { "mean" }

  func run() throws {
    // Channels are summed in registers, a block at a time: the images are read once.
    let blocks = (channels + Self.width - 1) / Self.width
    ThreadTeam.parallel(images * blocks, grain: max(1, (1 << 15) / (Self.width * max(pixels, 1)))) { range in
      for index in range {
        let (image, channel) = (index / blocks, index % blocks * Self.width)
        plan_channel_means(
          source + (image * pixels * channels + channel) * type.bytes, type == .bfloat16,
          destination + (image * channels + channel) * resultType.bytes, resultType == .bfloat16, pixels,
          channels, min(Self.width, channels - channel))
      }
    }
  }

  private static let width = 64
}
