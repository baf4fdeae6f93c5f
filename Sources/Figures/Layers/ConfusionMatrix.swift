/// How a confusion matrix is shown.
public struct ConfusionOptions: Sendable, Hashable {
  /// The names of the classes in the order of rows and columns; none for numbers from 1.
  public var names: [String]
  /// Writes counts into the cells instead of percentages of the row.
  public var showsCounts: Bool
  /// The colours from 0 to 100 % of a row.
  public var colors: ColorMap
  /// The decimal places of percentages.
  public var digits: Int

  public init(names: [String] = [], showsCounts: Bool = false, colors: ColorMap = .blues, digits: Int = 0) {
    (self.names, self.showsCounts, self.colors, self.digits) = (names, showsCounts, colors, digits)
  }
}

extension LayerHolder {
  /// Draws how often each class, a row, was taken for each, a column; colours say which part of its row a cell is.
  ///
  /// The numbers of the figure are the counts. Throws ``FigureError`` unless there are `classes`² of them, none negative.
  public mutating func confusion(
    _ counts: [Double], classes: Int, options: ConfusionOptions = ConfusionOptions()
  ) throws(FigureError) {
    guard classes > 0, counts.count == classes * classes else {
      throw FigureError("confusion: \(counts.count) counts; as many rows as columns are needed")
    }
    guard counts.allSatisfy({ $0 >= 0 && $0.isFinite }) else {
      throw FigureError("confusion: counts must be finite and not negative")
    }
    var map = HeatMapOptions(
      colors: options.colors, lower: 0, upper: 100, label: "% of the true class",
      digits: options.showsCounts ? 0 : options.digits, rowNames: options.names, columnNames: options.names,
      squareCells: true)
    map.normalizesRows = true
    map.writesValues = options.showsCounts
    try heatMap(counts, rows: classes, columns: classes, options: map)
    changeAxes { axes in
      if axes.x.label.isEmpty { axes.x.label = "predicted" }
      if axes.y.label.isEmpty { axes.y.label = "true" }
    }
  }

  /// Draws the confusion matrix of numbered classes, from 1, counting pairs of them.
  ///
  /// Throws ``FigureError`` for unequal lengths and for what is no number of a class.
  public mutating func confusion(
    truth: [Int], predicted: [Int], options: ConfusionOptions = ConfusionOptions()
  ) throws(FigureError) {
    guard truth.count == predicted.count else {
      throw FigureError("confusion: \(truth.count) true classes and \(predicted.count) predicted ones")
    }
    let named = options.names.count
    let classes = named > 0 ? named : max(truth.max() ?? 0, predicted.max() ?? 0)
    guard (1...1000).contains(classes) else {
      throw FigureError("confusion: 1 to 1000 classes can be shown, not \(classes)")
    }
    var counts = [Double](repeating: 0, count: classes * classes)
    for (row, column) in zip(truth, predicted) {
      for one in [row, column] where !(1...classes).contains(one) {
        throw FigureError("confusion: class \(one) is not one of 1 to \(classes)")
      }
      counts[(row - 1) * classes + column - 1] += 1
    }
    try confusion(counts, classes: classes, options: options)
  }
}
