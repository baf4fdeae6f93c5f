/// Copies what a node would overwrite although others still read it.
enum ProtectOverwritten: GraphPass {
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
    case .convolution(let node): node.posts.contains(where: \.isAddition) ? 1 : nil
    case .channelScale: 0
    default: nil
    }
  }
}
