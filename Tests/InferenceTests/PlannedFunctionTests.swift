import Compute
import Inference
import NeuralNet
import Tensor
import TestSupport
import Testing

/// Functions of batches that run through plans: which plans are made, and that the rows are those of the ops.
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
