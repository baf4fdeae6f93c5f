import GlanceFocus
import Support
import NeuralNet
import Tensor
import TestSupport
import Testing

/// The classifier that has nothing to learn: the mean of what the encoders say by themselves.
@Suite struct AverageClassifierTests {
  private static func model() throws -> GFNet {
    var configuration = try Configuration(
      backbone: "resnet_tiny_16", patchSize: 24, imageSize: 48, steps: 3, classes: 5)
    configuration.classifier = .average
    return try GFNet(configuration, seed: 3)
  }

  @Test func averagesTheProbabilitiesOfTheEncoders() throws {
    let model = try Self.model()
    let patches = try (0..<3).map { step in
      try Tensor([2, 3, 24, 24], (0..<2 * 3 * 576).map { Float(($0 * 31 + step * 17) % 29) / 14 - 1 })
    }
    var (result, memory) = try model.glance(patches[0], .evaluation, auxiliary: true)
    var mean = [Double](repeating: 0, count: 10)
    for step in 0..<3 {
      if step > 0 {
        (result, memory) = try model.focus(patches[step], .evaluation, memory: memory, auxiliary: true)
      }
      let own = try #require(result.auxiliary).softmax().values()
      for i in 0..<10 { mean[i] = (mean[i] * Double(step) + Double(own[i])) / Double(step + 1) }
      for (found, expected) in zip(try result.logits.softmax().values(), mean) {
        #expect(abs(Double(found) - expected) < 1e-6)
      }
    }
  }

  @Test func certaintyStaysFinite() throws {
    let model = try Self.model()
    for (name, entry) in model.globalEncoder.state where name == "fc.weight" {
      try entry.value.assign(entry.value * 1e6)
    }
    let image = try Tensor([1, 3, 24, 24], (0..<3 * 576).map { Float($0 % 29) / 14 - 1 })
    let (result, _) = try model.glance(image, .evaluation)
    let logits = try result.logits.values()
    #expect(logits.allSatisfy { $0.isFinite })
    #expect((logits.max() ?? 0) - (logits.min() ?? 0) > 20)
  }

  @Test func isSavedWithTheModel() throws {
    let folder = try TemporaryFolder()
    let model = try Self.model()
    let path = folder.path / "m.safetensors"
    try model.save(to: path)
    let again = try GFNet.load(path).model
    #expect(again.configuration.classifier == .average)
  }
}
