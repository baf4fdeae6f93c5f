/// What a matrix makes of its axes: rows from the top, whole numbers, marks outside the frame, no grid.
struct CellGrid: Sendable {
  var rows: Int
  var columns: Int
  /// The name of each row, or none for numbers from 1.
  var rowNames: [String]
  var columnNames: [String]
  /// Whether cells are as high as wide; nil: when that suits the matrix and leaves its panel filled.
  var squareCells: Bool?
  /// The sides of a matrix with square cells, of which only the ratio counts; that of an image below it.
  var shape: (width: Double, height: Double)

  /// True where cells are square, which suits a map of places or classes, but not five steps against a
  /// hundred epochs.
  var isSquare: Bool { squareCells ?? (rows <= 3 * columns && columns <= 3 * rows) }
}

/// The colours of a range of values, shown by the bar beside the axes.
struct ColorScale: Sendable {
  var colors: ColorMap
  var lower: Double
  var upper: Double
  /// The text beside the bar.
  var label: String
  /// How much the colours cover, and whether that is nothing at the lower end and so much at the upper.
  var opacity = 1.0
  var fades = false

  /// The colour at a part of the range as it is seen on a page.
  func shade(_ t: Double, on page: Color) -> Color {
    page.mixed(with: colors.color(t), fades ? opacity * t : opacity)
  }
}

// What the axes ask of all their layers; the first that has an answer gives it.
extension Axes {
  /// The rows and columns that the axes stand for; nil for a plane.
  var cells: CellGrid? { first { $0.cells } }

  /// The scale beside the axes.
  var colorScale: ColorScale? { first { $0.colorScale } }

  /// Names of the positions 1, 2, … on the x axis, set by bar charts.
  var categories: [String] { first { $0.categories.isEmpty ? nil : $0.categories } ?? [] }

  /// Names of the positions 1, 2, … on the y axis from above, set by charts of level bars.
  var rowCategories: [String] { first { $0.rowCategories.isEmpty ? nil : $0.rowCategories } ?? [] }

  /// True when bars stand on top of one another.
  var stacked: Bool { layers.contains { $0.isStack } }

  private func first<Answer>(_ answer: (any PlotLayer) -> Answer?) -> Answer? {
    for layer in layers { if let found = answer(layer) { return found } }
    return nil
  }
}
