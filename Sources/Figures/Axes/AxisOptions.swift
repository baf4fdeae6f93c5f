/// What one axis shows; nil is chosen from the data.
public struct AxisOptions: Sendable, Hashable {
  /// The text beside the axis; empty for none.
  public var label = ""
  /// The value at the lower end.
  public var lower: Double?
  /// The value at the upper end.
  public var upper: Double?
  /// How values become lengths.
  public var scale: Scale = .linear
  /// Where a symmetric logarithmic axis ceases to be linear; nil: a power of ten below the data.
  public var linearBelow: Double?
  /// Stretches of values that are left out, in order and apart; what is on both sides of one has the same scale.
  public var breaks: [AxisBreak] = []
  /// How marks are written; nil: as numbers, with a common power of ten at the end of the axis.
  public var format: TickFormat?
  /// Marks whole numbers only, as for step numbers.
  public var integers = false
  /// Values to mark instead of the chosen ones.
  public var ticks: [Double]?
  /// The texts at ``ticks``; nil shows the numbers.
  public var tickLabels: [String]?
  /// The most marks that are chosen.
  public var maximumTicks = 9
  /// Draws small marks between the labelled ones.
  public var minorTicks = true
  /// The free space at both ends as a part of the data's range.
  public var margin = 0.05
  /// The power of ten written once at the axis end; 0 never, nil for very large and very small numbers.
  public var exponent: Int?
  /// The colour of the axis' texts; nil takes the style's ink.
  public var color: Color?
  /// Leaves out labels and marks, for heat maps and pictures.
  public var hidden = false

  public init() {}

  /// An axis with a text beside it, all else chosen from the data.
  public init(label: String) { self.label = label }
}

/// Which grid lines are drawn.
public enum GridLines: String, NamedOption {
  case both, x, y, none
  public static let optionName = "grid"
}
