import Foundation

/// How big a figure is on the page.
public enum FigureSize: Sendable, Hashable {
  /// One column of a two-column paper: 3.5 × 2.6 in.
  case oneColumn
  /// The whole width of a two-column paper: 7.16 × 3 in.
  case twoColumns
  case points(width: Double, height: Double)

  public var size: Size {
    switch self {
    case .oneColumn: Size(width: 252, height: 187.2)
    case .twoColumns: Size(width: 515.52, height: 216)
    case .points(let width, let height): Size(width: width, height: height)
    }
  }

  public static func inches(_ width: Double, _ height: Double) -> FigureSize {
    .points(width: width * 72, height: height * 72)
  }

  /// "one-column" or "two-columns".
  public init(named name: String) throws(FigureError) {
    switch Names.folded(name) {
    case "one-column": self = .oneColumn
    case "two-columns": self = .twoColumns
    default: throw Names.unknown("figure size", name, among: ["one-column", "two-columns"])
    }
  }
}

/// Fonts, weights and colours that all parts of a figure share. Lengths in points.
public struct FigureStyle: Sendable, Hashable {
  public var fonts: FontChoice
  /// Tick labels, legend, annotations.
  public var fontSize = 8.0
  /// Axis labels.
  public var labelSize = 9.0
  public var titleSize = 9.0
  public var palette: Palette = .okabeIto
  public var lineWidth = 1.25
  /// Diameter.
  public var markerSize = 4.5
  public var axisWidth = 0.5
  public var gridWidth = 0.4
  public var tickLength = 3.0
  public var minorTickLength = 1.6
  public var ink = Color.black
  public var gridColor = Color(0xDEDEDE)
  public var background = Color.white

  public init(fonts: FontChoice = .paper) { self.fonts = fonts }

  /// Serif, as in a LaTeX paper.
  public static let paper = FigureStyle()
  /// Sans serif, as on a screen or slides.
  public static let screen: FigureStyle = {
    var style = FigureStyle(fonts: .sans)
    style.fontSize = 7
    style.labelSize = 7.5
    style.titleSize = 8
    return style
  }()

  /// "paper" or "screen".
  public init(named name: String) throws(FigureError) {
    switch Names.folded(name) {
    case "paper": self = .paper
    case "screen": self = .screen
    default: throw Names.unknown("figure style", name, among: ["paper", "screen"])
    }
  }

  func color(_ index: Int) -> Color { palette.colors[index % palette.colors.count] }
}

/// The pattern of a line.
public enum Dash: String, NamedOption {
  case solid, dashed, dotted
  case dashDot = "dash-dot"
  case longDash = "long-dash"

  public static let optionName = "line style"

  /// The cycle that goes along with the colours.
  static let cycle: [Dash] = [.solid, .dashed, .dotted, .dashDot, .longDash]

  func stroke(_ color: Color, width: Double) -> Stroke {
    let unit = max(width, 0.6)
    func scaled(_ lengths: [Double]) -> [Double] { lengths.map { $0 * unit } }
    return switch self {
    case .solid: Stroke(color, width: width, cap: .round)
    case .dashed: Stroke(color, width: width, dash: scaled([4, 2]))
    case .dotted: Stroke(color, width: width, dash: scaled([0, 2]), cap: .round)
    case .dashDot: Stroke(color, width: width, dash: scaled([4, 2, 0, 2]), cap: .round)
    case .longDash: Stroke(color, width: width, dash: scaled([8, 2.5]))
    }
  }
}

/// The sign at a data point.
public enum Marker: String, NamedOption {
  case circle, square, triangle, diamond
  case triangleDown = "triangle-down"
  case star, pentagon, plus, cross, none

  public static let optionName = "marker"

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
