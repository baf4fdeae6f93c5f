import Compute

/// Some channels of channels-last images, in any order: what channel shuffles and splits need.
struct PickChannelsStep: SharedStep {
  private let source, destination: UnsafeMutableRawPointer
  private let type: ElementType
  private let channels: [Int]
  private let inputs, pixels: Int
  /// True where the channels follow each other, so that pixels are copied whole.
  private let isRange: Bool
  var name: String { "pick channels" }

  init(
    source: UnsafeMutableRawPointer, destination: UnsafeMutableRawPointer, type: ElementType,
    channels: [Int], inputs: Int, pixels: Int
  ) {
    self.source = source
    self.destination = destination
    self.type = type
    self.channels = channels
    self.inputs = inputs
    self.pixels = pixels
    isRange = zip(channels, channels.dropFirst()).allSatisfy { $1 == $0 + 1 }
  }

  var parts: Int { pixels }
  var grain: Int { max(1, (1 << 13) / max(channels.count, 1)) }
  var uses: [MemoryUse] {
    [
      .reads(source, type.bytes * inputs * pixels),
      .writes(destination, type.bytes * channels.count * pixels),
    ]
  }

  func run(_ parts: Range<Int>) {
    switch type {
    case .float32: pick(Float.self, parts)
    case .bfloat16: pick(UInt16.self, parts)
    }
  }

  @inline(__always)
  private func pick<Number>(_ number: Number.Type, _ pixels: Range<Int>) {
    let (x, y) = (
      source.assumingMemoryBound(to: Number.self), destination.assumingMemoryBound(to: Number.self)
    )
    let (count, first) = (channels.count, channels.first ?? 0)
    channels.withUnsafeBufferPointer { channels in
      for pixel in pixels {
        let (s, t) = (x + pixel * inputs, y + pixel * count)
        if isRange {
          t.update(from: s + first, count: count)
        } else {
          for i in 0..<count { t[i] = s[channels[i]] }
        }
      }
    }
  }
}
