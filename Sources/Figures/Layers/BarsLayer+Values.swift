import Support

// The numbers written at bars. All bars of some axes share a format and a direction.

extension BarsLayer {
  /// What is written at each bar; nil where there is none.
  private func texts(_ layout: AxesLayout) throws(FigureError) -> [TextLayout?] {
    let places = ValueFormat.places(layout.valued.flatMap(\.values))
    let (setter, size) = (layout.setter, layout.valueSize)
    return try values.map { value throws(FigureError) in
      value.isFinite ? try setter.line(ValueFormat.short(value, places: places), size: size) : nil
    }
  }

  /// Where the value of each bar stands.
  func valueBoxes(
    _ painter: AxesPainter
  ) throws(FigureError) -> [(index: Int, rect: Rect, text: TextLayout)] {
    let (layout, area) = (painter.layout, painter.area)
    let texts = try texts(layout)
    let digits = painter.setter.digitHeight * layout.valueSize
    var result: [(index: Int, rect: Rect, text: TextLayout)] = []
    for (i, box) in boxes(layout).enumerated() {
      guard let box, let text = texts[i] else { continue }
      let (w, h) = layout.valuesUpright ? (digits, text.width) : (text.width, digits)
      let x = (box.center.x - w / 2).clamped(area.x + 1.5, max(area.right - 1.5 - w, area.x + 1.5))
      var y: Double
      if isStacked {
        let shown = (max(box.y, area.y), min(box.bottom, area.bottom))
        y = (shown.0 + shown.1 - h) / 2
      } else {
        let error = errorEnds(layout, i)
        // The number stands above the bar, or below one that hangs.
        y =
          values[i] < 0
          ? max(box.bottom, error?.bottom ?? box.bottom) + 2.5 : min(box.y, error?.top ?? box.y) - 2.5 - h
      }
      y = y.clamped(area.y + 2, max(area.bottom - 2 - h, area.y + 2))
      result.append((i, Rect(x: x, y: y, width: w, height: h), text))
    }
    return result
  }

  func paintNumbers(with painter: AxesPainter, into list: inout DisplayList) throws {
    guard showValues else { return }
    let style = painter.style
    let boxes = boxes(painter.layout)
    let fill = fill(style)
    var squeezed = 0
    for (i, rect, text) in try valueBoxes(painter) {
      if i % 1024 == 0 { try Cancellation.check() }
      let middle = rect.center
      let isInside = boxes[i]?.contains(middle) ?? false
      if isStacked, let box = boxes[i], box.height < rect.height + 1 {
        squeezed += 1
        continue
      }
      let color = isInside && fill.luminance < 0.3 && fill.alpha > 0.5 ? style.background : style.ink
      painter.layout.valuesUpright
        ? text.draw(at: Point(rect.right, rect.bottom), angle: 90, color: color, into: &list)
        : text.draw(at: Point(rect.x, rect.bottom), color: color, into: &list)
    }
    if squeezed > 0 {
      painter.setter.remarks.note(
        "\(squeezed) of the values in stacked bars \(squeezed == 1 ? "is" : "are") not shown: too thin for a number"
      )
    }
  }

  /// The width of the widest of its numbers.
  fileprivate func widestText(_ layout: AxesLayout) throws(FigureError) -> Double {
    var widest = 0.0
    for text in try texts(layout) { widest = max(widest, text?.width ?? 0) }
    return widest
  }
}

extension AxesLayout {
  var valueSize: Double { style.fontSize * 0.85 }

  /// The bars at which numbers are written.
  fileprivate var valued: [BarsLayer] {
    axes.layers.compactMap { $0 as? BarsLayer }.filter(\.showValues)
  }

  /// Turns the values upright where they would touch, and finds the room that they need beyond the ends of the bars,
  /// as parts of the axis' length.
  mutating func valueRoom() throws(FigureError) -> (before: Double, after: Double) {
    valuesUpright = false
    let layers = valued
    guard !layers.isEmpty else { return (0, 0) }
    var centers: [Double] = []
    var widest = 0.0
    for bars in layers {
      widest = max(widest, try bars.widestText(self))
      if !bars.isStacked || bars.foot.allSatisfy({ $0 == 0 }) {
        centers += bars.boxes(self).compactMap { $0?.center.x }
      }
    }
    centers.sort()
    let pitch = zip(centers, centers.dropFirst()).map { $1 - $0 }.filter { $0 > 1e-6 }.min() ?? area.width
    valuesUpright = widest > pitch - 1.5
    if valuesUpright { makeRoom(forValuesEvery: pitch, count: centers.count) }
    let head = (valuesUpright ? widest : setter.digitHeight * valueSize) + 5
    needs.height = max(needs.height, head * 3)
    var (top, bottom) = (area.height, area.height)
    for bars in layers where !bars.isStacked {
      for (i, box) in bars.boxes(self).enumerated() {
        guard let box else { continue }
        let ends = bars.errorEnds(self, i)
        if bars.values[i] < 0 {
          bottom = min(bottom, area.bottom - max(box.bottom, ends?.bottom ?? box.bottom))
        } else {
          top = min(top, min(box.y, ends?.top ?? box.y) - area.y)
        }
      }
    }
    let part = head / area.height
    guard part < 0.5 else { return (0, 0) }
    // A side that the user fixed stays; the value then stands inside the bar.
    var (before, after) = (0.0, 0.0)
    for _ in 0..<4 {
      if axes.y.upper == nil { after = max(0, (part * (1 + before) - top / area.height) / (1 - part)) }
      if axes.y.lower == nil { before = max(0, (part * (1 + after) - bottom / area.height) / (1 - part)) }
    }
    return (before, after)
  }

  /// Asks for as much width as numbers that stand upright need.
  private mutating func makeRoom(forValuesEvery pitch: Double, count: Int) {
    let need = valueSize * 0.9
    guard pitch < need else { return }
    let width = area.width * need / max(pitch, 1e-9)
    if width <= Figure.widest * 0.9 {
      needs.width = max(needs.width, width)
    } else {
      obstacle = "\(count) bars are too many for their values to be read"
    }
  }
}
