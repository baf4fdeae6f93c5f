import OneDNN
import Tensor

/// Lets a convolution add the other operand of a residual sum while it writes its result.
///
/// The result then lies where the other operand was, which therefore must not be needed any more.
enum FuseAdditions: Pass {
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
    // The later one, so that the other is already computed where the sum is fused.
    let ordered = (producers[a] ?? -1) > (producers[b] ?? -1) ? [(a, b), (b, a)] : [(b, a), (a, b)]
    return ordered.first { candidate, _ in
      guard uses[candidate] == 1, let before = producers[candidate],
        case .convolution(let convolution) = graph.nodes[before].operation
      else { return false }
      return !convolution.posts.contains(.addDestination)
    }
  }
}

/// Copies what a node would overwrite although others still read it.
enum ProtectOverwritten: Pass {
  static func apply(to graph: inout Graph) throws {
    var lastRead = [Int](repeating: -1, count: graph.values.count)
    for (position, node) in graph.nodes.enumerated() {
      for input in node.inputs { lastRead[input] = position }
    }
    for output in graph.outputs { lastRead[output] = .max }
    let isInput = Set(graph.inputs)
    let aliases = Aliases(of: graph)
    var result: [Graph.Node] = []
    for (position, var node) in graph.nodes.enumerated() {
      if let index = node.overwrittenInput {
        let value = node.inputs[index]
        let group = aliases.members(sharing: value)
        let isRead = group.contains { lastRead[$0] > position || isInput.contains($0) }
        let readTwice = node.inputs.filter { group.contains($0) }.count > 1
        if isRead || readTwice || graph.values[value].constant != nil {
          let copy = graph.addValue(graph.values[value].shape, type: graph.values[value].type)
          result.append(Graph.Node(operation: .copy, inputs: [value], output: copy))
          node.inputs[index] = copy
        }
      }
      result.append(node)
    }
    graph.nodes = result
  }
}

extension Graph.Node {
  /// The input whose memory becomes the result's; nil where the result has its own.
  var overwrittenInput: Int? {
    switch operation {
    case .convolution(let node): node.posts.contains(.addDestination) ? 1 : nil
    case .channelScale: 0
    default: nil
    }
  }
}

/// Which values lie in the same memory because one is another view of the other.
struct Aliases {
  private var root: [Int]

  /// Reshapes that keep the order in memory share it.
  init(of graph: Graph) {
    root = Array(graph.values.indices)
    for node in graph.nodes {
      if case .reshape = node.operation, graph.keepsOrder(node) {
        root[node.output] = root[node.inputs[0]]
      }
    }
  }

  func owner(of value: Int) -> Int { value < root.count ? root[value] : value }

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
