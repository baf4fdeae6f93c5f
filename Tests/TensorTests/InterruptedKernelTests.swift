import Compute
import OneDNN
import Support
import Synchronization
import Tensor
import TestSupport
import Testing

/// Long loops of our own look at the stop flag and the deadline between their pieces.
@Suite struct InterruptedKernelTests {
  /// Runs `body` under a limit that is over when somebody has looked `looks` times.
  private func limited<Result>(_ looks: Int, _ body: () throws -> Result) throws -> Result {
    let clock = SteppingClock(step: 1)
    return try Cancellation.withDeadline(
      Deadline(of: "the test", seconds: Double(looks) - 0.5, clock: clock.clock), body)
  }

  @Test func aMatrixProductIsLeftBetweenItsPieces() throws {
    let side = 2048
    let a = try Tensor.zeros([side, side])
    let c = try Tensor.zeros([side, side])
    func multiply() throws {
      try MatrixMultiply.multiply(
        rows: side, columns: side, inner: side, a: a.pointer, transposeA: false, b: a.pointer,
        transposeB: false,
        c: c.pointer)
    }
    #expect(throws: Interrupted.self) { try limited(0, multiply) }
    // With time left it is done.
    try limited(1000, multiply)
  }

  /// A product in pieces is the product, whichever way its factors lie.
  @Test(arguments: [false, true]) func piecesOfAProductGiveTheSame(_ transposed: Bool) throws {
    let side = 2048
    let random = CounterRandom(seed: 1, stream: "product")
    let a = try Tensor.uniform([side, side], random: random)
    let b = try Tensor.uniform([side, side], random: random.child(1))
    let c = try Tensor.zeros([side, side])
    try MatrixMultiply.multiply(
      rows: side, columns: side, inner: side, a: a.pointer, transposeA: transposed, b: b.pointer,
      transposeB: false, c: c.pointer)
    // Rows around the border of the two pieces, and at the ends.
    for row in [0, 1, 1023, 1024, 2047] {
      for column in [0, 700, 2047] {
        var sum = 0.0
        for k in 0..<side {
          let left = transposed ? a.pointer[k * side + row] : a.pointer[row * side + k]
          sum += Double(left) * Double(b.pointer[k * side + column])
        }
        #expect(abs(Double(c.pointer[row * side + column]) - sum) < 1e-5 * sum)
      }
    }
  }

  private final class Count: Sendable { let value = Atomic<Int>(0) }

  @Test func aLoopIsLeftBetweenItsPieces() throws {
    let done = Count()
    try limited(2) {
      ThreadTeam.parallel(10 << 20, grain: 1 << 10) { done.value.wrappingAdd($0.count, ordering: .relaxed) }
    }
    #expect(done.value.load(ordering: .relaxed) == 1 << 20)
    #expect(throws: Interrupted.self) { try limited(3) { try Tensor.arange(0, 0x1p25) } }
  }
}
