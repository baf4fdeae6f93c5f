/// The scale beside a heat map.
struct ColorBar {
  private let scale: ColorScale
  private(set) var ticks = Ticks(values: [], labels: [])
  private(set) var labels: [TextLayout] = []
  private var label: [TextLayout] = []
  private let barWidth = 8.0
  private let gap = 6.0
  private(set) var width = 0.0

  init(_ scale: ColorScale) { self.scale = scale }

  mutating func measure(height: Double, style: FigureStyle, setter: Typesetter) throws(FigureError) {
    let limit = max(min(Int(height / (style.fontSize * 1.9)) + 1, 9), 2)
    ticks = Ticks.linear(scale.lower, scale.upper, limit: limit)
    labels = []
    for label in ticks.labels { labels.append(try setter.line(label, size: style.fontSize)) }
    width = gap + barWidth + 3 + (labels.map(\.width).max() ?? 0)
    label = try setter.wrapped(scale.label, size: style.labelSize, width: height)
    if !label.isEmpty { width += style.labelSize * (0.05 + 1.2 * Double(label.count)) + 2 }
    if let exponent = ticks.exponent {
      width = max(width, gap + (try setter.line(Ticks.factor(exponent), size: style.fontSize).width))
    }
  }

  func draw(beside area: Rect, style: FigureStyle, setter: Typesetter, into list: inout DisplayList)
    throws(FigureError)
  {
    let bar = Rect(x: area.right + gap, y: area.y, width: barWidth, height: area.height)
    // Each strip reaches beneath the next one: where two only meet, viewers of vectors show a seam.
    let count = 128
    for i in 0..<count {
      let top = bar.bottom - bar.height * Double(min(i + 2, count)) / Double(count)
      let bottom = bar.bottom - bar.height * Double(i) / Double(count)
      list.fill(
        Path(Rect(left: bar.x, top: top, right: bar.right, bottom: bottom)),
        scale.shade((Double(i) + 0.5) / Double(count), on: style.background))
    }
    list.stroke(Path(bar), Stroke(style.ink, width: style.axisWidth))
    for (value, label) in zip(ticks.values, labels) {
      let y = bar.bottom - Span(scale.lower, scale.upper).fraction(value) * bar.height
      list.stroke(
        Path([Point(bar.right, y), Point(bar.right - 2.2, y)]), Stroke(style.ink, width: style.axisWidth))
      label.draw(
        at: Point(bar.right + 3, y + setter.digitHeight * style.fontSize / 2), color: style.ink, into: &list)
    }
    if let exponent = ticks.exponent {
      let text = try setter.line(Ticks.factor(exponent), size: style.fontSize)
      text.draw(at: Point(bar.x, bar.y - 3), color: style.ink, into: &list)
    }
    var x =
      area.right + width - setter.depth * style.labelSize
      - style.labelSize * 1.2 * Double(label.count - 1)
    for line in label {
      line.draw(
        at: Point(x, area.y + (area.height + line.width) / 2), angle: 90, color: style.ink, into: &list)
      x += style.labelSize * 1.2
    }
  }
}

extension Ticks {
  /// A power of ten as markup that is shown as "×10ⁿ".
  package static func factor(_ exponent: Int) -> String {
    "×10^{\(exponent < 0 ? "−\(-exponent)" : "\(exponent)")}"
  }
}
