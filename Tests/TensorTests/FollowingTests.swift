import Tensor
import TestSupport
import Testing

/// Frames that come one by one, with channels of the frame before.
struct FollowingTests {
  /// A clip that is shifted into the past, frame by frame with what was kept of the one before: the same bits.
  @Test(arguments: [1, 5, 8, 16, 31, 64, 130]) func frameByFrameIsTheShiftOfTheClip(_ channels: Int) throws {
    for (side, divisor) in [(7, 4), (1, 1), (12, 2)] {
      let shift = FrameShift(frames: 5, divisor: divisor, pastOnly: true)
      let clip = try Tensor.formula("clip", [5, channels, side, side])
      let whole = try clip.temporallyShifted(shift)
      let fold = shift.fold(of: channels)
      var past = try Tensor.zeros([1, fold, side, side])
      for frame in 0..<5 {
        let x = try clip.sliced(0, frame..<frame + 1)
        try assertIdentical(x.following(past), whole.sliced(0, frame..<frame + 1), "frame \(frame)")
        past = try x.sliced(1, 0..<fold)
      }
    }
  }

  @Test func rowsAndSequencesHaveChannelsToo() throws {
    for shape: Shape in [[3, 10], [3, 10, 4]] {
      let x = try Tensor.formula("x", shape)
      let past = try Tensor.formula("past", Shape([3, 2] + shape.sizes.dropFirst(2)))
      try assertIdentical(
        x.following(past), Tensor.concatenated([past, x.sliced(1, 2..<10)], axis: 1))
    }
    let x = try Tensor.formula("x", [2, 6, 3, 3])
    try assertIdentical(x.following(Tensor.zeros([2, 0, 3, 3])), x)
    #expect(try Tensor.zeros([0, 6, 3, 3]).following(Tensor.zeros([0, 2, 3, 3])).shape == [0, 6, 3, 3])
  }

  /// Both inputs get what their part of the result got.
  @Test func gradientsGoWhereChannelsCameFrom() throws {
    let tape = GradientTape()
    let x = tape.watch(try Tensor.formula("x", [2, 8, 3, 3]))
    let past = tape.watch(try Tensor.formula("past", [2, 3, 3, 3]))
    let seed = try Tensor.formula("seed", [2, 8, 3, 3])
    let y = try tape.record { try x.following(past) }
    let gradients = try tape.backward(from: y, seed: seed)
    try assertIdentical(#require(gradients[of: past]), seed.sliced(1, 0..<3))
    let ofFrame = try #require(gradients[of: x])
    try assertIdentical(ofFrame.sliced(1, 3..<8), seed.sliced(1, 3..<8))
    #expect(try ofFrame.sliced(1, 0..<3).values().allSatisfy { $0 == 0 })
  }

  @Test func whatDoesNotFitIsRefused() throws {
    let x = try Tensor.zeros([2, 4, 3, 3])
    for shape: Shape in [[2, 5, 3, 3], [1, 2, 3, 3], [2, 2, 3], [2, 2, 3, 4]] {
      #expect(throws: TensorError.self) { try x.following(Tensor.zeros(shape)) }
    }
  }
}
