import Tensor

/// Lets 1×1 convolutions read the channels of neighbouring frames where they lie, so that a temporal shift copies nothing.
///
/// It is for those that a kernel of our own does; types must have been assigned.
enum FuseShifts: GraphPass {
  static func apply(to graph: inout Graph) throws {
    let uses = graph.uses()
    let producers = graph.producers()
    for position in graph.nodes.indices {
      let node = graph.nodes[position]
      guard case .convolution(var convolution) = node.operation, uses[node.inputs[0]] == 1,
        let before = producers[node.inputs[0]],
        case .temporalShift(let shift) = graph.nodes[before].operation
      else { continue }
      let source = graph.nodes[before].inputs[0]
      convolution.shift = shift
      guard
        ShiftedPointwiseStep.finish(
          of: convolution, input: graph.values[source], result: graph.values[node.output].type) != nil
      else { continue }
      graph.nodes[position] = Graph.Node(
        operation: .convolution(convolution), inputs: [source], output: node.output)
    }
    graph.removeDeadNodes()
  }
}
