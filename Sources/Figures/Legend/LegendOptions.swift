/// Where the legend goes and how it looks.
public struct LegendOptions: Sendable, Hashable {
  /// Where a legend goes.
  public enum Place: String, NamedOption {
    /// The place inside the axes where it hides least.
    case best
    case upperRight = "upper-right"
    case upperLeft = "upper-left"
    case lowerLeft = "lower-left"
    case lowerRight = "lower-right"
    case right, left, lower, upper, center
    /// It stands beside the axes.
    case outside
    /// It stands above or below the axes, in one or more rows.
    case above, below
    /// There is no legend.
    case none

    public static let optionName = "legend place"
  }

  /// Where the legend goes.
  public var place: Place = .best
  /// The number of columns; nil takes one, or more where one column would hide data.
  public var columns: Int?
  /// Draws a frame around the legend.
  public var frame = true

  public init(place: Place = .best) { self.place = place }
}
