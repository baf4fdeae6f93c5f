import Backbones
import GlanceFocus
import NeuralNet
import Support
import Tensor
import TestSupport
import Testing
import Vision

/// Networks that see clips.
@Suite struct ClipNetworkTests {
  private static let side = 64

  /// A square that moves to the right or to the left; no frame tells which way.
  static func clips(_ count: Int, frames: Int = 4) throws -> TensorsDataset {
    let random = CounterRandom(seed: 5, stream: "clips")
    var bytes = [UInt8](repeating: 0, count: count * frames * side * side)
    var labels: [Int] = []
    for clip in 0..<count {
      let label = clip % 2
      let (row, column) = (random.integer(2 * clip, below: 52), random.integer(2 * clip + 1, below: 30))
      for frame in 0..<frames {
        let start = column + 6 * (label == 0 ? frame : frames - 1 - frame)
        for y in row..<row + 10 {
          for x in start..<min(start + 10, side) {
            bytes[((clip * frames + frame) * side + y) * side + x] = 255
          }
        }
      }
      labels.append(label)
    }
    return try TensorsDataset(
      bytes: bytes, layout: .channelsLast, frames: frames, imageSize: (side, side), channels: 1,
      labels: labels,
      classNames: ["right", "left"])
  }

  private static func configuration(_ clips: ClipForm?, steps: Int = 3) throws -> Configuration {
    var made = try Configuration(
      backbone: .named("resnet_tiny_16"), patchSize: 24, imageSize: side, steps: steps, classes: 2,
      clips: clips)
    made.mean = [0.5, 0.5, 0.5]
    made.standardDeviation = [0.25, 0.25, 0.25]
    return made
  }

  private static func images(_ dataset: any ImageDataset, _ count: Int, _ model: GFNet) throws -> Tensor {
    let batch = try NetworkImages(dataset, at: Array(0..<count))
    return try batch.normalized(for: model.configuration)
  }

  /// Without exchange, clips whose frames are all alike are answered as the image is.
  @Test func clipsOfOneRepeatedImageAreAnsweredAsTheImage() throws {
    let model = try GFNet(Self.configuration(ClipForm(frames: 3, exchange: nil)), seed: 2)
    let plain = try GFNet(Self.configuration(nil), seed: 2)
    let image = try Tensor.formula("image", [2, 3, Self.side, Self.side])
    let clips = try image.indexSelected(0, [0, 0, 0, 1, 1, 1])
    let expected = try plain.glance(image, .evaluation)
    let found = try model.glance(clips, .evaluation)
    try assertClose(found.0.logits, expected.0.logits, relative: 1e-5, absolute: 1e-5)
    let places = [PatchPlaces(row: 0.2, column: 0.9), PatchPlaces(row: 1, column: 0)]
    let next = try model.focus(model.patches(clips, locations: places), .evaluation, memory: found.1)
    let other = try plain.focus(plain.patches(image, locations: places), .evaluation, memory: expected.1)
    try assertClose(next.0.logits, other.0.logits, relative: 1e-5, absolute: 1e-5)
    #expect(next.1.map.shape[1] == 3 * other.1.map.shape[1])
  }

  /// The order of the frames matters with a shift, and does not without one.
  @Test func onlyFramesThatExchangeChannelsHaveAnOrder() throws {
    let data = try Self.clips(2)
    for (form, matters) in [(ClipForm(frames: 4), true), (ClipForm(frames: 4, exchange: nil), false)] {
      let model = try GFNet(Self.configuration(form), seed: 2)
      let clips = try Self.images(data, 2, model)
      let reversed = try clips.indexSelected(0, [3, 2, 1, 0, 7, 6, 5, 4])
      let (a, b) = (
        try model.glance(clips, .evaluation).0.logits.values(),
        try model.glance(reversed, .evaluation).0.logits.values()
      )
      #expect(zip(a, b).contains { abs($0 - $1) > 1e-4 } == matters)
    }
  }

  /// What the adaptive loop computes is what the network computes step by step, whatever the frames of each look.
  @Test(arguments: [
    (ClipForm(frames: 4), 3), (ClipForm(frames: 4, exchange: nil), 3),
    (ClipForm(frames: 4, glanceFrames: 2, focusFrames: 3), 2), (ClipForm(frames: 4, glanceFrames: 1), 2),
    (ClipForm(frames: 4, glanceFrames: 2, focusFrames: 3), 4),
  ])
  func theLoopAgreesWithTheNetwork(_ form: ClipForm, _ steps: Int) throws {
    let model = try GFNet(Self.configuration(form, steps: steps), seed: 4)
    let data = try Self.clips(6)
    let runner = try AdaptiveRunner(model, sampler: CenterSampler(), batchSize: 4)
    let trace = try runner.trace(data, model: Trace.Identity(name: "m", digest: "m"))
    let clips = try Self.images(data, 6, model)
    let centre = [PatchPlaces](repeating: PatchPlaces(row: 0.5, column: 0.5), count: 6)
    var (result, memory) = try model.glance(clips, .evaluation)
    for step in 1...steps {
      if step > 1 {
        (result, memory) = try model.focus(
          model.patches(clips, locations: centre), .evaluation, memory: memory)
      }
      let expected = try result.logits.values()
      for (a, b) in zip(trace.record[step].logits, expected) { #expect(abs(a - b) < 1e-4) }
    }
  }

  @Test func framesAreSpreadEvenly() {
    let form = ClipForm(frames: 8, glanceFrames: 2, focusFrames: 3)
    #expect(form.places(.glance) == [2, 6])
    #expect(form.places(.patch) == [1, 4, 6])
    #expect(ClipForm(frames: 5).places(.glance) == [0, 1, 2, 3, 4])
  }

  /// Frames cost what images cost; a shift costs nothing.
  @Test func costsGrowWithTheFrames() throws {
    let image = try GFNet(Self.configuration(nil), seed: 1).measureCosts()
    let clip = try GFNet(Self.configuration(ClipForm(frames: 4)), seed: 1).measureCosts()
    #expect(clip.globalEncoder == 4 * image.globalEncoder && clip.localEncoder == 4 * image.localEncoder)
    let short = try GFNet(
      Self.configuration(ClipForm(frames: 4, glanceFrames: 2, focusFrames: 3), steps: 2), seed: 1
    ).measureCosts()
    #expect(short.globalEncoder == 2 * image.globalEncoder && short.localEncoder == 3 * image.localEncoder)
  }

  /// The published costs of TSM on ResNet-50, 8 frames at 224, in 10⁹ Multiply-Adds: within one and a half percent.
  @Test func publishedCostsAreMet() throws {
    let options = TemporalShiftOptions(frames: 8)
    let encoder = try BackboneChoice.shifted("resnet50", options).entry().build(174)
    let counter = CostCounter()
    _ = try counter.record {
      try encoder.classify(
        encoder.encode(Tensor.zeros([8, 3, 224, 224]), .evaluation).features, .evaluation)
    }
    #expect(abs(Double(counter.multiplyAdds) / 32.7e9 - 1) < 0.015)
  }

  @Test func clipsAreLearned() throws {
    let data = try Self.clips(192)
    let model = try GFNet(Self.configuration(ClipForm(frames: 4), steps: 2), seed: 1)
    var options = TrainingOptions(stage: .encoders, epochs: 6)
    (options.batchSize, options.encoderRate, options.classifierRate, options.seed) = (16, 0.05, 0.05, 4)
    let trainer = try Trainer(model, dataset: data, options: options)
    try trainer.run()
    let accuracy = try #require(trainer.history.last?.accuracy)
    #expect(accuracy[0] > 0.9, "\(trainer.history)")
    var policy = TrainingOptions(stage: .policy, epochs: 1)
    (policy.batchSize, policy.seed, policy.reward) = (16, 4, .contrastive)
    let second = try Trainer(model, dataset: data, options: policy)
    try second.run()
    #expect(second.history.count == 1)
  }

  @Test func filesKeepHowClipsAreSeen() throws {
    let form = ClipForm(
      frames: 4, glanceFrames: 4, focusFrames: 4,
      exchange: ClipForm.Exchange(place: .block, divisor: 4, pastOnly: true))
    let model = try GFNet(Self.configuration(form), seed: 3)
    let folder = try TemporaryFolder()
    let path = folder.path / "clip.safetensors"
    try model.save(to: path)
    let read = try GFNet.load(path).model
    #expect(read.configuration == model.configuration)
    let clips = try Self.images(Self.clips(2), 2, model)
    #expect(
      try read.glance(clips, .evaluation).0.logits.values()
        == model.glance(clips, .evaluation).0.logits.values())
  }

  @Test func whatDoesNotFitIsTold() throws {
    #expect(throws: ModelError.self) { try Self.configuration(ClipForm(frames: 4, focusFrames: 5), steps: 2) }
    let model = try GFNet(Self.configuration(ClipForm(frames: 8)), seed: 1)
    let runner = try AdaptiveRunner(model, sampler: CenterSampler(), batchSize: 4)
    let problem = #expect(throws: ModelError.self) {
      try runner.trace(Self.clips(2), model: Trace.Identity(name: "m", digest: "m"))
    }
    #expect("\(problem as Any)".contains("clips of 4 frames, the model was made for clips of 8 frames"))
  }
}
