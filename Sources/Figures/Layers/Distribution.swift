import Foundation

/// What is drawn of a set of values: quartiles, whiskers, and the values beyond these.
struct Distribution: Sendable {
  /// The finite values, ascending.
  let sorted: [Double]
  let lowerQuartile: Double
  let median: Double
  let upperQuartile: Double
  let mean: Double
  // The outermost values within one and a half times the distance of the quartiles from them (Tukey).
  let lowerWhisker: Double
  let upperWhisker: Double
  /// The values beyond the whiskers.
  let outliers: [Double]

  /// The distribution of the finite ones of `values`; nil where there are none.
  init?(_ values: [Double]) {
    let sorted = values.filter(\.isFinite).sorted()
    guard let first = sorted.first, let last = sorted.last else { return nil }
    func quantile(_ share: Double) -> Double {
      let place = share * Double(sorted.count - 1)
      let i = min(Int(place), sorted.count - 1)
      let next = sorted[min(i + 1, sorted.count - 1)]
      return Span(sorted[i], next).value(at: place - Double(i))
    }
    let (low, high) = (quantile(0.25), quantile(0.75))
    let reach = 1.5 * (high - low)
    (lowerQuartile, median, upperQuartile) = (low, quantile(0.5), high)
    lowerWhisker = min(sorted.first { $0 >= low - reach } ?? first, low)
    upperWhisker = max(sorted.last { $0 <= high + reach } ?? last, high)
    let (bottom, top) = (lowerWhisker, upperWhisker)
    outliers = sorted.filter { $0 < bottom || $0 > top }
    mean = sorted.reduce(0) { $0 + $1 / Double(sorted.count) }
    self.sorted = sorted
  }

  /// The density of places along a line by Gaussian kernels of Silverman's bandwidth, at `count` equally spaced ones from
  /// the first to the last of them; its largest value is 1. `places` ascend or descend.
  static func density(_ places: [Double], count: Int) -> [(place: Double, density: Double)] {
    guard let first = places.first, let last = places.last, first != last else {
      return places.first.map { [($0, 1)] } ?? []
    }
    // Kernels are laid over bins, so that a million values cost as little as a few.
    let bins = 512
    var counts = [Double](repeating: 0, count: bins)
    for place in places {
      let t = (place - first) / (last - first) * Double(bins - 1)
      counts[Int(t.rounded().clamped(0, Double(bins - 1)))] += 1
    }
    let total = Double(places.count)
    let mean = places.reduce(0) { $0 + $1 / total }
    let deviation = (places.reduce(0) { $0 + ($1 - mean) * ($1 - mean) / total }).squareRoot()
    let quartiles = abs(places[places.count * 3 / 4] - places[places.count / 4]) / 1.349
    let spread = quartiles > 0 ? min(deviation, quartiles) : deviation
    let width = max(0.9 * spread * pow(total, -0.2), abs(last - first) / Double(bins))
    let step = (last - first) / Double(bins - 1)
    var result = (0..<count).map { i -> (place: Double, density: Double) in
      let place = i == count - 1 ? last : first + (last - first) * Double(i) / Double(count - 1)
      var sum = 0.0
      for (bin, weight) in counts.enumerated() where weight > 0 {
        let distance = (first + step * Double(bin) - place) / width
        if abs(distance) < 6 { sum += weight * exp(-distance * distance / 2) }
      }
      return (place, sum)
    }
    let largest = result.map(\.density).max() ?? 1
    for i in result.indices { result[i].density /= max(largest, .leastNormalMagnitude) }
    return result
  }
}
