/// Where each value of a graph lies in one stretch of memory: values that are never needed at the same time
/// share bytes.
struct ArenaLayout {
  /// The first byte of each value; nil for constants and values that do not exist any more.
  let offsets: [Int?]
  /// The number of bytes of the whole.
  let size: Int

  private struct Block {
    let owner: Int
    var bytes: Int
    var first, last: Int
    var offset = 0
  }

  /// Places the largest values first, each at the lowest offset that is free for its lifetime.
  init(of graph: Graph) {
    var owners = Array(graph.values.indices)
    var blocks: [Int: Block] = [:]
    func bytes(_ value: Int) -> Int {
      (graph.values[value].shape.count * graph.values[value].type.bytes + 63) / 64 * 64
    }
    func define(_ value: Int, at position: Int) {
      blocks[value] = Block(owner: value, bytes: bytes(value), first: position, last: position)
    }
    for input in graph.inputs { define(input, at: -1) }
    for (position, node) in graph.nodes.enumerated() {
      let shared = graph.sharedInput(of: node)
      for input in node.inputs { blocks[owners[input]]?.last = position }
      if let shared {
        let owner = owners[shared]
        owners[node.output] = owner
        guard var block = blocks[owner] else { continue }
        block.bytes = max(block.bytes, bytes(node.output))
        block.last = position
        blocks[owner] = block
      } else {
        define(node.output, at: position)
      }
    }
    for output in graph.outputs { blocks[owners[output]]?.last = graph.nodes.count }

    var placed: [Block] = []
    var size = 0
    for var block in blocks.values.sorted(by: { ($0.bytes, $1.owner) > ($1.bytes, $0.owner) }) {
      let rivals = placed.filter { $0.first <= block.last && block.first <= $0.last }
        .sorted { $0.offset < $1.offset }
      var offset = 0
      for rival in rivals {
        if offset + block.bytes <= rival.offset { break }
        offset = max(offset, rival.offset + rival.bytes)
      }
      block.offset = offset
      size = max(size, offset + block.bytes)
      placed.append(block)
    }
    var byOwner: [Int: Int] = [:]
    for block in placed { byOwner[block.owner] = block.offset }
    offsets = owners.map { byOwner[$0] }
    self.size = size
  }
}

extension Graph {
  /// The input whose memory a node's result takes over.
  func sharedInput(of node: Node) -> Int? {
    if let index = node.overwrittenInput { return node.inputs[index] }
    if case .reshape = node.operation, keepsOrder(node) { return node.inputs[0] }
    return nil
  }
}
