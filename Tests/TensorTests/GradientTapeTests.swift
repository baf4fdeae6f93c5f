import Compute
import OneDNN
import Support
import Tensor
import TestSupport
import Testing

@Suite struct GradientTapeTests {
  @Test func longTapesAreReleased() throws {
    let x = try Tensor.formula("tape", [4])
    let left = try bytesLeft {
      let tape = GradientTape()
      let watched = tape.watch(x)
      let y = try tape.record {
        var y = watched
        for _ in 0..<50_000 { y = try y * 1.0001 }
        return try y.sum()
      }
      let gradients = try tape.backward(from: y)
      let gradient = try #require(gradients[of: watched]).values()
      // 1.0001 to the 50,000th, with float32's rounding in between.
      for value in gradient { #expect(abs(value / 148.376 - 1) < 0.01) }
    }
    #expect(left == 0)
    // A tape that is dropped without backward holds everything until then.
    let dropped = try bytesLeft {
      let tape = GradientTape()
      var y = tape.watch(x)
      try tape.record { for _ in 0..<50_000 { y = try y.sigmoid() } }
    }
    #expect(dropped == 0)
  }

  @Test func memoryIsFlatOverSteps() throws {
    let x = try Tensor.formula("steps x", [8, 3, 16, 16])
    let weights = try Tensor.formula("steps w", [8, 3, 3, 3])
    func step() throws {
      let tape = GradientTape()
      let w = tape.watch(weights)
      let loss = try tape.record {
        let maps = try x.convolved2d(w, padding: (1, 1)).hardSwish()
        let small = try maps.resized(height: 7, width: 7, .bicubic)
        return try small.dropout(0.2, random: CounterRandom(seed: 1, stream: "steps"))
          .maximum(axis: 1).values.variance()
      }
      #expect(try tape.backward(from: loss)[of: w] != nil)
    }
    try step()
    let pool = ComputeContext.current.buffers
    let (inUse, held) = (pool.inUse, pool.held)
    for _ in 0..<50 { try step() }
    #expect(pool.inUse == inUse)
    #expect(pool.held == held)
  }

  @Test func sharedValuesAddTheirGradients() throws {
    let owner = Storage.self as AnyObject
    let tape = GradientTape()
    let x = try Tensor([3], [1, 2, 3])
    let (a, b) = (tape.watch(x, owner: owner), tape.watch(x, owner: owner))
    let loss = try tape.record { try (a * b + a).sum() }
    let gradients = try tape.backward(from: loss)
    try assertClose(try #require(gradients[owner]), [3, 5, 7])
    // One point, whichever of the two is asked for.
    try assertClose(try #require(gradients[of: b]), [3, 5, 7])
    #expect(gradients.count == 1)
  }

  @Test func onlyWatchedValuesAreRecorded() throws {
    let tape = GradientTape()
    let watched = tape.watch(try Tensor([2], [1, 2]))
    let constant = try Tensor([2], [3, 4])
    let loss = try tape.record {
      let frozen = try Recording.paused { try watched * 10 }
      return try (watched * constant + watched.detached + frozen).sum()
    }
    let gradients = try tape.backward(from: loss)
    try assertClose(try #require(gradients[of: watched]), [3, 4])
    #expect(gradients[of: constant] == nil)
    #expect(throws: TensorError.self) { try tape.backward(from: constant.sum()) }
  }

  @Test func usingATapeTwiceIsAnError() throws {
    let tape = GradientTape()
    let x = tape.watch(try Tensor([2], [1, 2]))
    let loss = try tape.record { try x.exp().sum() }
    #expect(throws: TensorError.self) { try tape.backward(from: x) }
    let gradients = try tape.backward(from: loss)
    #expect(throws: TensorError.self) { try tape.backward(from: loss) }
    // What the first call gave is a value of its own.
    #expect(gradients[of: x] != nil)
  }

  @Test func savedValuesAreReleasedWhileGradientsAreComputed() throws {
    let x = try Tensor.formula("released", [1 << 14])
    let tape = GradientTape()
    let watched = tape.watch(x)
    let loss = try tape.record { try watched.sigmoid().tanh().sigmoid().sum() }
    var gradients: Gradients?
    let left = try bytesLeft { gradients = try tape.backward(from: loss) }
    // The three outputs are gone, though the tape is not; the one gradient has come.
    #expect(left == -2 * 4 << 14)
    #expect(gradients?.count == 1)
    #expect(throws: TensorError.self) { try tape.backward(from: loss) }
  }
}
