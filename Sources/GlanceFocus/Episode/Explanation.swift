import Support
import Tensor

/// Why an image of a trace left where it left: what an exit rule read and said after every step, also after those that
/// the image would have taken had it stayed.
public struct Explanation: Sendable {
  /// One step of the image.
  public struct Step: Sendable {
    /// 1 is the glance.
    public let step: Int
    /// The most probable class, from 0.
    public let prediction: Int
    public let confidence: Float
    /// Whether the prediction is right; nil where nobody knows.
    public let isCorrect: Bool?
    /// The top-left pixel of the patch, from 0, of clips in all frames or in each; nil for the glance.
    public let patch: PatchCorners?
    /// Multiply-Adds up to and with this step.
    public let madds: Double
    /// What the rule read; empty where the rule does not tell.
    public let readings: [ExitReading]
    /// Whether the rule lets the image leave; nil where it was not asked: after the last step, and after the exit of a
    /// rule whose answers depend on other images.
    public let leaves: Bool?
  }

  /// The image's row in the trace, from 0.
  public let row: Int
  /// The image's index in its data set, from 0.
  public let image: Int
  /// The true class, from 0; nil where it is not known.
  public let label: Int?
  /// The name of the rule.
  public let rule: String
  /// The step after which the image leaves, from 1.
  public let exitStep: Int
  /// All steps of the trace, those after the exit as well.
  public let steps: [Step]

  /// - Parameters:
  ///   - row: the image's row in the trace, from 0.
  ///   - rule: the rule that is asked.
  /// - Throws: ``EpisodeError`` for a row that is none, and for a rule that does not fit; whatever the rule throws.
  public init(of row: Int, in trace: Trace, rule: any ExitRule) throws {
    let record = trace.record
    guard (0..<record.images).contains(row) else {
      throw EpisodeError("there is no image \(row + 1) in a trace of \(record.images) images")
    }
    let answers =
      rule.dependsOnOthers
      ? try Self.answers(inRunOf: rule, about: row, record) : try Self.answers(of: rule, about: row, record)
    self.row = row
    image = record.indices[row]
    label = record.labels.map { Int($0[row]) }
    self.rule = rule.name
    exitStep = (answers.firstIndex { $0?.leaves == true } ?? record.steps - 1) + 1
    let known = label
    steps = (1...record.steps).map { step in
      let columns = record[step]
      let prediction = Int(columns.prediction[row])
      let answer = answers[step - 1]
      return Step(
        step: step, prediction: prediction, confidence: columns.confidence[row],
        isCorrect: known.map { $0 == prediction }, patch: step == 1 ? nil : columns.positions[row],
        madds: record.madds[step - 1], readings: answer?.readings ?? [], leaves: answer?.leaves)
    }
  }

  fileprivate struct Answer {
    let leaves: Bool
    let readings: [ExitReading]

    init(_ rule: any ExitRule, _ batch: StepBatch, at position: Int, leaves: Bool) throws {
      self.leaves = leaves
      readings = try rule.readings(batch[position])
    }
  }

  /// What a rule says of an image after every step but the last; nil after the last.
  private static func answers(of rule: any ExitRule, about row: Int, _ record: EpisodeRecord) throws
    -> [Answer?]
  {
    let rule = try rule.started(on: record)
    return try (1...record.steps).map { step in
      guard step < record.steps else { return nil }
      let batch = try StepBatch(record: record, step: step, rows: [row])
      return try Answer(rule, batch, at: 0, leaves: rule.checkedDecisions(batch)[0])
    }
  }

  /// What a rule that looks at other images too says of one when it is asked about all of them.
  private static func answers(inRunOf rule: any ExitRule, about row: Int, _ record: EpisodeRecord) throws
    -> [Answer?]
  {
    let watched = WatchedRule(rule, row: row)
    _ = try EpisodeLoop.replay(record, rule: watched)
    var answers = watched.kept.answers
    answers += [Answer?](repeating: nil, count: max(record.steps - answers.count, 0))
    return answers
  }
}

/// A rule that keeps what it said of one image.
private struct WatchedRule: ExitRule {
  final class Kept {
    var answers: [Explanation.Answer?] = []
  }

  private let rule: any ExitRule
  private let row: Int
  let kept: Kept

  init(_ rule: any ExitRule, row: Int, kept: Kept = Kept()) {
    self.rule = rule
    self.row = row
    self.kept = kept
  }

  var name: String { rule.name }
  var needsLabels: Bool { rule.needsLabels }
  var dependsOnOthers: Bool { true }
  var origin: String? { rule.origin }

  func check(steps: Int, classes: Int) throws { try rule.check(steps: steps, classes: classes) }

  func started(madds: [Double]) throws -> any ExitRule {
    WatchedRule(try rule.started(madds: madds), row: row, kept: kept)
  }

  func decide(_ batch: StepBatch) throws -> [Bool] {
    let leaves = try rule.checkedDecisions(batch)
    if let position = batch.rows.firstIndex(of: row) {
      kept.answers.append(try Explanation.Answer(rule, batch, at: position, leaves: leaves[position]))
    }
    return leaves
  }
}
