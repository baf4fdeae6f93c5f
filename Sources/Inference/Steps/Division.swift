import CKernels
import Compute

/// How a channels-last map is divided: part i is the i-th vector of channels, or the i-th group of pixels.
struct Division: Hashable {
  enum Axis { case channels, pixels }
  let axis: Axis
  let channels, pixels: Int
  /// The number of channels or pixels of a part.
  let unit: Int

  var parts: Int {
    let length = axis == .channels ? channels : pixels
    return (length + unit - 1) / unit
  }

  /// The division of a map into vectors of its channels.
  static func channels(_ channels: Int, pixels: Int) -> Division {
    Division(axis: .channels, channels: channels, pixels: pixels, unit: Int(PLAN_VECTOR))
  }

  /// How many vectors hold `channels` channels.
  static func vectors(of channels: Int) -> Int { Division.channels(channels, pixels: 1).parts }

  /// The better way to divide a map, of which a layer computes all from all of its input.
  static func best(_ channels: Int, pixels: Int) -> Division {
    let byChannels = Division.channels(channels, pixels: pixels)
    let byPixels = Division(axis: .pixels, channels: channels, pixels: pixels, unit: Int(PLAN_PIXELS))
    // Threads must not write to the same line of the cache, and weights are then read once.
    let isAligned = channels % Int(PLAN_VECTOR) == 0
    if isAligned, byChannels.imbalance < 1.1, pixels < 256 { return byChannels }
    return byChannels.imbalance < byPixels.imbalance - 0.3 ? byChannels : byPixels
  }

  /// The largest share among the threads of the team in terms of their mean.
  private var imbalance: Double {
    let threads = ThreadTeam.size
    return Double((parts + threads - 1) / threads * threads) / Double(max(parts, 1))
  }
}
