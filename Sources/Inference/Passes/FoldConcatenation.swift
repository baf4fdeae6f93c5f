import Tensor

/// Lets normalisations read the parts of a concatenated map, which then need not be copied.
///
/// Every layer of a densely connected network reads the maps of all layers before it.
enum FoldConcatenation: GraphPass {
  static func apply(to graph: inout Graph) throws {
    let producers = graph.producers()
    // What others read is computed anyway.
    var isNeeded = Set(graph.outputs)
    for node in graph.nodes {
      switch node.operation {
      case .scaleShift, .concatenate: break
      default: isNeeded.formUnion(node.inputs)
      }
    }
    func parts(_ value: Int) -> [Int] {
      guard !isNeeded.contains(value), graph.values[value].shape.rank == 4, let before = producers[value],
        case .concatenate(axis: 1) = graph.nodes[before].operation
      else { return [value] }
      return graph.nodes[before].inputs.flatMap(parts)
    }
    for (position, node) in graph.nodes.enumerated() {
      guard case .scaleShift = node.operation else { continue }
      graph.nodes[position].inputs = parts(node.inputs[0])
    }
    graph.removeDeadNodes()
  }
}
