import OneDNN
import Support
import Tensor
import TestSupport
import Testing

@Suite struct TapeTests {
  @Test func longTapesAreReleased() throws {
    let x = try Tensor.formula("tape", [4])
    let left = try bytesLeft {
      let tape = Tape()
      let watched = tape.watch(x)
      let y = try tape.record {
        var y = watched
        for _ in 0..<50_000 { y = try y * 1.0001 }
        return try y.sum()
      }
      try tape.backward(from: y)
      let gradient = try #require(tape.gradient(of: watched)).values()
      // 1.0001 to the 50,000th, with float32's rounding in between.
      for value in gradient { #expect(abs(value / 148.376 - 1) < 0.01) }
    }
    #expect(left == 0)
    // A tape that is dropped without backward holds everything until then.
    let dropped = try bytesLeft {
      let tape = Tape()
      var y = tape.watch(x)
      try tape.record { for _ in 0..<50_000 { y = try y.sigmoid() } }
    }
    #expect(dropped == 0)
  }

  @Test func memoryIsFlatOverSteps() throws {
    let x = try Tensor.formula("steps x", [8, 3, 16, 16])
    let weights = try Tensor.formula("steps w", [8, 3, 3, 3])
    func step() throws {
      let tape = Tape()
      let w = tape.watch(weights)
      let loss = try tape.record {
        let maps = try x.convolved2d(w, padding: (1, 1)).hardSwish()
        let small = try maps.resized(height: 7, width: 7, .bicubic)
        return try small.dropout(0.2, random: CounterRandom(seed: 1, stream: "steps"))
          .maximum(axis: 1).values.variance()
      }
      try tape.backward(from: loss)
      #expect(tape.gradient(of: w) != nil)
    }
    try step()
    let pool = try ComputeContext.current.buffers
    let (inUse, held) = (pool.inUse, pool.held)
    for _ in 0..<50 { try step() }
    #expect(pool.inUse == inUse)
    #expect(pool.held == held)
  }

  @Test func sharedValuesAddTheirGradients() throws {
    let owner = Storage.self as AnyObject
    let tape = Tape()
    let x = try Tensor([3], [1, 2, 3])
    let (a, b) = (tape.watch(x, owner: owner), tape.watch(x, owner: owner))
    let loss = try tape.record { try (a * b + a).sum() }
    try tape.backward(from: loss)
    try assertClose(try #require(tape.gradient(ofOwner: owner)), [3, 5, 7])
  }

  @Test func onlyWatchedValuesAreRecorded() throws {
    let tape = Tape()
    let watched = tape.watch(try Tensor([2], [1, 2]))
    let constant = try Tensor([2], [3, 4])
    let loss = try tape.record {
      let frozen = try Tape.paused { try watched * 10 }
      return try (watched * constant + watched.detached + frozen).sum()
    }
    try tape.backward(from: loss)
    try assertClose(try #require(tape.gradient(of: watched)), [3, 4])
    #expect(tape.gradient(of: constant) == nil)
    #expect(throws: TensorError.self) { try tape.backward(from: constant.sum()) }
  }

  @Test func usingATapeTwiceIsAnError() throws {
    let tape = Tape()
    let x = tape.watch(try Tensor([2], [1, 2]))
    let loss = try tape.record { try x.exp().sum() }
    #expect(throws: TensorError.self) { try tape.backward(from: x) }
    try tape.backward(from: loss)
    #expect(throws: TensorError.self) { try tape.backward(from: loss) }
  }

  @Test func costsCountConvolutionsAndLinearLayers() throws {
    let tape = Tape(.costs)
    let x = try Tensor.formula("x", [1, 3, 8, 8])
    try tape.record {
      let maps = try x.convolved2d(Tensor.formula("w", [4, 3, 3, 3]), padding: (1, 1)).relu()
      _ = try maps.flattened(from: 1).linear(Tensor.formula("l", [5, 256]))
    }
    #expect(tape.multiplyAdds == 4 * 64 * 27 + 5 * 256)
    #expect(tape.entries.map(\.name) == ["conv2d", "relu", "reshape", "linear"])
  }
}
