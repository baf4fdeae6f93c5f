import CKernels
import Compute

/// The mean of each channel of channels-last images; sums are float32.
struct SpatialMeanStep: SharedStep {
  private let source, destination: UnsafeMutableRawPointer
  private let type, resultType: ElementType
  private let images, channels, pixels: Int
  /// Whether images are divided by channels, as one is; several are each done by itself where there are
  /// enough for all threads.
  private let isByChannels: Bool
  private let ofMap: Division
  var name: String { "mean" }

  init(
    source: UnsafeMutableRawPointer, type: ElementType, destination: UnsafeMutableRawPointer,
    resultType: ElementType, images: Int, channels: Int, pixels: Int
  ) {
    (self.source, self.destination) = (source, destination)
    (self.type, self.resultType) = (type, resultType)
    (self.images, self.channels, self.pixels) = (images, channels, pixels)
    isByChannels = images == 1 || images < ThreadTeam.size
    ofMap = .channels(channels, pixels: pixels)
  }

  var parts: Int { isByChannels ? images * ofMap.parts : images }
  var grain: Int { grain(1 << 15, of: images * channels * pixels) }
  var uses: [MemoryUse] {
    [
      .reads(source, images * channels * pixels * type.bytes, images == 1 ? ofMap : nil),
      .writes(
        destination, images * channels * resultType.bytes,
        images == 1 ? .channels(channels, pixels: 1) : nil),
    ]
  }

  func run(_ parts: Range<Int>) {
    let (vectors, unit) = isByChannels ? (ofMap.parts, ofMap.unit) : (1, channels)
    parts.forEachImage(of: vectors) { image, range in
      let channel = range.lowerBound * unit
      let count = min(range.upperBound * unit, channels) - channel
      plan_channel_means(
        source + (image * pixels * channels + channel) * type.bytes, type == .bfloat16,
        destination + (image * channels + channel) * resultType.bytes, resultType == .bfloat16, pixels,
        channels, count)
    }
  }
}
