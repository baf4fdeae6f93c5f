import CKernels
import Compute

/// Channels-last images times one number per image and channel, in place, as a squeeze-and-excite gate needs.
///
/// oneDNN's binary primitive wakes the team even for a 3×3 map, which costs more than the products.
struct ChannelScaleStep: DividedStep {
  private let image, gate: UnsafeMutableRawPointer
  private let type: ElementType
  private let images, channels, pixels: Int
  /// How all images are divided, as if they were one.
  let division: Division
  var name: String { "channel scale" }

  init(
    image: UnsafeMutableRawPointer, gate: UnsafeMutableRawPointer, type: ElementType, images: Int,
    channels: Int, pixels: Int
  ) {
    (self.image, self.gate, self.type) = (image, gate, type)
    (self.images, self.channels, self.pixels) = (images, channels, pixels)
    division =
      images == 1
      ? .best(channels, pixels: pixels)
      : Division(axis: .pixels, channels: channels, pixels: images * pixels, unit: 1)
  }

  var grain: Int { grain(1 << 15, of: images * pixels * channels) }
  var uses: [MemoryUse] {
    let ofGate = division.axis == .channels ? Division.channels(channels, pixels: 1) : nil
    return [
      .reads(gate, images * channels * type.bytes, ofGate),
      .writes(image, images * pixels * channels * type.bytes, division),
    ]
  }

  func run(_ parts: Range<Int>) {
    let first = parts.lowerBound * division.unit
    switch division.axis {
    case .channels:
      let count = min(parts.upperBound * division.unit, channels) - first
      if count <= 0 { return }
      plan_scale_channels(
        image + first * type.bytes, gate + first * type.bytes, type == .bfloat16, pixels, channels, count)
    case .pixels:
      let end = min(parts.upperBound * division.unit, division.pixels)
      if end <= first { return }
      (first..<end).forEachImage(of: pixels) { number, range in
        plan_scale_channels(
          image + (number * pixels + range.lowerBound) * channels * type.bytes,
          gate + number * channels * type.bytes, type == .bfloat16, range.count, channels, channels)
      }
    }
  }
}
