import Compute

/// Stores what convolutions work on as bfloat16, and converts where other nodes need float32.
///
/// Logits, action means and recurrent states stay float32.
enum AssignTypes: GraphPass {
  static func apply(to graph: inout Graph) throws {
    var nodes: [Graph.Node] = []
    // The copy of a value in the other type, once it is made.
    var converted: [Int: Int] = [:]
    var outputs = graph.outputs
    func read(_ value: Int, as type: ElementType) -> Int {
      if graph.values[value].type == type { return value }
      if let made = converted[value] { return made }
      let copy = graph.addValue(graph.values[value].shape, type: type)
      nodes.append(Graph.Node(operation: .convert, inputs: [value], output: copy))
      converted[value] = copy
      return copy
    }
    let uses = graph.uses()
    let isResult = results(of: graph)
    for node in graph.nodes {
      var node = node
      switch support(of: node, graph, isResult: isResult) {
      case .float32: node.inputs = node.inputs.map { read($0, as: .float32) }
      case .either:
        if isReadNarrow(node.output, graph), !isResult.contains(node.output) {
          graph.values[node.output].type = .bfloat16
        }
        if case .matrixVector(var layer) = node.operation {
          if layer.isConvolution || mayRound(layer.inputs * layer.outputs, node, isResult) {
            layer.weightType = .bfloat16
          }
          node.operation = .matrixVector(layer)
        }
      case .products: node.inputs = node.inputs.map { read($0, as: .bfloat16) }
      case .bfloat16(let mayWriteFloat32):
        node.inputs = node.inputs.map { read($0, as: .bfloat16) }
        if !(mayWriteFloat32 && isResult.contains(node.output) && uses[node.output] == 1) {
          graph.values[node.output].type = .bfloat16
        }
      case .view: graph.values[node.output].type = graph.values[node.inputs[0]].type
      }
      nodes.append(node)
    }
    for (index, output) in outputs.enumerated() { outputs[index] = read(output, as: .float32) }
    graph.nodes = nodes
    graph.outputs = outputs
  }

  /// The graph's results and the values that they are mere views of.
  private static func results(of graph: Graph) -> Set<Int> {
    var found = Set(graph.outputs)
    for node in graph.nodes.reversed() where found.contains(node.output) {
      if case .reshape = node.operation, graph.keepsOrder(node) { found.insert(node.inputs[0]) }
    }
    return found
  }

  /// True where all that read a value, such as a gate's convolutions and products, want bfloat16.
  private static func isReadNarrow(_ value: Int, _ graph: Graph) -> Bool {
    graph.nodes.filter { $0.inputs.contains(value) }.allSatisfy { node in
      switch node.operation {
      case .convolution, .channelScale: true
      default: false
      }
    }
  }

  /// Weights of large hidden layers are read from main memory, which half as many bytes halves. What is a
  /// result, or becomes one by a function, is not rounded.
  private static func mayRound(_ weights: Int, _ node: Graph.Node, _ isResult: Set<Int>) -> Bool {
    !isResult.contains(node.output) && weights >= 1 << 16
  }

  private enum Support {
    /// Works on float32 only.
    case float32
    /// Reads either type and writes either.
    case either
    /// Multiplies bfloat16 numbers; sums and result are float32.
    case products
    /// Gains from bfloat16.
    case bfloat16(mayWriteFloat32: Bool)
    /// Does not look at the numbers.
    case view
  }

  private static func support(of node: Graph.Node, _ graph: Graph, isResult: Set<Int>) -> Support {
    let input = graph.values[node.inputs[0]]
    switch node.operation {
    case .convolution(let convolution):
      return .bfloat16(mayWriteFloat32: !convolution.posts.contains(where: \.isAddition))
    case .linear(let linear):
      return mayRound(linear.weights.count, node, isResult) ? .products : .float32
    case .pooling, .scaleShift: return .bfloat16(mayWriteFloat32: false)
    case .functions, .concatenate, .pickChannels, .temporalShift:
      let narrow = input.shape.rank == 4 && node.inputs.allSatisfy { graph.values[$0].type == .bfloat16 }
      return narrow ? .bfloat16(mayWriteFloat32: false) : .float32
    case .following:
      // What was kept came out of a plan as float32 and has the bits of bfloat16.
      return input.shape.rank == 4 && input.type == .bfloat16
        ? .bfloat16(mayWriteFloat32: false) : .float32
    case .pair:
      let narrow =
        input.shape.rank == 4 && input.type == .bfloat16
        && node.inputs.allSatisfy { graph.values[$0].constant == nil }
      return narrow ? .bfloat16(mayWriteFloat32: false) : .float32
    case .spatialMean, .matrixVector: return .either
    case .reshape: return graph.keepsOrder(node) ? .view : .float32
    case .channelScale: return .bfloat16(mayWriteFloat32: false)
    case .gruGates, .eager, .padding, .copy, .convert: return .float32
    }
  }
}
