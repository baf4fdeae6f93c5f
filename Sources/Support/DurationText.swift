/// Lengths of time as people write them.
public enum DurationText {
  private static let units: [(names: [String], seconds: Double)] = [
    (["", "s", "sec", "second", "seconds"], 1), (["ms"], 1e-3), (["m", "min", "minute", "minutes"], 60),
    (["h", "hour", "hours"], 3600), (["d", "day", "days"], 86_400),
  ]

  /// Reads `90`, `90s`, `10m`, `1.5 h` or `1h30m` as seconds; nil where it is no length of time, or none that passes.
  public static func parse(_ text: String) -> Double? {
    var rest = text.lowercased()[...]
    var total = 0.0
    var parts = 0
    while true {
      rest = rest.drop { $0 == " " }
      if rest.isEmpty { break }
      let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
      rest = rest.dropFirst(digits.count).drop { $0 == " " }
      let unit = rest.prefix { $0.isASCII && $0.isLetter }
      rest = rest.dropFirst(unit.count)
      guard let number = Double(digits),
        let factor = units.first(where: { $0.names.contains(String(unit)) })?.seconds,
        !unit.isEmpty || (parts == 0 && rest.allSatisfy { $0 == " " })
      else { return nil }
      total += number * factor
      parts += 1
    }
    // Some ten thousand years are no limit that anybody meant.
    return total > 0 && total < 3e11 ? total : nil
  }

  /// A length of time in seconds, as messages have it: `5 s`, `0.25 s`, `600 s`.
  public static func text(_ seconds: Double) -> String {
    let rounded = seconds < 10 ? (seconds * 1000).rounded() / 1000 : (seconds * 10).rounded() / 10
    return NumberSpelling.plain(rounded) + " s"
  }
}
