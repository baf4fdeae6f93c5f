import Backbones
import Foundation
import NeuralNet
import Support
import Tensor
import TestSupport
import Testing

/// Every row of the registry, whatever it is.
struct RegistryTests {
  static let names = BackboneRegistry.entries.map(\.name)

  @Test func namesAreUniqueAndUnknownOnesAreExplained() throws {
    #expect(Set(Self.names).count == Self.names.count)
    let error = #expect(throws: UnknownBackbone.self) { try BackboneRegistry.entry("resnet_tinny_16") }
    #expect(error?.description.contains("resnet_tiny_16") == true)
  }

  /// The first table of docs/backbones.md has a row for each, in the registry's order.
  @Test func theDocumentedEncodersAreThoseOfTheRegistry() throws {
    let page = SourceTree.root / "docs/backbones.md"
    let lines = try String(contentsOf: page.url, encoding: .utf8).split(separator: "\n")
    let rows = lines.prefix { !$0.hasPrefix("## ") }.filter { $0.hasPrefix("| `") }
    #expect(rows.compactMap { $0.split(separator: "`").dropFirst().first.map(String.init) } == Self.names)
  }

  /// The side of patches that an encoder is used with.
  private static func side(_ entry: BackboneEntry) -> Int { max(48, 3 * entry.stride) }

  /// At the size it is used with, at odd and at unequal sizes, for any number of classes.
  @Test(arguments: names) func encodesAnySizeForAnyNumberOfClasses(_ name: String) throws {
    let entry = try BackboneRegistry.entry(name)
    let network = try entry.build(7)
    try network.initialize(seed: 3)
    let side = Self.side(entry)
    for (height, width) in [(side, side), (side + 17, 51), (33, 64)] {
      let images = try Tensor.formula("image", [2, 3, height, width])
      let encoding = try network.encode(images, .evaluation)
      #expect(encoding.features.shape == [2, network.featureCount])
      #expect(
        encoding.map.shape == [2, network.mapChannels, entry.mapSide(height), entry.mapSide(width)])
      let logits = try network.classify(encoding.features, .evaluation)
      #expect(logits.shape == [2, 7])
      #expect(try logits.values().allSatisfy { $0.isFinite })
    }
    let single = try entry.build(1)
    #expect(try single.classify(Tensor.zeros([3, single.featureCount]), .evaluation).shape == [3, 1])
  }

  @Test(arguments: names) func tooSmallImagesAreRefusedOrEncoded(_ name: String) throws {
    let entry = try BackboneRegistry.entry(name)
    let network = try entry.build(2)
    let image = try Tensor.zeros([1, 3, 1, 1])
    if entry.mapSide(1) > 0 {
      #expect(try network.encode(image, .evaluation).features.shape == [1, network.featureCount])
    } else {
      #expect(throws: TensorError.self) { try network.encode(image, .evaluation) }
    }
  }

  @Test(arguments: names) func keysAreUniqueAndEveryParameterLearns(_ name: String) throws {
    let entry = try BackboneRegistry.entry(name)
    let network = try entry.build(5)
    try network.initialize(seed: 1)
    let keys = network.state.map(\.name)
    #expect(Set(keys).count == keys.count)
    let images = try Tensor.formula("image", [4, 3, Self.side(entry), Self.side(entry)])
    let tape = GradientTape()
    let pass = Pass(training: true, random: CounterRandom(seed: 0, stream: "test"), dropsOut: false)
    let loss: Tensor = try tape.record {
      let encoding = try network.encode(images, pass)
      return try network.classify(encoding.features, pass).crossEntropy([0, 1, 2, 3])
    }
    let gradients = try tape.backward(from: loss)
    for (key, parameter) in network.parameters {
      let gradient = try #require(gradients[parameter], "\(key) has no gradient")
      #expect(gradient.shape == parameter.value.shape)
      let values = try gradient.values()
      #expect(values.contains { $0 != 0 }, "\(key) has a zero gradient")
      #expect(values.allSatisfy { $0.isFinite }, "\(key) has a gradient that is not finite")
    }
  }

  /// One encoder of each family.
  static let families = Dictionary(grouping: BackboneRegistry.entries, by: \.family).values
    .compactMap(\.first?.name).sorted()

  @Test(arguments: families) func weightsDependOnTheSeedAlone(_ name: String) throws {
    let entry = try BackboneRegistry.entry(name)
    func weights(_ seed: UInt64) throws -> [[Float]] {
      let network = try entry.build(5)
      try network.initialize(seed: seed)
      return try network.state.map { try $0.entry.value.values() }
    }
    let first = try weights(8)
    #expect(try weights(8) == first)
    #expect(try weights(9) != first)
  }

  /// Dropout and stochastic depth act while training, follow the seed, and leave evaluation alone.
  @Test(arguments: ["efficientnet_b0", "tf_efficientnet_lite0", "mobilenetv2_100"])
  func dropoutFollowsTheSeed(_ name: String) throws {
    let network = try BackboneRegistry.entry(name).build(5)
    try network.initialize(seed: 1)
    let images = try Tensor.formula("image", [4, 3, 64, 64])
    func logits(_ seed: UInt64, dropsOut: Bool = true) throws -> [Float] {
      let pass = Pass(
        training: true, random: CounterRandom(seed: seed, stream: "test"), dropsOut: dropsOut)
      return try network.classify(network.encode(images, pass).features, pass).values()
    }
    #expect(try logits(1) == logits(1))
    #expect(try logits(1) != logits(2))
    #expect(try logits(1, dropsOut: false) == logits(2, dropsOut: false))
  }
}
