import Foundation

/// How many of some numbers lie in which range, as TensorBoard shows it.
public struct NumberHistogram: Sendable, Equatable {
  /// The smallest number.
  public private(set) var minimum = Double.infinity
  /// The largest number.
  public private(set) var maximum = -Double.infinity
  /// How many numbers there are; those that are not finite are left out.
  public private(set) var count = 0
  private(set) var sum = 0.0
  private(set) var sumOfSquares = 0.0
  private var buckets: [Int]

  /// The upper ends of the ranges: equal numbers in each power of ten on both sides of zero, as TensorFlow has them.
  private static let limits: [Double] = {
    var positive: [Double] = []
    var limit = 1e-12
    while limit < 1e20 {
      positive.append(limit)
      limit *= 1.1
    }
    return positive.reversed().map { -$0 } + [0] + positive + [Double.greatestFiniteMagnitude]
  }()

  public init() { buckets = Array(repeating: 0, count: Self.limits.count) }

  /// The histogram of some numbers.
  public init(_ values: some Sequence<Double>) {
    self.init()
    for value in values { add(value) }
  }

  /// Counts one number more.
  public mutating func add(_ value: Double) {
    guard value.isFinite else { return }
    minimum = min(minimum, value)
    maximum = max(maximum, value)
    count += 1
    sum += value
    sumOfSquares += value * value
    // The first range whose upper end is above the number.
    var (low, high) = (0, Self.limits.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if Self.limits[middle] > value { high = middle } else { low = middle + 1 }
    }
    buckets[low] += 1
  }

  /// The message `HistogramProto`: ranges in which nothing lies are put together.
  var message: ProtocolMessage {
    var limits: [Double] = []
    var counts: [Double] = []
    for (limit, count) in zip(Self.limits, buckets) where count > 0 || !counts.isEmpty {
      if count == 0, counts.last == 0 {
        limits[limits.count - 1] = limit
      } else {
        limits.append(limit)
        counts.append(Double(count))
      }
    }
    if counts.last == 0, counts.count > 1 {
      limits.removeLast()
      counts.removeLast()
    }
    var message = ProtocolMessage()
    message.add(1, count == 0 ? 0 : minimum)
    message.add(2, count == 0 ? 0 : maximum)
    message.add(3, Double(count))
    message.add(4, sum)
    message.add(5, sumOfSquares)
    message.add(packed: 6, limits)
    message.add(packed: 7, counts)
    return message
  }
}
