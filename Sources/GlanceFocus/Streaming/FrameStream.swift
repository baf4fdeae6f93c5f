import Support
import Tensor

/// Answers to the frames of one or several videos as they come: one frame in, one answer out.
///
/// Frames that come at the same time are run together. A frame leaves when the exit rule is satisfied, and where another
/// step is expected to end after its deadline. Of a stream as much is in memory as a frame's pixels, what the encoders keep
/// of the last frame, and features and maps of the last few, however long it is.
public final class FrameStream: AnswerStream, StepTaker {
  /// What is known of a frame.
  public struct Answer: Sendable {
    /// The number of its stream, from 0.
    public let stream: Int
    /// The frame's number in its video, from 0.
    public let frame: Int
    /// When it is shown, in seconds from the first one; nil where nobody said.
    public let time: Double?
    /// The answer about the last frames. Its index counts the frames of the stream from 0.
    public let result: AdaptiveRunner.Result
    /// What the frame alone would be taken for after as many steps; nil where nobody wanted to know.
    public let own: Own?
  }

  /// The answer about a frame alone.
  public struct Own: Sendable {
    /// The class, from 0.
    public let prediction: Int
    /// Its softmax probability.
    public let confidence: Float
  }

  public private(set) var totals: StreamTotals
  private let feeds: [any FrameFeed]
  private var hasEnded: [Bool]
  private let lanes: FrameLanes
  let stepper: EpisodeStepper
  let rule: any ExitRule
  let clock: Deadline.Clock
  private let saysOwn: Bool
  var record: EpisodeRecord
  private(set) var times: StreamTimes
  private var shown: [StreamFrame?]
  private var known: [Answer] = []
  private let turn = StreamTurn()
  private let start: Double
  private var end: Double?

  init(
    _ feeds: [any FrameFeed], rule: any ExitRule, setup: EpisodeSetup, deadline: Double?,
    options: FrameOptions
  ) throws {
    var setup = setup
    let steps = setup.madds.count
    setup.madds = Array(try setup.engine.model.frameCosts().prefix(steps))
    let durations =
      try deadline == nil
      ? StepDurations() : setup.measureFrameDurations()
    self.feeds = feeds
    lanes = try FrameLanes(
      setup.configuration, count: feeds.count, steps: steps, options: options,
      keepsGlances: setup.sampler.needs.contains(.glances))
    stepper = setup.stepper(lanes)
    clock = setup.clock
    saysOwn = options.saysOwn
    record = try setup.record(indices: [Int](repeating: 0, count: feeds.count), labels: nil)
    self.rule = try rule.started(on: record)
    times = StreamTimes(deadline: deadline, durations: durations, rows: feeds.count)
    totals = StreamTotals(stepMadds: setup.madds)
    hasEnded = [Bool](repeating: false, count: feeds.count)
    shown = [StreamFrame?](repeating: nil, count: feeds.count)
    start = clock()
  }

  public var late: Int { times.late }
  public var capacity: Int { lanes.count }
  public var pixelBytes: Int { lanes.bytes }
  public var seconds: Double { (end ?? clock()) - start }

  /// The answer to the next frame; nil when all streams have ended. Of frames that came together, that of the first stream
  /// is the first.
  ///
  /// - Throws: what a source, the rule, the sampler or the network throw, and ``ModelError`` at every later call;
  ///   `Interrupted`.
  public func next() throws -> Answer? {
    try turn.take {
      if known.isEmpty { known = try answers() }
      guard !known.isEmpty else {
        end = end ?? clock()
        return nil
      }
      let answer = known.removeFirst()
      totals.add(answer.result)
      return answer
    }
  }

  /// Takes a frame of each stream in; the lanes of those that had one.
  private func admit() throws -> [Int] {
    var rows: [Int] = []
    for lane in feeds.indices where !hasEnded[lane] {
      try Cancellation.check()
      guard let frame = try feeds[lane].next() else {
        hasEnded[lane] = true
        continue
      }
      try lanes.load(frame, lane: lane)
      shown[lane] = frame
      try record.reassign(lane, index: lanes.frame(lane), label: nil)
      rows.append(lane)
    }
    return rows
  }

  /// The answers to the next frames of all streams, in their order; none when all have ended.
  private func answers() throws -> [Answer] {
    let rows = try admit()
    if rows.isEmpty { return [] }
    var group = EpisodeGroup(rows: rows)
    var own = OwnAnswers(engine: saysOwn ? stepper.engine : nil)
    var answers: [Answer] = []
    times.begin(rows, at: clock())
    for step in 1...record.steps {
      try Cancellation.check()
      if step > 1, isTooLate(for: step, group) {
        answers += try group.rows.map { try answer($0, after: step - 1, own) }
        break
      }
      let leaves = try run(step, group)
      try own.note(step, group.rows, lanes)
      answers += try zip(group.rows, leaves).filter(\.1).map { try answer($0.0, after: step, own) }
      if leaves.allSatisfy(\.self) { break }
      group = try group.gathered(leaves.indices.filter { !leaves[$0] })
    }
    return answers.sorted { $0.stream < $1.stream }
  }

  /// Whether a step is expected to end after the frames are due.
  private func isTooLate(for step: Int, _ group: EpisodeGroup) -> Bool {
    guard times.deadline != nil else { return false }
    let end = clock() + times.expected(step, count: group.rows.count)
    guard times.left(group.rows[0], at: end) < 0 else { return false }
    times.avoided(step, count: group.rows.count)
    return true
  }

  /// Runs a step; who leaves after it.
  private func run(_ step: Int, _ group: EpisodeGroup) throws -> [Bool] {
    let start = clock()
    let leaves = try take(step, group).close()
    times.note(step, count: group.rows.count, took: clock() - start)
    return leaves
  }

  private func answer(_ lane: Int, after step: Int, _ own: OwnAnswers) throws -> Answer {
    guard let frame = shown[lane] else { throw ModelError("an answer before the first frame") }
    return Answer(
      stream: lane, frame: frame.number, time: frame.seconds,
      result: AdaptiveRunner.Result(
        index: lanes.frame(lane), prediction: Int(record[step].prediction[lane]), label: nil,
        confidence: record[step].confidence[lane], steps: step, madds: record.madds[step - 1],
        positions: step < 2 ? [] : (2...step).map { record[$0].positions[lane] },
        seconds: times.answered(lane, at: clock())),
      own: own[lane])
  }
}

/// What frames alone are taken for.
private struct OwnAnswers {
  /// Answers; nil: nobody wants to know.
  let engine: StepEngine?
  private var memories: [Int: Tensor] = [:]
  private var answers: [Int: FrameStream.Own] = [:]

  init(engine: StepEngine?) { self.engine = engine }

  subscript(lane: Int) -> FrameStream.Own? { answers[lane] }

  /// Notes what the classifier says of the last frames of `rows` alone after a step.
  mutating func note(_ step: Int, _ rows: [Int], _ lanes: FrameLanes) throws {
    guard let engine else { return }
    for lane in rows {
      guard let features = lanes.ownFeatures(lane, step: step) else { continue }
      let answer = try engine.answer(features, memory: memories[lane], step == 1 ? .glance : .patch)
      memories[lane] = answer.memory
      let values = try answer.logits.values()
      let softmax = values.withUnsafeBufferPointer { values in
        values.baseAddress.flatMap { SoftmaxStatistics.of($0, count: values.count) }
      }
      guard let softmax else { throw EpisodeError("the logits of a frame are not finite") }
      answers[lane] = FrameStream.Own(
        prediction: Int(softmax.prediction), confidence: softmax.confidence)
    }
  }
}
