import Tensor

/// Lets a convolution add the other operand of a residual sum while it writes its result.
///
/// The result then lies where the other operand was, which therefore must not be needed any more.
enum FuseAdditions: GraphPass {
  static func apply(to graph: inout Graph) throws {
    for position in graph.nodes.indices {
      let node = graph.nodes[position]
      guard case .pair(.add, let functions) = node.operation else { continue }
      let uses = graph.uses()
      let producers = graph.producers()
      guard let (convolutionInput, other) = operands(node, graph, uses, producers),
        let before = producers[convolutionInput],
        case .convolution(var convolution) = graph.nodes[before].operation
      else { continue }
      convolution.posts.append(.addDestination)
      convolution.posts += functions.map { .function($0) }
      graph.nodes[position] = Graph.Node(
        operation: .convolution(convolution), inputs: [graph.nodes[before].inputs[0], other],
        output: node.output)
    }
    graph.removeDeadNodes()
  }

  /// The operand that a convolution computes for this sum alone, and the other one.
  private static func operands(
    _ node: Graph.Node, _ graph: Graph, _ uses: [Int], _ producers: [Int?]
  ) -> (convolution: Int, other: Int)? {
    let (a, b) = (node.inputs[0], node.inputs[1])
    guard a != b, graph.values[a].shape == graph.values[b].shape else { return nil }
    // The later one is tried first, so that the other is already computed where the sum is fused.
    let ordered = (producers[a] ?? -1) > (producers[b] ?? -1) ? [(a, b), (b, a)] : [(b, a), (a, b)]
    return ordered.first { candidate, _ in
      guard uses[candidate] == 1, let before = producers[candidate],
        case .convolution(let convolution) = graph.nodes[before].operation
      else { return false }
      return !convolution.posts.contains(where: \.isAddition)
    }
  }
}
