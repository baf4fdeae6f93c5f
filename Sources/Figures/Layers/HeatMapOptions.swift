/// How a heat map is coloured and labelled.
public struct HeatMapOptions: Sendable, Hashable {
  /// The colours of the values.
  public var colors: ColorMap
  /// The value of the first colour; nil takes the smallest.
  public var lower: Double?
  /// The value of the last colour; nil takes the largest.
  public var upper: Double?
  /// The text beside the colour bar.
  public var label: String
  /// Draws a bar with the colours of the values.
  public var colorBar: Bool
  /// The decimal places of the numbers in the cells; nil shows none.
  public var digits: Int?
  /// The names of the rows from the top; none for numbers from 1.
  public var rowNames: [String]
  /// The names of the columns; none for numbers from 1.
  public var columnNames: [String]
  /// Whether cells are as high as wide; nil: when one side has at most three times as many as the other.
  public var squareCells: Bool?
  /// How much the colours cover what is below, 0…1; nil: all of the page, half of an image.
  public var opacity: Double?
  /// Covers less where values are smaller: nothing at the first colour, ``opacity`` at the last.
  public var fades: Bool
  /// What lies below, stretched to the size of the map; nil: the page.
  public var image: Pixels?
  /// Draws values between the centres of the cells instead of squares.
  public var smooth: Bool
  /// Colours stand for parts of the row's sum in percent.
  public var normalizesRows = false
  /// Writes the values themselves into cells whose colours stand for parts.
  public var writesValues = false

  public init(
    colors: ColorMap = .viridis, lower: Double? = nil, upper: Double? = nil, label: String = "",
    colorBar: Bool = true, digits: Int? = nil, rowNames: [String] = [], columnNames: [String] = [],
    squareCells: Bool? = nil, opacity: Double? = nil, fades: Bool = false, image: Pixels? = nil,
    smooth: Bool = false
  ) {
    (self.opacity, self.fades, self.image, self.smooth) = (opacity, fades, image, smooth)
    self.squareCells = squareCells
    self.colors = colors
    self.lower = lower
    self.upper = upper
    self.label = label
    self.colorBar = colorBar
    self.digits = digits
    self.rowNames = rowNames
    self.columnNames = columnNames
  }
}
