import Foundation

/// How the marked values of an axis are written.
public enum TickFormat: Sendable, Hashable {
  /// Divided by a number, with a sign behind it, such as 1000 and "k".
  case scaled(by: Double, sign: String)
  /// With a prefix of the SI, such as M for millions, where that makes the number shorter.
  case prefixed
  /// So many digits after the point, between two texts; times a power of ten where it is scientific.
  case pattern(before: String, places: Int, scientific: Bool, after: String)
  /// Texts for values, made elsewhere; other values are written as without a format.
  case texts([Double: String])

  /// What ``init(named:)`` knows besides patterns.
  public static let names = ["k", "M", "G", "SI", "percent", "%"]

  /// A format by its name, or a pattern of C with one number in it, such as "%.1f ms"; throws ``FigureError`` for
  /// others.
  public init(named text: String) throws(FigureError) {
    switch text {
    case "k": self = .scaled(by: 1e3, sign: "k")
    case "M": self = .scaled(by: 1e6, sign: "M")
    case "G": self = .scaled(by: 1e9, sign: "G")
    case "%": self = .scaled(by: 1, sign: " %")
    default:
      switch text.lowercased() {
      case "si": self = .prefixed
      case "percent": self = .scaled(by: 0.01, sign: " %")
      default: self = try TickFormat.pattern(of: text)
      }
    }
  }

  private static func pattern(of text: String) throws(FigureError) -> TickFormat {
    // Doubled signs stand for themselves.
    let parts = text.replacing("%%", with: "\u{1}").split(separator: "%", omittingEmptySubsequences: false)
    func plain(_ part: some StringProtocol) -> String { String(part).replacing("\u{1}", with: "%") }
    if parts.count == 2, let end = parts[1].firstIndex(where: \.isLetter) {
      let (digits, kind) = (parts[1][..<end], parts[1][end])
      let after = plain(parts[1][parts[1].index(after: end)...])
      let places = kind == "d" && digits.isEmpty ? 0 : digits.first == "." ? Int(digits.dropFirst()) : nil
      if let places, (0...15).contains(places), ["d", "e", "f"].contains(kind) {
        return .pattern(before: plain(parts[0]), places: places, scientific: kind == "e", after: after)
      }
    }
    let known = names.map { "\"\($0)\"" }.joined(separator: ", ")
    throw FigureError(
      "unknown tick format \"\(text.prefix(40))\"; known: \(known) and patterns with one number such as \"%.1f ms\""
    )
  }

  /// Writes the labels anew.
  ///
  /// - Parameter onePrefix: takes one prefix of the SI for the whole axis, as is usual where it is linear.
  func apply(to ticks: inout Ticks, onePrefix: Bool) {
    let values = ticks.values
    switch self {
    case .scaled(let unit, let sign): ticks.labels = TickFormat.labels(values, unit, sign)
    case .prefixed:
      if onePrefix {
        let prefix = TickFormat.prefix(of: values.map(abs).max() ?? 1)
        ticks.labels = TickFormat.labels(values, prefix.unit, prefix.sign)
      } else {
        ticks.labels = values.map { value in
          let prefix = TickFormat.prefix(of: value)
          return TickFormat.labels([value], prefix.unit, prefix.sign)[0]
        }
      }
    case .pattern(let before, let places, let scientific, let after):
      ticks.labels = values.map { before + TickFormat.number($0, places, scientific) + after }
    case .texts(let texts):
      guard values.contains(where: { texts[$0] != nil }) else { return }
      ticks.labels = values.map { texts[$0] ?? Ticks.exact($0) }
    }
    ticks.exponent = nil
  }

  /// Numbers with as many decimals as tell them apart, and a sign behind all but 0.
  private static func labels(_ values: [Double], _ unit: Double, _ sign: String) -> [String] {
    let scaled = values.map { $0 / unit }
    func isExact(_ places: Int) -> Bool {
      let scale = pow(10, Double(places))
      return scaled.allSatisfy { abs($0 * scale - ($0 * scale).rounded()) < 1e-6 * max(abs($0 * scale), 1) }
    }
    let places = (0...9).first(where: isExact) ?? 9
    let isRatio = sign.hasSuffix("%")
    return scaled.map { value in
      guard abs(value) < 1e15 else { return Ticks.exact(value) + sign }
      return value == 0 && !isRatio ? "0" : Ticks.number(value, places: places) + sign
    }
  }

  private static func number(_ value: Double, _ places: Int, _ scientific: Bool) -> String {
    guard scientific || abs(value) >= 1e15 else { return Ticks.number(value, places: places) }
    let exponent = value == 0 ? 0 : Int(log10(abs(value)).rounded(.down))
    return Ticks.number(value.timesTen(to: -exponent), places: places) + Ticks.factor(exponent)
  }

  private static func prefix(of value: Double) -> (unit: Double, sign: String) {
    let size = abs(value) * (1 + 1e-12)
    let known: [(Double, String)] = [
      (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"), (1, ""), (1e-3, "m"), (1e-6, "µ"), (1e-9, "n"),
    ]
    if size == 0 { return (1, "") }
    return known.first { size >= $0.0 } ?? (1e-9, "n")
  }
}
