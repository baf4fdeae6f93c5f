import Tensor

/// Which values lie in the same memory because one is another view of the other.
struct Aliases {
  private var root: [Int]

  /// Finds them: reshapes that keep the order in memory share it.
  init(of graph: Graph) {
    root = Array(graph.values.indices)
    for node in graph.nodes {
      if case .reshape = node.operation, graph.keepsOrder(node) {
        root[node.output] = root[node.inputs[0]]
      }
    }
  }

  func members(sharing value: Int) -> [Int] { root.indices.filter { root[$0] == root[value] } }
}

extension Graph {
  /// True where a reshape leaves the elements where they are in memory.
  func keepsOrder(_ node: Node) -> Bool {
    let (input, output) = (values[node.inputs[0]], values[node.output])
    func isRowMajor(_ shape: Shape) -> Bool {
      shape.rank != 4 || shape[1] == 1 || shape[2] * shape[3] == 1
    }
    if input.constant != nil { return false }
    return input.shape == output.shape || (isRowMajor(input.shape) && isRowMajor(output.shape))
  }
}
