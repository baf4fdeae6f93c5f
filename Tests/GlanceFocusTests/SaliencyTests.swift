import GlanceFocus
import NeuralNet
import Tensor
import Testing

/// Where a glance speaks for an answer.
@Suite struct SaliencyTests {
  private static func model(_ backbone: String, patch: Int) throws -> GFNet {
    try GFNet(
      Configuration(backbone: backbone, patchSize: patch, imageSize: 96, steps: 2, classes: 5), seed: 5)
  }

  @Test func theCellThatSpeaksForTheAnswerIsTheHighest() throws {
    let model = try Self.model("resnet_tiny_16", patch: 24)
    let weights = try #require(model.globalEncoder.state.first { $0.name == "fc.weight" }).entry.value
    let channels = weights.shape[1]
    // Two images of 3×3 cells: cell 7 is class 2's own direction, cell 1 is class 4's.
    var map = [Float](repeating: 0, count: 2 * channels * 9)
    let values = try weights.values()
    for image in 0..<2 {
      for channel in 0..<channels {
        map[(image * channels + channel) * 9 + 7] = values[2 * channels + channel]
        map[(image * channels + channel) * 9 + 1] = values[4 * channels + channel]
      }
    }
    let saliency = try model.saliency(Tensor([2, channels, 3, 3], map), answers: [2, 4])
    let (height, width) = (saliency.shape[2], saliency.shape[3])
    #expect(saliency.shape == [2, 1, height, width])
    let found = try saliency.values()
    #expect(found.allSatisfy { $0 >= 0 })
    for (image, cell) in [(0, 7), (1, 1)] {
      let part = Array(found[image * height * width..<(image + 1) * height * width])
      let peak = try #require(part.firstIndex(of: part.max() ?? 0))
      #expect(peak / width * 3 / height == cell / 3 && peak % width * 3 / width == cell % 3)
    }
  }

  /// The features of MobileNetV3 are computed from the pooled map: its cells cannot be classified.
  @Test func otherEncodersShowTheirActivation() throws {
    let model = try Self.model("mobilenetv3_small_100", patch: 64)
    let channels = model.globalEncoder.mapChannels
    var map = [Float](repeating: 0.1, count: channels * 4)
    map[2] = -3
    let found = try model.saliency(Tensor([1, channels, 2, 2], map), answers: [0]).values()
    let side = Int(Double(found.count).squareRoot())
    let peak = try #require(found.firstIndex(of: found.max() ?? 0))
    #expect(peak / side >= side / 2 && peak % side < side / 2)
  }
}
