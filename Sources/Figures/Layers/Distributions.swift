/// How a distribution over a category is drawn.
public enum DistributionForm: String, Sendable {
  case box, violin
}

/// One series of distributions: values of each category.
public struct DistributionSeries: Sendable, Hashable {
  /// The name in the legend; nil for none.
  public var label: String?
  /// The values of each category.
  public var values: [[Double]]
  /// The colour; nil takes the next of the style's cycle.
  public var color: Color?

  public init(_ label: String? = nil, _ values: [[Double]], color: Color? = nil) {
    (self.label, self.values, self.color) = (label, values, color)
  }
}

/// How boxes and violins look.
public struct DistributionOptions: Sendable, Hashable {
  /// The part of the distance between categories that is filled.
  public var width: Double
  /// Lays them level, the first category above.
  public var isHorizontal: Bool
  /// Marks the mean.
  public var showsMean: Bool

  public init(width: Double = 0.6, isHorizontal: Bool = false, showsMean: Bool = false) {
    (self.width, self.isHorizontal, self.showsMean) = (width, isHorizontal, showsMean)
  }
}

extension LayerHolder {
  /// Draws the distribution of the values of each category, several series side by side.
  ///
  /// Boxes reach from the lower to the upper quartile with a line at the median, their whiskers to the outermost values
  /// within one and a half times the box's length (Tukey); values beyond are circles. A violin is as wide as the values are
  /// dense along the axis as it is drawn, and ends at its outermost values. Throws ``FigureError`` for another number of
  /// lists than categories, and in axes with categories of their own.
  public mutating func distribution(
    _ form: DistributionForm, categories: [String], series: [DistributionSeries],
    options: DistributionOptions = DistributionOptions()
  ) throws(FigureError) {
    for (i, one) in series.enumerated() where one.values.count != categories.count {
      let name = one.label.map { "\"\($0)\"" } ?? "\(i + 1)"
      throw FigureError(
        "\(form.rawValue): series \(name) has \(one.values.count) lists of values for \(categories.count) categories"
      )
    }
    guard options.width > 0, options.width <= 1 else {
      throw FigureError("\(form.rawValue): width must be above 0 and at most 1, not \(options.width)")
    }
    let each = options.width / Double(max(series.count, 1))
    let layers = series.enumerated().map { i, one in
      DistributionLayer(
        form, categories, one, options: options,
        offset: (Double(i) + 0.5) * each - options.width / 2, half: each * (series.count > 1 ? 0.42 : 0.5))
    }
    try changeAxes { axes throws(FigureError) in
      guard axes.categories.isEmpty, axes.rowCategories.isEmpty else {
        throw FigureError("\(form.rawValue): these axes have categories already; give all series at once")
      }
      for layer in layers { axes.add(layer) }
    }
  }
}
