extension DisplayList {
  /// The height in points of the heading of a group.
  static func headingHeight(_ heading: [TextLayout], _ style: FigureStyle) -> Double {
    style.titleSize * 1.7 * Double(heading.count)
  }

  /// Draws the lines of a group's heading and moves `y` below them.
  mutating func heading(
    _ heading: [TextLayout], at y: inout Double, from left: Double, to right: Double, _ style: FigureStyle
  ) {
    for (i, text) in heading.enumerated() {
      let baseline = y + style.titleSize
      text.draw(at: Point(left, baseline), color: style.ink, into: &self)
      // A hairline from the heading to the right edge holds the group together.
      if i == heading.count - 1, left + text.width + 5 < right {
        stroke(
          Path([
            Point(left + text.width + 5, baseline - style.titleSize * 0.28),
            Point(right, baseline - style.titleSize * 0.28),
          ]), Stroke(Color(0xB4B4B4), width: 0.5))
      }
      y += style.titleSize * 1.7
    }
  }
}
