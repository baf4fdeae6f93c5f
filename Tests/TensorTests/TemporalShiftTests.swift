import Tensor
import TestSupport
import Testing

/// Channels that move between the frames of clips.
struct TemporalShiftTests {
  /// The definition, element by element.
  private static func expected(_ x: Tensor, _ shift: FrameShift) throws -> [Float] {
    let values = try x.converted(to: .float32).values()
    let (rows, channels) = (x.shape[0], x.shape[1])
    let inner = x.count / max(rows * channels, 1)
    let fold = channels / shift.divisor
    return (0..<x.count).map { index in
      let (row, channel) = (index / (channels * inner), index / inner % channels)
      let offset =
        channel < fold ? (shift.pastOnly ? -1 : 1) : channel < 2 * fold && !shift.pastOnly ? -1 : 0
      let time = row % shift.frames + offset
      return (0..<shift.frames).contains(time) ? values[index + offset * channels * inner] : 0
    }
  }

  /// Narrow pixels, odd ones, wide ones, in all types: the loop has a way of its own for each.
  @Test(arguments: [1, 2, 5, 8, 12, 16, 24, 31, 32, 48, 64, 130], [DType.float32, .int32, .uint8])
  func everyWidthIsShiftedAsDefined(_ channels: Int, _ type: DType) throws {
    for (side, shift) in [
      (12, FrameShift(frames: 3)), (1, FrameShift(frames: 3)), (7, FrameShift(frames: 2, divisor: 2)),
      (9, FrameShift(frames: 6, divisor: 1, pastOnly: true)), (6, FrameShift(frames: 1, divisor: 3)),
      (8, FrameShift(frames: 2, divisor: 1000)),
    ] {
      let numbers = try Tensor.formula("x", [6, channels, side, side]) * 100 + 120
      let x = try numbers.converted(to: type == .float32 ? .float32 : type)
      let y = try x.temporallyShifted(shift)
      #expect(y.dtype == type && y.shape == x.shape)
      #expect(
        try y.converted(to: .float32).values() == Self.expected(x, shift), "\(channels), \(side), \(shift)")
      let rows = try x.reshaped([6, channels * side * side]).temporallyShifted(shift)
      #expect(
        try rows.converted(to: .float32).values()
          == Self.expected(x.reshaped([6, channels * side * side]), shift))
    }
  }

  /// What moves forwards comes back in the gradient: ⟨shift x, g⟩ = ⟨x, gradient⟩, exactly for whole numbers.
  @Test(arguments: [false, true]) func theGradientIsTheReverse(pastOnly: Bool) throws {
    let shift = FrameShift(frames: 4, divisor: 4, pastOnly: pastOnly)
    func whole(_ name: String) throws -> Tensor {
      try (Tensor.formula(name, [8, 16, 10, 10]) * 8).converted(to: .int32).converted(to: .float32)
    }
    let (x, seed) = (try whole("x"), try whole("seed"))
    let tape = GradientTape()
    let watched = tape.watch(x)
    let y = try tape.record { try watched.temporallyShifted(shift) }
    let gradient = try #require(try tape.backward(from: y, seed: seed)[of: watched])
    #expect(try (y * seed).sum().item() == (x * gradient).sum().item())
    #expect(try gradient.values() != seed.values())
  }

  @Test func whatDoesNotFitIsRefused() throws {
    func message(_ shape: Shape, _ shift: FrameShift) -> String {
      do {
        _ = try Tensor.zeros(shape).temporallyShifted(shift)
        return "nothing was refused"
      } catch {
        return "\(error)"
      }
    }
    #expect(
      message([7, 8, 2, 2], FrameShift(frames: 3)) == "temporal_shift: 7 rows are no whole clips of 3 frames")
    #expect(message([8], FrameShift(frames: 2)) == "temporal_shift: needs frames × channels × …, not shape 8")
    for frames in [0, -1, .min, .max] {
      #expect(
        message([8, 8], FrameShift(frames: frames))
          == "temporal_shift: frames is \(frames), expected 1 to 1048576")
    }
    for divisor in [1, 0, -8, .max] {
      #expect(
        message([8, 8], FrameShift(frames: 2, divisor: divisor))
          == "temporal_shift: divisor is \(divisor), expected 2 to 1048576")
    }
    #expect(message([0, 8, 2, 2], FrameShift(frames: 2)) == "nothing was refused")
    #expect(message([2, 0, 2, 2], FrameShift(frames: 2)) == "nothing was refused")
    #expect(message([2, 3], FrameShift(frames: 2)) == "nothing was refused")
  }
}
