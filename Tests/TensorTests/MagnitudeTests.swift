import Foundation
import Support
import Tensor
import Testing

/// Results that fit float32 although something on the way to them does not, or would lose its digits.
@Suite struct MagnitudeTests {
  /// Differences of these logits are exact, and so the logarithms of their softmax are those of small ones.
  @Test(
    arguments: [
      ([1e8, 1e8], [0, 0]), ([1_000_000, 1_000_000.25, 999_999], [0, 0.25, -1]),
      ([-1e8, -1e8, -1e8], [0, 0, 0]), ([3e38, 0, 3e38], [0, -3e38, 0]), ([0, -20], [0, -20]),
    ] as [([Float], [Float])])
  func logarithmsOfSoftmax(_ logits: [Float], _ differences: [Float]) throws {
    let small = differences.map(Double.init)
    let logarithm = log(small.reduce(0) { $0 + exp($1) })
    let right = small.map { $0 - logarithm }
    let x = try Tensor([1, logits.count], logits)
    for (found, right) in zip(try x.logSoftmax().values(), right) {
      #expect(abs(Double(found) - right) <= 1e-6 * abs(right))
    }
    for (label, right) in right.enumerated() {
      let loss = Double(try x.crossEntropy([label]).item())
      #expect(abs(loss + right) <= 1e-6 * abs(right))
    }
  }

  /// Of a, −a the deviation is a·√2, and its gradient is ±1/√2, whatever a is.
  @Test(arguments: [1e-30, 1e-37, 1, 1e25, 1e38] as [Float])
  func deviations(_ a: Float) throws {
    let x = try Tensor([2], [a, -a])
    let right = Double(a) * 2.0.squareRoot()
    let half = 0.5.squareRoot()
    let functions: [(Tensor) throws -> Tensor] = [{ try $0.standardDeviation() }, { try $0.norm() }]
    for function in functions {
      let found = Double(try function(x).item())
      #expect(abs(found - right) <= 1e-6 * right)
      let tape = GradientTape()
      let watched = tape.watch(x)
      let gradients = try tape.backward(from: try tape.record { try function(watched) })
      let slopes = try #require(gradients[of: watched]).values()
      for (slope, right) in zip(slopes, [half, -half]) {
        #expect(abs(Double(slope) - right) < 1e-4)
      }
    }
  }

  @Test func theGradientOfNoDeviationIsZero() throws {
    let tape = GradientTape()
    let watched = tape.watch(try Tensor.full([5], 3))
    let gradients = try tape.backward(from: try tape.record { try watched.standardDeviation() })
    #expect(try gradients[of: watched]?.values() == [0, 0, 0, 0, 0])
  }

  /// More elements than float32 has places for.
  @Test func extremesOfManyElements() throws {
    let count = 17_203_201
    let x = try Tensor.zerosRowMajor([count])
    try x.sliced(0, count - 1..<count).assign(try Tensor([1], [2]))
    try x.sliced(0, count - 3..<count - 2).assign(try Tensor([1], [-2]))
    let (most, least) = (try x.extremumOfAll(largest: true), try x.extremumOfAll(largest: false))
    #expect(most.value == .float(2) && most.place == count - 1)
    #expect(least.value == .float(-2) && least.place == count - 3)
    // Places along an axis are exact, too: they are int32.
    #expect(try x.maximum(axis: 0).indices.wholeNumbers() == [count - 1])
    #expect(try x.argMin().wholeNumbers() == [count - 3])
    #expect(try x.topK(1).indices.wholeNumbers() == [count - 1])
  }

  @Test func extremesOfAllKeepTheOrderOfRows() throws {
    let x = try Tensor([2, 3], [1, 7, 3, 7, 0, 0])
    let (most, least) = (try x.extremumOfAll(largest: true), try x.extremumOfAll(largest: false))
    #expect(most.value == .float(7) && most.place == 1)
    #expect(least.value == .float(0) && least.place == 4)
    #expect(try x.transposed(0, 1).extremumOfAll(largest: true).place == 1)
    #expect(try x.transposed(0, 1).extremumOfAll(largest: false).place == 3)
    let broken = try Tensor([3], [5, .nan, 9])
    #expect(try broken.extremumOfAll(largest: true).place == 1)
    #expect(throws: TensorError.self) { try Tensor.zeros([0, 3]).extremumOfAll(largest: true) }
  }

  /// Whole numbers over any range, in order from both ends.
  @Test func wholeNumbersOfAnyRange() {
    let random = CounterRandom(seed: 4, stream: "whole")
    for index in 0..<200 {
      #expect(random.integer(index, in: 1...6) == 1 + random.integer(index, below: 6))
      #expect(random.integer(index, in: Int.max...Int.max) == Int.max)
      #expect(random.integer(index, in: 0...Int.max) >= 0)
      #expect((Int.min...(-2)).contains(random.integer(index, in: Int.min...(-2))))
    }
    let wide = (0..<200).map { random.integer($0, in: Int.min...Int.max) }
    #expect(wide.contains { $0 < 0 } && wide.contains { $0 > 0 } && Set(wide).count == 200)
  }
}
