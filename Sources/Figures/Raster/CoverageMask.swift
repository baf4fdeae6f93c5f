/// How much of every pixel a shape covers, computed exactly and kept in 8 bits.
///
/// A shape is a set of closed polygons. Every edge adds its signed area to the pixels it crosses and its height
/// to the next one on the right, so a running sum along the row is the coverage. Pieces of one stroke are
/// combined by maximum, which hides the seams between them; `drain` then hands over each row once.
final class CoverageMask {
  let width: Int
  let height: Int
  /// The sides of the rectangle in whole pixels outside of which nothing is touched.
  var clip: (left: Int, top: Int, right: Int, bottom: Int)

  private let stride: Int
  private let area: UnsafeMutablePointer<Float>
  private let mask: UnsafeMutablePointer<UInt8>
  // These are the touched columns of each row of `area` and of `mask`, as (first, last + 1).
  private let areaSpan: UnsafeMutablePointer<(Int, Int)>
  private let maskSpan: UnsafeMutablePointer<(Int, Int)>
  private var areaRows: (Int, Int)
  private var maskRows: (Int, Int)
  /// How many pixels of each square of 8×8 the mask covers wholly.
  private let wholes: UnsafeMutablePointer<UInt8>
  private let squaresAcross: Int
  private let squaresDown: Int

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
    clip = (0, 0, width, height)
    stride = width + 2
    area = .allocate(capacity: stride * height)
    area.initialize(repeating: 0, count: stride * height)
    mask = .allocate(capacity: width * height)
    mask.initialize(repeating: 0, count: width * height)
    areaSpan = .allocate(capacity: height)
    areaSpan.initialize(repeating: (Int.max, 0), count: height)
    maskSpan = .allocate(capacity: height)
    maskSpan.initialize(repeating: (Int.max, 0), count: height)
    areaRows = (height, 0)
    maskRows = (height, 0)
    (squaresAcross, squaresDown) = ((width + 7) >> 3, (height + 7) >> 3)
    wholes = .allocate(capacity: squaresAcross * squaresDown)
    wholes.initialize(repeating: 0, count: squaresAcross * squaresDown)
  }

  deinit {
    wholes.deallocate()
    area.deallocate()
    mask.deallocate()
    areaSpan.deallocate()
    maskSpan.deallocate()
  }

  /// Adds the edge from a to b, in pixels, to the shape under construction.
  func edge(_ ax: Double, _ ay: Double, _ bx: Double, _ by: Double) {
    guard ay != by else { return }
    let downwards = ay < by
    var (x0, y0, x1, y1) = downwards ? (ax, ay, bx, by) : (bx, by, ax, ay)
    let (top, bottom) = (Double(clip.top), Double(clip.bottom))
    guard y1 > top, y0 < bottom else { return }
    let slope = (x1 - x0) / (y1 - y0)
    if y0 < top { (x0, y0) = (x0 + (top - y0) * slope, top) }
    if y1 > bottom { (x1, y1) = (x0 + (bottom - y0) * slope, bottom) }
    let sign: Double = downwards ? 1 : -1
    let (left, right) = (Double(clip.left), Double(clip.right))
    // Parts beyond the left or right side count as lying on it.
    var cuts = (y0, y1)
    if slope != 0 {
      let atLeft = min(max(y0 + (left - x0) / slope, y0), y1)
      let atRight = min(max(y0 + (right - x0) / slope, y0), y1)
      cuts = slope > 0 ? (atLeft, atRight) : (atRight, atLeft)
    }
    func x(_ y: Double) -> Double { min(max(x0 + (y - y0) * slope, left), right) }
    if cuts.0 > y0 { rows(x(y0), y0, x(y0), cuts.0, sign) }
    if cuts.1 > cuts.0 { rows(x(cuts.0), cuts.0, x(cuts.1), cuts.1, sign) }
    if y1 > cuts.1 { rows(x(y1), cuts.1, x(y1), y1, sign) }
  }

  /// An edge inside the clip rectangle with y0 < y1.
  private func rows(_ x0: Double, _ y0: Double, _ x1: Double, _ y1: Double, _ sign: Double) {
    let slope = (x1 - x0) / (y1 - y0)
    let first = Int(y0)
    let last = min(Int(y1.rounded(.up)), clip.bottom)
    var x = x0
    for y in first..<max(last, first) {
      let low = max(Double(y), y0)
      let high = min(Double(y + 1), y1)
      let next = high == y1 ? x1 : x0 + (high - y0) * slope
      cells(y, min(x, next), max(x, next), (high - low) * sign)
      x = next
    }
    areaRows.0 = min(areaRows.0, first)
    areaRows.1 = max(areaRows.1, last)
  }

  /// Spreads the signed height `d` of a slanted edge over the columns from `l` to `r` of row `y`.
  private func cells(_ y: Int, _ l: Double, _ r: Double, _ d: Double) {
    let row = area + y * stride
    let first = Int(l)
    let end = max(Int(r.rounded(.up)), first + 1)
    areaSpan[y].0 = min(areaSpan[y].0, first)
    areaSpan[y].1 = max(areaSpan[y].1, end + 1)
    if end == first + 1 {
      let inside = d * (0.5 * (l + r) - Double(first))
      row[first] += Float(d - inside)
      row[first + 1] += Float(inside)
      return
    }
    // The edge has crossed the fraction F(x) = (x−l)/(r−l) of its height left of x; a column is covered by the
    // integral of F over it, which is a difference of G(x) = (x−l)²/2(r−l).
    let scale = 0.5 / (r - l)
    var reached = 0.0
    var previous = 0.0
    for column in first..<end {
      let x = Double(column + 1)
      let next = x < r ? (x - l) * (x - l) * scale : 0.5 * (r - l) + (x - r)
      let covered = next - reached
      row[column] += Float(d * (covered - previous))
      (reached, previous) = (next, covered)
    }
    row[end] += Float(d * (1 - previous))
  }

  /// Closes the shape under construction and takes it into the mask by maximum.
  func commit() {
    for y in areaRows.0..<max(areaRows.1, areaRows.0) {
      let (first, end) = areaSpan[y]
      guard first < end else { continue }
      areaSpan[y] = (Int.max, 0)
      let values = area + y * stride
      let out = mask + y * width
      let squares = wholes + (y >> 3) * squaresAcross
      let visible = min(end, clip.right)
      var sum: Float = 0
      for x in first..<max(visible, first) {
        sum += values[x]
        values[x] = 0
        let byte = UInt8(min(abs(sum), 1) * 255 + 0.5)
        if byte > out[x] {
          out[x] = byte
          if byte == 255 { squares[x >> 3] += 1 }
        }
      }
      for x in max(visible, first)..<end { values[x] = 0 }
      if visible > first {
        maskSpan[y] = (min(maskSpan[y].0, first), max(maskSpan[y].1, visible))
        maskRows = (min(maskRows.0, y), max(maskRows.1, y + 1))
      }
    }
    areaRows = (height, 0)
  }

  /// Hands every touched row to `body` as (y, first column, coverage) and clears the mask.
  func drain(_ body: (Int, Int, UnsafeMutableBufferPointer<UInt8>) -> Void) {
    for y in maskRows.0..<max(maskRows.1, maskRows.0) {
      let (first, end) = maskSpan[y]
      guard first < end else { continue }
      maskSpan[y] = (Int.max, 0)
      let row = UnsafeMutableBufferPointer(start: mask + y * width + first, count: end - first)
      body(y, first, row)
      row.update(repeating: 0)
    }
    if maskRows.0 < maskRows.1 {
      let (first, last) = (maskRows.0 >> 3, (maskRows.1 - 1) >> 3)
      (wholes + first * squaresAcross).update(repeating: 0, count: (last - first + 1) * squaresAcross)
    }
    maskRows = (height, 0)
  }

  /// Whether the mask covers wholly all that a stroke from a to b can touch, `reach` to each side, inside the clip
  /// rectangle: drawing it would change nothing. Of many lines in one place few need to be drawn.
  func isCovered(from a: Point, to b: Point, reach: Double) -> Bool {
    let reach = min(reach, 1e6)
    let (upper, lower) = a.y <= b.y ? (a, b) : (b, a)
    let (dx, dy) = (lower.x - upper.x, lower.y - upper.y)
    let top = max(Int((upper.y - reach).rounded(.down)), clip.top)
    let bottom = min(Int((lower.y + reach).rounded(.up)), clip.bottom)
    guard top < bottom else { return true }
    for square in top >> 3...(bottom - 1) >> 3 {
      // The part of the side from which these rows can be reached.
      var (start, end) = (0.0, 1.0)
      if dy > 0 {
        start = min(max((Double(square * 8) - reach - upper.y) / dy, 0), 1)
        end = min(max((Double(square * 8 + 8) + reach - upper.y) / dy, 0), 1)
      }
      let (from, to) = (upper.x + start * dx, upper.x + end * dx)
      let left = max(Int((min(from, to) - reach).rounded(.down)), clip.left)
      let right = min(Int((max(from, to) + reach).rounded(.up)), clip.right)
      guard left < right else { continue }
      let squares = wholes + square * squaresAcross
      for column in left >> 3...(right - 1) >> 3 where squares[column] < 64 { return false }
    }
    return true
  }
}
