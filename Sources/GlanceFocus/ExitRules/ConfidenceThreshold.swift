/// What a threshold on a confidence can be: a share from 0 to 1; ∞, under which none leaves; −∞, under which all do.
enum ConfidenceThreshold {
  /// - Throws: ``EpisodeError`` in one line that names the first number that is none.
  static func check(_ thresholds: [Float]) throws {
    for (index, threshold) in thresholds.enumerated() {
      let name = thresholds.count == 1 ? "the threshold" : "threshold \(index + 1)"
      guard !threshold.isNaN else { throw EpisodeError("\(name) is not a number (NaN)") }
      guard threshold.isInfinite || (0...1).contains(threshold) else {
        // The shortest number that is this one, as it was typed.
        let typed = Double("\(threshold)") ?? Double(threshold)
        throw EpisodeError(
          "\(name) is \(ParameterValue.text(typed)), expected a confidence from 0 to 1, or inf or -inf"
            + (ShareHint.text(typed).map { ": " + $0 } ?? ""))
      }
    }
  }
}

/// What was meant by a share that is given in percent.
public enum ShareHint {
  /// Such as `0.9, not 90`; nil for a number that is hardly a percentage.
  public static func text(_ number: Double) -> String? {
    guard number >= 2, number <= 100 else { return nil }
    // 0.95 rather than 0.95000000000000007.
    let share = (number * 1e6).rounded() / 1e8
    return "\(ParameterValue.text(share)), not \(ParameterValue.text(number))"
  }
}
