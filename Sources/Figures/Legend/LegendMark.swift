/// The form of what stands beside a name in a legend.
enum LegendMark {
  /// A stretch of line.
  case stretch
  /// A patch of colour.
  case patch
  /// A sign such as a marker.
  case sign

  /// The room for it, in units of the font size.
  var width: Double {
    switch self {
    case .stretch: 2.3
    case .patch: 1.5
    case .sign: 1
    }
  }
}

extension Rect {
  /// A square-ish patch of colour in the middle of a legend's mark.
  var swatch: Rect { Rect(x: center.x - height * 0.9, y: y, width: height * 1.8, height: height) }

  /// The level line through the middle.
  var middleLine: Path { Path([Point(x, center.y), Point(right, center.y)]) }
}
