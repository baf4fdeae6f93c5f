import Compute
import GlanceFocus
import Inference
import Support
import Tensor
import TestSupport
import Testing
import Vision

/// Leaves by the number of the frame alone.
private struct ByFrame: ExitRule {
  let name = "by frame"
  let steps: @Sendable (Int) -> Int
  func decide(_ batch: StepBatch) -> [Bool] { (0..<batch.count).map { steps(batch[$0].image) <= batch.step } }
}

/// Looks where the number of the frame says.
private struct Placed: PatchSampler {
  let name = "placed"
  let place: @Sendable (Int) -> Float
  func propose(_ batch: SamplerBatch) -> [PatchPlaces] {
    (0..<batch.count).map { PatchPlaces(row: 0.5, column: place(batch.last[$0].image)) }
  }
}

/// Frames that are answered one by one.
struct FrameStreamTests {
  private static let past = ClipForm.Exchange(pastOnly: true)

  private static func model(_ clips: ClipForm?, steps: Int = 3) throws -> GFNet {
    try GFNet(
      Configuration(
        backbone: .named("resnet_tiny_16"), patchSize: 24, imageSize: MovingFrames.side, steps: steps,
        classes: 4,
        clips: clips), seed: 11)
  }

  private static func runner(
    _ model: GFNet, sampler: any PatchSampler = CenterSampler(), steps: Int? = nil, isPlanned: Bool = true,
    clock: @escaping Deadline.Clock = Deadline.machineClock
  ) throws -> AdaptiveRunner {
    let planner = try Planner()
    let engine = isPlanned ? StepEngine(model) { planner.planned($0).callAsFunction } : StepEngine(model)
    return try AdaptiveRunner(model, sampler: sampler, steps: steps, engine: engine, clock: clock)
  }

  private static func answers(_ stream: FrameStream) throws -> [FrameStream.Answer] {
    var answers: [FrameStream.Answer] = []
    while let answer = try stream.next() { answers.append(answer) }
    return answers
  }

  private static func isSame(
    _ a: AdaptiveRunner.Result, _ b: AdaptiveRunner.Result, within tolerance: Float = 1e-4
  ) -> Bool {
    a.prediction == b.prediction && abs(a.confidence - b.confidence) <= tolerance && a.steps == b.steps
      && a.positions == b.positions
  }

  /// The encoders keep state; what comes of it is the answer to the clip of all frames so far.
  @Test(arguments: [1, 2, 3], [true, false])
  func theLastFrameOfAClipIsAnsweredAsTheClip(_ steps: Int, _ isPlanned: Bool) throws {
    let model = try Self.model(ClipForm(frames: 4, exchange: Self.past))
    let runner = try Self.runner(model, isPlanned: isPlanned)
    let rule = LengthExit(steps: steps)
    let clip = try runner.infer(MovingFrames.clips([0], frames: 4), rule: rule).results[0]
    let answers = try Self.answers(runner.frames([MovingFrames(0..<4)], rule: rule))
    #expect(answers.map(\.frame) == [0, 1, 2, 3] && answers.map(\.time) == [0, 0.1, 0.2, 0.3])
    #expect(answers.map(\.result.index) == [0, 1, 2, 3])
    #expect(Self.isSame(answers[3].result, clip), "\(answers[3].result) \(clip)")
    #expect(abs(answers[2].result.confidence - clip.confidence) > 1e-5)
  }

  /// What is kept of the glance has the size of its own maps.
  @Test(arguments: [1, 2], [true, false])
  func aGlanceOfItsOwnGoesOnFromFrameToFrame(_ steps: Int, _ isPlanned: Bool) throws {
    let model = try GFNet(
      Configuration(
        backbone: .named("resnet_tiny_16"), patchSize: 24, imageSize: MovingFrames.side, steps: 2, classes: 4,
        clips: ClipForm(frames: 4, exchange: Self.past),
        glance: GlanceForm(.named("resnet_tiny_24"), size: 40, exchange: Self.past)), seed: 11)
    let runner = try Self.runner(model, isPlanned: isPlanned)
    let rule = LengthExit(steps: steps)
    let clip = try runner.infer(MovingFrames.clips([0], frames: 4), rule: rule).results[0]
    for deadline in [nil, 600.0] {
      let answers = try Self.answers(runner.frames([MovingFrames(0..<4)], rule: rule, deadline: deadline))
      #expect(answers.count == 4 && Self.isSame(answers[3].result, clip), "\(answers) \(clip)")
    }
  }

  /// Without a shift nothing is kept beyond the window, and each answer is that of the clip of the last frames.
  @Test func answersAreAboutTheLastFrames() throws {
    let model = try Self.model(ClipForm(frames: 4, exchange: nil))
    let runner = try Self.runner(model)
    let rule = LengthExit(steps: 3)
    let clips = try runner.infer(MovingFrames.clips(Array(0..<5), frames: 4), rule: rule).results
    let answers = try Self.answers(runner.frames([MovingFrames(0..<8)], rule: rule))
    for (answer, clip) in zip(answers.dropFirst(3), clips) {
      #expect(Self.isSame(answer.result, clip), "frame \(answer.frame)")
    }
  }

  /// A network of images sees in each frame an image.
  @Test func networksOfImagesAnswerEachFrame() throws {
    let model = try Self.model(nil)
    let runner = try Self.runner(model, sampler: LearnedSampler())
    let rule = try ConfidenceExit(thresholds: [0.27])
    let images = try runner.infer(
      TensorsDataset(
        bytes: (0..<6).flatMap { MovingFrames.pixels($0, seed: 0) }, layout: .channelsLast,
        imageSize: (MovingFrames.side, MovingFrames.side), channels: 3, labels: nil), rule: rule
    ).results
    let answers = try Self.answers(
      runner.frames([MovingFrames(0..<6)], rule: rule, options: FrameOptions(hold: 0)))
    for (answer, image) in zip(answers, images) {
      #expect(Self.isSame(answer.result, image), "\(answer.result) \(image)")
    }
  }

  /// Streams side by side are answered as each alone, whenever the others end and whatever they take.
  @Test func streamsDoNotSeeEachOther() throws {
    let model = try Self.model(ClipForm(frames: 4, exchange: Self.past))
    let runner = try Self.runner(model, sampler: LearnedSampler())
    let rule = ByFrame { ($0 * 5) % 3 + 1 }
    func feeds() -> [MovingFrames] { [(0, 5), (1, 2), (2, 7)].map { MovingFrames(0..<$0.1, seed: $0.0) } }
    let together = try Self.answers(runner.frames(feeds(), rule: rule))
    #expect(together.map(\.stream) == [0, 1, 2, 0, 1, 2, 0, 2, 0, 2, 0, 2, 2, 2])
    for (number, feed) in feeds().enumerated() {
      let alone = try Self.answers(runner.frames([feed], rule: rule))
      let own = together.filter { $0.stream == number }
      #expect(own.count == alone.count)
      for (a, b) in zip(own, alone) {
        #expect(a.frame == b.frame && Self.isSame(a.result, b.result), "stream \(number), frame \(a.frame)")
      }
    }
  }

  @Test func patchesStayWhereTheyWereUnlessTheSamplerPointsFarAway() throws {
    let model = try Self.model(ClipForm(frames: 4, exchange: Self.past), steps: 2)
    let places: [Float] = [0.5, 0.55, 0.42, 0.8, 0.71, 0.69, 0.3]
    let runner = try Self.runner(model, sampler: Placed { places[$0] })
    func columns(_ hold: Float) throws -> [Int] {
      try Self.answers(
        runner.frames([MovingFrames(0..<7)], rule: LengthExit(steps: 2), options: FrameOptions(hold: hold))
      ).map { $0.result.positions[0].last.column }
    }
    func pixels(_ columns: [Float]) -> [Int] { columns.map { Int($0 * 40) } }
    #expect(try columns(0.1) == pixels([0.5, 0.5, 0.5, 0.8, 0.8, 0.69, 0.3]))
    #expect(try columns(0) == pixels(places))
    #expect(try columns(1) == pixels([Float](repeating: 0.5, count: 7)))
  }

  /// After a move, and after a frame that did not take the step, the encoder of patches begins anew: the same bits.
  @Test func whatIsKeptOfAPatchBelongsToItsPlace() throws {
    let model = try Self.model(ClipForm(frames: 4, exchange: Self.past), steps: 2)
    func last(_ sampler: any PatchSampler, _ rule: any ExitRule) throws -> AdaptiveRunner.Result {
      let stream = try Self.runner(model, sampler: sampler).frames([MovingFrames(0..<3)], rule: rule)
      return try #require(Self.answers(stream).last).result
    }
    let always = LengthExit(steps: 2)
    let stayed = try last(Placed { _ in 0.9 }, always)
    let moved = try last(Placed { $0 < 2 ? 0.2 : 0.9 }, always)
    let skipped = try last(Placed { _ in 0.9 }, ByFrame { $0 < 2 ? 1 : 2 })
    let paused = try last(Placed { _ in 0.9 }, ByFrame { $0 == 1 ? 1 : 2 })
    #expect(moved.confidence == skipped.confidence && paused.confidence == skipped.confidence)
    #expect(stayed.confidence != moved.confidence && stayed.positions == moved.positions)
  }

  /// What the frame alone would be taken for is the answer of a window of one frame.
  @Test func framesAreAlsoAnsweredAlone() throws {
    let model = try Self.model(ClipForm(frames: 4, exchange: Self.past), steps: 1)
    let runner = try Self.runner(model)
    let rule = LengthExit(steps: 1)
    let both = try Self.answers(
      runner.frames([MovingFrames(0..<5)], rule: rule, options: FrameOptions(saysOwn: true)))
    let single = try Self.answers(
      runner.frames([MovingFrames(0..<5)], rule: rule, options: FrameOptions(window: 1)))
    for (answer, alone) in zip(both, single) {
      #expect(answer.own?.confidence == alone.result.confidence)
      #expect(answer.own?.prediction == alone.result.prediction && alone.own == nil)
    }
    #expect(both[4].own?.confidence != both[4].result.confidence)
  }

  /// A frame costs what is computed for it, not what a clip does.
  @Test func costsAreThoseOfTheFrame() throws {
    let model = try Self.model(ClipForm(frames: 4, exchange: Self.past))
    let costs = try model.measureCosts()
    let stream = try Self.runner(model).frames([MovingFrames(0..<3)], rule: ByFrame { $0 + 1 })
    let madds = try Self.answers(stream).map(\.result.madds)
    let (glance, patch) = (costs.globalEncoder * 3 / 4, costs.localEncoder * 3 / 4)
    #expect(
      madds
        == (0..<3).map { Double(costs.cumulative[$0] - glance - $0 * patch) })
    #expect(stream.totals.images == 3 && stream.totals.exits == [1, 1, 1])
    #expect(abs(stream.totals.madds - madds.reduce(0, +) / 3) < 1)
  }

  /// Without enough time a frame leaves with what is known; with enough of it the rule decides.
  @Test func deadlinesAreKept() throws {
    struct Slow: PatchSampler {
      let name = "slow"
      let time: StillClock
      func propose(_ batch: SamplerBatch) -> [PatchPlaces] {
        time.pass(0.04)
        return (0..<batch.count).map { _ in PatchPlaces(row: 0.5, column: 0.5) }
      }
    }
    let model = try Self.model(ClipForm(frames: 4, exchange: Self.past))
    let time = StillClock()
    let runner = try Self.runner(model, sampler: Slow(time: time), clock: time.clock)
    let rule = ByFrame { $0 % 3 + 1 }
    let easy = try runner.frames([MovingFrames(0..<12)], rule: rule, deadline: 600)
    #expect(try Self.answers(easy).map(\.result.steps) == (0..<12).map { $0 % 3 + 1 } && easy.late == 0)
    let hard = try runner.frames([MovingFrames(0..<40)], rule: LengthExit(steps: 3), deadline: 0.02)
    let answers = try Self.answers(hard)
    #expect(answers.map(\.frame) == Array(0..<40))
    // The first shows that the sampler is slow, which blank frames did not.
    #expect(answers[0].result.steps == 2 && answers[0].result.seconds > 0.02)
    #expect(answers[1].result.steps == 1 && answers.count { $0.result.steps == 1 } > 30)
    #expect(hard.late == answers.count { $0.result.seconds > 0.02 } && hard.late >= 1)
    #expect(throws: ModelError.self) { try runner.frames([MovingFrames(0..<1)], rule: rule, deadline: 0) }
  }

  /// What was answered before a damage stands.
  @Test func aDamagedVideoEndsItsStream() throws {
    let model = try Self.model(ClipForm(frames: 4, exchange: Self.past))
    let stream = try Self.runner(model).frames([MovingFrames(0..<9, damaged: 3)], rule: LengthExit(steps: 1))
    for frame in 0..<3 { #expect(try stream.next()?.frame == frame) }
    func message() -> String {
      do {
        return "\(try stream.next() as Any)"
      } catch {
        return "\(error)"
      }
    }
    #expect(message().contains("is damaged: frame 4"))
    #expect(message().contains("has ended with an error before") && stream.totals.images == 3)
  }

  @Test func whatCannotBeAnsweredFrameByFrameIsRefused() throws {
    let ahead = try Self.runner(Self.model(ClipForm(frames: 4)))
    let runner = try Self.runner(Self.model(ClipForm(frames: 4, exchange: Self.past)))
    let rule = LengthExit(steps: 1)
    func message(_ run: () throws -> Void) -> String {
      do {
        try run()
        return "nothing was refused"
      } catch {
        return "\(error)"
      }
    }
    #expect(
      message { _ = try ahead.frames([MovingFrames(0..<1)], rule: rule) }.contains(
        "takes channels from the next frame"))
    #expect(message { _ = try runner.frames([], rule: rule) }.contains("no video"))
    for options in [
      FrameOptions(window: 0), FrameOptions(window: .max), FrameOptions(hold: -1), FrameOptions(hold: .nan),
    ] {
      #expect(
        message { _ = try runner.frames([MovingFrames(0..<1)], rule: rule, options: options) }.contains(
          "expected"))
    }
  }

  /// However long a video is, the same memory is in use.
  @Test func memoryDoesNotGrowWithTheVideo() throws {
    let model = try Self.model(ClipForm(frames: 4, exchange: Self.past))
    let runner = try Self.runner(model, sampler: LearnedSampler())
    let stream = try runner.frames([MovingFrames(0..<60)], rule: ByFrame { $0 % 3 + 1 })
    var used: [Int] = []
    for frame in 0..<60 {
      #expect(try stream.next()?.frame == frame)
      if frame % 6 == 5, frame > 20 { used.append(ComputeContext.current.buffers.inUse) }
    }
    #expect(Set(used).count == 1, "\(used)")
  }

  /// Samplers that read the frames or the map of the glance see those of the last frames.
  @Test func samplersReadWhatTheyNeed() throws {
    struct Reads: PatchSampler {
      let name = "reads"
      let needs: SamplerNeeds = [.glances, .maps, .policy]
      func propose(_ batch: SamplerBatch) throws -> [PatchPlaces] {
        guard batch.glances?.channels == 12, batch.maps?.channels == 4 * 64, batch.policy?.count == 2 else {
          throw EpisodeError("the sampler misses something")
        }
        return [PatchPlaces](repeating: PatchPlaces(row: 0, column: 1), count: batch.count)
      }
    }
    let model = try Self.model(ClipForm(frames: 4, exchange: Self.past))
    for sampler: any PatchSampler in [Reads(), SaliencySampler()] {
      let stream = try Self.runner(model, sampler: sampler).frames(
        [MovingFrames(0..<6), MovingFrames(0..<6, seed: 1)], rule: LengthExit(steps: 3))
      #expect(try Self.answers(stream).count == 12)
    }
  }
}
