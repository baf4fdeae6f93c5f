import Tensor

/// Appends element-wise functions to the node whose result they alone read.
enum FuseFunctions: GraphPass {
  static func apply(to graph: inout Graph) throws {
    let uses = graph.uses()
    var producers = graph.producers()
    for (position, node) in graph.nodes.enumerated() {
      guard case .functions(let functions) = node.operation, uses[node.inputs[0]] == 1,
        let before = producers[node.inputs[0]],
        let merged = appending(functions, to: graph.nodes[before].operation)
      else { continue }
      graph.nodes[position] = Graph.Node(
        operation: merged, inputs: graph.nodes[before].inputs, output: node.output)
      producers[node.output] = position
    }
    graph.removeDeadNodes()
  }

  private static func appending(_ functions: [any FusibleFunction], to operation: Operation) -> Operation? {
    switch operation {
    case .convolution(var node):
      guard mayFollow(functions, node.posts) else { return nil }
      node.posts += functions.map { .function($0) }
      return .convolution(node)
    case .linear(var node):
      guard mayFollow(functions, node.posts) else { return nil }
      node.posts += functions.map { .function($0) }
      return .linear(node)
    case .pair(let pair, let earlier):
      guard mayFollow(functions, earlier.map { .function($0) }) else { return nil }
      return .pair(pair, earlier + functions)
    case .functions(let earlier): return .functions(earlier + functions)
    case .scaleShift(let norm, -.infinity, .infinity):
      guard functions.count == 1, let (low, high) = functions[0].fused.limits else { return nil }
      return .scaleShift(norm, low: low, high: high)
    default: return nil
    }
  }

  /// Whether functions may be appended: oneDNN 2.6 computes chains with two linear maps wrongly.
  private static func mayFollow(_ functions: [any FusibleFunction], _ posts: [Finish]) -> Bool {
    let all = posts.compactMap(\.asFunction) + functions
    return all.filter { $0.fused.isAffine }.count <= 1
  }
}
