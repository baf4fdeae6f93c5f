/// How many of the numbers of some axes are not drawn, by the reason.
struct LeftOut {
  private let xScale: Scale
  private let yScale: Scale
  private let xBreaks: [AxisBreak]
  private let yBreaks: [AxisBreak]
  // These count what is not above 0, on a logarithmic axis.
  private var notAboveX = 0
  private var notAboveY = 0
  private var brokenX = 0
  private var brokenY = 0
  var infinite = 0
  var notNumbers = 0
  /// How many values are outside the bins of a histogram.
  var outside = 0
  /// What has points and shows none, one line each.
  private var unseen: [String] = []

  init(_ axes: Axes) {
    (xScale, yScale) = (axes.x.scale, axes.y.scale)
    (xBreaks, yBreaks) = (axes.x.breaks, axes.y.breaks)
    for layer in axes.layers { layer.count(in: &self) }
  }

  /// Remarks a series none of whose points is two numbers: its gap is everywhere, and so it is not seen.
  mutating func countPoints(_ x: [Double], _ y: [Double], of label: String?) {
    guard !x.isEmpty, !zip(x, y).contains(where: { !$0.isNaN && !$1.isNaN }) else { return }
    let name = label.map { "the series \"\($0.prefix(40))\"" } ?? "a series"
    unseen.append("\(name) shows nothing: none of its \(x.count) points is two numbers")
  }

  /// Counts values along the x axis that it cannot show. A gap at one that is not a number is seen anyway.
  mutating func countX(_ values: [Double]) {
    let found = count(values, xScale)
    notAboveX += found
    brokenX += LeftOut.count(values, in: xBreaks)
  }

  /// Counts values along the y axis that it cannot show.
  mutating func countY(_ values: [Double]) {
    let found = count(values, yScale)
    notAboveY += found
    brokenY += LeftOut.count(values, in: yBreaks)
  }

  private static func count(_ values: [Double], in breaks: [AxisBreak]) -> Int {
    breaks.isEmpty ? 0 : values.count { value in breaks.contains { $0.from < value && value < $0.to } }
  }

  /// Counts infinite values; returns how many a logarithmic axis leaves out.
  private mutating func count(_ values: [Double], _ scale: Scale) -> Int {
    var notAbove = 0
    for value in values {
      if value.isInfinite { infinite += 1 }
      if scale == .log, value <= 0 { notAbove += 1 }
    }
    return notAbove
  }

  /// One line for each reason.
  var lines: [String] {
    var lines: [String] = []
    func values(_ count: Int) -> String { count == 1 ? "1 value" : "\(count) values" }
    for (axis, count) in [("x", notAboveX), ("y", notAboveY)] where count > 0 {
      lines.append("\(values(count)) ≤ 0 left out: the \(axis) axis is logarithmic")
    }
    for (axis, count) in [("x", brokenX), ("y", brokenY)] where count > 0 {
      lines.append("\(values(count)) not seen: in a break of the \(axis) axis")
    }
    for (count, reason) in [
      (infinite, "infinite"), (notNumbers, "not a number"), (outside, "outside the bins"),
    ] where count > 0 {
      lines.append("\(values(count)) left out: \(reason)")
    }
    return lines + unseen
  }
}
