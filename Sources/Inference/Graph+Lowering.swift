import Tensor

extension Graph {
  /// The graph of a traced evaluation, one node an op, none merged yet.
  init(_ traced: TracedGraph, inputs: [Int], outputs: [Int]) throws {
    sources = traced.sources
    for value in traced.values { _ = addValue(value.shape) }
    self.inputs = inputs
    self.outputs = outputs
    for (position, value) in traced.values.enumerated() {
      guard let op = value.op else { continue }
      try lower(op, value.operands, to: position, traced)
    }
    removeDeadNodes()
  }

  private mutating func lower(
    _ op: any Op, _ operands: [TracedGraph.Operand], to output: Int, _ traced: TracedGraph
  ) throws {
    let shapes = operands.map { operand -> Shape in
      switch operand {
      case .value(let value): values[value].shape
      case .constant(let tensor): tensor.shape
      }
    }
    if values[output].shape.count > 0, let lowering = op.lowering(shapes),
      try lower(op, lowering, operands, shapes, to: output)
    {
      return
    }
    var inputs: [Int] = []
    let arguments = operands.map { operand -> Operation.Argument in
      switch operand {
      case .constant(let tensor): return .constant(tensor)
      case .value(let value):
        inputs.append(value)
        return .input(inputs.count - 1)
      }
    }
    nodes.append(Node(operation: .eager(op, arguments), inputs: inputs, output: output))
  }

  /// Appends what `lowering` says; false where it does not apply, as for convolutions whose weights are
  /// computed.
  private mutating func lower(
    _ op: any Op, _ lowering: Lowering, _ operands: [TracedGraph.Operand], _ shapes: [Shape], to output: Int
  ) throws -> Bool {
    func constant(_ index: Int) -> Tensor? {
      guard operands.indices.contains(index), case .constant(let tensor) = operands[index] else { return nil }
      return tensor
    }
    func weightsAreConstant(from first: Int) -> Bool {
      operands.indices.dropFirst(first).allSatisfy { constant($0) != nil }
    }
    switch lowering {
    case .convolution(let stride, let padding, let dilation, let groups):
      guard weightsAreConstant(from: 1), let weights = constant(1) else { return false }
      let node = ConvolutionNode(
        weights: weights, bias: constant(2), stride: stride, dilation: dilation, padding: padding,
        paddingEnd: padding, groups: groups)
      append(.convolution(node), [try value(operands[0])], output)
    case .batchNorm(let running, let epsilon, let relu):
      guard let scale = constant(1), let shift = constant(2) else { return false }
      sources += [running.mean.storage, running.variance.storage]
      let norm = NormStatistics(
        scale: scale, shift: shift, mean: running.mean, variance: running.variance, epsilon: epsilon)
      append(
        .scaleShift(norm, low: relu ? 0 : -.infinity, high: .infinity), [try value(operands[0])], output)
    case .linear:
      guard weightsAreConstant(from: 1), let weights = constant(1) else { return false }
      append(
        .linear(LinearNode(weights: weights, bias: constant(2))), [try value(operands[0])], output)
    case .gruCell:
      guard weightsAreConstant(from: 2), let inputWeights = constant(2), let stateWeights = constant(3)
      else { return false }
      let gates: Shape = [shapes[0][0], 3 * shapes[1][1]]
      let fromInput = addValue(gates)
      append(
        .linear(LinearNode(weights: inputWeights, bias: constant(4))), [try value(operands[0])], fromInput)
      let fromState: Int
      if let state = constant(1) {
        // The first step starts from a fixed state, so its share of the gates is fixed too.
        fromState = addValue(gates, constant: try state.linear(stateWeights, bias: constant(5)))
      } else {
        fromState = addValue(gates)
        append(
          .linear(LinearNode(weights: stateWeights, bias: constant(5))), [try value(operands[1])], fromState)
      }
      append(.gruGates, [fromInput, fromState, try value(operands[1])], output)
    case .function(let function): append(.functions([function]), [try value(operands[0])], output)
    case .add, .multiply:
      var (first, second) = (operands[0], operands[1])
      if shapes[0] != values[output].shape { swap(&first, &second) }
      let (a, b) = (try value(first), try value(second))
      guard values[a].shape == values[output].shape, values[b].shape.rank == values[a].shape.rank else {
        return false
      }
      var isAdd = false
      if case .add = lowering { isAdd = true }
      append(.pair(isAdd ? .add : .multiply, []), [a, b], output)
    case .spatialMean: append(.spatialMean, [try value(operands[0])], output)
    case .pooling(let shape): append(.pooling(shape), [try value(operands[0])], output)
    case .reshape, .identity: append(.reshape, [try value(operands[0])], output)
    case .padding(let top, let bottom, let left, let right):
      let padding = Operation.Margins(top: top, bottom: bottom, left: left, right: right)
      append(.padding(padding, op: op), [try value(operands[0])], output)
    case .pickChannels(let channels):
      append(.pickChannels(channels), [try value(operands[0])], output)
    case .temporalShift(let shift): append(.temporalShift(shift), [try value(operands[0])], output)
    case .following: append(.following, try operands.map { try value($0) }, output)
    case .concatenate(let axis):
      append(.concatenate(axis: axis), try operands.map { try value($0) }, output)
    }
    return true
  }

  private mutating func append(_ operation: Operation, _ inputs: [Int], _ output: Int) {
    nodes.append(Node(operation: operation, inputs: inputs, output: output))
  }

  private mutating func value(_ operand: TracedGraph.Operand) throws -> Int {
    switch operand {
    case .value(let value): value
    case .constant(let tensor): addValue(tensor.shape, constant: try canonical(tensor))
    }
  }

  /// Constants are read where they lie, so they must lie as plans arrange them.
  private func canonical(_ tensor: Tensor) throws -> Tensor {
    let copy = try Tensor.empty(tensor.shape)
    try tensor.copy(to: copy)
    return copy
  }
}
