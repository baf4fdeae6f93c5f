/// Latencies of a run's images in a few numbers.
struct Latencies {
  private let sorted: [Double]

  init(_ seconds: [Double]) { sorted = seconds.sorted() }

  /// The numbers as scripts see them, in seconds.
  var fields: LuaFields {
    LuaFields(["median": quantile(0.5), "p95": quantile(0.95), "max": sorted.last ?? 0])
  }

  private func quantile(_ share: Double) -> Double {
    sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(share * Double(sorted.count)))]
  }
}
