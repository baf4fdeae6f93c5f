import CKernels
import Inference
import NeuralNet
import Compute
import OneDNN
import Support
import Tensor
import TestSupport
import Testing

/// Small convolutions, which kernels of our own compute, against the same ops evaluated one by one, which are
/// oneDNN's.
@Suite(.enabled(if: plan_has_vectors(), "the processor has no AVX-512: oneDNN does all convolutions"))
struct SmallConvolutionTests {
  private static func check(
    _ shapes: [Shape], own: String?, _ what: String, _ network: ([Tensor]) throws -> [Tensor]
  ) throws {
    let inputs = try shapes.enumerated().map { try Tensor.formula("x\($0)", $1) }
    let expected = try network(inputs)
    for threads in [1, 2, 3] {
      try withThreads(threads) {
        let plan = try Plan.compile(shapes, weights: WeightStore(), network)
        if let own { #expect(plan.listing.contains(own), "\(what): \(plan.listing)") }
        for (place, input) in zip(plan.inputs, inputs) { try place.assign(input) }
        try plan.run()
        for (output, value) in zip(plan.outputs, expected) {
          try assertClose(output, value, relative: 1e-5, absolute: 1e-5, "\(what), \(threads) threads")
        }
      }
    }
  }

  /// Functions that the kernels do not know: the library does convolutions that end with one.
  private static let unknown: Set = ["sigmoid", "hard_sigmoid", "tanh"]

  /// The functions that the kernels know, in the order of the table, and none.
  static let functions: [(String, @Sendable (Tensor) throws -> Tensor)] = {
    let known = ElementFunctions.table.filter { $0.isFusible && !unknown.contains($0.name) }.map {
      function -> (String, @Sendable (Tensor) throws -> Tensor) in (function.name, { try function($0) })
    }
    let none: [(String, @Sendable (Tensor) throws -> Tensor)] = [("none", { $0 })]
    return none + known
  }()

  /// Channels and pixels that fill vectors and tiles, and such that do not.
  @Test(arguments: [
    (1, 1, 1, 2), (3, 8, 2, 2), (5, 16, 3, 3), (16, 40, 3, 7), (17, 33, 4, 4), (24, 72, 5, 7), (30, 48, 3, 3),
    (64, 64, 6, 6), (9, 200, 13, 1), (40, 96, 24, 24), (7, 129, 11, 12),
  ])
  func pointwiseConvolutionsAgreeWithTheOps(_ inputs: Int, _ outputs: Int, _ height: Int, _ width: Int) throws
  {
    let weights = try Tensor.formula("w", [outputs, inputs, 1, 1])
    let bias = try Tensor.formula("b", [outputs])
    for (index, (name, function)) in Self.functions.enumerated() {
      let images = [1, 3, 1, 2, 4][index % 5]
      let shape: Shape = [images, inputs, height, width]
      let what = "\(images)×\(inputs)→\(outputs) of \(height)×\(width), \(name)"
      try Self.check([shape], own: "convolution 1×1 own", what) { x in
        [try function(x[0].convolved2d(weights, bias: bias))]
      }
      let sum: Shape = [images, outputs, height, width]
      try Self.check([shape, sum], own: "convolution 1×1 own", what + ", added") { x in
        [try function(x[0].convolved2d(weights) + x[1].relu())]
      }
    }
  }

  @Test(arguments: [
    (1, 3, 1, 4, 5), (8, 3, 2, 7, 7), (16, 5, 1, 3, 3), (19, 5, 2, 6, 5), (40, 3, 1, 12, 13),
    (64, 5, 1, 1, 2),
    (96, 3, 2, 12, 12), (3, 3, 1, 2, 400), (4, 5, 2, 3, 80), (33, 3, 1, 30, 31),
  ])
  func depthwiseConvolutionsAgreeWithTheOps(
    _ channels: Int, _ kernel: Int, _ stride: Int, _ height: Int, _ width: Int
  ) throws {
    let weights = try Tensor.formula("w", [channels, 1, kernel, kernel])
    let bias = try Tensor.formula("b", [channels])
    // Rows that are wider than a copy of a few of them may be are left to the library, and many pixels.
    let own =
      width < 100 && 5 * height * width < 2400
      ? "convolution \(kernel)×\(kernel) groups \(channels) own" : nil
    for (index, (name, function)) in Self.functions.enumerated() {
      let images = [1, 3, 1, 2, 5][index % 5]
      let what = "\(images)×\(channels)×\(height)×\(width), \(kernel)×\(kernel) by \(stride), \(name)"
      try Self.check([[images, channels, height, width]], own: own, what) { x in
        [
          try function(
            x[0].convolved2d(
              weights, bias: bias, stride: (stride, stride), padding: (kernel / 2, kernel / 2),
              groups: channels))
        ]
      }
    }
  }

  /// As TensorFlow pads where the stride is 2: only below and right.
  @Test func depthwiseWithUnequalPadding() throws {
    let weights = try Tensor.formula("w", [24, 1, 3, 3])
    try Self.check([[1, 24, 8, 10]], own: "convolution 3×3 groups 24 own", "padded below") { x in
      [try x[0].padded(top: 0, bottom: 1, left: 0, right: 1).convolved2d(weights, stride: (2, 2), groups: 24)]
    }
  }

  /// More rows of zeros than the kernel has.
  @Test func depthwiseFarBeyondTheMap() throws {
    let weights = try Tensor.formula("w", [20, 1, 3, 3])
    try Self.check([[2, 20, 2, 3]], own: "convolution 3×3 groups 20 own", "far beyond") { x in
      [try x[0].convolved2d(weights, padding: (5, 4), groups: 20)]
    }
  }

  /// Inverted residual blocks with gates, as MobileNetV3 has them: threads go on to the next layer while
  /// others are still at the last one, and memory is used for one value after another.
  private static func blocks(_ channels: [Int], count: Int) throws -> ([Tensor]) throws -> [Tensor] {
    var layers: [(Tensor) throws -> Tensor] = []
    for index in 0..<count {
      let (from, to) = (channels[index % channels.count], channels[(index + 1) % channels.count])
      let wide = [48, 40, 96, 72, 160][index % 5]
      let kernel = index % 2 == 0 ? 3 : 5
      func weights(_ name: String, _ shape: Shape) throws -> Tensor {
        let fan = shape.sizes.dropFirst().reduce(1, *)
        return try Tensor.formula("\(name)\(index)", shape) * Tensor([], [3 / Float(fan).squareRoot()])
      }
      let expand = try weights("expand", [wide, from, 1, 1])
      let depthwise = try weights("depthwise", [wide, 1, kernel, kernel])
      let reduce = try weights("reduce", [8, wide, 1, 1])
      let excite = try weights("excite", [wide, 8, 1, 1])
      let project = try weights("project", [to, wide, 1, 1])
      layers.append { x in
        let inner = try x.convolved2d(expand).hardSwish()
          .convolved2d(depthwise, padding: (kernel / 2, kernel / 2), groups: wide).relu()
        let gate = try inner.mean([2, 3], keepingAxes: true).convolved2d(reduce).relu().convolved2d(excite)
          .hardSigmoid()
        let y = try (inner * gate).convolved2d(project)
        return from == to ? try y + x : y
      }
    }
    return { x in [try layers.reduce(x[0]) { try $1($0) }] }
  }

  @Test(
    arguments: [(1, 3, 3), (1, 6, 6), (1, 5, 8), (1, 12, 12), (2, 6, 6), (5, 3, 3), (9, 7, 7)],
    KernelTests.precisions)
  func threadsWaitForWhatTheyNeed(_ size: (Int, Int, Int), _ precision: Precision) throws {
    try Self.repeated(
      [[size.0, 32, size.1, size.2]], precision, Self.blocks([32, 32, 24, 24, 80], count: 12))
  }

  /// A step of a policy: layers of one row and a recurrent unit.
  @Test(arguments: KernelTests.precisions)
  func threadsWaitWithinARecurrentUnit(_ precision: Precision) throws {
    let units = 300
    func weights(_ name: String, _ shape: Shape) throws -> Tensor {
      try Tensor.formula(name, shape) * Tensor([], [2 / Float(shape[1]).squareRoot()])
    }
    let (first, last) = (try weights("first", [units, 700]), try weights("last", [2, units]))
    let (wi, wh) = (try weights("wi", [3 * units, units]), try weights("wh", [3 * units, units]))
    let (bi, bh) = (try Tensor.formula("bi", [3 * units]), try Tensor.formula("bh", [3 * units]))
    try Self.repeated([[1, 700], [1, units]], precision) { x in
      var state = x[1]
      for _ in 0..<4 {
        let input = try (x[0].linear(first) + state).relu()
        state = try input.gruStep(
          state: state, inputWeights: wi, stateWeights: wh, inputBias: bi, stateBias: bh)
      }
      return [try state.linear(last), state]
    }
  }

  /// Runs a plan often enough for threads to overtake each other.
  private static func repeated(
    _ shapes: [Shape], _ precision: Precision, _ network: ([Tensor]) throws -> [Tensor]
  ) throws {
    let inputs = try shapes.enumerated().map { try Tensor.formula("x\($0)", $1) }
    let expected = try network(inputs)[0]
    let largest = try expected.values().reduce(0) { max($0, abs($1)) }
    #expect(largest > 0.01 && largest < 1e6, "\(largest)")
    var first: [Float]?
    for threads in [1, 2, 3, 5] {
      try withThreads(threads) {
        // oneDNN's sums are divided by the number of threads.
        if precision == .bfloat16 { first = nil }
        let plan = try Plan.compile(shapes, precision: precision, weights: WeightStore(), network)
        for _ in 0..<100 {
          for (place, input) in zip(plan.inputs, inputs) { try place.assign(input) }
          try plan.run()
          let found = try plan.outputs[0].values()
          // Not within the expectation, which would print thousands of numbers.
          let isSame = first == nil || first == found
          #expect(isSame, "\(threads) threads")
          first = first ?? found
        }
        let absolute = (precision == .float32 ? 1e-5 : 0.1) * Double(largest)
        try assertClose(plan.outputs[0], expected, relative: 1e-4, absolute: absolute, "\(threads) threads")
      }
    }
  }
}
