import Compute
import Support

/// Puts the places along an axis in the order of keys; equal keys keep their order.
///
/// A key and its place are one whole number of 64 bits. Short lines are compared; long ones are counted out digit by digit, from
/// the lowest on (a radix sort), in a time that grows with their length alone.
enum SortOrder {
  /// From this length on digits are faster than comparisons.
  private static let longLine = 2048
  /// Elements between two looks at the stop flag.
  private static let pollInterval = 1 << 20
  private static let digitBits = 11
  private static let firstDigit = 32

  /// Writes the first `count` places along `axis` of each line of `x`, which is row-major, into `result`.
  ///
  /// - Parameter key: an element's place in the order.
  /// - Throws: `Interrupted`; what refuses memory.
  static func places<E: TensorElement>(
    of x: Tensor, axis: Int, count: Int, into result: Tensor, key: @Sendable (E) -> UInt32
  ) throws {
    let size = x.shape[axis]
    if x.count == 0 || count == 0 { return }
    let inner = x.shape.sizes[(axis + 1)...].reduce(1, *)
    let (source, target) = (x.elements(E.self), result.elements(Int32.self))
    let lines = x.count / size
    // A worker does not see the stop of the thread that waits for it, so it gets some tens of milliseconds at a time.
    let together = size >= 4 * pollInterval ? 1 : max(1, pollInterval / size) * ThreadTeam.size
    try MemoryBudget.shared.require(2 * size * MemoryLayout<UInt64>.stride * min(ThreadTeam.size, lines))
    for first in stride(from: 0, to: lines, by: together) {
      try Cancellation.check()
      let pieces = min(together, lines - first)
      ThreadTeam.parallel(pieces, grain: max(1, (1 << 12) / size)) { range in
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 2 * size) { room in
          let line = UnsafeMutableBufferPointer(rebasing: room[..<size])
          let spare = UnsafeMutableBufferPointer(rebasing: room[size...])
          for piece in range {
            let (outer, position) = ((first + piece) / inner, (first + piece) % inner)
            let from = source + outer * size * inner + position
            let to = target + outer * count * inner + position
            guard
              goesOn(over: size, { line[$0] = UInt64(key(from[$0 * inner])) << 32 | UInt64($0) }),
              let ordered = order(line, spare),
              goesOn(over: count, { to[$0 * inner] = Int32(truncatingIfNeeded: ordered[$0]) })
            else { return }
          }
        }
      }
    }
    try Cancellation.check()
  }

  /// The numbers of `line` in ascending order of their upper halves, in one of the two buffers; nil where a stop was asked for.
  private static func order(
    _ line: UnsafeMutableBufferPointer<UInt64>, _ spare: UnsafeMutableBufferPointer<UInt64>
  ) -> UnsafeMutableBufferPointer<UInt64>? {
    var line = line
    if line.count < longLine {
      // The places in the lower halves keep what is equal in order.
      line.sort()
      return line
    }
    var (from, to) = (line, spare)
    for shift in stride(from: firstDigit, to: 64, by: digitBits) {
      switch move(from, to, by: shift) {
      case .moved: swap(&from, &to)
      case .isInOrder: break
      case .isStopped: return nil
      }
    }
    return from
  }

  /// Calls `body` with each place below `count`; false where a stop was asked for in between.
  @inline(__always)
  private static func goesOn(over count: Int, _ body: (Int) -> Void) -> Bool {
    for start in stride(from: 0, to: count, by: pollInterval) {
      if Cancellation.reasonToStop != nil { return false }
      for i in start..<min(start + pollInterval, count) { body(i) }
    }
    return true
  }

  private enum Pass { case moved, isInOrder, isStopped }

  /// Moves numbers in the order of one digit.
  private static func move(
    _ from: UnsafeMutableBufferPointer<UInt64>, _ to: UnsafeMutableBufferPointer<UInt64>, by shift: Int
  ) -> Pass {
    let digits = 1 << digitBits
    let mask = UInt64(digits - 1)
    return withUnsafeTemporaryAllocation(of: Int.self, capacity: digits) { next in
      next.initialize(repeating: 0)
      guard goesOn(over: from.count, { next[Int(from[$0] >> shift & mask)] += 1 }) else { return .isStopped }
      var place = 0
      for digit in 0..<digits {
        if next[digit] == from.count { return .isInOrder }
        (next[digit], place) = (place, place + next[digit])
      }
      let isWhole = goesOn(over: from.count) { i in
        let digit = Int(from[i] >> shift & mask)
        to[next[digit]] = from[i]
        next[digit] += 1
      }
      return isWhole ? .moved : .isStopped
    }
  }
}
