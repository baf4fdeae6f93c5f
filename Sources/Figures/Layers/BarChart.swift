/// One series of a bar chart or histogram.
public struct Series: Sendable, Hashable {
  /// The name in the legend; nil for none.
  public var label: String?
  /// The heights of bars, or the values that a histogram counts.
  public var values: [Double]
  /// The colour; nil takes the next of the style's cycle.
  public var color: Color?
  /// Error bars at the ends of the bars; not for histograms.
  public var error: Spread?

  public init(_ label: String? = nil, _ values: [Double], color: Color? = nil, error: Spread? = nil) {
    self.label = label
    self.values = values
    self.color = color
    self.error = error
  }
}

/// How several series share one place.
public enum BarMode: String, NamedOption {
  case grouped, stacked
  /// Translucent bars lie over one another, for histograms.
  case overlaid

  public static let optionName = "bar mode"
}

/// How bars look.
public struct BarOptions: Sendable, Hashable {
  /// How several series share one place.
  public var mode: BarMode
  /// The part of the distance between categories that their bars fill.
  public var width: Double
  /// Writes each bar's value at its end.
  public var showValues: Bool
  /// Draws level bars, the first category above.
  public var isHorizontal: Bool

  public init(
    mode: BarMode = .grouped, width: Double = 0.75, showValues: Bool = false, isHorizontal: Bool = false
  ) {
    self.isHorizontal = isHorizontal
    self.mode = mode
    self.width = width
    self.showValues = showValues
  }
}

extension LayerHolder {
  /// Draws bars over named categories, one series beside or on top of the other.
  ///
  /// Every series needs one value per category; one that is not a number leaves its place empty. Throws
  /// ``FigureError`` for unequal lengths and a second chart in the same axes.
  public mutating func bar(
    categories: [String], series: [Series], options: BarOptions = BarOptions()
  ) throws(FigureError) {
    try changeAxes { axes throws(FigureError) in
      guard axes.categories.isEmpty, axes.rowCategories.isEmpty else {
        throw FigureError("bar: these axes have categories already; give all series at once")
      }
      for layer in try BarsLayer.chart(categories, series, options) { axes.add(layer) }
    }
  }

  /// Draws one series of bars over named categories.
  public mutating func bar(
    categories: [String], values: [Double], label: String? = nil, color: Color? = nil,
    options: BarOptions = BarOptions()
  ) throws(FigureError) {
    try bar(categories: categories, series: [Series(label, values, color: color)], options: options)
  }
}

extension BarsLayer {
  /// A layer for each series of a bar chart.
  fileprivate static func chart(
    _ categories: [String], _ series: [Series], _ options: BarOptions
  ) throws(FigureError) -> [BarsLayer] {
    for (i, one) in series.enumerated() where one.values.count != categories.count {
      let name = one.label.map { "\"\($0)\"" } ?? "\(i + 1)"
      throw FigureError(
        "bar: series \(name) has \(one.values.count) values for \(categories.count) categories")
    }
    for one in series { try one.error?.check("bar: errors", count: one.values.count) }
    guard options.width > 0, options.width <= 1 else {
      throw FigureError("bar: width must be above 0 and at most 1, not \(options.width)")
    }
    let lefts = categories.indices.map { Double($0 + 1) - options.width / 2 }
    let rights = categories.indices.map { Double($0 + 1) + options.width / 2 }
    return placed(
      series, lefts, rights, options.mode, names: categories, showValues: options.showValues,
      isHorizontal: options.isHorizontal)
  }

  /// A layer for each series, beside or on top of the others between `lefts` and `rights`.
  static func placed(
    _ series: [Series], _ lefts: [Double], _ rights: [Double], _ mode: BarMode, names: [String] = [],
    showValues: Bool = false, isHorizontal: Bool = false
  ) -> [BarsLayer] {
    // These sums say what is already stacked above and below zero at each place.
    var above = [Double](repeating: 0, count: lefts.count)
    var below = above
    return series.enumerated().map { s, one in
      var bars = BarsLayer(
        left: lefts, right: rights, names: names, values: one.values, label: one.label, color: one.color,
        opacity: mode == .overlaid && series.count > 1 ? 0.55 : 1, showValues: showValues,
        isStacked: mode == .stacked, isHorizontal: isHorizontal, error: one.error)
      for (i, value) in one.values.enumerated() {
        if mode == .stacked {
          let foot = value < 0 ? below[i] : above[i]
          bars.foot.append(foot)
          bars.top.append(foot + value)
          if value < 0 { below[i] += value } else if value.isFinite { above[i] += value }
        } else {
          bars.foot.append(0)
          bars.top.append(value)
        }
        if mode == .grouped {
          let width = (rights[i] - lefts[i]) / Double(series.count)
          bars.left[i] = lefts[i] + width * Double(s)
          bars.right[i] = bars.left[i] + width
        }
      }
      return bars
    }
  }
}
