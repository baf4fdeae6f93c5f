import Support

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
          "\(name) is \(NumberSpelling.plain(typed)), expected a confidence from 0 to 1, or inf or -inf"
            + (ShareHint.text(typed).map { ": " + $0 } ?? ""))
      }
    }
  }
}
