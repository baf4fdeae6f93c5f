import Tensor

/// Lets 1×1 convolutions read the channels of neighbouring frames where they lie, so that a temporal shift copies nothing,
/// nor does one of frames that come one by one.
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
        let shift = shift(of: graph.nodes[before], in: graph)
      else { continue }
      let inputs = graph.nodes[before].inputs
      convolution.shift = shift
      guard
        ShiftedPointwiseStep.finish(
          of: convolution, input: graph.values[inputs[0]], result: graph.values[node.output].type) != nil
      else { continue }
      graph.nodes[position] = Graph.Node(
        operation: .convolution(convolution), inputs: inputs, output: node.output)
    }
    graph.removeDeadNodes()
  }

  private static func shift(of node: Graph.Node, in graph: Graph) -> ShiftedChannels? {
    switch node.operation {
    case .temporalShift(let shift): .frames(shift)
    case .following:
      // Both are read as they are: a constant past would have to be found where the plan's types are.
      graph.values[node.inputs[0]].type == graph.values[node.inputs[1]].type
        ? .past(graph.values[node.inputs[1]].shape[1]) : nil
    default: nil
    }
  }
}
