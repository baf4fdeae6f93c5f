import Support
import Tensor
import Vision

/// Answers to a stream of images, in the order in which they come, computed as they are asked for.
///
/// Images are run in batches, which are refilled as others leave. After each step the images that stay wait
/// for others that have come as far, so that every step runs on full batches. Of each image as much is in
/// memory as its decoded pixels, the last feature map and what classifier and policy carry; there is room for
/// ``capacity`` images, and no more are asked for before the oldest has been answered and taken. So whoever
/// asks slowly slows the source, and memory is bounded however long the stream is.
///
/// Whoever wants to look at every step, and to decide otherwise than rule and sampler, goes from ``nextStep()`` to
/// ``nextStep()`` instead of asking for answers by ``next()``, and takes what is known by ``takeAnswers()``.
public final class EpisodeStream: StepTaker {
  /// How many images may be in memory: from the oldest that has not been taken to the newest.
  public let capacity: Int
  /// Totals of the answers so far.
  public internal(set) var totals: StreamTotals
  private let source: any ImageSource
  let rule: any ExitRule
  let batchSize: Int
  private let pool: ImagePool
  let stepper: EpisodeStepper
  /// Whether results have the outputs that they follow from.
  var keepsLogits = false
  let clock: Deadline.Clock
  var record: EpisodeRecord
  var times: StreamTimes
  /// The images that wait for their next step, by the number of steps they have had, 0…T−1.
  var waiting: [EpisodeQueue]
  /// What is known of the image in each row.
  var outcomes: [Outcome]
  private var numbers: [Int]
  /// Images that came, and images that were answered in order; an image's row is its number here modulo the
  /// capacity.
  var (admitted, delivered) = (0, 0)
  private var hasEnded = false
  /// Images that could be read.
  private var readable = 0
  private let turn = StreamTurn()
  /// The step that was run last, whose images wait for what becomes of them.
  private var open: EpisodeStep?
  /// The answers that whoever goes from step to step has not taken yet.
  var kept: [AdaptiveRunner.Result] = []
  /// When the stream was made, and when it had no more answers.
  private let start: Double
  private var end: Double?

  enum Outcome {
    case pending
    /// It could not be read, which its data set has noted.
    case leftOut
    case answered(AdaptiveRunner.Result)
  }

  /// - Parameters:
  ///   - deadline: seconds; see ``AdaptiveRunner/stream(_:rule:deadline:refills:)``.
  ///   - refills: false: a batch is answered before the next is taken in.
  init(
    _ source: any ImageSource, rule: any ExitRule, setup: EpisodeSetup, deadline: Double?,
    refills: Bool = true
  ) throws {
    let durations = try deadline == nil ? StepDurations() : setup.measureDurations()
    self.source = source
    batchSize = setup.batchSize
    capacity =
      refills
      ? Self.capacity(setup.batchSize, itemBytes: setup.itemBytes(channels: source.channels)) : batchSize
    pool = try ImagePool(setup.configuration, channels: source.channels, capacity: capacity)
    stepper = setup.stepper(pool)
    clock = setup.clock
    record = try setup.record(
      indices: [Int](repeating: 0, count: capacity),
      labels: source.knowsLabels ? [Int](repeating: 0, count: capacity) : nil)
    self.rule = try rule.started(on: record)
    times = StreamTimes(deadline: deadline, durations: durations, rows: capacity)
    totals = StreamTotals(stepMadds: setup.madds)
    waiting = [EpisodeQueue](repeating: EpisodeQueue(), count: record.steps)
    outcomes = [Outcome](repeating: .pending, count: capacity)
    numbers = [Int](repeating: 0, count: capacity)
    start = clock()
  }

  /// There is room for sixteen batches, or for what fits into 256 MB of pixels; for one batch at least.
  private static func capacity(_ batchSize: Int, itemBytes: Int) -> Int {
    max(batchSize, min(16 * batchSize, (256 << 20) / max(itemBytes, 1)))
  }

  /// Bytes of decoded pixels that there is room for.
  public var pixelBytes: Int { pool.bytes }

  /// Images that were answered after their deadline.
  public var late: Int { times.late }

  /// Seconds since the stream was made, up to its end.
  public var seconds: Double { (end ?? clock()) - start }

  /// The next image's answer, as soon as it and all before it are known; nil after the last.
  ///
  /// - Throws: what the source, the rule, the sampler or the network throw, and ``ModelError`` at every later
  ///   call; ``ModelError`` when one of those asks for an answer while it is asked itself, which leaves the
  ///   stream as it is; `Interrupted`.
  public func next() throws -> AdaptiveRunner.Result? {
    try computing {
      while true {
        if let result = knownAnswer() { return result }
        switch try advance() {
        case .ran(let step): try settle(step)
        case .changed: continue
        case .nothing: return nil
        }
      }
    }
  }

  /// Decides what becomes of the images of the step before, where nobody has, and runs the next step of some images;
  /// nil after the last.
  ///
  /// - Throws: as ``next()``.
  public func nextStep() throws -> EpisodeStep? {
    try computing {
      if let step = open { try settle(step) }
      while true {
        keepAnswers()
        switch try advance() {
        case .ran(let step):
          open = step
          return step
        case .changed: continue
        case .nothing: return nil
        }
      }
    }
  }

  private func computing<Value>(_ body: () throws -> Value?) throws -> Value? {
    let value = try turn.take(body) { open = nil }
    if value == nil { end = end ?? clock() }
    return value
  }

  enum Action {
    /// Take images in.
    case admit
    /// Run a batch of those that have taken so many steps.
    case run(taken: Int)
  }

  private enum Progress {
    case ran(EpisodeStep)
    /// Images were taken in, or let go.
    case changed
    case nothing
  }

  /// Does what is to be done next.
  private func advance() throws -> Progress {
    try Cancellation.check()
    guard var action = try nextAction() else { return .nothing }
    if let urgent = urgentQueue(before: action) { action = .run(taken: urgent) }
    switch action {
    case .admit: try admit()
    case .run(let taken): if let step = try run(taken) { return .ran(step) }
    }
    return .changed
  }

  private func nextAction() throws -> Action? {
    // The images that have come furthest first: they are the oldest.
    if let taken = waiting.indices.reversed().first(where: { waiting[$0].count >= batchSize }) {
      return .run(taken: taken)
    }
    if !hasEnded, capacity - (admitted - delivered) >= portion { return .admit }
    if hasEnded {
      // The last ones: those that have come least far, so that they join the others.
      return waiting.indices.first { waiting[$0].count > 0 }.map { .run(taken: $0) }
    }
    // No room: what the oldest waits for must not wait for a full batch.
    let oldest = delivered % capacity
    guard let taken = waiting.indices.first(where: { waiting[$0].first == oldest }) else {
      throw ModelError("an image of the stream is neither waiting nor answered")
    }
    return .run(taken: taken)
  }

  /// Images that are taken in at once.
  private var portion: Int {
    // Several, so that single images are prepared by all threads.
    source.isPatient ? min(capacity, max(batchSize, Self.preparedAhead)) : batchSize
  }

  static let preparedAhead = 8

  private func admit() throws {
    let images = try source.next(portion)
    guard !images.isEmpty else {
      hasEnded = true
      return
    }
    let rows = images.indices.map { (admitted + $0) % capacity }
    for (image, row) in zip(images, rows) {
      try record.reassign(
        row, index: image.number,
        label: source.knowsLabels ? Int32(image.dataset.label(at: image.index)) : nil)
      outcomes[row] = .pending
      numbers[row] = image.number
    }
    let loaded = try pool.load(images, rows: rows)
    for (row, isReadable) in zip(rows, loaded) where !isReadable { outcomes[row] = .leftOut }
    let readableRows = zip(rows, loaded).filter(\.1).map(\.0)
    admitted += images.count
    readable += readableRows.count
    try refuseNothing()
    waiting[0].append(EpisodeGroup(rows: readableRows))
  }

  /// Ends a stream that would go through the same images again and again without one that can be read.
  private func refuseNothing() throws {
    guard readable == 0, let dataset = (source as? DatasetSource)?.dataset, admitted >= dataset.count else {
      return
    }
    throw ModelError("none of the \(dataset.count) images of \(dataset.name) can be read")
  }

  /// Runs the step after `taken` steps for the images that have waited longest; nil where images left instead, for want
  /// of time.
  private func run(_ taken: Int) throws -> EpisodeStep? {
    let step = taken + 1
    let count = min(batchSize, waiting[taken].count)
    if try letGo(of: count, before: step) { return nil }
    let group = try waiting[taken].take(batchSize)
    if step == 1 { times.begin(group.rows, at: clock()) }
    return try take(step, group)
  }

  /// Lets the images go that leave after a step; the others wait for their next.
  private func settle(_ step: EpisodeStep) throws {
    open = nil
    let start = clock()
    let leaves = try step.close()
    let rows = step.group.rows
    finish(rows.indices.filter { leaves[$0] }.map { rows[$0] }, after: step.step)
    if step.step < record.steps {
      waiting[step.step].append(try step.group.gathered(rows.indices.filter { !leaves[$0] }))
    }
    times.note(step.step, count: rows.count, took: step.seconds + clock() - start)
  }

  /// Answers the images of `rows`, which have had `step` steps.
  func finish(_ rows: [Int], after step: Int) {
    let now = clock()
    let (prediction, confidence) = (record[step].prediction, record[step].confidence)
    let (logits, classes) = (record[step].logits, record.classes)
    for row in rows {
      outcomes[row] = .answered(
        AdaptiveRunner.Result(
          index: numbers[row], prediction: Int(prediction[row]), label: record.labels.map { Int($0[row]) },
          confidence: confidence[row], steps: step, madds: record.madds[step - 1],
          positions: step < 2 ? [] : (2...step).map { record[$0].positions[row] },
          seconds: times.answered(row, at: now),
          logits: keepsLogits ? Array(logits[row * classes..<(row + 1) * classes]) : []))
    }
  }
}
