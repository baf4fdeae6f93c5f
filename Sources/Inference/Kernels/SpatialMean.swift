import CKernels
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
    // Whole images where there are enough for all threads; a channel's sum is the same either way.
    let width = images < ThreadTeam.size ? min(Self.width, channels) : channels
    let blocks = (channels + width - 1) / width
    ThreadTeam.parallel(images * blocks, grain: max(1, (1 << 15) / (width * max(pixels, 1)))) { range in
      for index in range {
        let (image, channel) = (index / blocks, index % blocks * width)
        plan_channel_means(
          source + (image * pixels * channels + channel) * type.bytes, type == .bfloat16,
          destination + (image * channels + channel) * resultType.bytes, resultType == .bfloat16, pixels,
          channels, min(width, channels - channel))
      }
    }
  }

  private static let width = 64
}
