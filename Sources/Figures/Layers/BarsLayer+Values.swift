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
      var (x, y) = (box.center.x - w / 2, box.center.y - h / 2)
      let error = errorEnds(layout, i)
      if isStacked {
        let shown = Rect(
          left: max(box.x, area.x), top: max(box.y, area.y), right: min(box.right, area.right),
          bottom: min(box.bottom, area.bottom))
        if isHorizontal { x = shown.center.x - w / 2 } else { y = shown.center.y - h / 2 }
      } else if isHorizontal {
        x =
          values[i] < 0
          ? min(box.x, error?.low ?? box.x) - 2.5 - w : max(box.right, error?.high ?? box.right) + 2.5
      } else {
        // The number stands above the bar, or below one that hangs.
        y =
          values[i] < 0
          ? max(box.bottom, error?.low ?? box.bottom) + 2.5 : min(box.y, error?.high ?? box.y) - 2.5 - h
      }
      x = x.clamped(area.x + 1.5, max(area.right - 1.5 - w, area.x + 1.5))
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
      if isStacked, let box = boxes[i],
        isHorizontal ? box.width < rect.width + 1 : box.height < rect.height + 1
      {
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
  mutating func valueRoom() throws(FigureError) -> ValueRoom {
    valuesUpright = false
    var room = ValueRoom()
    let layers = valued
    guard let first = layers.first else { return room }
    let isHorizontal = first.isHorizontal
    var centers: [Double] = []
    var widest = 0.0
    for bars in layers {
      widest = max(widest, try bars.widestText(self))
      if !bars.isStacked || bars.foot.allSatisfy({ $0 == 0 }) {
        centers += bars.boxes(self).compactMap { isHorizontal ? $0?.center.y : $0?.center.x }
      }
    }
    centers.sort()
    let size = isHorizontal ? area.height : area.width
    let pitch = zip(centers, centers.dropFirst()).map { $1 - $0 }.filter { $0 > 1e-6 }.min() ?? size
    valuesUpright = !isHorizontal && widest > pitch - 1.5
    if valuesUpright || isHorizontal { makeRoom(forValuesEvery: pitch, count: centers.count, isHorizontal) }
    let head = (valuesUpright || isHorizontal ? widest : setter.digitHeight * valueSize) + 5
    if isHorizontal {
      needs.width = max(needs.width, head * 3)
    } else {
      needs.height = max(needs.height, head * 3)
    }
    let free = freeEnds(layers, isHorizontal)
    let length = isHorizontal ? area.width : area.height
    let options = isHorizontal ? axes.x : axes.y
    let part = head / length
    guard part < 0.5 else { return room }
    // A side that the user fixed stays; the value then stands inside the bar.
    var (before, after) = (0.0, 0.0)
    for _ in 0..<4 {
      if options.upper == nil { after = max(0, (part * (1 + before) - free.after / length) / (1 - part)) }
      if options.lower == nil { before = max(0, (part * (1 + after) - free.before / length) / (1 - part)) }
    }
    if isHorizontal { (room.x.before, room.x.after) = (before, after) }
    if !isHorizontal { (room.y.before, room.y.after) = (before, after) }
    return room
  }

  /// The least distance of the bars' ends from both ends of the axis along which they reach.
  private func freeEnds(_ layers: [BarsLayer], _ isHorizontal: Bool) -> (before: Double, after: Double) {
    let length = isHorizontal ? area.width : area.height
    var (before, after) = (length, length)
    for bars in layers where !bars.isStacked {
      for (i, box) in bars.boxes(self).enumerated() {
        guard let box else { continue }
        let ends = bars.errorEnds(self, i)
        if bars.values[i] < 0 {
          before = min(
            before,
            isHorizontal
              ? min(box.x, ends?.low ?? box.x) - area.x
              : area.bottom - max(box.bottom, ends?.low ?? box.bottom))
        } else {
          after = min(
            after,
            isHorizontal
              ? area.right - max(box.right, ends?.high ?? box.right)
              : min(box.y, ends?.high ?? box.y) - area.y)
        }
      }
    }
    return (before, after)
  }

  /// Asks for as much room side by side as numbers need that stand upright or beside level bars.
  private mutating func makeRoom(forValuesEvery pitch: Double, count: Int, _ isHorizontal: Bool) {
    let need = valueSize * 0.9
    guard pitch < need else { return }
    let size = (isHorizontal ? area.height : area.width) * need / max(pitch, 1e-9)
    if isHorizontal, size <= Figure.tallest * 0.8 {
      needs.height = max(needs.height, size)
    } else if !isHorizontal, size <= Figure.widest * 0.9 {
      needs.width = max(needs.width, size)
    } else {
      obstacle = "\(count) bars are too many for their values to be read"
    }
  }
}

/// The room that the values of bars need at the ends of the axes, as parts of their lengths.
struct ValueRoom {
  var x = (before: 0.0, after: 0.0)
  var y = (before: 0.0, after: 0.0)
  /// Those of the y axis at the right.
  var right = (before: 0.0, after: 0.0)

  /// Gives all of them the most room that one needs.
  static func unite(
    _ rooms: inout [ValueRoom], _ axis: WritableKeyPath<ValueRoom, (before: Double, after: Double)>
  ) {
    let (before, after) = (
      rooms.map { $0[keyPath: axis].before }.max() ?? 0, rooms.map { $0[keyPath: axis].after }.max() ?? 0
    )
    for i in rooms.indices { rooms[i][keyPath: axis] = (before, after) }
  }
}
