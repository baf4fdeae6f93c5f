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
    ThreadTeam.parallel(images * pixels, grain: max(1, (1 << 14) / max(channels, 1))) { range in
      switch type {
      case .float32: rows(range, Float.self)
      case .bfloat16: rows(range, UInt16.self)
      }
    }
  }

  @inline(__always)
  private func rows<Number: PlanNumber>(_ range: Range<Int>, _ number: Number.Type) {
    let x = image.assumingMemoryBound(to: Number.self)
    let gates = gate.assumingMemoryBound(to: Number.self)
    let whole = channels / 16 * 16
    for pixel in range {
      let (s, g) = (x + pixel * channels, gates + pixel / pixels * channels)
      for c in stride(from: 0, to: whole, by: 16) {
        Number.store16(Number.load16(s + c) * Number.load16(g + c), s + c)
      }
      for c in whole..<channels { s[c] = Number(rounding: s[c].float * g[c].float) }
    }
  }
}
