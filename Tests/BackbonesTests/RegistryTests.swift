import Backbones
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

  @Test(arguments: names) func encodesAtItsPatchSizeAndOthers(_ name: String) throws {
    let entry = try BackboneRegistry.entry(name)
    let network = try entry.build(7)
    try network.initialize(seed: 3)
    for side in [entry.patchSize, entry.patchSize + 17] {
      let images = try Tensor.formula("image", [2, 3, side, side])
      let encoding = try network.encode(images, .evaluation)
      let map = (side + entry.stride - 1) / entry.stride
      #expect(encoding.features.shape == [2, network.featureCount])
      #expect(encoding.map.shape == [2, network.mapChannels, map, map])
      let logits = try network.classify(encoding.features, .evaluation)
      #expect(logits.shape == [2, 7])
      #expect(try logits.values().allSatisfy(\.isFinite))
    }
  }

  @Test(arguments: names) func keysAreUniqueAndEveryParameterLearns(_ name: String) throws {
    let entry = try BackboneRegistry.entry(name)
    let network = try entry.build(5)
    try network.initialize(seed: 1)
    let keys = network.state.map(\.name)
    #expect(Set(keys).count == keys.count)
    #expect(network.parameterCount == network.parameters.reduce(0) { $0 + $1.parameter.value.count })
    let images = try Tensor.formula("image", [4, 3, entry.patchSize, entry.patchSize])
    let tape = Tape()
    let pass = Pass(training: true, random: CounterRandom(seed: 0, stream: "test"), dropsOut: false)
    let loss: Tensor = try tape.record {
      let encoding = try network.encode(images, pass)
      return try network.classify(encoding.features, pass).crossEntropy([0, 1, 2, 3])
    }
    try tape.backward(from: loss)
    for (key, parameter) in network.parameters {
      let gradient = try #require(tape.gradient(ofOwner: parameter), "\(key) has no gradient")
      #expect(gradient.shape == parameter.value.shape)
      #expect(try gradient.values().contains { $0 != 0 }, "\(key) has a zero gradient")
    }
  }

  @Test(arguments: names) func weightsDependOnTheSeedAlone(_ name: String) throws {
    let entry = try BackboneRegistry.entry(name)
    func weights(_ seed: UInt64) throws -> [Float] {
      let network = try entry.build(5)
      try network.initialize(seed: seed)
      return try network.state.flatMap { try $0.entry.value.values() }
    }
    let first = try weights(8)
    #expect(try weights(8) == first)
    #expect(try weights(9) != first)
  }

  /// Published Multiply-Adds of the encoders (millions) at their patch size, 1,000 classes, classifier left out.
  @Test(arguments: [("resnet50", 96, 750.7), ("resnet50", 128, 1334.6), ("mobilenetv3_large_100", 96, 41.8)])
  func costsAgreeWithThePaper(_ name: String, _ side: Int, _ millions: Double) throws {
    let network = try BackboneRegistry.entry(name).build(1000)
    let tape = Tape(.costs)
    _ = try tape.record { try network.encode(Tensor.zeros([1, 3, side, side]), .evaluation) }
    #expect(abs(Double(tape.multiplyAdds) / 1e6 / millions - 1) < 0.005, "\(tape.multiplyAdds)")
  }
}
