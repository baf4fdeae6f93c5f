import Foundation

/// A stretch of values that an axis leaves out, so that what lies on both sides of it is seen.
public struct AxisBreak: Sendable, Hashable {
  /// The last value before the break.
  public var from: Double
  /// The first value behind it.
  public var to: Double

  public init(from: Double, to: Double) { (self.from, self.to) = (from, to) }
}

extension AxisOptions {
  /// The breaks that lie between two ends, for a margin before they are checked.
  func breaks(between lower: Double, _ upper: Double) -> [AxisBreak] {
    breaks.filter { lower < $0.from && $0.from < $0.to && $0.to < upper }
  }

  /// Throws ``FigureError`` unless breaks follow one another between the ends of the axis.
  func check(breaks: [AxisBreak], between lower: Double, _ upper: Double, name: String) throws(FigureError) {
    var last = lower
    for one in breaks {
      guard one.from.isFinite, one.to.isFinite, one.from < one.to else {
        throw FigureError(
          "\(name) axis: a break goes from a number to a higher one, not \(one.from) to \(one.to)")
      }
      guard one.from > last, one.to < upper else {
        throw FigureError(
          "\(name) axis: the break from \(one.from) to \(one.to) must leave something on both sides of it: the axis goes"
            + " from \(lower) to \(upper), and breaks must be apart and in order")
      }
      last = one.to
    }
  }
}

extension AxisMap {
  /// What a break takes on the page, in points.
  static let gap = 5.0

  /// The breaks as parts of the axis without them.
  private var cuts: [(from: Double, to: Double)] { breaks.map { (fraction($0.from), fraction($0.to)) } }

  /// The part of the axis that is left, where it has breaks.
  var shownShare: Double { 1 - cuts.reduce(0) { $0 + ($1.to - $1.from) } }

  /// The place of a fraction of the unbroken axis; not a number within a break. All parts have the same scale.
  func brokenPlace(_ t: Double) -> Double {
    let cuts = cuts
    let gap = end < start ? -AxisMap.gap : AxisMap.gap
    var (cut, passed) = (0.0, 0.0)
    for one in cuts {
      // The ends of a break belong to what is shown.
      if t >= one.to - 1e-12 {
        cut += one.to - one.from
        passed += 1
      } else if t > one.from + 1e-12 {
        return .nan
      }
    }
    let length = end - start - gap * Double(cuts.count)
    return start + (t - cut) / shownShare * length + gap * passed
  }

  /// True for a value that a break leaves out.
  func leavesOut(_ value: Double) -> Bool { breaks.contains { $0.from < value && value < $0.to } }

  /// The axis between its breaks, each part an axis of its own that goes on beyond its ends in its own scale.
  ///
  /// What is drawn into each of them and clipped there has its true slopes, and nothing joins the two sides of a break.
  var parts: [AxisMap] {
    guard !breaks.isEmpty else { return [self] }
    let lowers = [lower] + breaks.map(\.to)
    let uppers = breaks.map(\.from) + [upper]
    return zip(lowers, uppers).map { low, high in
      var part = self
      (part.breaks, part.lower, part.upper, part.start, part.end) = ([], low, high, self(low), self(high))
      return part
    }
  }
}

extension Axes {
  /// Throws ``FigureError`` where breaks would cut what has no scale, or where two scales would be cut at once.
  func checkBreaks(name: String) throws(FigureError) {
    let isX = name == "x"
    guard !(isX ? x : y).breaks.isEmpty else { return }
    if cells != nil { throw FigureError("\(name) axis: the cells of a matrix have no breaks") }
    guard (isX ? categories : rowCategories).isEmpty else {
      throw FigureError("\(name) axis: an axis of names has no breaks")
    }
    if !isX, twin != nil {
      throw FigureError(
        "y axis: it has no breaks where another stands at the right, as both would be cut at one place")
    }
  }
}

extension AxesPainter {
  /// True where one of the axes has breaks.
  var isBroken: Bool { !layout.xMap.breaks.isEmpty || !layout.yMap.breaks.isEmpty }

  /// The painters of the parts between breaks; these axes themselves where there are none.
  var pieces: [AxesPainter] {
    guard isBroken else { return [self] }
    var result: [AxesPainter] = []
    for y in layout.yMap.parts {
      for x in layout.xMap.parts {
        var piece = layout
        (piece.xMap, piece.yMap) = (x, y)
        piece.area = Rect(
          left: min(x.start, x.end), top: min(y.start, y.end), right: max(x.start, x.end),
          bottom: max(y.start, y.end))
        result.append(AxesPainter(layout: piece))
      }
    }
    return result
  }

  /// The frame with a gap at each break, whose ends slanted marks show.
  func drawBrokenFrame(_ stroke: Stroke, into list: inout DisplayList) {
    let corner = stroke.width / 2
    func drawSides(_ parts: [AxisMap], _ rims: [Double], _ point: (Double, Double) -> Point) {
      let ends = parts.map { (min($0.start, $0.end), max($0.start, $0.end)) }.sorted { $0.0 < $1.0 }
      for rim in rims {
        for (i, (from, to)) in ends.enumerated() {
          let (isFirst, isLast) = (i == 0, i == ends.count - 1)
          list.stroke(
            Path([point(isFirst ? from - corner : from, rim), point(isLast ? to + corner : to, rim)]), stroke)
          for end in (isFirst ? [] : [from]) + (isLast ? [] : [to]) {
            list.stroke(Path([point(end - 1.5, rim + 3), point(end + 1.5, rim - 3)]), stroke)
          }
        }
      }
    }
    drawSides(layout.xMap.parts, [area.y, area.bottom]) { Point($0, $1) }
    // The page's y grows downwards: the marks of both axes rise to the right.
    drawSides(layout.yMap.parts, [area.x, area.right]) { Point($1, $0) }
  }
}
