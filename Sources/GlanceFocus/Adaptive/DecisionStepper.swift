import Support
import Tensor
import Vision

/// Takes one image through its episode decision by decision: it stands before a rule or a sampler is asked, and after it
/// has answered, and what they read and what they say can be changed.
///
/// Going back gives what was there before, so that a decision can be tried in several ways. A rule or a sampler that
/// keeps state of its own does not go back with it.
public final class DecisionStepper {
  /// What is decided.
  public enum Decision: String, Sendable {
    /// Whether the image leaves: the rule's.
    case exit
    /// Where the next patch is taken: the sampler's.
    case place
  }

  /// Where the episode stands.
  public enum Moment: Sendable, Equatable {
    case before(Decision)
    case after(Decision)
    /// The image has left.
    case end
  }

  /// All that going back brings back.
  struct State {
    var record: EpisodeRecord
    var group: EpisodeGroup
    var rule: any ExitRule
    var sampler: any PatchSampler
    var moment = Moment.before(.exit)
    /// Steps taken.
    var step = 0
    /// Seconds that the network has run.
    var elapsed = 0.0
    /// What was changed for the decision at hand.
    var changes = StepChanges()
    var leaves: Bool?
    var place: PatchLocation?
    /// True where the decision at hand was taken by hand.
    var isByHand = false
    var log: [Entry] = []
  }

  /// A decision that was taken.
  public struct Entry: Sendable {
    public let decision: Decision
    /// The name of the rule or sampler.
    public let name: String
    /// Steps that the image had had.
    public let step: Int
    /// What was read of the columns of ``StepColumns/numbers``, in its order.
    public let numbers: [Float]
    /// The most probable class as it was read, from 0.
    public let prediction: Int
    /// The fields that had been changed.
    public let changed: [String]
    /// For an exit: whether the image leaves.
    public let leaves: Bool?
    /// For a place: where it looks next.
    public let place: PatchLocation?
    public let isByHand: Bool
  }

  private let setup: EpisodeSetup
  private let pool: ImagePool
  private var state: State
  private var earlier: [State] = []

  init(_ image: SourceImage, rule: any ExitRule, setup: EpisodeSetup) throws {
    self.setup = setup
    pool = try ImagePool(setup.configuration, channels: image.dataset.channels, capacity: 1)
    let record = try setup.record(
      indices: [image.number],
      labels: image.dataset.knowsLabels ? [image.dataset.label(at: image.index)] : nil)
    guard try pool.load([image], rows: [0])[0] else {
      throw ModelError("image \(image.number + 1) of \(image.dataset.name) cannot be read")
    }
    state = State(
      record: record, group: EpisodeGroup(rows: [0]), rule: try rule.started(on: record),
      sampler: setup.sampler)
    try run(&state)
  }

  // MARK: What is there

  public var moment: Moment { state.moment }
  /// The decision at hand; nil at the end.
  public var decision: Decision? {
    switch state.moment {
    case .before(let decision), .after(let decision): decision
    case .end: nil
    }
  }
  /// The name of the rule or sampler that takes it; empty at the end.
  public var decider: String { decision.map(name(of:)) ?? "" }
  /// True where the decision at hand was taken by hand.
  public var isByHand: Bool { state.isByHand }
  /// Steps taken so far, 1…T.
  public var step: Int { state.step }
  /// What the network said so far; one row.
  public var record: EpisodeRecord { state.record }
  /// The decisions so far, the one at hand left out.
  public var log: [Entry] { state.log }
  /// Whether the image leaves, where that is the decision at hand and it is taken.
  public var leaves: Bool? { state.leaves }
  /// Where it looks next, where that is the decision at hand and it is taken.
  public var place: PatchLocation? { state.place }
  /// The fields that are changed for the decision at hand.
  public var changed: [String] { state.changes.names }
  /// The moments that can be gone back to, the first first.
  public var earlierMoments: [Moment] { earlier.map(\.moment) }

  /// The image, normalised, at P×P: 1×3×P×P.
  public func glance() throws -> Tensor { try pool.glances([0]) }

  /// What the decision at hand reads, with its changes.
  public func batch() throws -> StepBatch { try batch(state) }

  /// What a sampler reads beside that; nil unless a place is to be decided.
  public func samplerBatch() throws -> SamplerBatch? {
    guard state.moment == .before(.place) || state.moment == .after(.place) else { return nil }
    return try samplerBatch(state)
  }

  private func stepper(_ state: State) -> EpisodeStepper {
    EpisodeStepper(
      engine: setup.engine, sampler: state.sampler, random: setup.random, sight: pool, probe: nil)
  }

  private func batch(_ state: State) throws -> StepBatch {
    let (changes, group, stepper) = (state.changes, state.group, stepper(state))
    return try StepBatch(
      record: changes.applied(to: state.record, step: state.step), step: state.step, rows: [0],
      elapsed: [changes.elapsed ?? state.elapsed],
      critic: { try [changes.critic ?? stepper.proposal(group).values[0]] })
  }

  private func samplerBatch(_ state: State) throws -> SamplerBatch {
    let batch = try stepper(state).samplerBatch(state.group, after: batch(state))
    return state.changes.applied(to: batch)
  }

  // MARK: Changing

  /// Changes what the decision at hand reads. One that is taken already is taken anew.
  ///
  /// - Throws: what the rule or the sampler throws, after which nothing has changed.
  public func change(_ body: (inout StepChanges) throws -> Void) throws {
    guard state.moment != .end else { throw EpisodeError("the image has left: nothing is left to decide") }
    var next = state
    try body(&next.changes)
    try retake(&next)
    state = next
  }

  /// Has another rule and another sampler decide from now on.
  ///
  /// - Throws: as ``change(_:)``; ``EpisodeError`` where the rule does not fit the model.
  public func replace(rule: (any ExitRule)?, sampler: (any PatchSampler)?) throws {
    var next = state
    if let rule { next.rule = try rule.started(on: state.record) }
    if let sampler { next.sampler = sampler }
    try retake(&next)
    state = next
  }

  private func retake(_ state: inout State) throws {
    guard case .after(let decision) = state.moment, !state.isByHand else { return }
    try take(decision, &state)
  }

  /// Decides by hand whether the image leaves.
  ///
  /// - Throws: ``EpisodeError`` where that is not the decision at hand.
  public func decide(_ leaves: Bool) throws {
    try require(.exit, "whether the image leaves")
    state.leaves = leaves
    state.isByHand = true
  }

  /// Decides by hand where the image looks next.
  ///
  /// - Throws: ``EpisodeError`` where that is not the decision at hand, and for a place that is not in [0, 1]².
  public func look(_ place: PatchLocation) throws {
    try require(.place, "where it looks")
    guard place.isValid else {
      throw EpisodeError("the place is (\(place.row), \(place.column)): row and column must lie in [0, 1]")
    }
    state.place = place
    state.isByHand = true
  }

  private func require(_ decision: Decision, _ what: String) throws {
    switch state.moment {
    case .before(decision), .after(decision): return
    case .end: throw EpisodeError("the image has left: nothing is left to decide")
    case .before(let other), .after(let other):
      throw EpisodeError("the decision at hand is the \(other.rawValue), not \(what)")
    }
  }

  // MARK: Going on and back

  /// Goes on to the next moment.
  ///
  /// - Throws: what the rule, the sampler or the network throws, after which everything is as it was; `Interrupted`.
  public func advance() throws {
    try Cancellation.check()
    var next = state
    next.group = state.group.copy()
    switch state.moment {
    case .end: return
    case .before(let decision):
      if !state.isByHand { try take(decision, &next) }
      next.moment = .after(decision)
    case .after(let decision):
      next.log.append(try entry(decision))
      let leaves = state.leaves == true
      (next.changes, next.isByHand) = (StepChanges(), false)
      if decision == .place {
        try run(&next)
      } else {
        next.moment = leaves ? .end : .before(.place)
      }
      next.leaves = nil
    }
    earlier.append(state)
    state = next
  }

  /// Goes back to the moment before.
  /// - Returns: false at the first.
  @discardableResult
  public func back() -> Bool {
    guard let last = earlier.popLast() else { return false }
    state = last
    return true
  }

  /// Asks the rule or the sampler.
  private func take(_ decision: Decision, _ state: inout State) throws {
    switch decision {
    case .exit: state.leaves = try state.rule.checkedDecisions(batch(state))[0]
    case .place: state.place = try state.sampler.checkedProposal(samplerBatch(state))[0]
    }
  }

  /// Runs the next step, at the place that was decided.
  private func run(_ state: inout State) throws {
    if let place = state.place { state.group.chosen = [place] }
    let start = setup.clock()
    let step = state.step + 1
    let stepper = stepper(state)
    let outcome = try stepper.run(step, state.group, state.record)
    try stepper.enter(outcome, step, state.group, into: &state.record)
    state.elapsed += setup.clock() - start
    state.step = step
    state.place = nil
    state.moment = step == state.record.steps ? .end : .before(.exit)
  }

  private func name(of decision: Decision) -> String {
    decision == .exit ? state.rule.name : state.sampler.name
  }

  private func entry(_ decision: Decision) throws -> Entry {
    let batch = try batch()
    // What nobody asked the critic is not asked of it for the log.
    let numbers = try StepColumns.numbers.map { column in
      column.isCritics
        ? state.changes.critic ?? state.group.proposal?.values[0] ?? .nan : try batch.numbers(column)[0]
    }
    return Entry(
      decision: decision, name: name(of: decision), step: state.step,
      numbers: numbers, prediction: Int(batch.prediction[0]), changed: state.changes.names,
      leaves: decision == .exit ? state.leaves : nil, place: decision == .place ? state.place : nil,
      isByHand: state.isByHand)
  }

  /// What became of the image; nil before it has left.
  public var result: AdaptiveRunner.Result? {
    guard state.moment == .end else { return nil }
    let (record, step) = (state.record, state.step)
    return AdaptiveRunner.Result(
      index: record.indices[0], prediction: Int(record[step].prediction[0]),
      label: record.labels.map { Int($0[0]) },
      confidence: record[step].confidence[0], steps: step, madds: record.madds[step - 1],
      positions: step < 2 ? [] : (2...step).map { record[$0].positions[0] }, seconds: state.elapsed)
  }
}
