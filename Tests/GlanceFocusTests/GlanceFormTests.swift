import Backbones
import Foundation
import GlanceFocus
import NeuralNet
import Support
import Tensor
import TestSupport
import Testing
import Vision

/// Networks whose glance has an encoder, a size and frames of its own.
@Suite struct GlanceFormTests {
  private static let side = 64

  private static func configuration(
    _ classifier: Configuration.Classifier = .sum, steps: Int = 2, clips: ClipForm? = nil,
    policy: Configuration.PolicyEncoder = .normalized
  ) throws -> Configuration {
    var made = try Configuration(
      backbone: .named("resnet_tiny_16"), patchSize: 24, imageSize: side, steps: steps, classes: 2,
      clips: clips,
      glance: GlanceForm(.named("resnet_tiny_24"), size: 40, exchange: clips?.exchange))
    made.classifier = classifier
    made.classifierUnits = 20
    made.policyEncoder = policy
    made.policyUnits = 16
    made.interpolation = .nearest
    made.mean = [0.5, 0.5, 0.5]
    made.standardDeviation = [0.25, 0.25, 0.25]
    return made
  }

  private static func clips(_ count: Int, frames: Int = 5) throws -> TensorsDataset {
    try ClipNetworkTests.clips(count, frames: frames)
  }

  private static func pictures(_ count: Int) throws -> TensorsDataset {
    let bytes = (0..<count * side * side).map { pixel -> UInt8 in
      let level = pixel / 7 * 31 + pixel % 13
      return UInt8(level % 251)
    }
    return try TensorsDataset(
      bytes: bytes, layout: .channelsLast, frames: 1, imageSize: (side, side), channels: 1,
      labels: (0..<count).map { $0 % 2 }, classNames: ["right", "left"])
  }

  /// The adaptive loop, which works on pixels, gives what the network gives step by step; with more than two steps the policy
  /// and the classifiers read what both encoders say.
  @Test(arguments: Configuration.Classifier.allCases, [2, 4])
  func theLoopAgreesWithTheNetwork(_ classifier: Configuration.Classifier, _ steps: Int) throws {
    for clips in [nil, ClipForm(separateGlance: 2, focus: 3), ClipForm(frames: 5, glanceFrames: 2)] {
      let model = try GFNet(Self.configuration(classifier, steps: steps, clips: clips), seed: 4)
      let data = try clips == nil ? Self.pictures(6) : Self.clips(6)
      let runner = try AdaptiveRunner(model, batchSize: 4)
      let trace = try runner.trace(data, model: Trace.Identity(name: "m", digest: "m"))
      let pictures = try NetworkImages(data, at: Array(0..<6)).normalized(for: model.configuration)
      var (result, memory) = try model.glance(pictures, .evaluation)
      for step in 1...steps {
        if step > 1 {
          let places = try PatchPlaces.all(in: model.propose(&memory).mean)
          (result, memory) = try model.focus(
            model.patches(pictures, locations: places), .evaluation, memory: memory)
        }
        for (a, b) in zip(trace.record[step].logits, try result.logits.values()) {
          #expect(abs(a - b) < 1e-4)
        }
      }
      #expect(model.policy.mapForms.count == (steps > 2 ? 2 : 1))
      #expect(try model.measureCosts().cumulative.count == steps)
    }
  }

  /// The answer of AdaFocus is the sum of what both encoders' own classifiers say.
  @Test func theSumIsOfTheEncodersOwnLogits() throws {
    let model = try GFNet(Self.configuration(), seed: 2)
    let image = try Tensor.formula("image", [2, 3, Self.side, Self.side])
    let (first, memory) = try model.glance(image, .evaluation)
    let patches = try model.patches(image, actions: Tensor([2, 2], [0.1, 0.2, 0.9, 1]))
    let (second, _) = try model.focus(patches, .evaluation, memory: memory)
    let own = try model.localEncoder.classify(
      model.localEncoder.encode(patches, .evaluation).features, .evaluation)
    try assertClose(second.logits, first.logits + own, relative: 1e-6, absolute: 1e-6)
  }

  @Test func glanceAndPatchesMaySeeFramesOfTheirOwn() throws {
    let form = ClipForm(separateGlance: 2, focus: 3)
    #expect(form.frames == 5 && form.separatesFrames)
    #expect(form.places(.glance) == [0, 1] && form.places(.patch) == [2, 3, 4])
    let model = try GFNet(Self.configuration(clips: form), seed: 2)
    let clips = try Tensor.formula("clips", [10, 3, Self.side, Self.side])
    let glance = try model.glanceImages(clips)
    #expect(glance.shape == [4, 3, 40, 40])
    let expected = try clips.indexSelected(0, [0, 1, 5, 6]).resized(height: 40, width: 40, .nearest)
    #expect(try glance.values() == expected.values())
    let patches = try model.patches(clips, locations: [.init(row: 0, column: 1), .init(row: 1, column: 0)])
    #expect(
      try patches.values()
        == clips.indexSelected(0, [2, 3, 4, 7, 8, 9]).cropped(
          [(0, 40), (0, 40), (0, 40), (40, 0), (40, 0), (40, 0)].map {
            PatchPosition(row: $0.0, column: $0.1)
          },
          height: 24, width: 24
        ).values())
  }

  @Test func filesKeepTheGlanceAndOldOnesHaveNone() throws {
    let model = try GFNet(
      Self.configuration(.recurrent, steps: 3, clips: ClipForm(separateGlance: 2, focus: 3)), seed: 3)
    let folder = try TemporaryFolder()
    let path = folder.path / "model.safetensors"
    try model.save(to: path)
    let read = try GFNet.load(path).model
    #expect(read.configuration == model.configuration)
    #expect(try read.weightHash() == model.weightHash())

    // What a model without a glance of its own holds is what it held before there was one.
    let plain = try Configuration(
      backbone: .named("resnet_tiny_16"), imageSize: 96, clips: ClipForm(frames: 4))
    let text = try plain.json()
    #expect(!text.contains("glance\"") && !text.contains("separate"))
    #expect(try JSONDecoder().decode(Configuration.self, from: Data(text.utf8)) == plain)
  }

  /// Encoders that are alike start alike, others do not; weights of another encoder are refused.
  @Test func encodersStartFromWhatFitsThem() throws {
    let own = try GFNet(Self.configuration(), seed: 1)
    #expect(!own.configuration.encodersAreAlike)
    #expect(throws: ModelError.self) { try own.startEncoders([.glance], from: own.localEncoder) }
    var configuration = try Self.configuration()
    configuration.glance?.backbone = "resnet_tiny_16"
    let alike = try GFNet(configuration, seed: 1)
    #expect(configuration.encodersAreAlike && configuration.side(.glance) == 40)
    let pairs = zip(alike.globalEncoder.state, alike.localEncoder.state)
    #expect(try pairs.allSatisfy { try $0.entry.value.values() == $1.entry.value.values() })
  }

  /// The three stages of training; the policy learns from a reward that compares its patch with a random one.
  @Test func allStagesTrainSuchANetwork() throws {
    let data = try Self.clips(24)
    let model = try GFNet(Self.configuration(clips: ClipForm(separateGlance: 2, focus: 3)), seed: 1)
    for stage in [TrainingOptions.Stage.encoders, .policy, .fineTune] {
      var options = TrainingOptions(stage: stage, epochs: 2)
      (options.batchSize, options.encoderRate, options.seed) = (8, 0.02, 4)
      options.reward = .contrastive
      let before = try [
        model.policy.weightSum(), model.globalEncoder.weightSum(), model.localEncoder.weightSum(),
      ]
      let statistics = try model.policy.runningMeans()
      let trainer = try Trainer(model, dataset: data, options: options)
      try trainer.run()
      let after = try [
        model.policy.weightSum(), model.globalEncoder.weightSum(), model.localEncoder.weightSum(),
      ]
      let changes = zip(before, after).map { $0 != $1 }
      #expect(changes == (stage == .policy ? [true, false, false] : [false, true, true]), "\(stage)")
      // The policy's batch norms learn their statistics while it learns, and only then.
      #expect(try (model.policy.runningMeans() != statistics) == (stage == .policy), "\(stage)")
      #expect(trainer.history.count == 2 && trainer.history.allSatisfy { $0.loss.isFinite })
    }
  }

  /// The published costs of AdaFocus on TSM (glance at 8 frames by MobileNetV2 at 224, patches of 12 by ResNet-50), in 10⁹
  /// Multiply-Adds; within half a percent.
  @Test func publishedCostsOfAdaFocusAreMet() throws {
    for (side, published) in [(144, 23.5), (160, 27.5), (176, 33.7)] {
      var configuration = try Configuration(
        backbone: .named("resnet50"), patchSize: side, imageSize: 224, steps: 2, classes: 174,
        clips: ClipForm(separateGlance: 8, focus: 12),
        glance: GlanceForm(.named("mobilenetv2_100"), size: 224, exchange: ClipForm.Exchange()))
      configuration.classifier = .sum
      configuration.policyEncoder = .normalized
      configuration.policyUnits = 1024
      let costs = try GFNet(configuration).measureCosts()
      let total = Double(costs.cumulative[1]) / 1e9
      #expect(abs(total / published - 1) < 0.005, "\(side): \(total)")
      // The policy is one 1×1 convolution on the maps of 8 frames, and three layers.
      #expect(costs.policy < 50_000_000 && costs.cumulative[0] < costs.cumulative[1] / 8)
    }
  }

  @Test func whatDoesNotFitIsTold() throws {
    func problem(_ change: (inout Configuration) throws -> Void) throws -> String {
      var configuration = try Self.configuration(clips: ClipForm(separateGlance: 2, focus: 3))
      try change(&configuration)
      let error = #expect(throws: ModelError.self) { try GFNet(configuration) }
      return try #require(error).description
    }
    #expect(try problem { $0.glance?.size = 0 }.contains("glance size is 0"))
    #expect(try problem { $0.clips?.frames = 6 }.contains("cannot be 2 frames of the glance and 3 others"))
    #expect(try problem { $0.clips = nil }.contains("the network sees images"))
    // A data set whose clips are of other parts is refused, one of which nothing is known is not.
    let model = try GFNet(Self.configuration(clips: ClipForm(separateGlance: 2, focus: 3)), seed: 1)
    let runner = try AdaptiveRunner(model, batchSize: 4)
    let parts = Parts(base: try Self.clips(4), frameParts: [3, 2])
    let error = #expect(throws: ModelError.self) {
      try runner.trace(parts, model: Trace.Identity(name: "m", digest: "m"))
    }
    #expect(try #require(error).description.contains("3 + 2 frames, the model was made for those of 2 + 3"))
    let good = Parts(base: try Self.clips(4), frameParts: [2, 3])
    #expect(try runner.trace(good, model: Trace.Identity(name: "m", digest: "m")).record.images == 4)
  }
}

/// Clips of which it is known what frames were sampled together.
private struct Parts: ImageDataset {
  let base: TensorsDataset
  let frameParts: [Int]

  var name: String { base.name }
  var split: String { base.split }
  var identity: String { base.identity }
  var count: Int { base.count }
  var frames: Int { base.frames }
  var labels: [String] { base.labels }
  var imageSize: (height: Int, width: Int) { base.imageSize }
  var channels: Int { base.channels }
  var normalization: Normalization { base.normalization }
  func label(at index: Int, epoch: Int) -> Int { base.label(at: index, epoch: epoch) }
  func itemName(at index: Int) -> String { base.itemName(at: index) }
  func render(_ index: Int, epoch: Int, into pixels: UnsafeMutableBufferPointer<UInt8>) throws {
    try base.render(index, epoch: epoch, into: pixels)
  }
}

extension Module {
  /// The sum of all parameters, which tells whether any of them has changed.
  fileprivate func weightSum() throws -> Double {
    try parameters.reduce(0) { try $0 + $1.parameter.value.values().reduce(0) { $0 + Double($1) } }
  }

  fileprivate func runningMeans() throws -> [Float] {
    try state.filter { $0.name.hasSuffix("running_mean") }.flatMap { try $0.entry.value.values() }
  }
}
