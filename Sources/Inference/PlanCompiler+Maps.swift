import Compute
import OneDNN
import Tensor

// This part makes the steps of what is computed from maps and rows without weights to pack.
extension PlanCompiler {
  mutating func addGates(_ node: Graph.Node) throws {
    let (rows, units) = (shape(node.output)[0], shape(node.output)[1])
    let (fromInput, fromState) = (try floats(node.inputs[0]), try floats(node.inputs[1]))
    let (old, new) = (try floats(node.inputs[2]), try floats(node.output))
    steps.append(
      rows == 1
        ? GRUGatesStep(fromInput: fromInput, fromState: fromState, old: old, new: new, units: units)
        : GRUGatesOfRowsStep(
          fromInput: fromInput, fromState: fromState, old: old, new: new, rows: rows, units: units))
  }

  mutating func addPooling(_ pooling: PoolingShape, _ node: Graph.Node) throws {
    add(
      "pooling",
      try PlannedArrays.pooling(
        pooling, type: type(node.output), source: pointer(node.inputs[0]), destination: pointer(node.output)))
  }

  mutating func addMean(_ node: Graph.Node) throws {
    let (source, result) = (node.inputs[0], node.output)
    let x = shape(source)
    steps.append(
      SpatialMeanStep(
        source: try pointer(source), type: type(source), destination: try pointer(result),
        resultType: type(result), images: x[0], channels: x[1], pixels: x[2] * x[3]))
  }

  mutating func addScaleShift(
    _ norm: NormStatistics, _ low: Float, _ high: Float, _ node: Graph.Node
  ) throws {
    let (factors, offsets) = try norm.affine()
    let (scale, shift) = (
      try WeightStore.buffer(factors, in: weights.slab), try WeightStore.buffer(offsets, in: weights.slab)
    )
    resources += [scale, shift]
    steps.append(
      ScaleShiftStep(
        sources: try node.inputs.map { (try pointer($0), shape($0)[1]) },
        destination: try pointer(node.output), type: type(node.output), scale: scale.floats,
        shift: shift.floats, low: low, high: high, channels: factors.count,
        pixels: shape(node.output).count / max(factors.count, 1)))
  }

  mutating func addFunctions(_ functions: [any FusibleFunction], _ node: Graph.Node) throws {
    let chain = try PlannedArrays.functions(
      functions.map { $0.fused }, count: shape(node.output).count, type: type(node.output),
      source: pointer(node.inputs[0]), destination: pointer(node.output))
    for primitive in chain { add("functions", primitive) }
  }

  mutating func addPair(
    _ pair: PlannedArrays.Pair, _ functions: [any FusibleFunction], _ node: Graph.Node
  ) throws {
    let (first, second) = (node.inputs[0], node.inputs[1])
    add(
      pair == .add ? "add" : "multiply",
      try PlannedArrays.pair(
        pair, shape(node.output).sizes, shape(second).sizes, functions: functions.map { $0.fused },
        type: type(node.output), first: pointer(first), second: pointer(second),
        destination: pointer(node.output)))
  }

  mutating func addChannelScale(_ node: Graph.Node) throws {
    let x = shape(node.output)
    steps.append(
      ChannelScaleStep(
        image: try pointer(node.output), gate: try pointer(node.inputs[1]), type: type(node.output),
        images: x[0], channels: x[1], pixels: x[2] * x[3]))
  }

  mutating func addPick(_ channels: [Int], _ node: Graph.Node) throws {
    let (source, result) = (node.inputs[0], node.output)
    steps.append(
      PickChannelsStep(
        source: try pointer(source), destination: try pointer(result), type: type(result),
        channels: channels, inputs: shape(source)[1], pixels: shape(result).count / max(channels.count, 1)))
  }
}
