import Foundation

/// From data values along one axis to points on the page.
struct AxisMap: Sendable {
  var lower: Double
  var upper: Double
  var scale: Scale
  /// Where `lower` and `upper` lie.
  var start = 0.0
  var end = 1.0

  func callAsFunction(_ value: Double) -> Double {
    let t =
      scale == .linear
      ? (value - lower) / (upper - lower) : (log10(value) - log10(lower)) / (log10(upper) - log10(lower))
    let place = start + t * (end - start)
    // Far beyond any page, but safe to calculate with.
    return place.isNaN ? .nan : min(max(place, -1e7), 1e7)
  }

  func contains(_ value: Double) -> Bool {
    let slack = 1e-9 * (upper - lower)
    return value >= lower - slack && value <= upper + slack
  }
}

extension Axes {
  /// The values at the ends of the x axis.
  func xMap() throws(FigureError) -> AxisMap {
    let extent = layers.reduce(into: Extent(scale: x.scale)) { $1.extendX(&$0) }
    return try x.map(extent, name: "x")
  }

  /// The values at the ends of the y axis.
  func yMap() throws(FigureError) -> AxisMap {
    let extent = layers.reduce(into: Extent(scale: y.scale)) { $1.extendY(&$0) }
    return try y.map(extent, name: "y")
  }
}

/// The range that data cover along one axis.
struct Extent {
  var scale: Scale
  var lower = Double.infinity
  var upper = -Double.infinity
  /// Values that need no margin beyond them: the foot of bars, the rim of a heat map.
  var sticky: [Double] = []

  /// Values beyond ±1e300 would make the range infinite.
  mutating func add(_ value: Double) {
    guard value.isFinite, scale == .linear || value > 0 else { return }
    lower = min(lower, max(value, -1e300))
    upper = max(upper, min(value, 1e300))
  }

  mutating func add(_ values: [Double]) { for value in values { add(value) } }
}

extension AxisOptions {
  fileprivate func map(_ extent: Extent, name: String) throws(FigureError) -> AxisMap {
    let (low, high) = try limits(extent, name: name)
    guard low < high else {
      throw FigureError("\(name) axis: the lower limit \(low) must be below the upper limit \(high)")
    }
    return AxisMap(lower: low, upper: high, scale: scale)
  }

  private func limits(_ extent: Extent, name: String) throws(FigureError) -> (Double, Double) {
    for limit in [lower, upper].compactMap({ $0 }) {
      guard limit.isFinite, abs(limit) <= 1e300 else {
        throw FigureError("\(name) axis: limits must be finite numbers, not \(limit)")
      }
      guard scale == .linear || limit > 0 else {
        throw FigureError("\(name) axis: a logarithmic axis needs limits above 0, not \(limit)")
      }
    }
    guard (0...10).contains(margin) else {
      throw FigureError("\(name) axis: the margin must be 0 to 10, not \(margin)")
    }
    var (low, high) = (extent.lower, extent.upper)
    if low > high { (low, high) = scale == .log ? (lower ?? 1, upper ?? 10) : (lower ?? 0, upper ?? 1) }
    // A lone limit beyond the data turns the range round.
    if let lower, lower >= high { high = scale == .log ? lower * 10 : lower + max(abs(lower), 1) }
    if let upper, upper <= low { low = scale == .log ? upper / 10 : upper - max(abs(upper), 1) }

    if scale == .log {
      if high <= low * (1 + 1e-9) { (low, high) = (low / 2, high * 2) }
      let factor = pow(high / low, margin)
      return (
        lower ?? max(low / (factor.isFinite ? factor : 1), 1e-300),
        upper ?? min(high * (factor.isFinite ? factor : 1), 1e300)
      )
    }
    // Constant data get room on both sides; a spread below double precision counts as constant.
    let size = max(abs(low), abs(high))
    if high - low <= max(size * 1e-12, 1e-290) {
      let room = size < 1e-290 ? 0.5 : size * 0.05
      let (fixedLow, fixedHigh) = (extent.sticky.contains(low), extent.sticky.contains(high))
      (low, high) = (fixedLow && !fixedHigh ? low : low - room, fixedHigh && !fixedLow ? high : high + room)
      return (lower ?? low, upper ?? high)
    }
    // A side that the user fixed counts as the data's end there.
    let room = ((upper ?? high) - (lower ?? low)) * margin
    return (
      lower ?? (extent.sticky.contains(low) ? low : low - room),
      upper ?? (extent.sticky.contains(high) ? high : high + room)
    )
  }
}

extension Layer {
  func extendX(_ extent: inout Extent) {
    switch self {
    case .line(let line):
      for (x, y) in zip(line.x, line.y) where y.isFinite { extent.add(x) }
    case .bars(let bars):
      extent.add(bars.left)
      extent.add(bars.right)
    case .band(let band):
      for (x, y) in zip(band.x, band.lower) where y.isFinite { extent.add(x) }
    case .rule(let rule): if !rule.horizontal { extent.add(rule.value) }
    case .note(let note): if note.y.isFinite { extent.add(note.x) }
    case .heatMap(let map):
      extent.add([0.5, Double(map.columns) + 0.5])
      extent.sticky += [0.5, Double(map.columns) + 0.5]
    }
  }

  func extendY(_ extent: inout Extent) {
    switch self {
    case .line(let line):
      for (x, y) in zip(line.x, line.y) where x.isFinite { extent.add(y) }
    case .bars(let bars):
      extent.add(bars.top)
      extent.add(bars.foot)
      extent.sticky.append(0)
    case .band(let band):
      for i in band.x.indices where band.x[i].isFinite {
        extent.add(band.lower[i])
        extent.add(band.upper[i])
      }
    case .rule(let rule): if rule.horizontal { extent.add(rule.value) }
    case .note(let note): if note.x.isFinite { extent.add(note.y) }
    case .heatMap(let map):
      extent.add([0.5, Double(map.rows) + 0.5])
      extent.sticky += [0.5, Double(map.rows) + 0.5]
    }
  }
}
