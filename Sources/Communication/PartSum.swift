import Support

/// Adds up lists of numbers, one of each part of a ``PartTree``, over all processes.
///
/// A process holds a few lists at most, however many parts it has: two neighbours of the tree become one as soon as both
/// are there. What is left is divided over the processes: each adds up a slice of the numbers and gives it to all.
public final class PartSum {
  /// How many numbers each list has.
  public let count: Int
  private let tree: PartTree
  private let communicator: any Communicator
  private var sums: [(node: Range<Int>, numbers: [Float])] = []
  /// Numbers that are sent at once, so that what lies between memory and network stays small.
  private let bucket: Int

  /// - Parameters:
  ///   - count: how many numbers each list has.
  ///   - bucket: the most numbers that are sent at once.
  public init(
    count: Int, tree: PartTree, communicator: any Communicator, bucket: Int = 1 << 22
  ) {
    self.count = count
    self.tree = tree
    self.communicator = communicator
    self.bucket = max(bucket, communicator.size)
  }

  /// Adds the list of the next part of this process.
  public func add(_ part: Int, _ numbers: [Float]) {
    var node = part..<part + 1
    var sum = numbers
    while let left = sums.last, left.node.upperBound == node.lowerBound,
      tree.isNode(left.node.lowerBound..<node.upperBound)
    {
      sums.removeLast()
      sum = Self.sum(left.numbers, sum)
      node = left.node.lowerBound..<node.upperBound
    }
    sums.append((node, sum))
  }

  /// Forgets what was added.
  public func reset() { sums = [] }

  /// The sum over the parts of all processes, which call it together. Then it begins anew.
  ///
  /// - Throws: ``CommunicationError``; `MemoryRefused`.
  public func total() throws -> [Float] {
    defer { sums = [] }
    if sums.count == 1, sums[0].node == 0..<tree.parts, !communicator.isShared { return sums[0].numbers }
    let nodes = (0..<communicator.size).map { rank in
      tree.nodes(within: tree.parts(of: rank, size: communicator.size))
    }
    guard sums.map(\.node) == nodes[communicator.rank] else {
      throw CommunicationError("a sum lacks parts of \(communicator.name(of: communicator.rank))")
    }
    var result = [Float](repeating: 0, count: count)
    for start in stride(from: 0, to: count, by: bucket) {
      let range = start..<min(start + bucket, count)
      try result.withUnsafeMutableBufferPointer { result in
        try addUp(range, nodes, UnsafeMutableBufferPointer(rebasing: result[range]))
      }
    }
    return result
  }

  /// Adds up the numbers in `range` over all processes.
  private func addUp(
    _ range: Range<Int>, _ nodes: [[Range<Int>]], _ result: UnsafeMutableBufferPointer<Float>
  ) throws {
    let (size, rank) = (communicator.size, communicator.rank)
    let slices = (0..<size).map { (0..<range.count).part($0, of: size) }
    let mine = slices[rank]
    var sent: [Float] = []
    sent.reserveCapacity(range.count * sums.count)
    for slice in slices {
      for sum in sums {
        sent += sum.numbers[range.lowerBound + slice.lowerBound..<range.lowerBound + slice.upperBound]
      }
    }
    let bytes = MemoryLayout<Float>.stride
    let receiving = nodes.map { $0.count * mine.count * bytes }
    var received = [Float](repeating: 0, count: receiving.reduce(0, +) / bytes)
    try sent.withUnsafeBytes { sent in
      try received.withUnsafeMutableBytes {
        try communicator.exchange(
          sent, sending: slices.map { $0.count * sums.count * bytes }, into: $0, receiving: receiving)
      }
    }
    // The nodes of all processes, one after the other, are in the order of the parts.
    let total = sum(of: 0..<tree.parts, Array(nodes.joined()), received, count: mine.count)
    try total.withUnsafeBytes {
      try communicator.gather(
        $0, into: UnsafeMutableRawBufferPointer(result), counts: slices.map { $0.count * bytes })
    }
  }

  /// The numbers of a node of the tree, from those of the nodes that are known.
  private func sum(
    of node: Range<Int>, _ known: [Range<Int>], _ numbers: [Float], count: Int
  ) -> [Float] {
    if let place = known.firstIndex(of: node) { return Array(numbers[place * count..<(place + 1) * count]) }
    let middle = PartTree.middle(of: node)
    return Self.sum(
      sum(of: node.lowerBound..<middle, known, numbers, count: count),
      sum(of: middle..<node.upperBound, known, numbers, count: count))
  }

  private static func sum(_ left: [Float], _ right: [Float]) -> [Float] {
    var sum = left
    sum.withUnsafeMutableBufferPointer { sum in
      right.withUnsafeBufferPointer { right in
        for i in 0..<min(sum.count, right.count) { sum[i] += right[i] }
      }
    }
    return sum
  }
}
