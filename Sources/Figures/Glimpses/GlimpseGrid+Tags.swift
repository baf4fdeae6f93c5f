// The tags at the frames of glimpses, and what the frames leave uncovered.
extension GlimpseGrid {
  /// Writes "t: p %" at each frame's corner where it covers the fewest other tags and patches.
  func drawTags(
    _ glimpse: Glimpse, _ frames: [(rect: Rect, color: Color)], in box: Rect, _ setter: Typesetter,
    into list: inout DisplayList
  ) throws(FigureError) {
    let size = min(max(box.width / 14, 3.5), style.fontSize * 0.85)
    var taken: [Rect] = []
    for (i, frame) in frames.enumerated() {
      let step = glimpse.steps[i]
      let text = try setter.line(
        "\(glimpse.firstStep + i): \(Self.percent(step.confidence))", size: size, bold: true)
      let (w, h) = (text.width + size * 0.5, size * 1.15)
      let tag = place(w, h, at: frame.rect, isGlance: step.patch == nil, in: box, taken, frames.map(\.rect))
      taken.append(tag)
      list.fill(Path(tag), frame.color)
      text.draw(
        at: Point(tag.x + size * 0.25, tag.center.y + setter.digitHeight * size / 2), color: .white,
        into: &list)
    }
  }

  private func place(
    _ w: Double, _ h: Double, at frame: Rect, isGlance: Bool, in box: Rect, _ taken: [Rect], _ frames: [Rect]
  ) -> Rect {
    let (l, r, t, b) = (frame.x, frame.right - w, frame.y, frame.bottom - h)
    let inside = [(l, t), (r, t), (r, b), (l, b)]
    let outside = [
      (l, t - h), (l, b + h), (r, t - h), (r, b + h), (l - w, t), (r + w, t), (l - w, b), (r + w, b),
    ]
    var best = (cost: Double.infinity, rect: Rect(x: l, y: t, width: w, height: h))
    for (i, corner) in (isGlance ? inside : outside + inside).enumerated() {
      // The tag is pushed back into the image where the corner lies at its rim.
      let x = min(max(corner.0, box.x), max(box.right - w, box.x))
      let y = min(max(corner.1, box.y), max(box.bottom - h, box.y))
      let rect = Rect(x: x, y: y, width: w, height: h)
      let moved = abs(x - corner.0) + abs(y - corner.1)
      var cost = Double(i) * 0.02 + moved * 0.5
      // Hiding another tag is worst, hiding part of a patch is bad.
      for other in taken { cost += 100 * rect.overlap(other.inset(by: -0.5)) / (w * h) }
      for other in frames where other.width < box.width * 0.95 { cost += 4 * rect.overlap(other) / (w * h) }
      if cost < best.cost { best = (cost, rect) }
    }
    return best.rect
  }

  /// `box` without the union of `holes`, as rectangles that share no point.
  static func rest(of box: Rect, without holes: [Rect]) -> Path {
    func cuts(_ low: Double, _ high: Double, _ ends: [Double]) -> [Double] {
      Set([low, high] + ends.filter { $0 > low && $0 < high }).sorted()
    }
    let ys = cuts(box.y, box.bottom, holes.flatMap { [$0.y, $0.bottom] })
    let xs = cuts(box.x, box.right, holes.flatMap { [$0.x, $0.right] })
    var path = Path()
    for (top, bottom) in zip(ys, ys.dropFirst()) {
      for (left, right) in zip(xs, xs.dropFirst()) {
        let middle = Point((left + right) / 2, (top + bottom) / 2)
        if !holes.contains(where: { $0.contains(middle) }) {
          path.add(Rect(left: left, top: top, right: right, bottom: bottom))
        }
      }
    }
    return path
  }
}
