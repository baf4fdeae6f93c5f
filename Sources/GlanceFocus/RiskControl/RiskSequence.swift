import Support

/// A sequence of thresholds and the images of a trace that may be asked about it, which it does not depend on.
public struct RiskSequence: Sendable {
  /// T thresholds each, from those that let hardly any image leave early on.
  public let path: [[Float]]
  /// Rows of the trace, in random order.
  let rows: ArraySlice<Int>
  /// How many images of the trace were set aside to solve the sequence on.
  public let setAside: Int

  /// A sequence that was made elsewhere, for all images of a trace.
  /// - Parameters:
  ///   - given: each T−1 or T thresholds, or one for all steps.
  ///   - seed: of the order of the images.
  /// - Throws: ``EpisodeError`` for other numbers of thresholds, and for none.
  public init(_ given: [[Float]], for trace: Trace, seed: UInt64 = 0) throws {
    guard !given.isEmpty else { throw EpisodeError("the sequence of thresholds is empty") }
    path = try given.map { try ThresholdExits.full($0, steps: trace.record.steps) + [-.infinity] }
    rows = try Self.order(trace, seed)[...]
    setAside = 0
  }

  /// Solves a sequence on a share of the images, which is set aside. One that needs no images, or is solved on another
  /// trace, is for all.
  /// - Parameters:
  ///   - points: 2…10000.
  ///   - family: the trace to solve it on; nil: a share of this one.
  ///   - share: the share that is set aside, 0…1.
  ///   - seed: of the order of the images, and so of those that are set aside.
  /// - Throws: ``EpisodeError``, also where `family` is of another model or has images of this trace; `Interrupted`.
  public init(
    _ path: ThresholdPath, for trace: Trace, points: Int = 200, family: Trace? = nil, share: Double = 0.2,
    seed: UInt64 = 0
  ) throws {
    let order = try Self.order(trace, seed)
    var aside = 0
    if let family {
      try Self.check(family, for: trace)
      self.path = try path.thresholds(on: family, points: points)
    } else if path.needsImages {
      guard share > 0, share < 1 else {
        throw EpisodeError("a share of \(share) set aside: expected a number between 0 and 1, such as 0.2")
      }
      aside = Int(clamping: share * Double(order.count))
      guard aside > 0 else {
        throw EpisodeError("too few images: of \(order.count) none can be set aside to solve thresholds on")
      }
      let images = try trace.selecting(order.prefix(aside).sorted())
      self.path = try path.thresholds(on: images, points: points)
    } else {
      self.path = try path.thresholds(on: trace, points: points)
    }
    rows = order[aside...]
    setAside = aside
  }

  private static func order(_ trace: Trace, _ seed: UInt64) throws -> [Int] {
    try CounterRandom(seed: seed, stream: "risk control").permutation(trace.record.images)
  }

  private static func check(_ family: Trace, for trace: Trace) throws {
    let obstacle = ThresholdOrigin(family).obstacle(toUseOn: ThresholdOrigin(trace), comparesWeights: true)
    if let obstacle { throw EpisodeError(obstacle) }
    guard
      family.dataset != trace.dataset || Set(family.record.indices).isDisjoint(with: trace.record.indices)
    else {
      throw EpisodeError(
        "the sequence of thresholds is solved on images that are also to test it; give a trace of others,"
          + " or none, and a share of the images is set aside")
    }
  }
}
