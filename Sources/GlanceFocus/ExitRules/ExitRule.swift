/// Decides after a step which images are sure enough to leave.
///
/// A rule answers for whole batches. It is asked after every step but the last, at which every image leaves
/// whatever the rule would say. Its decision on an image must not depend on the others in the batch, unless it is
/// one that steers the whole run.
public protocol ExitRule {
  /// The name by which users know it, as errors have it.
  var name: String { get }

  /// True when it reads the images' true classes.
  var needsLabels: Bool { get }

  /// True when what it says of an image is meant to depend on other images or on state that it keeps.
  var dependsOnOthers: Bool { get }

  /// Where it was defined, such as `sweep.lua:12`; nil for built-in ones.
  var origin: String? { get }

  /// Refuses, before a run, a model that the rule's parameters do not fit.
  func check(steps: Int, classes: Int) throws

  /// The rule for one run of a model whose steps cost so many Multiply-Adds, cumulated: itself, unless it learns from
  /// what it sees.
  func started(madds: [Double]) throws -> any ExitRule

  /// Says for every image of the batch, in its order, whether it leaves.
  func decide(_ batch: StepBatch) throws -> [Bool]

  /// What the rule looks at to decide about an image, and what it compares that with; empty where it does not tell.
  func readings(_ row: StepRow) throws -> [ExitReading]
}

extension ExitRule {
  public var needsLabels: Bool { false }
  public var dependsOnOthers: Bool { false }
  public var origin: String? { nil }
  public func check(steps: Int, classes: Int) throws {}
  public func started(madds: [Double]) throws -> any ExitRule { self }
  public func readings(_ row: StepRow) throws -> [ExitReading] { [] }

  /// The rule for a run over `record`'s images, checked.
  /// - Throws: ``EpisodeError`` when the rule does not fit the model or needs labels that are not known.
  func started(on record: EpisodeRecord) throws -> any ExitRule {
    try check(steps: record.steps, classes: record.classes)
    if needsLabels, record.labels == nil {
      throw EpisodeError("the exit rule '\(name)' needs the images' labels, which are not known")
    }
    return try started(madds: record.madds)
  }

  /// ``decide(_:)``, checked.
  /// - Throws: ``EpisodeError`` for a wrong number of decisions; whatever `decide` throws.
  func checkedDecisions(_ batch: StepBatch) throws -> [Bool] {
    let leaves = try decide(batch)
    guard leaves.count == batch.count else {
      throw EpisodeError(
        "the exit rule '\(name)' gave \(leaves.count) decisions for \(batch.count) images at step \(batch.step)"
      )
    }
    return leaves
  }
}
