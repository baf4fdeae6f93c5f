import Backbones
import Support
import Foundation
import GlanceFocus
import NeuralNet
import Tensor
import TestSupport
import Testing

/// Networks around encoders of all families.
struct BackboneModelTests {
  /// Published Multiply-Adds in millions with 1,000 classes: encoder, policy, cumulative.
  struct Row: Sendable, CustomTestStringConvertible {
    let backbone: String
    let patch: Int
    let encoder, policy: Double
    let cumulative: [Double]
    var testDescription: String { "\(backbone)@\(patch)" }

    init(_ backbone: String, _ patch: Int, _ encoder: Double, _ policy: Double, _ cumulative: [Double]) {
      (self.backbone, self.patch) = (backbone, patch)
      (self.encoder, self.policy, self.cumulative) = (encoder, policy, cumulative)
    }
  }

  static let published = [
    Row("resnet50", 96, 750.7, 46.1, [761, 1569, 2376, 3183, 3990]),
    Row("resnet50", 128, 1334.6, 75.5, [1345, 2766, 4186, 5607, 7027]),
    Row("densenet121", 96, 520.4, 27.3, [528, 1083, 1638, 2193, 2748]),
    Row("densenet169", 96, 616.8, 39.1, [626, 1291, 1956, 2622, 3287]),
    Row("densenet201", 96, 787.9, 43.8, [798, 1640, 2481, 3323, 4165]),
    Row("regnety_600m", 96, 111.0, 0.64, [117, 235, 353, 470, 588]),
    Row("regnety_800m", 96, 147.0, 0.69, [154, 308, 462, 616, 770]),
    Row("regnety_1.6g", 96, 297.2, 0.72, [304, 609, 914, 1218, 1523]),
    Row("mobilenetv3_large_100", 96, 41.8, 0.74, [43.1, 88.1, 134.5]),
    Row("mobilenetv3_large_100", 128, 72.2, 1.02, [73.4, 149.2, 226.2]),
    Row("mobilenetv3_large_125", 128, 118.3, 1.14, [119.5, 241.5, 364.7]),
    Row("efficientnet_b2", 128, 215.6, 1.25, [217, 437, 658, 880]),
    Row("efficientnet_b3", 128, 315.1, 1.31, [317, 636, 957, 1280]),
    Row("efficientnet_b3", 144, 430.9, 1.83, [432, 868, 1306, 1745]),
  ]

  @Test(arguments: published) func costsAgreeWithThePaper(_ row: Row) throws {
    let made = try Configuration(
      backbone: row.backbone, patchSize: row.patch, imageSize: 300, steps: row.cumulative.count, classes: 1000
    )
    let costs = try GFNet(made).measureCosts()
    // `rounding`: half a unit of the published number's last digit.
    func agrees(_ own: Int, _ published: Double, rounding: Double = 0) {
      let millions = Double(own) / 1e6
      #expect(abs(millions - published) <= 0.005 * published + rounding, "\(millions), not \(published)")
    }
    agrees(costs.localEncoder, row.encoder)
    agrees(costs.policy, row.policy, rounding: 0.005)
    for (own, published) in zip(costs.cumulative, row.cumulative) { agrees(own, published) }
  }

  /// The smallest encoder of each family.
  static let families = Dictionary(grouping: BackboneRegistry.entries, by: \.family).values
    .compactMap(\.first?.name).sorted()

  @Test(arguments: families) func savesAndLoads(_ name: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.path / "model.safetensors"
    let made = try Configuration(backbone: name, imageSize: 160, steps: 2, classes: 3)
    let model = try GFNet(made, seed: 5)
    try model.save(to: path)
    let (loaded, file) = try GFNet.load(path)
    #expect(file.configuration == made)
    #expect(try loaded.weightHash() == model.weightHash())
    let images = try Tensor.formula("image", [1, 3, 160, 160])
    func logits(_ model: GFNet) throws -> [Float] {
      var (result, memory) = try model.glance(images, .evaluation)
      _ = try model.propose(&memory)
      let patch = try images.sliced(2, 0..<made.patchSize).sliced(3, 0..<made.patchSize)
      (result, memory) = try model.focus(patch, .evaluation, memory: memory)
      return try result.logits.values()
    }
    let own = try logits(model)
    #expect(try logits(loaded) == own)
    #expect(own.allSatisfy { $0.isFinite })
  }

  @Test func patchesTooSmallForAnEncoderAreExplained() {
    let error = #expect(throws: ModelError.self) {
      try Configuration(backbone: "densenet121", patchSize: 24, imageSize: 64, classes: 2)
    }
    #expect(error?.description.contains("too small for densenet121") == true)
  }

  /// A condensed network's index comes from the file and may be wrong.
  @Test func aBrokenIndexIsRefused() throws {
    let network = try BackboneRegistry.entry("condensenet").build(2)
    try network.initialize(seed: 1)
    let index = try #require(network.state.first { $0.name.hasSuffix("conv_1.index") }).entry.value
    for value in [Float.nan, -1, 0.5, 1e30, 16] {
      try index.assign(Tensor.full(index.shape, value))
      #expect(throws: TensorError.self) {
        try network.encode(Tensor.zeros([1, 3, 64, 64]), .evaluation)
      }
    }
  }
}
