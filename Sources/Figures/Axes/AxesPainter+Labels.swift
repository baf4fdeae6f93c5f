// The texts below and to the right of axes.
extension AxesPainter {
  func drawXLabels(into list: inout DisplayList) throws(FigureError) {
    let top = area.bottom + layout.labelGap
    for (value, lines) in zip(layout.xTicks.values, layout.xLabels) {
      let x = layout.xMap(value)
      for (i, line) in lines.enumerated() {
        switch layout.xTurn {
        case .slanted:
          let reach = line.width * 0.7071
          line.draw(
            at: Point(x - reach + 1.5, top + reach + style.fontSize * 0.5), angle: 45,
            color: layout.axes.x.color ?? style.ink,
            into: &list)
        case .upright:
          let middle = x + layout.lineHeight * (Double(i) - Double(lines.count - 1) / 2)
          line.draw(
            at: Point(middle + layout.digit / 2, top + line.width), angle: 90,
            color: layout.axes.x.color ?? style.ink, into: &list)
        case .level:
          line.draw(
            at: Point(x - line.width / 2, top + layout.xAscent + layout.lineHeight * Double(i)),
            color: layout.axes.x.color ?? style.ink, into: &list)
        }
      }
    }
    if layout.hasXFooter { try drawXFooter(into: &list) }
  }

  /// The x label in the middle, the power of ten at the right end; the label gives way where they would meet.
  private func drawXFooter(into list: inout DisplayList) throws(FigureError) {
    var baseline = area.bottom + layout.xFooterBaseline
    var right = area.right
    if let exponent = layout.xTicks.exponent {
      let factor = try setter.line(Ticks.factor(exponent), size: style.fontSize)
      factor.draw(
        at: Point(area.right - factor.width, baseline), color: layout.axes.x.color ?? style.ink, into: &list)
      right -= factor.width + style.fontSize
    }
    for line in layout.xTitle {
      var x = area.center.x - line.width / 2
      if layout.xTicks.exponent != nil { x = min(x, right - line.width) }
      line.draw(at: Point(x, baseline), color: layout.axes.x.color ?? style.ink, into: &list)
      baseline += style.labelSize * 1.22
    }
  }

  /// The marks, numbers and title of the axis at the right.
  func drawRightAxis(into list: inout DisplayList) throws(FigureError) {
    guard let twin = layout.twin else { return }
    let ink = twin.axes.y.color ?? style.ink
    let edge = 2 * style.axisWidth
    for (values, length, width) in [
      (twin.yTicks.values, style.tickLength, style.axisWidth),
      (twin.yTicks.minor, style.minorTickLength, style.axisWidth * 0.8),
    ] {
      for y in values.map({ twin.yMap($0) }) where y > area.y + edge && y < area.bottom - edge {
        list.stroke(
          Path([Point(area.right, y), Point(area.right - length, y)]), Stroke(style.ink, width: width))
      }
    }
    guard !twin.hidesYLabels else { return }
    for (value, lines) in zip(twin.yTicks.values, twin.yLabels) {
      var y = twin.yMap(value) + layout.digit / 2 - layout.lineHeight * Double(lines.count - 1) / 2
      for line in lines {
        line.draw(at: Point(area.right + layout.labelGap, y), color: ink, into: &list)
        y += layout.lineHeight
      }
    }
    if let exponent = twin.yTicks.exponent {
      let text = try setter.line(Ticks.factor(exponent), size: style.fontSize)
      text.draw(at: Point(area.right - text.width, area.y - 3), color: ink, into: &list)
    }
    var x = area.right + twin.yLabelWidth + 3 + style.labelSize * 0.75
    for line in twin.yTitle {
      line.draw(
        at: Point(x, area.y + (area.height + line.width) / 2), angle: 90, color: ink, into: &list)
      x += style.labelSize * 1.2
    }
  }
}
