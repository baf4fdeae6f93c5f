import Foundation

/// How a resized picture is computed from its source. Both filters widen with the reduction (antialiasing).
public enum ResampleFilter: String, Sendable, CaseIterable, Codable {
  /// A triangle of one pixel to each side.
  case bilinear
  /// Cubic convolution with a = −0.5 over two pixels to each side (Keys 1981).
  case bicubic

  /// The pixels to each side that count, in units of the larger of the two pixel sizes.
  var support: Double { self == .bilinear ? 1 : 2 }

  /// The weight at a distance.
  func weight(_ distance: Double) -> Double {
    let x = abs(distance)
    switch self {
    case .bilinear: return x < 1 ? 1 - x : 0
    case .bicubic:
      let a = -0.5
      if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0
    }
  }
}

/// The weights of a resize along one axis, in the fixed-point numbers of Pillow's 8-bit resampling.
///
/// A weight is a whole number of 2⁻²² parts. It is kept in two halves, high · 2¹¹ + low, because a product of a byte
/// and a 16-bit number is one instruction on every x86-64 processor and one of 32-bit numbers is not.
struct ResampleTaps {
  static let precision: Int32 = 22
  static let lowBits: Int32 = 11

  /// The first input that each output reads.
  private(set) var first: [Int] = []
  /// The number of inputs that each output reads; they follow each other.
  private(set) var count: [Int] = []
  /// The room for the weights of an output: those of output i start at i · width.
  let width: Int
  private(set) var high: [Int16]
  private(set) var low: [Int16]

  /// The weights of a resize of `inputs` pixels, of which those from `start` to `end` become `outputs` pixels; only the
  /// outputs `wanted` will be computed.
  init(
    inputs: Int, from start: Double, to end: Double, outputs: Int, wanted: Range<Int>,
    _ filter: ResampleFilter
  ) {
    let scale = (end - start) / Double(outputs)
    let stretch = max(scale, 1)
    let support = filter.support * stretch
    width = Int(support.rounded(.up)) * 2 + 1
    high = [Int16](repeating: 0, count: width * wanted.count)
    low = high
    var weights = [Double](repeating: 0, count: width)
    for (row, output) in wanted.enumerated() {
      let center = start + (Double(output) + 0.5) * scale
      let begin = max(Int(center - support + 0.5), 0)
      let length = min(Int(center + support + 0.5), inputs) - begin
      var sum = 0.0
      for tap in 0..<length {
        weights[tap] = filter.weight((Double(tap + begin) - center + 0.5) * (1 / stretch))
        sum += weights[tap]
      }
      for tap in 0..<length {
        let share = (sum != 0 ? weights[tap] / sum : weights[tap]) * Double(1 << Self.precision)
        let fixed = Int32(share < 0 ? share - 0.5 : share + 0.5)
        high[row * width + tap] = Int16(clamping: fixed >> Self.lowBits)
        low[row * width + tap] = Int16(fixed & (1 << Self.lowBits - 1))
      }
      first.append(begin)
      count.append(length)
    }
  }

  var outputs: Int { first.count }

  /// The inputs that any output reads.
  var span: Range<Int> {
    let end = zip(first, count).map(+).max() ?? 0
    return min(first.min() ?? 0, end)..<end
  }
}
