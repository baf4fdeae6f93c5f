/// Hands products of maps with one number per image and channel to a kernel of our own, which computes them
/// in place.
enum FuseGates: GraphPass {
  static func apply(to graph: inout Graph) throws {
    for (position, node) in graph.nodes.enumerated() {
      guard case .pair(.multiply, let functions) = node.operation, functions.isEmpty else { continue }
      let (map, gate) = (graph.values[node.inputs[0]], graph.values[node.inputs[1]])
      guard map.shape.rank == 4, map.constant == nil, gate.constant == nil,
        gate.shape.sizes == [map.shape[0], map.shape[1], 1, 1]
      else { continue }
      graph.nodes[position].operation = .channelScale
    }
  }
}
