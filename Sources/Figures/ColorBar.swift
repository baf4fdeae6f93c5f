import Foundation

/// The scale beside a heat map.
struct ColorBar {
  let options: HeatMapOptions
  let lower: Double
  let upper: Double
  private(set) var ticks = Ticks(values: [], labels: [])
  private(set) var labels: [TextLayout] = []
  private var hasLabel: Bool { !options.label.isEmpty }
  private let barWidth = 8.0
  private let gap = 6.0
  private(set) var width = 0.0

  /// Nil without a heat map or when it wants none.
  init?(_ axes: Axes, style: FigureStyle, setter: Typesetter) throws(FigureError) {
    guard let map = axes.heatMap, map.options.colorBar else { return nil }
    options = map.options
    (lower, upper) = map.range
  }

  mutating func measure(height: Double, style: FigureStyle, setter: Typesetter) throws(FigureError) {
    let limit = max(min(Int(height / (style.fontSize * 1.9)) + 1, 9), 2)
    ticks = Ticks.linear(lower, upper, limit: limit)
    labels = []
    for label in ticks.labels { labels.append(try setter.line(label, size: style.fontSize)) }
    width = gap + barWidth + 3 + (labels.map(\.width).max() ?? 0)
    if hasLabel { width += style.labelSize * 1.25 + 2 }
  }

  func draw(beside area: Rect, style: FigureStyle, setter: Typesetter, into list: inout DisplayList)
    throws(FigureError)
  {
    let bar = Rect(x: area.right + gap, y: area.y, width: barWidth, height: area.height)
    // Strips meet on whole pixels, because they are snapped alike.
    let count = 128
    for i in 0..<count {
      let top = bar.bottom - bar.height * Double(i + 1) / Double(count)
      let bottom = bar.bottom - bar.height * Double(i) / Double(count)
      list.fill(
        Path(Rect(left: bar.x, top: top, right: bar.right, bottom: bottom)),
        options.colors.color((Double(i) + 0.5) / Double(count)))
    }
    list.stroke(Path(bar), Stroke(style.ink, width: style.axisWidth))
    for (value, label) in zip(ticks.values, labels) {
      let y = bar.bottom - (value - lower) / (upper - lower) * bar.height
      list.stroke(
        Path([Point(bar.right, y), Point(bar.right - 2.2, y)]), Stroke(style.ink, width: style.axisWidth))
      label.draw(
        at: Point(bar.right + 3, y + setter.digitHeight * style.fontSize / 2), color: style.ink, into: &list)
    }
    if let exponent = ticks.exponent {
      let text = try setter.line(Ticks.factor(exponent), size: style.fontSize)
      text.draw(at: Point(bar.x, bar.y - 3), color: style.ink, into: &list)
    }
    if hasLabel {
      let text = try setter.shortened(options.label, size: style.labelSize, width: area.height * 1.1)
      text.draw(
        at: Point(
          area.right + width - setter.depth * style.labelSize, area.y + (area.height + text.width) / 2),
        angle: 90, color: style.ink, into: &list)
    }
  }
}

extension Layer.HeatMap {
  /// Square cells suit a map of places or classes, but not five steps against a hundred epochs.
  var isNearlySquare: Bool { rows <= 3 * columns && columns <= 3 * rows }

  /// The values of the first and the last colour.
  var range: (Double, Double) {
    let finite = values.filter(\.isFinite)
    let low = options.lower ?? finite.min() ?? 0
    let high = options.upper ?? finite.max() ?? 1
    return low < high ? (low, high) : (low - 0.5, low + 0.5)
  }
}

extension Ticks {
  /// "×10ⁿ" as markup.
  package static func factor(_ exponent: Int) -> String {
    "×10^{\(exponent < 0 ? "−\(-exponent)" : "\(exponent)")}"
  }
}
