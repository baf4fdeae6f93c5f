import Foundation
import Support

// The points of a curve on the page, in order.
extension [Point] {
  /// Leaves of long runs along x the first, lowest, highest and last point of every tenth of a point.
  func thinned() throws -> [Point] {
    guard count > 4000 else { return self }
    let ordered = zip(self, dropFirst()).allSatisfy { $0.x <= $1.x }
    var result: [Point] = []
    if !ordered {
      for (i, p) in enumerated() {
        if i % 65536 == 0 { try Cancellation.check() }
        if let last = result.last, hypot(last.x - p.x, last.y - p.y) <= 0.08 { continue }
        result.append(p)
      }
      return result
    }
    var start = 0
    while start < count {
      if result.count & 0xFFF == 0 { try Cancellation.check() }
      let column = (self[start].x * 10).rounded(.down)
      var end = start
      var (low, high) = (start, start)
      while end < count && (self[end].x * 10).rounded(.down) == column {
        if self[end].y < self[low].y { low = end }
        if self[end].y > self[high].y { high = end }
        end += 1
      }
      for i in Set([start, low, high, end - 1]).sorted() { result.append(self[i]) }
      start = end
    }
    return result
  }

  /// True where all points lie within `size` of the first, so that nothing of a line through them could be seen.
  func isSpot(within size: Double) -> Bool {
    guard let first else { return false }
    return allSatisfy { hypot($0.x - first.x, $0.y - first.y) < size }
  }

  /// Joins the points by steps: level to the next point's x, then up or down.
  func stepped() throws -> [Point] {
    var result: [Point] = []
    for (i, p) in enumerated() {
      if i % 65536 == 0 { try Cancellation.check() }
      if let last = result.last, last.y != p.y { result.append(Point(p.x, last.y)) }
      result.append(p)
    }
    return result
  }

  /// The part of the polyline inside `room`; far ends would only cost time.
  func path(within room: Rect) throws -> Path {
    var path = Path()
    if count == 1, room.contains(self[0]) { return Path(self) }
    var last: Point?
    for (i, (a, b)) in zip(self, dropFirst()).enumerated() {
      if i % 65536 == 0 { try Cancellation.check() }
      guard let (from, to) = room.clip(a, b) else {
        last = nil
        continue
      }
      if last != from { path.move(from) }
      path.line(to)
      last = to
    }
    return path
  }
}
