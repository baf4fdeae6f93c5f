import Support

/// Two rules on the same images: how much they differ, and whether that is more than chance.
public struct Comparison: Sendable, Equatable {
  /// The share of right answers, the first less the second, −1…1, with the p-value of McNemar's test; nil without
  /// labels.
  public let accuracy: Estimate?
  /// Mean Multiply-Adds per image, the first less the second.
  public let madds: Estimate
  /// Images that the first alone has right.
  public let onlyFirst: Int
  /// Images that the second alone has right.
  public let onlySecond: Int
  /// Images that were compared.
  public let images: Int

  /// Compares two results, image by image.
  /// - Throws: ``EpisodeError`` where the numbers of images differ or there are none; `Interrupted`.
  public init(
    _ first: Evaluation, _ second: Evaluation, test: McNemar = .midP, bootstrap: Bootstrap
  ) throws {
    let images = first.exitSteps.count
    guard images == second.exitSteps.count, images > 0 else {
      throw EpisodeError(
        "results of \(images) and \(second.exitSteps.count) images: expected results of the same images")
    }
    let cost = (0..<images).map { i in
      first.stepMadds[Int(first.exitSteps[i]) - 1] - second.stepMadds[Int(second.exitSteps[i]) - 1]
    }
    self.images = images
    guard let a = first.correct, let b = second.correct else {
      (onlyFirst, onlySecond, accuracy) = (0, 0, nil)
      madds = try bootstrap.mean(cost)
      return
    }
    let gain = zip(a, b).map { Double(($0 ? 1 : 0) - ($1 ? 1 : 0)) }
    onlyFirst = gain.count { $0 > 0 }
    onlySecond = gain.count { $0 < 0 }
    var (accuracy, madds) = try bootstrap.means(gain, cost)
    accuracy.p = try test.p(onlyFirst, onlySecond)
    // A mean of differences is that of the two means but for rounding; nothing must tell them apart.
    accuracy.value = Double(onlyFirst - onlySecond) / Double(images)
    madds.value = first.madds - second.madds
    self.accuracy = accuracy
    self.madds = madds
  }

  /// Whether the accuracies differ at the level of the interval, by McNemar's test; nil without labels.
  public var differsInAccuracy: Bool? {
    accuracy.map { accuracy in (accuracy.p ?? 1) < 1 - accuracy.level }
  }

  /// Whether the costs differ: their interval excludes 0.
  public var differsInMadds: Bool { madds.lower > 0 || madds.upper < 0 }
}
