import Inference
import NeuralNet
import Compute
import OneDNN
import Support
import Tensor
import TestSupport
import Testing

/// Small graphs that each exercise one rewriting: whatever is merged, the numbers are those of the ops.
struct PlanTests {
  /// A network of a few ops with what its plan should look like.
  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let inputs: [Shape]
    /// The plan's steps by the first word of their names; nil where it does not matter.
    var steps: [String]?
    let network: @Sendable ([Tensor]) throws -> [Tensor]
  }

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
  static let functions: [(String, @Sendable (Tensor) throws -> Tensor)] = {
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

  static let cases: [Case] =
    functions.map { name, function in
      Case(
        testDescription: "\(name) after a convolution", inputs: [[2, 16, 7, 9]],
        steps: ["convolution"]
          + (name == "hard_sigmoid" ? ["functions", "functions"] : name == "silu" ? ["silu"] : [])
      ) {
        [try function(normalized(convolution($0[0], 24, kernel: 3), relu: false))]
      }
    }
    + functions.map { name, function in
      Case(testDescription: "\(name) alone", inputs: [[2, 5, 3, 4]]) {
        [try function($0[0])]
      }
    } + [
      Case(
        testDescription: "batch norm after a biased convolution", inputs: [[1, 8, 6, 6]],
        steps: ["convolution"]
      ) {
        [try normalized(convolution($0[0], 8, kernel: 3, bias: true), relu: true)]
      },
      Case(testDescription: "depthwise", inputs: [[2, 24, 9, 9]], steps: ["convolution"]) {
        [try normalized(convolution($0[0], 24, kernel: 5, groups: 24, stride: 2), relu: false).hardSwish()]
      },
      Case(testDescription: "grouped", inputs: [[2, 32, 9, 9]], steps: ["convolution"]) {
        [try normalized(convolution($0[0], 32, kernel: 3, groups: 4), relu: true)]
      },
      Case(
        testDescription: "batch norm before a convolution", inputs: [[2, 20, 5, 5]],
        steps: ["scale", "convolution"]
      ) {
        [try convolution(normalized($0[0], relu: true), 12)]
      },
      Case(testDescription: "a convolution that two read is not folded", inputs: [[1, 8, 5, 5]]) {
        let y = try convolution($0[0], 8)
        return [try normalized(y, relu: true), y]
      },
      Case(
        testDescription: "residual block", inputs: [[2, 16, 6, 6]],
        steps: ["convolution", "convolution", "convolution"]
      ) {
        let x = try convolution($0[0], 16, name: "first").relu()
        let y = try normalized(convolution(x, 32, kernel: 3, name: "a"), relu: true)
        return [try (normalized(convolution(y, 16, name: "b"), relu: false) + x).relu()]
      },
      Case(
        testDescription: "residual from the input", inputs: [[2, 16, 6, 6]], steps: ["copy", "convolution"]
      ) {
        [try convolution($0[0], 16, kernel: 3) + $0[0]]
      },
      Case(testDescription: "residual that is read again", inputs: [[1, 16, 6, 6]]) {
        let x = try convolution($0[0], 16, name: "first").relu()
        let y = try convolution(x, 16, kernel: 3, name: "a") + x
        return [try convolution(x, 16, kernel: 3, name: "b") + y, x]
      },
      Case(
        testDescription: "projected shortcut", inputs: [[1, 16, 8, 8]], steps: ["convolution", "convolution"]
      ) {
        let y = try normalized(convolution($0[0], 24, kernel: 3, stride: 2, name: "a"), relu: false)
        let z = try normalized(convolution($0[0], 24, stride: 2, name: "s"), relu: false, name: "m")
        return [try (y + z).relu()]
      },
      Case(testDescription: "a value added to itself", inputs: [[1, 8, 4, 4]]) {
        let y = try convolution($0[0], 8)
        return [try y + y]
      },
      Case(testDescription: "squeeze and excite", inputs: [[2, 40, 5, 6]]) {
        let x = try convolution($0[0], 40, kernel: 3, groups: 40)
        let pooled = try x.mean([2, 3], keepingAxes: true)
        let squeezed = try convolution(pooled, 12, bias: true, name: "reduce").relu()
        return [try x * convolution(squeezed, 40, bias: true, name: "expand").hardSigmoid()]
      },
      Case(testDescription: "pooling", inputs: [[2, 8, 9, 9]], steps: ["pooling", "pooling"]) {
        [
          try $0[0].maxPooled2d(kernel: (3, 3), stride: (2, 2), padding: (1, 1))
            .averagePooled2d(kernel: (2, 2))
        ]
      },
      Case(
        testDescription: "channels side by side", inputs: [[2, 5, 4, 4], [2, 8, 4, 4]], steps: ["concatenate"]
      ) {
        [try Tensor.concatenated([$0[0], $0[1], $0[0]], axis: 1)]
      },
      Case(testDescription: "rows side by side", inputs: [[3, 5], [3, 4]], steps: ["concatenate"]) {
        [try Tensor.concatenated([$0[0], $0[1]], axis: 1)]
      },
      Case(testDescription: "one below the other", inputs: [[2, 3, 2, 2]]) {
        [try Tensor.concatenated([$0[0], $0[0].relu()], axis: 0)]
      },
      Case(
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
      Case(
        testDescription: "a concatenation that others read", inputs: [[2, 6, 3, 4], [2, 5, 3, 4]],
        steps: ["concatenate", "scale"]
      ) {
        let both = try Tensor.concatenated([$0[0], $0[1]], axis: 1)
        return [both, try normalized(both, relu: true)]
      },
      Case(
        testDescription: "one row", inputs: [[1, 10], [1, 6]],
        steps: ["linear", "linear", "gru"]
      ) {
        [
          try $0[0].gruStep(
            state: $0[1], inputWeights: weights("wi", [18, 10]), stateWeights: weights("wh", [18, 6]),
            inputBias: weights("bi", [18]), stateBias: weights("bh", [18]))
        ]
      },
      Case(
        testDescription: "channels in another order", inputs: [[2, 20, 4, 4]],
        steps: ["pick", "pick", "pick", "concatenate"]
      ) {
        let shuffled = try $0[0].indexSelected(1, (0..<20).map { $0 % 4 * 5 + $0 / 4 })
        return [
          try Tensor.concatenated([shuffled.sliced(1, 3..<17), $0[0].sliced(1, 1..<19, step: 3)], axis: 1)
        ]
      },
      Case(testDescription: "padding", inputs: [[2, 6, 7, 8]], steps: ["convolution"]) {
        let padded = try $0[0].padded(top: 0, bottom: 1, left: 1, right: 2)
        return [try convolution(padded, 16, kernel: 3, stride: 2).relu()]
      },
      Case(testDescription: "a flattened map", inputs: [[2, 6, 3, 4]], steps: ["linear"]) {
        [try $0[0].flattened(from: 1).linear(weights("w", [10, 72]), bias: weights("b", [10])).relu()]
      },
      Case(testDescription: "reshapes that move memory", inputs: [[2, 6, 3, 4]]) {
        let flat = try $0[0].flattened(from: 1)
        return [flat, try flat.reshaped([2, 3, 4, 6]).relu(), try $0[0].reshaped([2, 12, 2, 3])]
      },
      Case(testDescription: "reshapes that do not", inputs: [[3, 8, 1, 1]], steps: ["functions"]) {
        [try $0[0].relu().flattened(from: 1)]
      },
      Case(testDescription: "recurrence", inputs: [[3, 10], [3, 6]], steps: ["linear", "linear", "gru"]) {
        [
          try $0[0].gruStep(
            state: $0[1], inputWeights: weights("wi", [18, 10]), stateWeights: weights("wh", [18, 6]),
            inputBias: weights("bi", [18]), stateBias: weights("bh", [18]))
        ]
      },
      Case(testDescription: "recurrence from zero", inputs: [[3, 10]], steps: ["linear", "gru"]) {
        [
          try $0[0].gruStep(
            state: Tensor.zeros([3, 6]), inputWeights: weights("wi", [18, 10]),
            stateWeights: weights("wh", [18, 6]), inputBias: weights("bi", [18]),
            stateBias: weights("bh", [18]))
        ]
      },
      Case(testDescription: "constants", inputs: [[2, 4, 3, 3]]) {
        let constant = try weights("c", [1, 4, 1, 1]).exp()
        return [try $0[0] * constant + weights("d", [2, 4, 3, 3])]
      },
      Case(testDescription: "ops without a lowering", inputs: [[2, 4, 5, 5]]) {
        let y = try convolution($0[0], 8).permuted([0, 2, 3, 1]).softmax()
        return [try y.permuted([0, 3, 1, 2]).sliced(1, 2..<6).relu(), try y.sum([1])]
      },
      Case(testDescription: "an input that is a result", inputs: [[2, 3]], steps: []) { [$0[0]] },
      Case(testDescription: "a result twice", inputs: [[2, 3]], steps: ["functions"]) {
        let y = try $0[0].relu()
        return [y, y]
      },
    ]

  @Test(arguments: cases) func agreesWithTheOps(_ example: Case) throws {
    let inputs = try example.inputs.enumerated().map { try Tensor.formula("x\($0)", $1) }
    let plan = try Plan.compile(example.inputs, weights: WeightStore(), example.network)
    if let steps = example.steps {
      #expect(plan.listing.map { String($0.prefix { $0 != " " }) } == steps)
    }
    let expected = try example.network(inputs)
    // Twice: a run must not leave anything behind that the next one reads.
    for run in 1...2 {
      for (place, input) in zip(plan.inputs, inputs) { try place.assign(input) }
      try plan.run()
      #expect(plan.outputs.count == expected.count)
      for (output, value) in zip(plan.outputs, expected) {
        try assertClose(output, value, relative: 1e-5, absolute: 2e-5, "run \(run)")
      }
    }
  }

  @Test(arguments: cases) func bfloat16IsClose(_ example: Case) throws {
    guard ElementType.hasFastBFloat16 else {
      print("skipped: this processor has no bfloat16 arithmetic")
      return
    }
    let inputs = try example.inputs.enumerated().map { try Tensor.formula("x\($0)", $1) }
    let plan = try Plan.compile(
      example.inputs, precision: .bfloat16, weights: WeightStore(), example.network)
    for (place, input) in zip(plan.inputs, inputs) { try place.assign(input) }
    try plan.run()
    for (output, value) in zip(plan.outputs, try example.network(inputs)) {
      let largest = try value.values().reduce(0) { max($0, abs($1)) }
      try assertClose(output, value, relative: 0, absolute: 0.06 * Double(largest) + 1e-6)
    }
  }

  @Test func aSteadyStateRunAllocatesNothing() throws {
    let example = try #require(Self.cases.first { $0.testDescription == "residual block" })
    let plan = try Plan.compile(example.inputs, weights: WeightStore(), example.network)
    #expect(plan.eagerOps.isEmpty)
    for _ in 0..<3 { try plan.run() }
    let buffers = ComputeContext.current.buffers
    let taken = buffers.taken
    for _ in 0..<100 { try plan.run() }
    #expect(buffers.taken == taken)
  }

  @Test func plansShareWeights() throws {
    let weights = WeightStore()
    let filter = try Tensor.formula("w", [32, 32, 3, 3])
    func plan(_ batch: Int) throws -> Plan {
      try Plan.compile([[batch, 32, 8, 8]], weights: weights) {
        [try $0[0].convolved2d(filter, padding: (1, 1))]
      }
    }
    _ = try plan(1)
    let bytes = weights.bytes
    _ = try plan(2)
    _ = try plan(4)
    #expect(bytes > 0 && weights.bytes == bytes)
  }

  @Test func aPlanKnowsWhenItsWeightsChange() throws {
    let filter = try Tensor.formula("w", [4, 4, 1, 1])
    let planner = try Planner()
    // The weights reach the convolution through another op: what is folded must be followed to its source.
    let function = planner.planned { [try $0[0].convolved2d(filter * 2)] }
    let x = try Tensor.formula("x", [1, 4, 3, 3])
    try assertClose(try function([x])[0], try x.convolved2d(filter * 2), absolute: 1e-5)
    let plan = try #require(function.plans.first)
    #expect(plan.isCurrent)
    try filter.assign(Tensor.formula("other", [4, 4, 1, 1]))
    #expect(!plan.isCurrent)
    try assertClose(try function([x])[0], try x.convolved2d(filter * 2), absolute: 1e-5)
    #expect(function.plans.count == 1)
  }

  /// A primitive has working memory for the threads it was made for.
  @Test func plansAreMadeAnewForAnotherNumberOfThreads() throws {
    let filter = try Tensor.formula("w", [32, 32, 3, 3])
    let function = try Planner().planned { [try $0[0].convolved2d(filter, padding: (1, 1))] }
    let x = try Tensor.formula("x", [1, 32, 9, 9])
    let size = ThreadTeam.size
    let expected = try x.convolved2d(filter, padding: (1, 1))
    for threads in [1, 3, 1, 2] {
      try withThreads(threads) {
        try assertClose(try function([x])[0], expected, absolute: 1e-4)
        try assertClose(try x.convolved2d(filter, padding: (1, 1)), expected, absolute: 1e-4)
        let plan = try #require(function.plans.first)
        #expect(function.plans.count == 1 && plan.isCurrent)
        #expect(withThreads(threads + 1) { !plan.isCurrent })
      }
    }
    #expect(ThreadTeam.size == size)
  }

  @Test func runningStatisticsAreWatchedToo() throws {
    let norm = try BatchNorm2d(4)
    try norm.initialize(seed: 1)
    let function = try Planner().planned { [try norm($0[0].relu(), .evaluation)] }
    let x = try Tensor.formula("x", [2, 4, 3, 3])
    _ = try function([x])
    _ = try norm(x, Pass(training: true, random: CounterRandom(seed: 0, stream: "t")))
    try assertClose(try function([x])[0], try norm(x.relu(), .evaluation), absolute: 1e-5)
  }
}

struct PlannedFunctionTests {
  @Test func theLadderWastesAtMostAThird() {
    #expect(
      (1...17).map { BatchLadder.rung(for: $0) } == [
        1, 2, 3, 4, 6, 6, 8, 8, 12, 12, 12, 12, 16, 16, 16, 16, 24,
      ])
    for rows in 1...1000 {
      let rung = BatchLadder.rung(for: rows)
      #expect(rung >= rows && Double(rung - rows) <= Double(rung) / 3 + 1e-9)
      #expect(BatchLadder.rung(for: rung) == rung)
    }
  }

  @Test func everyBatchSizeGivesTheSameRows() throws {
    let filter = try Tensor.formula("w", [8, 3, 3, 3])
    let function = try Planner().planned {
      [try $0[0].convolved2d(filter, padding: (1, 1)).relu().mean([2, 3])]
    }
    let all = try Tensor.formula("x", [13, 3, 9, 9])
    let expected = try all.convolved2d(filter, padding: (1, 1)).relu().mean([2, 3])
    for rows in 1...13 {
      let found = try function([all.sliced(0, 0..<rows)])[0]
      try assertClose(found, expected.sliced(0, 0..<rows), absolute: 1e-5)
    }
    #expect(function.plans.count == 8)
    #expect(function.obstacle == nil)
  }

  @Test func batchesAreNotPaddedWhereRowsMix() throws {
    let function = try Planner().planned { [try $0[0] - $0[0].mean([0], keepingAxes: true)] }
    for rows in [5, 3, 1] {
      let x = try Tensor.formula("x", [rows, 4])
      try assertClose(try function([x])[0], try x - x.mean([0], keepingAxes: true), absolute: 1e-6)
    }
  }

  /// Maps of 5 MB per image: no cache holds 31 of them.
  @Test func largeBatchesRunInParts() throws {
    let weights = try Tensor.formula("w", [20, 3, 3, 3])
    let network: TensorFunction = { x in
      let y = try x[0].convolved2d(weights, padding: (1, 1)).relu()
      return [try y.mean([2, 3]), try y.maxPooled2d(kernel: (256, 256))]
    }
    let planned = try Planner().planned(network)
    let images = try Tensor.formula("x", [31, 3, 256, 256])
    let found = try planned([images])
    let rows = planned.plans.map { $0.inputs[0].shape[0] }
    #expect(rows.allSatisfy { (2...8).contains($0) }, "\(rows)")
    for (result, expected) in try zip(found, network([images])) {
      try assertClose(result, expected, relative: 0, absolute: 1e-4)
    }
    // Rows that depend on each other stay together.
    let mixing: TensorFunction = { x in [try network(x)[0] - network(x)[0].mean([0], keepingAxes: true)] }
    let whole = try Planner().planned(mixing)
    try assertClose(whole([images])[0], mixing([images])[0], relative: 0, absolute: 1e-4)
    #expect(whole.plans.map { $0.inputs[0].shape[0] } == [31])
  }

  @Test func aNetworkThatReadsItsValuesRunsEagerly() throws {
    let function = try Planner().planned { inputs in
      try inputs[0].sum().item() > 0 ? [inputs[0]] : [inputs[0].negated()]
    }
    let x = try Tensor([2, 1], [-3, 1])
    try assertClose(try function([x])[0], [3, -1])
    #expect(function.obstacle?.contains("traced into a plan") == true)
    try assertClose(try function([x.negated()])[0], [3, -1])
  }

  @Test func errorsOfTheNetworkReachTheCaller() throws {
    let function = try Planner().planned { [try $0[0].matmul($0[0])] }
    #expect(throws: TensorError.self) { try function([Tensor.zeros([2, 3])]) }
  }

  @Test func bfloat16IsRefusedWhereItGainsNothing() throws {
    if ElementType.hasFastBFloat16 {
      #expect(try Planner(.bfloat16).precision == .bfloat16)
    } else {
      #expect(throws: InferenceError.self) { try Planner(.bfloat16) }
    }
  }
}
