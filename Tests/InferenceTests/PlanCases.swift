import Tensor
import TestSupport
import Testing

/// A network of a few ops with what its plan should look like; each exercises one rewriting.
struct PlanCase: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let inputs: [Shape]
  /// The plan's steps by the first word of their names; nil where it does not matter.
  var steps: [String]?
  let network: @Sendable ([Tensor]) throws -> [Tensor]

  // MARK: Parts of networks

  private static func weights(_ name: String, _ shape: Shape) throws -> Tensor {
    try Tensor.formula(name, shape)
  }

  private static func convolution(
    _ x: Tensor, _ outputs: Int, kernel: Int = 1, groups: Int = 1, stride: Int = 1, bias: Bool = false,
    name: String = "w"
  ) throws -> Tensor {
    try x.convolved2d(
      weights(name, [outputs, x.shape[1] / groups, kernel, kernel]),
      bias: bias ? weights(name + "b", [outputs]) : nil, stride: (stride, stride),
      padding: (kernel / 2, kernel / 2), groups: groups)
  }

  private static func normalized(_ x: Tensor, relu: Bool, name: String = "n") throws -> Tensor {
    let channels: Shape = [x.shape[1]]
    let running = RunningStatistics(
      mean: try weights(name + "mean", channels),
      variance: try (weights(name + "variance", channels).square() + 0.5))
    return try x.batchNormalized(
      scale: weights(name + "scale", channels), shift: weights(name + "shift", channels), running: running,
      training: false, relu: relu)
  }

  /// The functions that plans fuse, on numbers that reach their limits.
  private static let functions: [(String, @Sendable (Tensor) throws -> Tensor)] = {
    let scales: [String: Float] = ["relu6": 6, "hard_swish": 4, "hard_sigmoid": 4]
    let listed = ElementFunctions.table.filter(\.isFusible).map {
      function -> (String, @Sendable (Tensor) throws -> Tensor) in
      guard let scale = scales[function.name] else { return (function.name, { try function($0) }) }
      return (function.name, { try function($0 * scale) })
    }
    let numbered: [(String, @Sendable (Tensor) throws -> Tensor)] = [
      ("clamp", { try $0.clamped(-0.25, 0.5) }), ("scale", { try $0.scaled(by: -2, adding: 0.5) }),
      ("divide", { try $0.divided(by: 3) }),
    ]
    return listed + numbered
  }()

  static let all: [PlanCase] =
    functions.map { name, function in
      PlanCase(
        testDescription: "\(name) after a convolution", inputs: [[2, 16, 7, 9]],
        steps: ["convolution"]
          + (name == "hard_sigmoid" ? ["functions", "functions"] : name == "silu" ? ["silu"] : [])
      ) {
        [try function(normalized(convolution($0[0], 24, kernel: 3), relu: false))]
      }
    }
    + functions.map { name, function in
      PlanCase(testDescription: "\(name) alone", inputs: [[2, 5, 3, 4]]) {
        [try function($0[0])]
      }
    } + [
      PlanCase(
        testDescription: "batch norm after a biased convolution", inputs: [[1, 8, 6, 6]],
        steps: ["convolution"]
      ) {
        [try normalized(convolution($0[0], 8, kernel: 3, bias: true), relu: true)]
      },
      PlanCase(testDescription: "depthwise", inputs: [[2, 24, 9, 9]], steps: ["convolution"]) {
        [try normalized(convolution($0[0], 24, kernel: 5, groups: 24, stride: 2), relu: false).hardSwish()]
      },
      PlanCase(testDescription: "grouped", inputs: [[2, 32, 9, 9]], steps: ["convolution"]) {
        [try normalized(convolution($0[0], 32, kernel: 3, groups: 4), relu: true)]
      },
      PlanCase(
        testDescription: "batch norm before a convolution", inputs: [[2, 20, 5, 5]],
        steps: ["scale", "convolution"]
      ) {
        [try convolution(normalized($0[0], relu: true), 12)]
      },
      PlanCase(testDescription: "a convolution that two read is not folded", inputs: [[1, 8, 5, 5]]) {
        let y = try convolution($0[0], 8)
        return [try normalized(y, relu: true), y]
      },
      PlanCase(
        testDescription: "residual block", inputs: [[2, 16, 6, 6]],
        steps: ["convolution", "convolution", "convolution"]
      ) {
        let x = try convolution($0[0], 16, name: "first").relu()
        let y = try normalized(convolution(x, 32, kernel: 3, name: "a"), relu: true)
        return [try (normalized(convolution(y, 16, name: "b"), relu: false) + x).relu()]
      },
      PlanCase(
        testDescription: "residual from the input", inputs: [[2, 16, 6, 6]], steps: ["copy", "convolution"]
      ) {
        [try convolution($0[0], 16, kernel: 3) + $0[0]]
      },
      PlanCase(testDescription: "residual that is read again", inputs: [[1, 16, 6, 6]]) {
        let x = try convolution($0[0], 16, name: "first").relu()
        let y = try convolution(x, 16, kernel: 3, name: "a") + x
        return [try convolution(x, 16, kernel: 3, name: "b") + y, x]
      },
      PlanCase(
        testDescription: "projected shortcut", inputs: [[1, 16, 8, 8]], steps: ["convolution", "convolution"]
      ) {
        let y = try normalized(convolution($0[0], 24, kernel: 3, stride: 2, name: "a"), relu: false)
        let z = try normalized(convolution($0[0], 24, stride: 2, name: "s"), relu: false, name: "m")
        return [try (y + z).relu()]
      },
      PlanCase(testDescription: "a value added to itself", inputs: [[1, 8, 4, 4]]) {
        let y = try convolution($0[0], 8)
        return [try y + y]
      },
      PlanCase(testDescription: "squeeze and excite", inputs: [[2, 40, 5, 6]]) {
        let x = try convolution($0[0], 40, kernel: 3, groups: 40)
        let pooled = try x.mean([2, 3], keepingAxes: true)
        let squeezed = try convolution(pooled, 12, bias: true, name: "reduce").relu()
        return [try x * convolution(squeezed, 40, bias: true, name: "expand").hardSigmoid()]
      },
      PlanCase(testDescription: "pooling", inputs: [[2, 8, 9, 9]], steps: ["pooling", "pooling"]) {
        [
          try $0[0].maxPooled2d(kernel: (3, 3), stride: (2, 2), padding: (1, 1))
            .averagePooled2d(kernel: (2, 2))
        ]
      },
      PlanCase(
        testDescription: "channels side by side", inputs: [[2, 5, 4, 4], [2, 8, 4, 4]], steps: ["concatenate"]
      ) {
        [try Tensor.concatenated([$0[0], $0[1], $0[0]], axis: 1)]
      },
      PlanCase(testDescription: "rows side by side", inputs: [[3, 5], [3, 4]], steps: ["concatenate"]) {
        [try Tensor.concatenated([$0[0], $0[1]], axis: 1)]
      },
      PlanCase(testDescription: "one below the other", inputs: [[2, 3, 2, 2]]) {
        [try Tensor.concatenated([$0[0], $0[0].relu()], axis: 0)]
      },
      PlanCase(
        testDescription: "densely connected", inputs: [[2, 24, 5, 6]],
        steps: ["convolution", "scale", "convolution", "scale", "convolution", "scale"]
      ) {
        let x = try convolution($0[0], 19, name: "stem")
        let y = try convolution(normalized(x, relu: true), 8, kernel: 3, name: "a")
        let z = try convolution(
          normalized(Tensor.concatenated([x, y], axis: 1), relu: true, name: "m"), 5, kernel: 3, name: "b")
        let all = try Tensor.concatenated([Tensor.concatenated([x, y], axis: 1), z], axis: 1)
        return [try normalized(all, relu: false, name: "o").relu()]
      },
      PlanCase(
        testDescription: "a concatenation that others read", inputs: [[2, 6, 3, 4], [2, 5, 3, 4]],
        steps: ["concatenate", "scale"]
      ) {
        let both = try Tensor.concatenated([$0[0], $0[1]], axis: 1)
        return [both, try normalized(both, relu: true)]
      },
      PlanCase(
        testDescription: "one row", inputs: [[1, 10], [1, 6]],
        steps: ["linear", "linear", "gru"]
      ) {
        [
          try $0[0].gruStep(
            state: $0[1], inputWeights: weights("wi", [18, 10]), stateWeights: weights("wh", [18, 6]),
            inputBias: weights("bi", [18]), stateBias: weights("bh", [18]))
        ]
      },
      PlanCase(
        testDescription: "channels in another order", inputs: [[2, 20, 4, 4]],
        steps: ["pick", "pick", "pick", "concatenate"]
      ) {
        let shuffled = try $0[0].indexSelected(1, (0..<20).map { $0 % 4 * 5 + $0 / 4 })
        return [
          try Tensor.concatenated([shuffled.sliced(1, 3..<17), $0[0].sliced(1, 1..<19, step: 3)], axis: 1)
        ]
      },
      PlanCase(testDescription: "shifted frames", inputs: [[6, 20, 4, 5]], steps: ["temporal"]) {
        [try $0[0].temporallyShifted(FrameShift(frames: 3))]
      },
      PlanCase(testDescription: "shifted rows", inputs: [[6, 20]], steps: ["temporal", "linear"]) {
        [try $0[0].temporallyShifted(FrameShift(frames: 3)).linear(weights("w", [7, 20]))]
      },
      PlanCase(testDescription: "shifted frames before a 1×1 convolution", inputs: [[8, 48, 5, 7]]) {
        let x = try convolution($0[0], 40, kernel: 3, name: "first").relu()
        let shifted = try x.temporallyShifted(FrameShift(frames: 4))
        return [try normalized(convolution(shifted, 56, name: "a"), relu: true)]
      },
      PlanCase(testDescription: "shifted frames, the past alone", inputs: [[6, 13, 3, 3]]) {
        let x = try $0[0].temporallyShifted(FrameShift(frames: 6, divisor: 3, pastOnly: true))
        return [try convolution(x, 9, bias: true)]
      },
      PlanCase(testDescription: "a shifted residual branch", inputs: [[4, 16, 6, 6]]) {
        let x = try convolution($0[0], 16, name: "first").relu()
        let shifted = try x.temporallyShifted(FrameShift(frames: 2))
        let y = try normalized(convolution(shifted, 32, name: "a"), relu: true)
        return [try (normalized(convolution(y, 16, name: "b"), relu: false) + x).relu()]
      },
      PlanCase(testDescription: "a shifted convolution that is added to its input", inputs: [[4, 16, 6, 6]]) {
        let x = try convolution($0[0], 16, name: "first").relu()
        return [try convolution(x.temporallyShifted(FrameShift(frames: 2)), 16, name: "a") + x]
      },
      PlanCase(
        testDescription: "shifted frames before other convolutions", inputs: [[4, 16, 7, 7]],
        steps: ["temporal", "convolution", "temporal", "convolution"]
      ) {
        let shift = FrameShift(frames: 4)
        let x = try convolution($0[0].temporallyShifted(shift), 16, kernel: 3, name: "a")
        return [try convolution(x.temporallyShifted(shift), 24, stride: 2, name: "b")]
      },
      PlanCase(
        testDescription: "shifted frames that two read", inputs: [[4, 16, 5, 5]],
        steps: ["temporal", "convolution", "functions"]
      ) {
        let x = try $0[0].temporallyShifted(FrameShift(frames: 2))
        return [try convolution(x, 8), try x.relu()]
      },
      PlanCase(testDescription: "padding", inputs: [[2, 6, 7, 8]], steps: ["convolution"]) {
        let padded = try $0[0].padded(top: 0, bottom: 1, left: 1, right: 2)
        return [try convolution(padded, 16, kernel: 3, stride: 2).relu()]
      },
      PlanCase(testDescription: "a flattened map", inputs: [[2, 6, 3, 4]], steps: ["linear"]) {
        [try $0[0].flattened(from: 1).linear(weights("w", [10, 72]), bias: weights("b", [10])).relu()]
      },
      PlanCase(testDescription: "reshapes that move memory", inputs: [[2, 6, 3, 4]]) {
        let flat = try $0[0].flattened(from: 1)
        return [flat, try flat.reshaped([2, 3, 4, 6]).relu(), try $0[0].reshaped([2, 12, 2, 3])]
      },
      PlanCase(
        testDescription: "frames of clips as rows, and their maps side by side", inputs: [[2, 3, 3, 5, 7]]
      ) {
        let frames = try $0[0].reshaped([6, 3, 5, 7])
        let maps = try convolution(frames, 8, name: "a")
        return [
          try maps.reshaped([2, 24, 5, 7]), try maps.reshaped([2, 24, 7, 5]),
          try maps.reshaped([2, 3, 8, 5, 7]),
          try maps.reshaped([12, 4, 5, 7]),
        ]
      },
      PlanCase(testDescription: "reshapes that do not", inputs: [[3, 8, 1, 1]], steps: ["functions"]) {
        [try $0[0].relu().flattened(from: 1)]
      },
      PlanCase(
        testDescription: "recurrence", inputs: [[3, 10], [3, 6]], steps: ["linear", "linear", "gru"]
      ) {
        [
          try $0[0].gruStep(
            state: $0[1], inputWeights: weights("wi", [18, 10]), stateWeights: weights("wh", [18, 6]),
            inputBias: weights("bi", [18]), stateBias: weights("bh", [18]))
        ]
      },
      PlanCase(testDescription: "recurrence from zero", inputs: [[3, 10]], steps: ["linear", "gru"]) {
        [
          try $0[0].gruStep(
            state: Tensor.zeros([3, 6]), inputWeights: weights("wi", [18, 10]),
            stateWeights: weights("wh", [18, 6]), inputBias: weights("bi", [18]),
            stateBias: weights("bh", [18]))
        ]
      },
      PlanCase(testDescription: "constants", inputs: [[2, 4, 3, 3]]) {
        let constant = try weights("c", [1, 4, 1, 1]).exp()
        return [try $0[0] * constant + weights("d", [2, 4, 3, 3])]
      },
      PlanCase(testDescription: "ops without a lowering", inputs: [[2, 4, 5, 5]]) {
        let y = try convolution($0[0], 8).permuted([0, 2, 3, 1]).softmax()
        return [try y.permuted([0, 3, 1, 2]).sliced(1, 2..<6).relu(), try y.sum([1])]
      },
      PlanCase(testDescription: "an input that is a result", inputs: [[2, 3]], steps: []) { [$0[0]] },
      PlanCase(testDescription: "a result twice", inputs: [[2, 3]], steps: ["functions"]) {
        let y = try $0[0].relu()
        return [y, y]
      },
    ]
}
