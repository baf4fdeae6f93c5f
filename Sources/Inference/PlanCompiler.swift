import OneDNN
import Tensor

/// Turns a rewritten graph into steps with everything resolved.
struct PlanCompiler {
  private let graph: Graph
  private let weights: WeightStore
  private let workspace: Workspace
  private let arena: Storage
  private let layout: ArenaLayout
  private var steps: [any PlanStep] = []
  private var primitives: [PlannedPrimitive] = []
  private var resources: [AnyObject] = []
  private var eagerOps: [String] = []

  init(_ graph: Graph, weights: WeightStore, workspace: Workspace) throws {
    self.graph = graph
    self.weights = weights
    self.workspace = workspace
    layout = ArenaLayout(of: graph)
    arena = try workspace.arena(bytes: layout.size)
  }

  consuming func plan() throws -> Plan {
    for node in graph.nodes { try add(node) }
    let scratchpad = try workspace.scratchpad(bytes: primitives.map(\.scratchpadBytes).max() ?? 0)
    for primitive in primitives { try primitive.useScratchpad(scratchpad.pointer) }
    resources += [arena, scratchpad]
    resources += graph.values.compactMap { $0.constant?.storage }
    return try Plan(
      inputs: try graph.inputs.map { try view($0) }, outputs: try graph.outputs.map { try view($0) },
      steps: steps, eagerOps: eagerOps, resources: resources, sources: graph.sources)
  }

  private func shape(_ value: Int) -> Shape { graph.values[value].shape }
  private func type(_ value: Int) -> ElementType { graph.values[value].type }

  /// The memory of a value.
  private func pointer(_ value: Int) throws -> UnsafeMutableRawPointer {
    if let constant = graph.values[value].constant { return UnsafeMutableRawPointer(constant.pointer) }
    guard let offset = layout.offsets[value] else { throw InferenceError("a value has no place in memory") }
    return UnsafeMutableRawPointer(arena.pointer) + offset
  }

  private func floats(_ value: Int) throws -> UnsafeMutablePointer<Float> {
    try pointer(value).assumingMemoryBound(to: Float.self)
  }

  /// A float32 value as a tensor over its memory.
  private func view(_ value: Int) throws -> Tensor {
    if let constant = graph.values[value].constant { return constant }
    guard let offset = layout.offsets[value] else { throw InferenceError("a value has no place in memory") }
    return Tensor.view(of: arena, at: offset / 4, shape(value))
  }

  private mutating func add(_ name: String, _ primitive: PlannedPrimitive, multiplyAdds: Int = 0) {
    primitives.append(primitive)
    steps.append(PrimitiveStep(name: name, primitive: primitive, multiplyAdds: multiplyAdds))
  }

  private mutating func add(_ node: Graph.Node) throws {
    let (inputs, output) = (node.inputs, node.output)
    switch node.operation {
    case .convolution(let convolution): try add(convolution, node)
    case .linear(let linear): try add(linear, node)
    case .matrixVector(let layer): try add(layer, node)
    case .gruGates:
      let (rows, units) = (shape(output)[0], shape(output)[1])
      let arrays = (
        try floats(inputs[0]), try floats(inputs[1]), try floats(inputs[2]), try floats(output)
      )
      steps.append(
        rows == 1
          ? GRUGatesStep(
            fromInput: arrays.0, fromState: arrays.1, old: arrays.2, new: arrays.3, units: units)
          : GRUGatesOfRowsStep(
            fromInput: arrays.0, fromState: arrays.1, old: arrays.2, new: arrays.3, rows: rows, units: units))
    case .pooling(let pooling):
      add(
        "pooling",
        try Pooling.planned(
          pooling, type: type(output), source: pointer(inputs[0]), destination: pointer(output)))
    case .spatialMean:
      let x = shape(inputs[0])
      steps.append(
        SpatialMeanStep(
          source: try pointer(inputs[0]), type: type(inputs[0]), destination: try pointer(output),
          resultType: type(output), images: x[0], channels: x[1], pixels: x[2] * x[3]))
    case .scaleShift(let norm, let low, let high):
      let (factors, offsets) = try norm.affine()
      let (scale, shift) = (
        try WeightStore.buffer(factors, in: weights.slab), try WeightStore.buffer(offsets, in: weights.slab)
      )
      resources += [scale, shift]
      steps.append(
        ScaleShiftStep(
          sources: try inputs.map { (try pointer($0), shape($0)[1]) }, destination: try pointer(output),
          type: type(output), scale: scale.floats, shift: shift.floats, low: low, high: high,
          channels: factors.count,
          pixels: shape(output).count / max(factors.count, 1)))
    case .functions(let functions):
      let chain = try PlannedElementwise.functions(
        functions, count: shape(output).count, type: type(output), source: pointer(inputs[0]),
        destination: pointer(output))
      for primitive in chain { add("functions", primitive) }
    case .pair(let pair, let functions):
      add(
        pair == .add ? "add" : "multiply",
        try PlannedElementwise.pair(
          pair, shape(output).sizes, shape(inputs[1]).sizes, functions: functions, type: type(output),
          first: pointer(inputs[0]), second: pointer(inputs[1]), destination: pointer(output)))
    case .reshape:
      if graph.keepsOrder(node) { return }
      steps.append(ReshapeStep(source: try view(inputs[0]), destination: try view(output)))
    case .concatenate(let axis):
      steps.append(try concatenation(inputs, output, axis))
    case .channelScale:
      let x = shape(output)
      steps.append(
        ChannelScaleStep(
          image: try pointer(output), gate: try pointer(inputs[1]), type: type(output), images: x[0],
          channels: x[1], pixels: x[2] * x[3]))
    case .pickChannels(let channels):
      steps.append(
        PickChannelsStep(
          source: try pointer(inputs[0]), destination: try pointer(output), type: type(output),
          channels: channels, inputs: shape(inputs[0])[1],
          pixels: shape(output).count / max(channels.count, 1)))
    case .padding(_, let op):
      eagerOps.append(op.name)
      steps.append(EagerStep(op: op, arguments: [try view(inputs[0])], result: try view(output)))
    case .copy:
      let bytes = shape(output).count * type(output).bytes
      steps.append(
        CopyStep(source: try pointer(inputs[0]), destination: try pointer(output), bytes: bytes))
    case .convert:
      add(
        "convert",
        try PlannedElementwise.conversion(
          count: shape(output).count, from: type(inputs[0]), to: type(output), source: pointer(inputs[0]),
          destination: pointer(output)))
    case .eager(let op, let arguments):
      eagerOps.append(op.name)
      let tensors = try arguments.map { argument -> Tensor in
        switch argument {
        case .input(let index): try view(inputs[index])
        case .constant(let tensor): tensor
        }
      }
      steps.append(EagerStep(op: op, arguments: tensors, result: try view(output)))
    }
  }

  private mutating func add(_ node: ConvolutionNode, _ place: Graph.Node) throws {
    let whole = shape(of: node, place)
    if let own = OwnConvolution(whole) { return try add(own, whole, node, place) }
    guard node.posts.last?.isSiLU == true else { return try addPrimitive(node, place) }
    var node = node
    node.posts.removeLast()
    try addPrimitive(node, place)
    steps.append(
      SiLUStep(
        values: try pointer(place.output), type: type(place.output), count: shape(place.output).count))
  }

  private func shape(of node: ConvolutionNode, _ place: Graph.Node) -> PlannedConvolutionShape {
    node.shape(
      input: shape(place.inputs[0]), type: type(place.inputs[0]), resultType: type(place.output))
  }

  private mutating func addPrimitive(_ node: ConvolutionNode, _ place: Graph.Node) throws {
    let shape = shape(of: node, place)
    let layer = try PlannedLayer(shape)
    let name =
      "convolution \(shape.sizes.kernelHeight)×\(shape.sizes.kernelWidth)"
      + (node.groups > 1 ? " groups \(node.groups)" : "") + " \(layer.implementation)"
    try add(layer, name, place, node.tensors, multiplyAdds: shape.multiplyAdds, node.folded)
  }

  private mutating func add(
    _ kernel: OwnConvolution, _ shape: PlannedConvolutionShape, _ node: ConvolutionNode, _ place: Graph.Node
  ) throws {
    let key = WeightStore.Key(node.tensors, arrangement: WeightStore.vectors, type: .float32)
    let packed = try weights.packed(key, node.tensors) { slab in
      let (values, bias) = try node.folded()
      return try OwnConvolution.pack(values, bias: bias, outputs: shape.sizes.outChannels, in: slab)
    }
    resources += [packed.weights] + (packed.bias.map { [$0] } ?? [])
    let (source, destination) = (try floats(place.inputs[0]), try floats(place.output))
    switch kernel {
    case .pointwise(let finish):
      steps.append(
        PointwiseStep(shape, finish, packed, source: source, destination: destination))
    case .depthwise(let finish):
      steps.append(
        DepthwiseStep(shape, finish, packed, source: source, destination: destination))
    }
  }

  private mutating func add(_ node: LinearNode, _ place: Graph.Node) throws {
    let source = shape(place.inputs[0])
    let layer = try PlannedLayer(
      node.shape(rows: source[0], type: type(place.inputs[0]), resultType: type(place.output)))
    try add(
      layer, "linear \(layer.implementation)", place, node.tensors, order: node.inputMap ?? [],
      multiplyAdds: source.count * shape(place.output)[1], node.folded)
  }

  private mutating func add(_ node: MatrixVectorNode, _ place: Graph.Node) throws {
    let (source, result) = (place.inputs[0], place.output)
    let key = WeightStore.Key(
      node.tensors, order: node.inputMap, arrangement: WeightStore.rowMajor, type: node.weightType)
    let packed = try weights.packed(key, node.tensors) { slab in
      let (values, bias) = try node.folded()
      return WeightStore.Packed(
        weights: try MatrixVectorStep.pack(values, inputs: node.inputs, as: node.weightType, in: slab),
        bias: try bias.map { try WeightStore.buffer($0, in: slab) })
    }
    resources += [packed.weights] + (packed.bias.map { [$0] } ?? [])
    /// A value of `count` numbers as float32: its own memory, or some beside it.
    func asFloats(_ value: Int, _ count: Int) throws -> UnsafeMutablePointer<Float> {
      if type(value) == .float32 { return try floats(value) }
      let buffer = try weights.slab.take(count * MemoryLayout<Float>.stride)
      resources.append(buffer)
      return buffer.floats
    }
    let row = try asFloats(source, node.inputs)
    if type(source) == .bfloat16 {
      steps.append(
        WidenStep(
          source: try pointer(source).assumingMemoryBound(to: UInt16.self), destination: row,
          count: node.inputs))
    }
    steps.append(
      MatrixVectorStep(
        weights: packed.weights.pointer, weightType: node.weightType, bias: packed.bias?.floats, row: row,
        destination: try pointer(result), resultType: type(result), sums: try asFloats(result, node.outputs),
        functions: node.functions, inputs: node.inputs, outputs: node.outputs))
  }

  /// `layer` with the weights that `folded` computes from `tensors`, unless another plan has packed them.
  private mutating func add(
    _ layer: PlannedLayer, _ name: String, _ place: Graph.Node, _ tensors: [Tensor], order: [Int] = [],
    multiplyAdds: Int, _ folded: () throws -> (weights: [Float], bias: [Float]?)
  ) throws {
    let source = place.inputs[0]
    let key = WeightStore.Key(
      tensors, order: order, arrangement: try layer.weightArrangement(), type: type(source))
    let packed = try weights.packed(key, tensors) { slab in
      let (values, bias) = try folded()
      return WeightStore.Packed(
        weights: try layer.pack(values, in: slab), bias: try bias.map { try WeightStore.buffer($0, in: slab) }
      )
    }
    resources += [packed.weights] + (packed.bias.map { [$0] } ?? [])
    add(
      name,
      try layer.bound(
        source: pointer(source), weights: packed.weights, bias: packed.bias?.pointer,
        destination: pointer(place.output)),
      multiplyAdds: multiplyAdds)
  }

  /// Rows of all inputs one after the other: along the channels of maps, the last axis of matrices, or axis 0.
  private func concatenation(_ inputs: [Int], _ output: Int, _ axis: Int) throws -> any PlanStep {
    let result = shape(output)
    // Axes in the order of memory.
    let order = result.rank == 4 ? [0, 2, 3, 1] : Array(0..<result.rank)
    let place = order.firstIndex(of: axis) ?? 0
    func length(_ shape: Shape) -> Int { order[place...].reduce(1) { $0 * shape[$1] } }
    let rows = order[..<place].reduce(1) { $0 * result[$1] }
    let bytes = type(output).bytes
    return ConcatenateStep(
      parts: try inputs.map { (UnsafeRawPointer(try pointer($0)), length(shape($0)) * bytes) },
      destination: try pointer(output), rows: rows, stride: length(result) * bytes)
  }
}

extension PostOperation {
  fileprivate var isSiLU: Bool {
    if case .function(.silu) = self { true } else { false }
  }
}
