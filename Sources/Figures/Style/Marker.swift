import Foundation

/// The sign at a data point.
public enum Marker: String, NamedOption {
  case circle, square, triangle, diamond
  case triangleDown = "triangle-down"
  case star, pentagon, plus, cross, none

  public static let optionName = "marker"

  /// Matplotlib's signs.
  public static let aliases: [String: Marker] = [
    "o": .circle, "s": .square, "^": .triangle, "v": .triangleDown, "d": .diamond, "*": .star, "p": .pentagon,
    "+": .plus, "x": .cross, "": .none,
  ]

  static let cycle: [Marker] = [
    .circle, .square, .triangle, .diamond, .triangleDown, .pentagon, .star, .plus, .cross,
  ]

  /// The outline of a marker of diameter `size` (areas are about equal); nil for strokes and none.
  private func outline(_ c: Point, _ size: Double) -> Path? {
    func polygon(_ corners: Int, _ radius: Double, turn: Double = 0, inner: Double? = nil) -> Path {
      let count = inner == nil ? corners : 2 * corners
      return Path(
        (0..<count).map { i in
          let angle = Double.pi * (2 * Double(i) / Double(count) - 0.5 + turn)
          let r = (i % 2 == 1 ? inner : nil) ?? radius
          return Point(c.x + r * cos(angle), c.y + r * sin(angle))
        }, closed: true)
    }
    let r = size / 2
    switch self {
    case .circle: return .circle(c, radius: r)
    case .square: return Path(Rect(x: c.x - 0.89 * r, y: c.y - 0.89 * r, width: 1.78 * r, height: 1.78 * r))
    case .triangle: return polygon(3, 1.25 * r)
    case .triangleDown: return polygon(3, 1.25 * r, turn: 1)
    case .diamond: return polygon(4, 1.25 * r)
    case .pentagon: return polygon(5, 1.1 * r)
    case .star: return polygon(5, 1.6 * r, inner: 0.64 * r)
    case .plus, .cross, .none: return nil
    }
  }

  /// Adds the marker; a thin edge in the background's colour keeps neighbours apart.
  func draw(at p: Point, size: Double, color: Color, edge: Color?, into list: inout DisplayList) {
    if let path = outline(p, size) {
      if let edge { list.stroke(path, Stroke(edge, width: 0.9)) }
      // Yellow on white needs an outline to be seen.
      if color.luminance > 0.6 { list.stroke(path, Stroke(Color.black.opacity(color.alpha), width: 0.8)) }
      list.fill(path, color)
      return
    }
    guard self != .none else { return }
    let r = size / 2 * (self == .plus ? 1.1 : 0.85)
    let arms =
      self == .plus
      ? [(Point(p.x - r, p.y), Point(p.x + r, p.y)), (Point(p.x, p.y - r), Point(p.x, p.y + r))]
      : [
        (Point(p.x - r, p.y - r), Point(p.x + r, p.y + r)),
        (Point(p.x - r, p.y + r), Point(p.x + r, p.y - r)),
      ]
    var path = Path()
    for (a, b) in arms {
      path.move(a)
      path.line(b)
    }
    list.stroke(path, Stroke(color, width: max(size * 0.24, 0.7)))
  }
}
