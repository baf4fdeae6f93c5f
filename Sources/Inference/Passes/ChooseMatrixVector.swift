import Tensor

/// Hands linear layers of one row, and 1×1 convolutions of one pixel, to a kernel of our own.
enum ChooseMatrixVector: GraphPass {
  static func apply(to graph: inout Graph) throws {
    for (position, node) in graph.nodes.enumerated() {
      if let chosen = matrixVector(node, graph) { graph.nodes[position].operation = .matrixVector(chosen) }
    }
  }

  private static func matrixVector(_ node: Graph.Node, _ graph: Graph) -> MatrixVectorNode? {
    let input = graph.values[node.inputs[0]].shape
    switch node.operation {
    case .linear(let linear):
      guard input[0] == 1, let functions = functions(linear.posts) else { return nil }
      return MatrixVectorNode(
        tensors: linear.tensors, inputs: linear.weights.shape[1], outputs: linear.weights.shape[0],
        inputMap: linear.inputMap ?? [], functions: functions, folded: linear.folded, isConvolution: false)
    case .convolution(let convolution):
      let weights = convolution.weights.shape
      guard input.sizes == [1, weights[1], 1, 1], weights[2] * weights[3] == 1,
        graph.values[node.output].shape.sizes == [1, weights[0], 1, 1],
        let functions = functions(convolution.posts)
      else { return nil }
      return MatrixVectorNode(
        tensors: convolution.tensors, inputs: weights[1], outputs: weights[0], inputMap: [],
        functions: functions, folded: convolution.folded, isConvolution: true)
    default: return nil
    }
  }

  /// The functions that are fused; nil where something else is, too.
  private static func functions(_ posts: [Finish]) -> [any FusibleFunction]? {
    let functions = posts.compactMap(\.asFunction)
    return functions.count == posts.count ? functions : nil
  }
}
