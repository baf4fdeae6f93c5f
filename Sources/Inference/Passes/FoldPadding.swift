/// Lets convolutions pad their input by themselves.
enum FoldPadding: GraphPass {
  static func apply(to graph: inout Graph) throws {
    let producers = graph.producers()
    for position in graph.nodes.indices {
      let node = graph.nodes[position]
      guard case .convolution(var convolution) = node.operation, let before = producers[node.inputs[0]],
        case .padding(let padding, _) = graph.nodes[before].operation
      else { continue }
      convolution.padding.0 += padding.top
      convolution.padding.1 += padding.left
      convolution.paddingEnd.0 += padding.bottom
      convolution.paddingEnd.1 += padding.right
      var inputs = node.inputs
      inputs[0] = graph.nodes[before].inputs[0]
      graph.nodes[position] = Graph.Node(
        operation: .convolution(convolution), inputs: inputs, output: node.output)
    }
    graph.removeDeadNodes()
  }
}
