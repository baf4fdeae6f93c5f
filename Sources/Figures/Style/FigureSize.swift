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

  /// A size that is given in inches.
  public static func inches(_ width: Double, _ height: Double) -> FigureSize {
    .points(width: width * 72, height: height * 72)
  }

  /// The size called "one-column" or "two-columns"; throws ``FigureError`` for other names.
  public init(named name: String) throws(FigureError) {
    switch Names.folded(name) {
    case "one-column": self = .oneColumn
    case "two-columns": self = .twoColumns
    default: throw Names.unknown("figure size", name, among: ["one-column", "two-columns"])
    }
  }
}
