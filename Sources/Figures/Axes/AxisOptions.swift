/// What one axis shows; nil is chosen from the data.
public struct AxisOptions: Sendable, Hashable {
  public var label = ""
  public var lower: Double?
  public var upper: Double?
  public var scale: Scale = .linear
  /// Marks whole numbers only, as for step numbers.
  public var integers = false
  /// Values to mark instead of the chosen ones, with their texts (or none, for the numbers).
  public var ticks: [Double]?
  public var tickLabels: [String]?
  /// At most this many marks.
  public var maximumTicks = 9
  public var minorTicks = true
  /// Free space at both ends as a part of the data's range.
  public var margin = 0.05
  /// The power of ten written once at the axis end; 0 never, nil for very large and very small numbers.
  public var exponent: Int?
  /// No labels and no marks, for heat maps and pictures.
  public var hidden = false

  public init() {}

  public init(label: String) { self.label = label }
}

/// Which grid lines are drawn.
public enum GridLines: String, NamedOption {
  case both, x, y, none
  public static let optionName = "grid"
}
