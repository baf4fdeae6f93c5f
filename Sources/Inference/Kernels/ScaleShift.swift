import OneDNN

/// x·scale + shift per channel of channels-last images, limited to low…high, in one pass.
struct ScaleShiftStep: PlanStep {
  let source, destination: UnsafeMutableRawPointer
  let type: ElementType
  let scale, shift: UnsafeMutablePointer<Float>
  let low, high: Float
  let channels, pixels: Int
  var name: String { "scale and shift" }

  func run() throws {
    ThreadTeam.parallel(pixels, grain: max(1, (1 << 14) / max(channels, 1))) { range in
      switch type {
      case .float32: rows(range, Float.self)
      case .bfloat16: rows(range, UInt16.self)
      }
    }
  }

  @inline(__always)
  private func rows<Number: PlanNumber>(_ range: Range<Int>, _ number: Number.Type) {
    let x = source.assumingMemoryBound(to: Number.self)
    let y = destination.assumingMemoryBound(to: Number.self)
    let (least, most) = (SIMD16<Float>(repeating: low), SIMD16<Float>(repeating: high))
    let whole = channels / 16 * 16
    for pixel in range {
      let (s, t) = (x + pixel * channels, y + pixel * channels)
      for c in stride(from: 0, to: whole, by: 16) {
        var value = Number.load16(s + c) * Float.load16(scale + c) + Float.load16(shift + c)
        value = value.replacing(with: least, where: value .< least)
        value = value.replacing(with: most, where: value .> most)
        Number.store16(value, t + c)
      }
      for c in whole..<channels {
        let value = s[c].float * scale[c] + shift[c]
        t[c] = Number(rounding: value < low ? low : value > high ? high : value)
      }
    }
  }
}
