import Support

/// How work in a fixed number of parts is divided over processes, and in which order sums over the parts are added.
///
/// The order is that of a binary tree over the parts, whatever the number of processes: a sum of floating-point numbers is
/// the same bits on one process and on many.
public struct PartTree: Sendable, Equatable {
  /// The number of parts, at least 1.
  public let parts: Int

  public init(parts: Int) { self.parts = max(parts, 1) }

  /// The parts of the process of that rank: as many as the others' or one more, one after the other; none where
  /// there are fewer parts than processes.
  public func parts(of rank: Int, size: Int) -> Range<Int> {
    (0..<parts).part(rank, of: size)
  }

  /// Where a node of several parts is cut in two: its left side has as many as a power of 2 allows.
  static func middle(of node: Range<Int>) -> Int {
    var left = 1
    while left * 2 < node.count { left *= 2 }
    return node.lowerBound + left
  }

  /// True where the tree has a node of exactly these parts.
  func isNode(_ range: Range<Int>) -> Bool {
    var node = 0..<parts
    while node != range {
      guard node.count > 1, range.lowerBound >= node.lowerBound, range.upperBound <= node.upperBound else {
        return false
      }
      let middle = Self.middle(of: node)
      node =
        range.lowerBound < middle ? node.lowerBound..<middle : middle..<node.upperBound
    }
    return true
  }

  /// The largest nodes within `range`, from left to right: whoever has these parts can add up no more than that.
  func nodes(within range: Range<Int>) -> [Range<Int>] { nodes(within: range, below: 0..<parts) }

  private func nodes(within range: Range<Int>, below node: Range<Int>) -> [Range<Int>] {
    if node.clamped(to: range) == node { return [node] }
    guard node.count > 1, node.overlaps(range) else { return [] }
    let middle = Self.middle(of: node)
    return nodes(within: range, below: node.lowerBound..<middle)
      + nodes(within: range, below: middle..<node.upperBound)
  }
}
