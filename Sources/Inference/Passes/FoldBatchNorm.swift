import Tensor

/// Multiplies batch normalisations into the convolutions before them.
enum FoldBatchNorm: GraphPass {
  static func apply(to graph: inout Graph) throws {
    let uses = graph.uses()
    let producers = graph.producers()
    for (position, node) in graph.nodes.enumerated() {
      guard case .scaleShift(let norm, let low, let high) = node.operation,
        uses[node.inputs[0]] == 1, let before = producers[node.inputs[0]],
        case .convolution(var convolution) = graph.nodes[before].operation,
        convolution.norm == nil, convolution.posts.isEmpty
      else { continue }
      convolution.norm = norm
      if low > -.infinity || high < .infinity {
        convolution.posts = [.function(ElementFunctions.limit(low: low, high: high))]
      }
      graph.nodes[position] = Graph.Node(
        operation: .convolution(convolution), inputs: graph.nodes[before].inputs, output: node.output)
    }
    graph.removeDeadNodes()
  }
}
