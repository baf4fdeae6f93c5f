import Support
import Tensor
import TestSupport
import Testing

/// What layers and gradients add up over many numbers. Constants show drift best: every addition rounds the same way.
@Suite struct LayerAccuracyTests {
  private func gradient(
    of x: Tensor, seed: Float = 0.1, _ function: (Tensor) throws -> Tensor
  ) throws -> Tensor {
    let tape = GradientTape()
    let watched = tape.watch(x)
    let y = try tape.record { try function(watched) }
    let gradients = try tape.backward(from: y, seed: try Tensor.full(y.shape, seed))
    return try #require(gradients[of: watched])
  }

  /// |found − right| ≤ 2⁻²³ of the right value: one rounding of the result, one of a factor.
  private func expectClose(_ found: Tensor, _ right: Double, _ name: String) throws {
    for value in try found.values() where !(abs(Double(value) - right) <= 0x1p-23 * abs(right)) {
      Issue.record("\(name): \(value) where \(right) is right")
      return
    }
  }

  @Test func gradientsOfRepetition() throws {
    let tenth = Double(Float(0.1))
    let one = try Tensor.full([1, 3], 1)
    try expectClose(try gradient(of: one) { try $0.expanded(to: [500_000, 3]) }, 500_000 * tenth, "expand")
    try expectClose(try gradient(of: one) { try Tensor.zeros([500_000, 3]) + $0 }, 500_000 * tenth, "add")
    let images = try Tensor.zeros([2, 3, 300, 300])
    let bias = try Tensor.zeros([1, 3, 1, 1])
    try expectClose(try gradient(of: bias) { try images + $0 }, 180_000 * tenth, "channels-last")
    let many = [Int](repeating: 0, count: 300_000)
    let rows = try Tensor.zeros([2, 4])
    let picked = try gradient(of: rows) { try $0.indexSelected(0, many) }
    #expect(try picked.values() == [Float](repeating: Float(300_000 * tenth), count: 4) + [0, 0, 0, 0])
    let channel = try gradient(of: try Tensor.zeros([1, 2, 1, 2])) { try $0.indexSelected(1, many) }
    #expect(try channel.values() == [Float](repeating: Float(300_000 * tenth), count: 2) + [0, 0])
    let gathered = try gradient(of: try Tensor.zeros([2])) { try $0.gathered(0, Tensor.zeros([300_000])) }
    #expect(try gathered.values() == [Float(300_000 * tenth), 0])
    let enlarged = try gradient(of: try Tensor.zeros([1, 2, 1, 1])) {
      try $0.resized(height: 400, width: 500)
    }
    try expectClose(enlarged, 200_000 * tenth, "resize")
  }

  @Test func biasesOfLayers() throws {
    let tenth = Double(Float(0.1))
    let x = try Tensor.full([300_000, 2], 1)
    let weights = try Tensor.full([3, 2], 1)
    try expectClose(
      try gradient(of: Tensor.zeros([3])) { try x.linear(weights, bias: $0) }, 300_000 * tenth, "linear")
    let images = try Tensor.full([2, 2, 400, 400], 1)
    let kernel = try Tensor.full([4, 2, 1, 1], 1)
    try expectClose(
      try gradient(of: Tensor.zeros([4])) { try images.convolved2d(kernel, bias: $0) }, 320_000 * tenth,
      "conv")
  }

  /// oneDNN adds at most 4096 products of a matrix product, and 2¹⁹ pixels of a weight's gradient, in float32.
  @Test func longMatrixProducts() throws {
    let inner = 200_000
    let row = try Tensor.full([1, inner], 0.1)
    for (a, b) in [
      (row, try Tensor.full([inner, 1], 1)), (row, try Tensor.full([inner, 3], 1)),
      (try Tensor.full([5, inner], 0.1), try Tensor.full([inner, 2], 1)),
    ] {
      let product = try a.matmul(b).values()
      let right = Double(inner) * Double(Float(0.1))
      #expect(product.allSatisfy { abs(Double($0) - right) <= 4096 * 0x1p-24 * right })
    }
    // Against float64, transposed too.
    let x = try Tensor.formula("x", [9000, 3])
    let y = try Tensor.formula("y", [9000, 2])
    let product = try x.transposed(0, 1).matmul(y).values()
    let (p, q) = (try x.values(), try y.values())
    for i in 0..<3 {
      for j in 0..<2 {
        let right = (0..<9000).reduce(0.0) { $0 + Double(p[$1 * 3 + i]) * Double(q[$1 * 2 + j]) }
        #expect(abs(Double(product[i * 2 + j]) - right) < 9000 * 0x1p-24 * 0.1)
      }
    }
    let gradient = try gradient(of: Tensor.formula("w", [2, 3])) { try x.linear($0) }
    for (index, found) in try gradient.values().enumerated() {
      let right = (0..<9000).reduce(0.0) { $0 + Double(p[$1 * 3 + index % 3]) * Double(Float(0.1)) }
      #expect(abs(Double(found) - right) < 1e-4)
    }
  }

  @Test func weightsOfConvolutionsOfManyPixels() throws {
    let images = try Tensor.full([9, 1, 256, 256], 1)
    let found = try gradient(of: Tensor.zeros([2, 1, 1, 1])) { try images.convolved2d($0) }
    let right = 9 * 65_536 * Double(Float(0.1))
    #expect(try found.values().allSatisfy { abs(Double($0) - right) < 2e-5 * right })
  }

  @Test(arguments: [1, 2, 3, 16, 33, 64, 70]) func batchStatisticsAreAccurate(_ channels: Int) throws {
    let shape: Shape = [3, channels, 61, 67]
    let x = try Tensor.normal(
      shape, mean: 10, standardDeviation: 0.3, random: CounterRandom(seed: 5, stream: "maps")
    ).rearrangedChannelsLast()
    let scale = try Tensor.full([channels], 1.5)
    let shift = try Tensor.full([channels], 0.25)
    let running = RunningStatistics(
      mean: try Tensor.zeros([channels]), variance: try Tensor.zeros([channels]), momentum: 1)
    for relu in [false, true] {
      func run(_ threads: Int) throws -> [Tensor] {
        try withThreads(threads) {
          let tape = GradientTape()
          let inputs = [x, scale, shift].map { tape.watch($0) }
          let y = try tape.record {
            try inputs[0].batchNormalized(
              scale: inputs[1], shift: inputs[2], running: running, training: true, relu: relu)
          }
          let gradients = try tape.backward(from: y, seed: try Tensor.formula("seed", shape))
          return [y, running.mean, running.variance] + inputs.compactMap { gradients[of: $0] }
        }
      }
      let one = try run(1)
      // Means and variances are rounded once.
      let n = Double(shape.count / channels)
      let mean = try x.mean([0, 2, 3])
      let variance = try x.variance([0, 2, 3], unbiased: false)
      try assertIdentical(one[1], mean)
      try assertClose(one[2], try variance * Float(n / (n - 1)), relative: 1e-6, absolute: 0)
      // By the definition, op by op.
      let tape = GradientTape()
      let inputs = [x, scale, shift].map { tape.watch($0) }
      let column: Shape = [1, channels, 1, 1]
      let y = try tape.record {
        let centred = try inputs[0] - inputs[0].mean([0, 2, 3], keepingAxes: true)
        let spread = try inputs[0].variance([0, 2, 3], unbiased: false, keepingAxes: true) + 1e-5
        let result = try centred * spread.rsqrt() * inputs[1].reshaped(column) + inputs[2].reshaped(column)
        return relu ? try result.relu() : result
      }
      let gradients = try tape.backward(from: y, seed: try Tensor.formula("seed", shape))
      let right = [y] + inputs.compactMap { gradients[of: $0] }
      let magnitudes: [Double] = [1, 3, 60, 60]
      for (index, (a, b)) in zip([one[0], one[3], one[4], one[5]], right).enumerated() {
        try assertClose(
          a, b, relative: 2e-5, absolute: 2e-5 * magnitudes[index], "\(channels), \(relu), \(index)")
      }
      for threads in [2, 3, 7] {
        for (a, b) in zip(one, try run(threads)) { try assertIdentical(a, b, "\(threads) threads") }
      }
    }
  }

  @Test func batchStatisticsOfConstants() throws {
    for channels in [3, 16] {
      let x = try Tensor.full([4, channels, 300, 300], 0.1)
      let running = RunningStatistics(
        mean: try Tensor.zeros([channels]), variance: try Tensor.full([channels], 1), momentum: 1)
      let tape = GradientTape()
      let shift = tape.watch(try Tensor.zeros([channels]))
      let scale = try Tensor.full([channels], 1)
      let y = try tape.record {
        try x.batchNormalized(scale: scale, shift: shift, running: running, training: true)
      }
      #expect(try y.values().allSatisfy { $0 == 0 })
      #expect(try running.mean.values().allSatisfy { $0 == 0.1 })
      #expect(try running.variance.values().allSatisfy { $0 == 0 })
      let gradients = try tape.backward(from: y, seed: try Tensor.full(y.shape, 0.1))
      try expectClose(try #require(gradients[of: shift]), 360_000 * Double(Float(0.1)), "β")
    }
  }

  @Test func softmaxOverManyClasses() throws {
    let classes = 1 << 20
    let x = try Tensor.full([1, classes], 3)
    #expect(try x.softmax().values().allSatisfy { $0 == 0x1p-20 })
    let loss = try x.crossEntropy([5], smoothing: 0.1).item()
    #expect(abs(Double(loss) - 13.862943611) < 2e-6)
    let found = try gradient(of: x) { try $0.logSoftmax() }
    // Each gets g − p·Σg, which is 0 but for the rounding of p·Σg.
    #expect(try found.values().allSatisfy { abs($0) <= 1e-8 })
  }

  @Test func averageOfWholeMaps() throws {
    let x = try Tensor.full([2, 5, 500, 400], 0.1)
    #expect(try x.averagePooled2d(kernel: (500, 400)).values().allSatisfy { $0 == 0.1 })
    #expect(try x.averagePooled2d(kernel: (500, 400)).shape == [2, 5, 1, 1])
    #expect(try x.globalAveragePooled().values().allSatisfy { $0 == 0.1 })
    let found = try gradient(of: Tensor.formula("m", [1, 2, 4, 6])) { try $0.averagePooled2d(kernel: (4, 6)) }
    try expectClose(found, Double(Float(0.1)) / 24, "gradient")
  }
}
