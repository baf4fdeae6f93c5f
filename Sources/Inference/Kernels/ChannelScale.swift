import CKernels
import OneDNN

/// Channels-last images times one number per image and channel, as a squeeze-and-excite gate needs; in place.
///
/// oneDNN's binary primitive wakes the team even for a 3×3 map, which costs more than the products.
struct ChannelScaleStep: PlanStep {
  let image, gate: UnsafeMutableRawPointer
  let type: ElementType
  let images, channels, pixels: Int
  var name: String { "channel scale" }

  func run() throws {
    ThreadTeam.parallel(images * pixels, grain: max(1, (1 << 15) / max(channels, 1))) { range in
      var first = range.lowerBound
      while first < range.upperBound {
        let number = first / pixels
        let count = min((number + 1) * pixels, range.upperBound) - first
        plan_scale_channels(
          image + first * channels * type.bytes, gate + number * channels * type.bytes, type == .bfloat16,
          count, channels)
        first += count
      }
    }
  }
}
