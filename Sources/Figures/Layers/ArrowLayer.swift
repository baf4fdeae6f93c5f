import Foundation

/// A straight arrow from one point to another.
struct ArrowLayer: PlotLayer {
  let from: (x: Double, y: Double)
  let to: (x: Double, y: Double)
  let head: ArrowHead
  let label: String?
  let look: LineStyle

  init(
    _ from: (x: Double, y: Double), _ to: (x: Double, y: Double), head: ArrowHead, label: String?,
    style: LineStyle
  ) throws(FigureError) {
    (self.from, self.to, self.head, self.label, look) = (from, to, head, label, style)
    try style.check("arrow")
  }

  func extendX(_ extent: inout Extent) { extent.add([from.x, to.x]) }
  func extendY(_ extent: inout Extent) { extent.add([from.y, to.y]) }

  func count(in leftOut: inout LeftOut) {
    leftOut.countX([from.x, to.x])
    leftOut.countY([from.y, to.y])
    leftOut.notNumbers += [from.x, to.x, from.y, to.y].count { $0.isNaN }
  }

  private func stroke(_ style: FigureStyle) -> Stroke {
    let color = look.color ?? style.ink
    return (look.dash ?? .solid).stroke(color.opacity(color.alpha * look.opacity), width: look.width ?? 0.9)
  }

  func paintLine(with painter: AxesPainter, into list: inout DisplayList) throws {
    let layout = painter.layout
    let (a, b) = (
      Point(layout.xMap(from.x), layout.yMap(from.y)), Point(layout.xMap(to.x), layout.yMap(to.y))
    )
    guard a.isFinite, b.isFinite else { return }
    list.clip(to: painter.inside)
    if let (start, end) = painter.area.inset(by: -30).clip(a, b) {
      paint(start, end, stroke(painter.style), &list)
    }
    list.endClip()
  }

  private func paint(_ a: Point, _ b: Point, _ stroke: Stroke, _ list: inout DisplayList) {
    let length = hypot(b.x - a.x, b.y - a.y)
    guard length > 0 else { return }
    let reach = min(max(stroke.width * 4.5, 4), length / 2)
    let (ux, uy) = ((b.x - a.x) / length, (b.y - a.y) / length)
    func neck(_ tip: Point, _ sign: Double) -> Point {
      Point(tip.x - sign * ux * reach, tip.y - sign * uy * reach)
    }
    func paintHead(_ tip: Point, _ neck: Point) {
      let half = reach * 0.38
      list.fill(
        Path(
          [
            tip, Point(neck.x - uy * half, neck.y + ux * half), Point(neck.x + uy * half, neck.y - ux * half),
          ], closed: true), stroke.color)
    }
    var line = stroke
    line.cap = .butt
    let (start, end) = (head == .both ? neck(a, -1) : a, head == .none ? b : neck(b, 1))
    list.stroke(Path([start, end]), line)
    if head != .none { paintHead(b, end) }
    if head == .both { paintHead(a, start) }
  }

  var mark: LegendMark { .stretch }

  func paintMark(in box: Rect, style: FigureStyle, into list: inout DisplayList) {
    paint(Point(box.x, box.center.y), Point(box.right, box.center.y), stroke(style), &list)
  }

  func obstruct(_ obstacles: inout Obstacles, with painter: AxesPainter) throws {
    let layout = painter.layout
    let (a, b) = (
      Point(layout.xMap(from.x), layout.yMap(from.y)), Point(layout.xMap(to.x), layout.yMap(to.y))
    )
    if a.isFinite, b.isFinite { obstacles.add(along: a, b, 2) }
  }

  /// The tail and the tip.
  var rowCount: Int { 2 }

  func row(_ i: Int) -> NumbersRow {
    let end = i == 0 ? from : to
    return NumbersRow("arrow", x: CSV.number(end.x), y: CSV.number(end.y))
  }
}

/// Which ends of an arrow have a head.
public enum ArrowHead: String, NamedOption {
  case end, both, none
  public static let optionName = "arrow head"
}

extension LayerHolder {
  /// Draws an arrow between two points of the data.
  public mutating func arrow(
    from: (x: Double, y: Double), to: (x: Double, y: Double), head: ArrowHead = .end, label: String? = nil,
    style: LineStyle = LineStyle()
  ) throws(FigureError) {
    let layer = try ArrowLayer(from, to, head: head, label: label, style: style)
    changeAxes { $0.add(layer) }
  }
}
