import Tensor

/// Lets linear layers read channels-last maps directly: their columns are reordered instead of the maps.
enum FoldFlatten: GraphPass {
  static func apply(to graph: inout Graph) throws {
    let producers = graph.producers()
    for position in graph.nodes.indices {
      let node = graph.nodes[position]
      guard case .linear(var linear) = node.operation, let before = producers[node.inputs[0]],
        case .reshape = graph.nodes[before].operation, !graph.keepsOrder(graph.nodes[before])
      else { continue }
      let map = graph.nodes[before].inputs[0]
      let shape = graph.values[map].shape
      guard shape.rank == 4, graph.values[map].constant == nil,
        graph.values[node.inputs[0]].shape.sizes == [shape[0], shape[1] * shape[2] * shape[3]]
      else { continue }
      linear.inputMap = Array(shape.sizes.dropFirst())
      graph.nodes[position] = Graph.Node(operation: .linear(linear), inputs: [map], output: node.output)
    }
    graph.removeDeadNodes()
  }
}
