import Compute
import Inference
import NeuralNet
import Support
import Tensor
import TestSupport
import Testing

/// Small graphs that each exercise one rewriting: whatever is merged, the numbers are those of the ops.
struct PlanTests {
  @Test(arguments: PlanCase.all) func agreesWithTheOps(_ example: PlanCase) throws {
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

  @Test(
    .enabled(if: ElementType.hasFastBFloat16, "this processor has no bfloat16 arithmetic"),
    arguments: PlanCase.all)
  func bfloat16IsClose(_ example: PlanCase) throws {
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
    let example = try #require(PlanCase.all.first { $0.testDescription == "residual block" })
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
