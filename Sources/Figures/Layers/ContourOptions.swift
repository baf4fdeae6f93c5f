/// How lines of equal value look.
public struct ContourOptions: Sendable, Hashable {
  /// The values of the lines, ascending; nil chooses about ``count`` round ones.
  public var levels: [Double]?
  /// At most so many lines where they are chosen.
  public var count: Int
  /// Fills the areas between the lines; lines are then drawn only in a ``color``.
  public var isFilled: Bool
  /// The colours from the lowest to the highest line or area.
  public var colors: ColorMap
  /// One colour for all lines; nil takes ``colors``.
  public var color: Color?
  /// The width of lines in points; nil takes most of the style's.
  public var width: Double?
  /// The pattern of lines.
  public var dash: Dash?
  /// Writes its value into each line where there is room.
  public var writesLevels: Bool
  /// How much areas cover the page, 0…1.
  public var opacity: Double
  /// Draws a bar with the colours of the values.
  public var colorBar: Bool
  /// The text beside the colour bar.
  public var label: String

  public init(
    levels: [Double]? = nil, count: Int = 8, isFilled: Bool = false, colors: ColorMap = .viridis,
    color: Color? = nil, width: Double? = nil, dash: Dash? = nil, writesLevels: Bool = true,
    opacity: Double = 1, colorBar: Bool = true, label: String = ""
  ) {
    (self.levels, self.count, self.isFilled, self.colors, self.color) = (
      levels, count, isFilled, colors, color
    )
    (self.width, self.dash, self.writesLevels, self.opacity) = (width, dash, writesLevels, opacity)
    (self.colorBar, self.label) = (colorBar, label)
  }
}

extension LayerHolder {
  /// Draws lines of equal value of a grid; `values[row * x.count + column]` stands at (x[column], y[row]).
  ///
  /// Throws ``FigureError`` for places that do not ascend, for another number of values, and for a grid with fewer than two
  /// rows or columns.
  public mutating func contour(
    _ values: [Double], x: [Double], y: [Double], options: ContourOptions = ContourOptions()
  ) throws(FigureError) {
    guard (1...100).contains(options.count), (0...1).contains(options.opacity) else {
      throw FigureError("contour: 1 to 100 lines of an opacity from 0 to 1 can be drawn")
    }
    let layer = try ContourLayer(ContourGrid(x: x, y: y, values: values), options: options)
    changeAxes { $0.add(layer) }
  }
}
