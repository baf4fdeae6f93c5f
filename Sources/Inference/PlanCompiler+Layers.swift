import Compute
import OneDNN
import Tensor

// This part makes the steps of layers with weights.
extension PlanCompiler {
  mutating func add(_ node: ConvolutionNode, _ place: Graph.Node) throws {
    let shape = node.shape(input: shape(place.inputs[0]))
    if let shift = node.shift { return try add(shift, shape, node, place) }
    if let small = SmallConvolution(shape, numbers(place, node.posts)) {
      return try add(small, shape, node, place)
    }
    guard node.posts.last?.asFunction?.fused == .silu else { return try addPrimitive(node, place) }
    var node = node
    node.posts.removeLast()
    try addPrimitive(node, place)
    steps.append(
      SiLUStep(
        values: try pointer(place.output), type: type(place.output), count: self.shape(place.output).count))
  }

  private func numbers(_ place: Graph.Node, _ posts: [Finish]) -> LayerNumbers {
    LayerNumbers(
      type(place.inputs[0]), resultType: type(place.output), postOperations: posts.map(\.postOperation))
  }

  private mutating func addPrimitive(_ node: ConvolutionNode, _ place: Graph.Node) throws {
    let shape = node.shape(input: shape(place.inputs[0]))
    let layer = try PlannedLayer(shape, numbers(place, node.posts))
    let name =
      "convolution \(shape.kernelHeight)×\(shape.kernelWidth)"
      + (node.groups > 1 ? " groups \(node.groups)" : "") + " \(layer.implementation)"
    try add(layer, name, place, node.tensors, multiplyAdds: shape.multiplyAdds, node.folded)
  }

  private mutating func add(
    _ kernel: SmallConvolution, _ shape: ConvolutionShape, _ node: ConvolutionNode, _ place: Graph.Node
  ) throws {
    let packed = try vectors(node, shape)
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

  private mutating func add(
    _ shift: ShiftedChannels, _ shape: ConvolutionShape, _ node: ConvolutionNode, _ place: Graph.Node
  ) throws {
    let (source, result) = (place.inputs[0], place.output)
    guard
      let finish = ShiftedPointwiseStep.finish(
        of: node, input: graph.values[source], result: type(result))
    else { throw InferenceError("a temporal shift is fused with a convolution that cannot do it") }
    steps.append(
      ShiftedPointwiseStep(
        shape, shift, finish, try vectors(node, shape, type(source)), type: type(source),
        source: try pointer(source),
        past: place.inputs.count > 1 ? UnsafeRawPointer(try pointer(place.inputs[1])) : nil,
        destination: try pointer(result)))
  }

  /// A convolution's weights as our own kernels read them.
  private mutating func vectors(
    _ node: ConvolutionNode, _ shape: ConvolutionShape, _ type: ElementType = .float32
  ) throws -> WeightStore.Packed {
    let isNarrow = type == .bfloat16
    let key = WeightStore.Key(
      node.tensors, arrangement: isNarrow ? WeightStore.vectorsOfPairs : WeightStore.vectors, type: type)
    let packed = try weights.packed(key, node.tensors) { slab in
      let (values, bias) = try node.folded()
      let outputs = shape.outChannels
      return isNarrow
        ? try SmallConvolution.packPairs(values, bias: bias, outputs: outputs, in: slab)
        : try SmallConvolution.pack(values, bias: bias, outputs: outputs, in: slab)
    }
    resources += [packed.weights] + (packed.bias.map { [$0] } ?? [])
    return packed
  }

  mutating func add(_ node: LinearNode, _ place: Graph.Node) throws {
    let source = shape(place.inputs[0])
    let layer = try PlannedLayer(node.shape(rows: source[0]), numbers(place, node.posts))
    try add(
      layer, "linear \(layer.implementation)", place, node.tensors, order: node.inputMap ?? [],
      multiplyAdds: source.count * shape(place.output)[1], node.folded)
  }

  mutating func add(_ node: MatrixVectorNode, _ place: Graph.Node) throws {
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
}
