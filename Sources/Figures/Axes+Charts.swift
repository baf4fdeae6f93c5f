import Foundation

/// One series of a bar chart or histogram.
public struct Series: Sendable, Hashable {
  public var label: String?
  public var values: [Double]
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
  /// On top of one another, translucent; for histograms.
  case overlaid

  public static let optionName = "bar mode"
}

/// How bars look.
public struct BarOptions: Sendable, Hashable {
  public var mode: BarMode
  /// Part of the distance between categories that their bars fill.
  public var width: Double
  /// Writes each bar's value above it.
  public var showValues: Bool

  public init(mode: BarMode = .grouped, width: Double = 0.75, showValues: Bool = false) {
    self.mode = mode
    self.width = width
    self.showValues = showValues
  }
}

/// How values are counted into bins.
public struct HistogramOptions: Sendable, Hashable {
  /// Number of equal bins; nil is chosen from the data, one per number for few whole numbers.
  public var bins: Int?
  /// Ascending edges, instead of equal bins.
  public var edges: [Double]?
  /// Shows the density, whose area is 1, instead of counts.
  public var density: Bool
  public var mode: BarMode

  public init(bins: Int? = nil, edges: [Double]? = nil, density: Bool = false, mode: BarMode = .overlaid) {
    self.bins = bins
    self.edges = edges
    self.density = density
    self.mode = mode
  }
}

extension Axes {
  /// Bars over named categories, one series beside or on top of the other.
  ///
  /// Every series needs one value per category; one that is not a number leaves its place empty. Throws
  /// ``FigureError`` for unequal lengths and a second chart in the same axes.
  public mutating func bar(
    categories: [String], series: [Series], options: BarOptions = BarOptions()
  ) throws(FigureError) {
    guard self.categories.isEmpty else {
      throw FigureError("bar: these axes hold a bar chart already; give all its series at once")
    }
    for (i, one) in series.enumerated() where one.values.count != categories.count {
      let name = one.label.map { "\"\($0)\"" } ?? "\(i + 1)"
      throw FigureError(
        "bar: series \(name) has \(one.values.count) values for \(categories.count) categories")
    }
    for one in series { try one.error?.check("bar: errors", count: one.values.count) }
    guard options.width > 0, options.width <= 1 else {
      throw FigureError("bar: width must be above 0 and at most 1, not \(options.width)")
    }
    name(categories: categories)
    let lefts = categories.indices.map { Double($0 + 1) - options.width / 2 }
    let rights = categories.indices.map { Double($0 + 1) + options.width / 2 }
    add(series, lefts, rights, options.mode, names: categories, showValues: options.showValues)
  }

  /// One series of bars.
  public mutating func bar(
    categories: [String], values: [Double], label: String? = nil, color: Color? = nil,
    options: BarOptions = BarOptions()
  ) throws(FigureError) {
    try bar(categories: categories, series: [Series(label, values, color: color)], options: options)
  }

  /// Counts the finite values of each series into common bins; the last bin includes its right edge.
  ///
  /// Throws ``FigureError`` for edges that do not ascend and for a senseless number of bins.
  public mutating func histogram(
    series: [Series], options: HistogramOptions = HistogramOptions()
  ) throws(FigureError) {
    let edges = try Axes.edges(series.flatMap(\.values).filter { $0.isFinite }, options)
    let counted = series.map { one in
      let counts = Axes.count(one.values, edges)
      let total = counts.reduce(0, +)
      let heights = counts.indices.map { i in
        options.density && total > 0 ? counts[i] / (total * (edges[i + 1] - edges[i])) : counts[i]
      }
      return Series(one.label, heights, color: one.color)
    }
    let uncounted = series.map { Axes.uncounted($0.values, edges) }
    add(
      counted, Array(edges.dropLast()), Array(edges.dropFirst()), options.mode, names: [], showValues: false,
      uncounted: uncounted)
  }

  /// Bars of given heights between ascending edges: counts made elsewhere, or accuracy by confidence.
  ///
  /// Throws ``FigureError`` unless there is one more edge than heights, ascending and finite.
  public mutating func histogram(
    edges: [Double], heights: [Double], label: String? = nil, color: Color? = nil
  ) throws(FigureError) {
    guard edges.count == heights.count + 1 else {
      throw FigureError(
        "histogram: \(heights.count) heights need \(heights.count + 1) edges, got \(edges.count)")
    }
    let checked = try Axes.edges([], HistogramOptions(edges: edges))
    add(
      [Series(label, heights, color: color)], Array(checked.dropLast()), Array(checked.dropFirst()),
      .overlaid,
      names: [], showValues: false)
  }

  /// The distribution of one set of values.
  public mutating func histogram(
    _ values: [Double], label: String? = nil, color: Color? = nil,
    options: HistogramOptions = HistogramOptions()
  ) throws(FigureError) {
    try histogram(series: [Series(label, values, color: color)], options: options)
  }

  /// Colours for the rows (from the top) and columns of a matrix; a value that is not a number stays grey.
  ///
  /// Rows and columns are numbered from 1 unless named. Throws ``FigureError`` for rows of unequal length.
  public mutating func heatMap(
    _ values: [[Double]], options: HeatMapOptions = HeatMapOptions()
  ) throws(FigureError) {
    let columns = values.first?.count ?? 0
    for (i, row) in values.enumerated() where row.count != columns {
      throw FigureError("heat map: row \(i + 1) has \(row.count) values, row 1 has \(columns)")
    }
    try heatMap(values.flatMap { $0 }, rows: values.count, columns: columns, options: options)
  }

  /// The same of values row by row.
  public mutating func heatMap(
    _ values: [Double], rows: Int, columns: Int, options: HeatMapOptions = HeatMapOptions()
  ) throws(FigureError) {
    guard !values.isEmpty else { throw FigureError("heat map: there are no values") }
    guard rows <= Axes.mapLimit, columns <= Axes.mapLimit else {
      throw FigureError(
        "heat map: \(rows)×\(columns) values; at most \(Axes.mapLimit) rows and columns can be told apart")
    }
    for (what, names, count) in [
      ("row", options.rowNames, rows), ("column", options.columnNames, columns),
    ] {
      guard names.isEmpty || names.count == count else {
        throw FigureError("heat map: \(names.count) \(what) names for \(count) \(what)s")
      }
    }
    guard heatMap == nil else { throw FigureError("heat map: these axes hold one already") }
    append(
      .heatMap(
        Layer.HeatMap(values: values, rows: rows, columns: columns, options: options)))
  }

  /// More rows or columns than a picture has pixels.
  private static let mapLimit = 8192

  // MARK: Placing bars

  private mutating func add(
    _ series: [Series], _ lefts: [Double], _ rights: [Double], _ mode: BarMode, names: [String],
    showValues: Bool, uncounted: [Layer.Uncounted] = []
  ) {
    // What is already stacked above and below zero at each place.
    var above = [Double](repeating: 0, count: lefts.count)
    var below = above
    for (s, one) in series.enumerated() {
      var bars = Layer.Bars(
        left: lefts, right: rights, foot: [], top: [], names: names, values: one.values, label: one.label,
        color: one.color, opacity: mode == .overlaid && series.count > 1 ? 0.55 : 1,
        showValues: showValues, cycle: takeCycle(one.color), isStacked: mode == .stacked, error: one.error)
      if s < uncounted.count { bars.uncounted = uncounted[s] }
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
      append(.bars(bars))
    }
  }

  // MARK: Bins

  private static func count(_ values: [Double], _ edges: [Double]) -> [Double] {
    var counts = [Double](repeating: 0, count: edges.count - 1)
    for value in values where value >= edges[0] && value <= edges[edges.count - 1] {
      var (low, high) = (0, counts.count - 1)
      while low < high {
        let middle = (low + high + 1) / 2
        if edges[middle] <= value { low = middle } else { high = middle - 1 }
      }
      counts[low] += 1
    }
    return counts
  }

  /// What ``count(_:_:)`` passes over.
  private static func uncounted(_ values: [Double], _ edges: [Double]) -> Layer.Uncounted {
    var result = Layer.Uncounted()
    for value in values {
      if value.isNaN {
        result.notNumbers += 1
      } else if value.isInfinite {
        result.infinite += 1
      } else if value < edges[0] || value > edges[edges.count - 1] {
        result.outside += 1
      }
    }
    return result
  }

  private static func edges(_ values: [Double], _ options: HistogramOptions) throws(FigureError) -> [Double] {
    if let edges = options.edges {
      let ascending = zip(edges, edges.dropFirst()).allSatisfy { $0 < $1 }
      guard edges.count >= 2, edges.count <= 10_001, ascending, edges.allSatisfy(\.isFinite) else {
        throw FigureError("histogram: edges must be 2 to 10001 ascending finite numbers")
      }
      return edges
    }
    if let bins = options.bins, !(1...10_000).contains(bins) {
      throw FigureError("histogram: bins must be 1 to 10000, not \(bins)")
    }
    guard var low = values.min(), var high = values.max() else { return [0, 1] }
    if options.bins == nil, high - low <= 40, values.allSatisfy({ $0 == $0.rounded() && abs($0) < 1e9 }) {
      return (Int(low)...Int(high) + 1).map { Double($0) - 0.5 }
    }
    if Span(low, high).isConstant {
      let around = Span(Span.around(low).lower, Span.around(high).upper)
      (low, high) = (around.lower, around.upper)
    }
    let count = options.bins ?? suitableBins(values, high - low)
    let span = Span(low, high)
    let edges = (0...count).map { $0 == count ? high : span.value(at: Double($0) / Double(count)) }
    // Bins narrower than what a double can tell apart are joined.
    return edges.indices.filter { $0 == 0 || edges[$0] > edges[$0 - 1] }.map { edges[$0] }
  }

  /// The finer of Sturges' and of Freedman and Diaconis' rule.
  private static func suitableBins(_ values: [Double], _ range: Double) -> Int {
    let sorted = values.sorted()
    let count = Double(sorted.count)
    let quartiles = sorted[sorted.count * 3 / 4] - sorted[sorted.count / 4]
    let width = 2 * quartiles / cbrt(count)
    let sturges = log2(count).rounded(.up) + 1
    return Int(min(max(sturges, width > 0 ? (range / width).rounded(.up) : 0), 100))
  }
}
