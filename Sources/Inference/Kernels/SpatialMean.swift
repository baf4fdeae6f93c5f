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
    ThreadTeam.parallel(images * blocks, grain: max(1, (1 << 14) / (Self.width * max(pixels, 1)))) { range in
      for index in range {
        let (image, block) = (index / blocks, index % blocks)
        let first = block * Self.width
        switch (type, resultType) {
        case (.float32, .float32): mean(image, first, Float.self, Float.self)
        case (.bfloat16, .float32): mean(image, first, UInt16.self, Float.self)
        case (.float32, .bfloat16): mean(image, first, Float.self, UInt16.self)
        case (.bfloat16, .bfloat16): mean(image, first, UInt16.self, UInt16.self)
        }
      }
    }
  }

  /// The means of up to ``width`` channels of one image.
  @inline(__always)
  private func mean<Source: PlanNumber, Result: PlanNumber>(
    _ image: Int, _ first: Int, _ source: Source.Type, _ result: Result.Type
  ) {
    let x = self.source.assumingMemoryBound(to: Source.self) + image * pixels * channels + first
    let y = destination.assumingMemoryBound(to: Result.self) + image * channels + first
    let count = min(Self.width, channels - first)
    let factor = 1 / Float(pixels)
    if count == Self.width {
      var sum = SIMD16<Float>()
      for p in 0..<pixels { sum += Source.load16(x + p * channels) }
      Result.store16(sum * factor, y)
    } else {
      for c in 0..<count {
        var sum: Float = 0
        for p in 0..<pixels { sum += x[p * channels + c].float }
        y[c] = Result(rounding: sum * factor)
      }
    }
  }

  private static let width = 16
}
