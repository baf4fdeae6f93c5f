import Foundation

/// How values are counted into bins.
public struct HistogramOptions: Sendable, Hashable {
  /// The number of equal bins; nil is chosen from the data, one per number for few whole numbers.
  public var bins: Int?
  /// The ascending edges of bins that are not equal; nil for equal ones.
  public var edges: [Double]?
  /// Shows the density, whose area is 1, instead of counts.
  public var density: Bool
  /// How several series share one place.
  public var mode: BarMode

  public init(bins: Int? = nil, edges: [Double]? = nil, density: Bool = false, mode: BarMode = .overlaid) {
    self.bins = bins
    self.edges = edges
    self.density = density
    self.mode = mode
  }
}

extension LayerHolder {
  /// Counts the finite values of each series into common bins; the last bin includes its right edge.
  ///
  /// Throws ``FigureError`` for edges that do not ascend and for a senseless number of bins.
  public mutating func histogram(
    series: [Series], options: HistogramOptions = HistogramOptions()
  ) throws(FigureError) {
    let bins = try Bins(series.flatMap(\.values).filter { $0.isFinite }, options)
    let counted = series.map { one in
      Series(one.label, bins.heights(one.values, asDensity: options.density), color: one.color)
    }
    let layers = BarsLayer.placed(counted, bins.lefts, bins.rights, options.mode)
    changeAxes { axes in
      for (layer, one) in zip(layers, series) {
        var layer = layer
        layer.uncounted = bins.uncounted(one.values)
        axes.add(layer)
      }
    }
  }

  /// Draws bars of given heights between ascending edges: counts made elsewhere, or accuracy by confidence.
  ///
  /// Throws ``FigureError`` unless there is one more edge than heights, ascending and finite.
  public mutating func histogram(
    edges: [Double], heights: [Double], label: String? = nil, color: Color? = nil
  ) throws(FigureError) {
    guard edges.count == heights.count + 1 else {
      throw FigureError(
        "histogram: \(heights.count) heights need \(heights.count + 1) edges, got \(edges.count)")
    }
    let bins = try Bins([], HistogramOptions(edges: edges))
    let layers = BarsLayer.placed(
      [Series(label, heights, color: color)], bins.lefts, bins.rights, .overlaid)
    changeAxes { axes in
      for layer in layers { axes.add(layer) }
    }
  }

  /// Draws the distribution of one set of values.
  public mutating func histogram(
    _ values: [Double], label: String? = nil, color: Color? = nil,
    options: HistogramOptions = HistogramOptions()
  ) throws(FigureError) {
    try histogram(series: [Series(label, values, color: color)], options: options)
  }
}

/// The bins of a histogram.
private struct Bins {
  /// The edges, ascending and finite, at least two.
  let edges: [Double]

  /// The edges that `options` ask for, or suitable ones for `values`, which are finite.
  init(_ values: [Double], _ options: HistogramOptions) throws(FigureError) {
    edges = try Bins.edges(values, options)
  }

  var lefts: [Double] { Array(edges.dropLast()) }
  var rights: [Double] { Array(edges.dropFirst()) }

  /// The count of each bin, or the density, whose area is 1.
  func heights(_ values: [Double], asDensity: Bool) -> [Double] {
    let counts = count(values)
    let total = counts.reduce(0, +)
    return counts.indices.map { i in
      asDensity && total > 0 ? counts[i] / (total * (edges[i + 1] - edges[i])) : counts[i]
    }
  }

  private func count(_ values: [Double]) -> [Double] {
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

  /// What ``count(_:)`` passes over.
  func uncounted(_ values: [Double]) -> BarsLayer.Uncounted {
    var result = BarsLayer.Uncounted()
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
