import Foundation

/// A text beside a point.
struct NoteLayer: PlotLayer {
  let text: String
  let x: Double
  let y: Double
  let options: NoteOptions

  func extendX(_ extent: inout Extent) {
    if y.isFinite { extent.add(x) }
  }

  func extendY(_ extent: inout Extent) {
    if x.isFinite { extent.add(y) }
  }

  func count(in leftOut: inout LeftOut) {
    leftOut.countX([x])
    leftOut.countY([y])
  }

  func paintNote(with painter: AxesPainter, into list: inout DisplayList) throws -> Rect? {
    let (area, setter) = (painter.area, painter.setter)
    let p = Point(painter.layout.xMap(x), painter.layout.yMap(y))
    let size = options.fontSize ?? painter.style.fontSize
    guard !text.isEmpty else { return nil }
    guard p.isFinite, area.inset(by: -0.5).contains(p) else {
      setter.remarks.note("the note \"\(text.prefix(40))\" stands outside the axes and is not shown")
      return nil
    }
    let lines = try setter.wrapped(text, size: size, width: max(area.width - 4, size * 3))
    let lineHeight = setter.lineHeight(size)
    let (box, baseline) = place(
      lines, lineHeight: lineHeight, digit: setter.digitHeight * size, at: p, in: area)
    let color = options.color ?? painter.style.ink
    if options.arrow {
      let tail = Point(p.x.clamped(box.x, box.right), p.y.clamped(box.y - 1.5, box.bottom + 1.5))
      NoteLayer.paintArrow(from: tail, to: p, color: color, into: &list)
    }
    for (i, line) in lines.enumerated() {
      line.draw(at: Point(box.x, baseline + lineHeight * Double(i)), color: color, into: &list)
    }
    return box
  }

  /// The box of the text beside the point, and its first baseline.
  ///
  /// The text stays inside the frame even where the anchor points out of it: on the other side of the point where there is
  /// room for it, else as near as it can be.
  private func place(
    _ lines: [TextLayout], lineHeight: Double, digit: Double, at p: Point, in area: Rect
  ) -> (Rect, Double) {
    let (dx, dy) = options.anchor.direction
    let d = options.gap / (dx != 0 && dy != 0 ? 2.0.squareRoot() : 1)
    let below = lineHeight * Double(lines.count - 1)
    let width = lines.map(\.width).max() ?? 0
    let (ascent, descent) = (lines.first?.ascent ?? 0, lines.last?.descent ?? 0)
    func chosen(_ wanted: Double, _ other: Double, _ low: Double, _ high: Double) -> Double {
      if wanted >= low && wanted <= high { return wanted }
      return other >= low && other <= high ? other : high > low ? wanted.clamped(low, high) : low
    }
    func left(_ dx: Double) -> Double { p.x + dx * d + (dx - 1) / 2 * width }
    // The first baseline follows from where the block stands: above, beside or below the point.
    func first(_ dy: Double) -> Double { p.y + dy * d + (dy + 1) / 2 * digit + (dy - 1) / 2 * below }
    // A text above or below its point may slide along x without covering it.
    let x = chosen(left(dx), left(dy == 0 ? -dx : dx), area.x + 2, area.right - 2 - width)
    let baseline = chosen(first(dy), first(-dy), area.y + 2 + ascent, area.bottom - 2 - descent - below)
    return (Rect(x: x, y: baseline - ascent, width: width, height: ascent + below + descent), baseline)
  }

  private static func paintArrow(
    from tail: Point, to tip: Point, color: Color, into list: inout DisplayList
  ) {
    let length = hypot(tip.x - tail.x, tip.y - tail.y)
    guard length > 6 else { return }
    let (ux, uy) = ((tip.x - tail.x) / length, (tip.y - tail.y) / length)
    let end = Point(tip.x - ux * 2, tip.y - uy * 2)
    let neck = Point(end.x - ux * 3.5, end.y - uy * 3.5)
    list.stroke(Path([tail, neck]), Stroke(color, width: 0.6))
    list.fill(
      Path(
        [end, Point(neck.x - uy * 1.3, neck.y + ux * 1.3), Point(neck.x + uy * 1.3, neck.y - ux * 1.3)],
        closed: true),
      color)
  }

  var rowCount: Int { 1 }

  func row(_ i: Int) -> NumbersRow {
    NumbersRow("note", name: text, x: CSV.number(x), y: CSV.number(y))
  }
}

extension LayerHolder {
  /// Writes `text` beside the point (x, y); `^{…}` in it raises and `_{…}` lowers.
  public mutating func annotate(_ text: String, x: Double, y: Double, options: NoteOptions = NoteOptions()) {
    changeAxes { $0.add(NoteLayer(text: text, x: x, y: y, options: options)) }
  }
}

/// Where a text stands relative to its point.
public enum Anchor: String, NamedOption {
  case right, left, above, below, center
  case aboveRight = "above-right"
  case aboveLeft = "above-left"
  case belowRight = "below-right"
  case belowLeft = "below-left"

  public static let optionName = "anchor"

  /// Where the text stands along each axis: −1 left of or above the point, 0 centred, 1 right of or below it.
  var direction: (x: Double, y: Double) {
    switch self {
    case .right: (1, 0)
    case .left: (-1, 0)
    case .above: (0, -1)
    case .below: (0, 1)
    case .center: (0, 0)
    case .aboveRight: (1, -1)
    case .aboveLeft: (-1, -1)
    case .belowRight: (1, 1)
    case .belowLeft: (-1, 1)
    }
  }
}

/// How an annotation looks.
public struct NoteOptions: Sendable, Hashable {
  /// Where the text stands relative to its point.
  public var anchor: Anchor
  /// The gap between the point and the text, in points; nil leaves a little, and with an arrow room for it.
  public var distance: Double?
  /// Draws an arrow from the text to the point.
  public var arrow: Bool
  /// The colour of text and arrow; nil takes the style's ink.
  public var color: Color?
  /// The size of the text in points; nil takes the style's.
  public var fontSize: Double?

  public init(
    anchor: Anchor = .aboveRight, distance: Double? = nil, arrow: Bool = false, color: Color? = nil,
    fontSize: Double? = nil
  ) {
    self.anchor = anchor
    self.distance = distance
    self.arrow = arrow
    self.color = color
    self.fontSize = fontSize
  }

  var gap: Double { distance ?? (arrow ? 18 : 3) }
}
