/// Where the legend goes and how it looks.
public struct LegendOptions: Sendable, Hashable {
  public enum Place: String, NamedOption {
    /// Where it hides least.
    case best
    case upperRight = "upper-right"
    case upperLeft = "upper-left"
    case lowerLeft = "lower-left"
    case lowerRight = "lower-right"
    case right, left, lower, upper, center
    /// Beside the axes.
    case outside
    /// Above or below the axes, in one or more rows.
    case above, below
    case none

    public static let optionName = "legend place"
  }

  public var place: Place = .best
  /// Nil takes one, or more where one column would hide data.
  public var columns: Int?
  public var frame = true

  public init(place: Place = .best) { self.place = place }
}
