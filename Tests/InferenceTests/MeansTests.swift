import CKernels
import Testing

/// Means of large maps by the kernel of plans.
@Suite struct MeansTests {
  /// Every channel's mean of 0.1 is 0.1, wherever the channel lies: no additions of float32 drift over many pixels.
  @Test(arguments: [1, 15, 16, 32, 70, 1100]) func largeMapsDoNotDrift(_ channels: Int) {
    for pixels in [1, 2, 63, 64, 65, 1000, 40_001] where pixels * channels < 3_000_000 {
      let x = [Float](repeating: 0.1, count: pixels * channels)
      var y = [Float](repeating: 0, count: channels)
      plan_channel_means(x, false, &y, false, pixels, channels, channels)
      // Up to 64 numbers are added in float32, two at a time.
      #expect(y.allSatisfy { abs($0 - 0.1) <= 64 * 0x1p-24 * 0.1 }, "\(pixels)")
    }
  }

  /// A share of the channels gives the same bits as all of them.
  @Test func sharesAgree() {
    let (pixels, channels) = (201, 96)
    let x = (0..<pixels * channels).map { Float($0 % 97) / 31 - 1 }
    var all = [Float](repeating: 0, count: channels)
    plan_channel_means(x, false, &all, false, pixels, channels, channels)
    for (first, count) in [(0, 96), (16, 16), (32, 48), (80, 16)] {
      var some = [Float](repeating: 0, count: count)
      x.withUnsafeBufferPointer { x in
        guard let base = x.baseAddress else { return }
        plan_channel_means(base + first, false, &some, false, pixels, channels, count)
      }
      #expect(some == Array(all[first..<first + count]))
      for (offset, mean) in some.enumerated() {
        let exact =
          (0..<pixels).reduce(0.0) { $0 + Double(x[$1 * channels + first + offset]) } / Double(pixels)
        #expect(abs(Double(mean) - exact) < 1e-6)
      }
    }
  }
}
