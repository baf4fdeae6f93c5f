import Support

/// Every step of every image of a data set under one model and sampler, complete.
///
/// Exit rules and thresholds are evaluated on it without running the network again.
public struct Trace: Sendable {
  /// A thing by the name the user knows and by a fingerprint of its content.
  public struct Identity: Sendable, Equatable {
    public let name: String
    /// A fingerprint such as a checksum; empty when there is none.
    public let digest: String

    public init(name: String, digest: String = "") {
      self.name = name
      self.digest = digest
    }
  }

  /// What the network gave, all N images with all T steps.
  public let record: EpisodeRecord
  /// The network, with a fingerprint of its weights.
  public let model: Identity
  /// The data set, with a fingerprint of its images.
  public let dataset: Identity
  /// The sampler that placed the patches.
  public let sampler: String
  /// C names, or none.
  public let classNames: [String]
  /// How many items in a row of the data set are views of one video; 1 where each stands for itself.
  public let views: Int
  /// Whether each row is the mean over the views of a video; see ``overViews(_:of:)``.
  public let isOverViews: Bool
  /// How the network sees clips; nil for images, and where a file does not say.
  public var clips: ClipForm? { record.clips }

  /// - Parameters:
  ///   - record: complete, with at least one image.
  ///   - model: the network, with a fingerprint of its weights.
  ///   - dataset: the data set, with a fingerprint of its images.
  ///   - sampler: the sampler's name, with its parameters.
  ///   - classNames: as many as the record has classes, or none.
  ///   - views: how many items in a row of the data set are views of one video.
  ///   - isOverViews: whether each row is the mean over these.
  /// - Throws: ``EpisodeError`` for a record that is not complete, for another number of names, and for views below 1.
  public init(
    record: EpisodeRecord, model: Identity, dataset: Identity, sampler: String, classNames: [String] = [],
    views: Int = 1, isOverViews: Bool = false
  ) throws {
    guard record.images > 0 else { throw EpisodeError("a trace needs at least one image") }
    guard record.isComplete else {
      let missing = record.filledSteps.firstIndex { Int($0) < record.steps } ?? 0
      throw EpisodeError(
        "a trace needs every step of every image: image \(record.indices[missing] + 1) has"
          + " \(record.filledSteps[missing]) of \(record.steps)")
    }
    guard classNames.isEmpty || classNames.count == record.classes else {
      throw EpisodeError("\(classNames.count) class names for \(record.classes) classes")
    }
    self.record = record
    self.model = model
    self.dataset = dataset
    self.sampler = sampler
    guard views >= 1 else { throw EpisodeError("\(views) views of a video: expected at least 1") }
    self.classNames = classNames
    self.views = views
    self.isOverViews = isOverViews
  }

  /// Anytime accuracy: the share of images, 0…1, that is right when all stop after step 1…T.
  /// - Throws: ``EpisodeError`` without labels.
  public func accuracy() throws -> [Double] {
    let correct = try correctBySteps()
    return correct.map { column in
      var right = 0
      for answer in column { right += Int(answer) }
      return Double(right) / Double(record.images)
    }
  }

  /// What `rule` makes of the traced images.
  /// - Parameters:
  ///   - rule: asked after every step but the last.
  ///   - probe: keeps the rule's first answers, to ask about them again afterwards.
  /// - Throws: ``EpisodeError``, also of the rule; whatever `rule` throws; `Interrupted`.
  public func evaluate(_ rule: any ExitRule, probe: AnswerProbe? = nil) throws -> Evaluation {
    try EpisodeLoop.replay(record, rule: rule, probe: probe)
  }

  /// What confidence thresholds by step make of the traced images: as ``ConfidenceExit``, but in one pass.
  /// - Parameter thresholds: T−1 or T values, or one for all steps.
  /// - Throws: ``EpisodeError`` for another number of thresholds.
  public func evaluate(thresholds: [Float]) throws -> Evaluation {
    let exits = try ThresholdExits(record: record, thresholds: thresholds)
    let steps = exits.steps
    var predictions = record[record.steps].prediction
    var confidences = record[record.steps].confidence
    for step in 1..<max(record.steps, 1) {
      let (prediction, confidence) = (record[step].prediction, record[step].confidence)
      for i in steps.indices where Int(steps[i]) == step {
        predictions[i] = prediction[i]
        confidences[i] = confidence[i]
      }
    }
    return Evaluation(
      exitSteps: steps, predictions: predictions, confidences: confidences,
      correct: record.labels.map { labels in labels.indices.map { labels[$0] == predictions[$0] } },
      stepMadds: record.madds)
  }

  /// The trace of some of its images.
  /// - Parameter rows: their rows in the record, without repetition.
  /// - Throws: ``EpisodeError`` when a row is not there, or none is given.
  func selecting(_ rows: [Int]) throws -> Trace {
    try Trace(
      record: record.selecting(rows), model: model, dataset: dataset, sampler: sampler,
      classNames: classNames)
  }

  /// A list for each step, with 1 for each image whose answer is right then and 0 for the others.
  func correctBySteps() throws -> [[UInt8]] {
    guard let labels = record.labels else {
      throw EpisodeError("accuracy on '\(dataset.name)' needs labels, which its trace has not")
    }
    return (1...record.steps).map { step in
      zip(record[step].prediction, labels).map { $0 == $1 ? 1 : 0 }
    }
  }
}

/// The steps at which images leave under confidence thresholds.
struct ThresholdExits {
  /// 1…T for each image.
  let steps: [Int32]

  init(record: EpisodeRecord, thresholds: [Float]) throws {
    let thresholds = try Self.full(thresholds, steps: record.steps)
    var exits = [Int32](repeating: Int32(record.steps), count: record.images)
    // Going backwards, an earlier exit simply overwrites: no branch, so the loop is vectorised.
    for step in (1..<max(record.steps, 1)).reversed() {
      let confidence = record[step].confidence
      let threshold = thresholds[step - 1]
      let mark = Int32(step)
      exits.withUnsafeMutableBufferPointer { exits in
        confidence.withUnsafeBufferPointer { confidence in
          for i in 0..<exits.count { exits[i] = confidence[i] >= threshold ? mark : exits[i] }
        }
      }
    }
    steps = exits
  }

  /// T−1 thresholds for T steps, from T−1, T or one.
  static func full(_ thresholds: [Float], steps: Int) throws -> [Float] {
    try ConfidenceThreshold.check(thresholds)
    switch thresholds.count {
    case steps, steps - 1: return Array(thresholds.prefix(steps - 1))
    case 1: return [Float](repeating: thresholds[0], count: steps - 1)
    default:
      throw EpisodeError(
        "\(thresholds.count) thresholds for \(steps) steps: expected 1, \(steps - 1) or \(steps)")
    }
  }
}
