extension EpisodeStream {
  /// The answers that are known by now and were not given before, in the order of the images.
  public func takeAnswers() -> [AdaptiveRunner.Result] {
    keepAnswers()
    defer { kept = [] }
    return kept
  }

  /// Takes the answers that are known, so that there is room for further images.
  func keepAnswers() {
    while let answer = knownAnswer() { kept.append(answer) }
  }

  /// The answer of the oldest image that was not taken, where it is known.
  func knownAnswer() -> AdaptiveRunner.Result? {
    while delivered < admitted {
      let outcome = outcomes[delivered % capacity]
      if case .pending = outcome { return nil }
      delivered += 1
      if case .answered(let result) = outcome {
        totals.add(result)
        return result
      }
    }
    return nil
  }
}
