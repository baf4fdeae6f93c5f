// Axes at the right of a frame, measured and moved with those at the left.
extension AxesLayout {
  /// What the values of the twin's bars need at the ends of its y axis.
  mutating func beginTwin() throws(FigureError) -> (before: Double, after: Double) {
    guard var other = twin else { return (0, 0) }
    other.panel = panel
    other.needs = Size(width: 0, height: 0)
    other.yMap = other.plainY
    follow(&other)
    let room = try other.valueRoom().y
    twin = other
    return room
  }

  /// Chooses the marks of the right axis.
  mutating func measureTwin(room: (before: Double, after: Double)) throws(FigureError) {
    guard var other = twin else { return }
    other.yMap = other.plainY.extended(before: room.before, after: room.after)
    follow(&other)
    try other.chooseY()
    other.yTitle =
      hidesRightTitle
      ? [] : try setter.wrapped(other.axes.y.label, size: style.labelSize, width: area.height + 6)
    for layer in other.axes.layers { try layer.makeRoom(in: &other) }
    needs = Size(width: max(needs.width, other.needs.width), height: max(needs.height, other.needs.height))
    twin = other
  }

  /// Moves the twin to where the axes are.
  mutating func followWithTwin() {
    guard var other = twin else { return }
    follow(&other)
    twin = other
  }

  private func follow(_ other: inout AxesLayout) {
    other.area = area
    other.place()
    other.xMap = xMap
  }

  /// The width of labels and title of the right axis, with the gaps to the frame.
  var twinWidth: Double {
    guard let twin else { return 0 }
    let title = style.labelSize * (0.95 + 1.2 * Double(twin.yTitle.count - 1)) + 4
    return twin.yLabelWidth + (twin.yTitle.isEmpty ? 0 : title)
  }

  /// True when a power of ten stands above one of the y axes.
  var hasFactor: Bool { hasYFactor || twin?.hasYFactor ?? false }
}
