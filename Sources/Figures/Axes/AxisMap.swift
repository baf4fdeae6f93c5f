import Foundation

/// Turns data values along one axis into points on the page.
struct AxisMap: Sendable {
  var lower: Double
  var upper: Double
  var scale: Scale
  /// Where a symmetric logarithmic axis ceases to be linear.
  var threshold = 1.0
  /// The stretches that are left out, in order and apart.
  var breaks: [AxisBreak] = []
  /// Where `lower` and `upper` lie.
  var start = 0.0
  var end = 1.0

  /// The place of a value on the page; not a number for what the axis cannot show: infinities, what lies in a break, and
  /// on a logarithmic axis what is not above 0.
  func callAsFunction(_ value: Double) -> Double {
    guard value.isFinite, scale != .log || value > 0 else { return .nan }
    let t = fraction(value)
    let place = breaks.isEmpty ? start + t * (end - start) : brokenPlace(t)
    // The limits are far beyond any page, but safe to calculate with.
    return place.isNaN ? .nan : place.clamped(-1e7, 1e7)
  }

  func contains(_ value: Double) -> Bool {
    guard value.isFinite, scale != .log || value > 0 else { return false }
    let t = fraction(value)
    return t >= -1e-9 && t <= 1 + 1e-9 && !leavesOut(value)
  }

  /// Where a value lies on the axis without breaks: 0 at its lower end, 1 at its upper.
  func fraction(_ value: Double) -> Double {
    switch scale {
    case .linear: Span(lower, upper).fraction(value)
    case .log: (log10(value) - log10(lower)) / (log10(upper) - log10(lower))
    case .symlog: symmetric.span(lower, upper).fraction(symmetric(value))
    }
  }

  /// The map with `before` and `after` of its length added at the ends.
  func extended(before: Double, after: Double) -> AxisMap {
    var map = self
    // Parts of what is shown, not of what breaks leave out.
    let share = breaks.isEmpty ? 1 : shownShare
    let (before, after) = (before * share, after * share)
    if scale == .linear {
      let span = Span(lower, upper).extended(before: before, after: after)
      (map.lower, map.upper) = (span.lower, span.upper)
      return map
    }
    if scale == .symlog {
      let span = symmetric.span(lower, upper).extended(before: before, after: after)
      (map.lower, map.upper) = (
        before == 0 ? lower : symmetric.value(at: span.lower),
        after == 0 ? upper : symmetric.value(at: span.upper)
      )
      return map
    }
    let decades = log10(upper) - log10(lower)
    if before > 0 { map.lower = max(pow(10, log10(lower) - decades * before), .leastNonzeroMagnitude) }
    if after > 0 { map.upper = min(pow(10, log10(upper) + decades * after), .greatestFiniteMagnitude) }
    return map
  }
}

extension Axes {
  /// The values at the ends of the x axis of each panel.
  ///
  /// The margins are parts of the range that is shown, which is that of all panels where the axis is shared.
  static func xMaps(_ panels: [Axes], shared: Bool) throws(FigureError) -> [AxisMap] {
    try maps(panels.map(\.united), shared: shared, name: "x", axis: { $0.x }, extend: { $0.extendX(&$1) })
  }

  /// The values at the ends of the y axis of each panel; see ``xMaps(_:shared:)``.
  static func yMaps(_ panels: [Axes], shared: Bool) throws(FigureError) -> [AxisMap] {
    try maps(panels, shared: shared, name: "y", axis: { $0.y }, extend: { $0.extendY(&$1) })
  }

  private static func maps(
    _ panels: [Axes], shared: Bool, name: String, axis: (Axes) -> AxisOptions,
    extend: (any PlotLayer, inout Extent) -> Void
  ) throws(FigureError) -> [AxisMap] {
    var maps: [AxisMap] = []
    // The range of all panels' data, by the scale of those that show them.
    var common: [Scale: Extent] = [:]
    for panel in panels {
      let options = axis(panel)
      var extent = Extent(scale: options.scale)
      if shared, let known = common[options.scale] {
        extent = known
      } else {
        for one in shared ? panels : [panel] { for layer in one.layers { extend(layer, &extent) } }
        common[options.scale] = extent
      }
      try panel.checkBreaks(name: name)
      maps.append(try options.map(extent, name: name))
    }
    return maps
  }
}

/// The range that data cover along one axis.
struct Extent {
  var scale: Scale
  var lower = Double.infinity
  var upper = -Double.infinity
  /// Values that need no margin beyond them: the foot of bars, the rim of a heat map.
  var sticky: [Double] = []
  /// The widest margin, in units of a linear axis.
  var mostMargin = Double.infinity
  /// The smallest size of a value that is not 0.
  private(set) var smallest = Double.infinity

  mutating func add(_ value: Double) {
    guard value.isFinite, scale != .log || value > 0 else { return }
    lower = min(lower, value)
    upper = max(upper, value)
    if value != 0 { smallest = min(smallest, abs(value)) }
  }

  mutating func add(_ values: [Double]) { for value in values { add(value) } }
}

extension AxisOptions {
  fileprivate func map(_ extent: Extent, name: String) throws(FigureError) -> AxisMap {
    let (low, high) = try limits(extent, name: name)
    guard low < high else {
      throw FigureError("\(name) axis: the lower limit \(low) must be below the upper limit \(high)")
    }
    try check(breaks: breaks, between: low, high, name: name)
    return AxisMap(
      lower: low, upper: high, scale: scale, threshold: threshold(extent), breaks: breaks)
  }

  /// Where a symmetric logarithmic axis ceases to be linear: as asked, else at the power of ten below all data but 0,
  /// and at most five below the largest.
  private func threshold(_ extent: Extent) -> Double {
    if let linearBelow { return linearBelow }
    let largest = max(abs(extent.lower), abs(extent.upper))
    guard extent.smallest.isFinite, largest.isFinite, largest > 0 else { return 1 }
    func power(_ v: Double) -> Double { log10(v).rounded(.down) }
    return max(1.0.timesTen(to: Int(max(power(extent.smallest), power(largest) - 5))), .leastNormalMagnitude)
  }

  private func limits(_ extent: Extent, name: String) throws(FigureError) -> (Double, Double) {
    for limit in [lower, upper].compactMap({ $0 }) {
      guard limit.isFinite else {
        throw FigureError("\(name) axis: limits must be finite numbers, not \(limit)")
      }
      guard scale != .log || limit > 0 else {
        throw FigureError("\(name) axis: a logarithmic axis needs limits above 0, not \(limit)")
      }
    }
    if let linearBelow, !(linearBelow > 0 && linearBelow.isFinite) {
      throw FigureError("\(name) axis: what is linear around 0 must reach above 0, not to \(linearBelow)")
    }
    guard (0...10).contains(margin) else {
      throw FigureError("\(name) axis: the margin must be 0 to 10, not \(margin)")
    }
    var (low, high) = (extent.lower, extent.upper)
    if low > high { (low, high) = scale == .log ? (lower ?? 1, upper ?? 10) : (lower ?? 0, upper ?? 1) }
    let greatest = Double.greatestFiniteMagnitude
    // A lone limit beyond the data turns the range round.
    if let lower, lower >= high {
      high = scale == .log ? min(lower * 10, greatest) : Span.around(lower).upper
      if scale != .log { high = max(high, min(lower + max(abs(lower), 1), greatest)) }
    }
    if let upper, upper <= low {
      low = scale == .log ? max(upper / 10, .leastNonzeroMagnitude) : Span.around(upper).lower
      if scale != .log { low = min(low, max(upper - max(abs(upper), 1), -greatest)) }
    }

    if scale == .log {
      if high <= low * (1 + 1e-9) {
        (low, high) = (max(low / 2, .leastNonzeroMagnitude), min(high * 2, greatest))
      }
      let map = AxisMap(lower: low, upper: high, scale: .log, breaks: breaks(between: low, high))
        .extended(before: margin, after: margin)
      return (lower ?? map.lower, upper ?? map.upper)
    }
    // Constant data get room on both sides; a spread below double precision counts as constant.
    if Span(low, high).isConstant {
      let around = Span(Span.around(low).lower, Span.around(high).upper)
      let (fixedLow, fixedHigh) = (extent.sticky.contains(low), extent.sticky.contains(high))
      (low, high) = (
        fixedLow && !fixedHigh ? low : around.lower, fixedHigh && !fixedLow ? high : around.upper
      )
      return (lower ?? low, upper ?? high)
    }
    // A side that the user fixed counts as the data's end there.
    let map = AxisMap(
      lower: lower ?? low, upper: upper ?? high, scale: scale, threshold: threshold(extent),
      breaks: breaks(between: lower ?? low, upper ?? high))
    let margin = scale == .linear ? min(margin, extent.mostMargin / (map.upper - map.lower)) : margin
    let wide = map.extended(before: margin, after: margin)
    return (
      lower ?? (extent.sticky.contains(low) ? low : wide.lower),
      upper ?? (extent.sticky.contains(high) ? high : wide.upper)
    )
  }
}
