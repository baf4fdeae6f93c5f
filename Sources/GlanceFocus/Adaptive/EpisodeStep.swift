import Support
import Tensor

/// A step that images of a stream have just taken together: what is known of them, and what is to become of them.
///
/// What nobody has decided, rule and sampler decide when the stream goes on; after that the step can no longer be read.
public final class EpisodeStep {
  /// The step that was just taken, 1…T.
  public let step: Int
  /// False once the stream has gone on.
  public private(set) var isOpen = true
  let group: EpisodeGroup
  /// How long it took to run.
  let seconds: Double
  private let endsEpisode: Bool
  private let stepper: EpisodeStepper
  private let rule: any ExitRule
  private let probe: AnswerProbe?
  private let makeBatch: () throws -> StepBatch
  private var known: StepBatch?
  /// Who leaves, as far as somebody has said so; nil where nobody has of any image.
  private var said: [Bool?]?
  /// Who leaves, once it is known of all; nil before, and after somebody has said otherwise.
  private var answers: [Bool]?

  init(
    _ step: Int, isLast: Bool, _ group: EpisodeGroup, by stepper: EpisodeStepper, rule: any ExitRule,
    probe: AnswerProbe?, seconds: Double, batch: @escaping () throws -> StepBatch
  ) {
    self.step = step
    endsEpisode = isLast
    self.group = group
    self.stepper = stepper
    self.rule = rule
    self.probe = probe
    self.seconds = seconds
    makeBatch = batch
  }

  /// The number of images that took the step.
  public var count: Int { group.rows.count }

  /// What is known of the images.
  /// - Throws: ``EpisodeError`` when the stream has gone on.
  public func batch() throws -> StepBatch {
    try requireOpen()
    if let known { return known }
    let batch = try makeBatch()
    known = batch
    return batch
  }

  /// True at the last step, after which every image leaves.
  /// - Throws: ``EpisodeError`` when the stream has gone on.
  public var isLast: Bool {
    get throws {
      try requireOpen()
      return endsEpisode
    }
  }

  private func requireOpen() throws {
    guard isOpen else { throw EpisodeError("the step is over: keep its values, not the step") }
  }

  /// The last feature maps, n×C×h×w, as the network carries them.
  public func maps() throws -> Tensor {
    _ = try batch()
    guard let map = group.memory?.map else { throw EpisodeError("no feature map before the glance") }
    return map
  }

  /// The images resized to P×P and normalised, n×3×P×P.
  public func glances() throws -> Tensor {
    _ = try batch()
    return try stepper.sight.glances(group.rows)
  }

  // MARK: Deciding

  /// Says of the images at `positions` that they leave after this step, or that they stay.
  ///
  /// - Throws: ``EpisodeError`` when an image is to stay after the last step, and when the stream has gone on.
  public func decide(_ leaving: Bool, at positions: [Int]) throws {
    try requireOpen()
    if endsEpisode, !leaving, !positions.isEmpty {
      throw EpisodeError("step \(step) is the last: every image leaves after it")
    }
    var said = said ?? answers ?? [Bool?](repeating: nil, count: count)
    for position in positions { said[position] = leaving }
    self.said = said
    answers = nil
  }

  /// Says where the images at `positions` look next.
  ///
  /// - Throws: ``EpisodeError`` after the last step, for a place that is not in [0, 1]², and when the stream has gone on.
  public func look(_ places: [PatchLocation], at positions: [Int]) throws {
    try requireOpen()
    if endsEpisode { throw EpisodeError("step \(step) is the last: no image looks again") }
    if let bad = places.firstIndex(where: { !$0.isValid }) {
      throw EpisodeError(
        "place \(bad + 1) is (\(places[bad].row), \(places[bad].column)): row and column must lie in [0, 1]")
    }
    var chosen = group.chosen ?? [PatchLocation?](repeating: nil, count: count)
    for (position, place) in zip(positions, places) { chosen[position] = place }
    group.chosen = chosen
  }

  /// Who leaves as things stand. The rule is asked about those of whom nobody has said so, once.
  public func decisions() throws -> [Bool] {
    try requireOpen()
    if endsEpisode { return [Bool](repeating: true, count: count) }
    if let answers { return answers }
    let decided: [Bool]
    if var said {
      let open = said.indices.filter { said[$0] == nil }
      for (position, answer) in zip(open, try ask(about: open)) { said[position] = answer }
      self.said = said
      decided = said.map { $0 ?? false }
    } else {
      decided = try ask(about: nil)
    }
    answers = decided
    return decided
  }

  /// What the rule says of the images at `positions`; nil: of all.
  private func ask(about positions: [Int]?) throws -> [Bool] {
    if positions?.isEmpty == true { return [] }
    let asked = try positions.map { try batch().selecting($0) } ?? batch()
    let answers = try rule.checkedDecisions(asked)
    let values = group.proposal.map { proposal in
      positions.map { $0.map { proposal.values[$0] } } ?? proposal.values
    }
    try probe?.keep(asked, of: rule, values: values, answers: answers)
    return answers
  }

  /// Where the images look next as things stand, whoever of them leaves. The sampler is asked about all of them, once,
  /// where a place is open.
  public func places() throws -> [PatchLocation] {
    try requireOpen()
    if endsEpisode { throw EpisodeError("step \(step) is the last: no image looks again") }
    let places = try stepper.places(step + 1, group, after: batch())
    group.chosen = places
    return places
  }

  /// Ends the step.
  /// - Returns: who leaves.
  func close() throws -> [Bool] {
    let decisions = try decisions()
    // A batch that lives on would have the record copied when it is next written to.
    known = nil
    isOpen = false
    return decisions
  }
}
