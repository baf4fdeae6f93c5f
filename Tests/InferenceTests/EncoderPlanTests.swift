import Backbones
import GlanceFocus
import Inference
import NeuralNet
import Compute
import OneDNN
import Support
import Tensor
import TestSupport
import Testing

/// Every row of the registry, planned.
struct EncoderPlanTests {
  static let names = BackboneRegistry.entries.map(\.name)

  private static func encoder(_ name: String) throws -> any Backbone {
    let network = try BackboneRegistry.entry(name).build(7)
    try network.initialize(seed: 3)
    // Statistics as of a trained network: with those of a fresh one, folding would hardly change a number.
    for (key, entry) in network.state {
      let random = CounterRandom(seed: 9, stream: key)
      guard case .buffer(let buffer) = entry, !buffer.isInteger else { continue }
      let mean = key.hasSuffix("mean")
      for i in 0..<buffer.value.count {
        let u = Float(random.uniform(i))
        buffer.value.pointer[i] = mean ? (u - 0.5) * 0.2 : 0.5 + u
      }
      buffer.value.storage.didChange()
    }
    return network
  }

  @Test(arguments: names) func agreesWithTheNetwork(_ name: String) throws {
    let network = try Self.encoder(name)
    let side = PaperSetups.setup(for: try BackboneRegistry.entry(name)).patchSize
    let weights = WeightStore()
    for (batch, side) in [(1, side), (3, side - 19)] {
      let images = try Tensor.formula("image", [batch, 3, side, side])
      let plan = try Plan.compile([images.shape], weights: weights) { inputs in
        let encoding = try network.encode(inputs[0], .evaluation)
        return [encoding.features, encoding.map]
      }
      #expect(plan.eagerOps.isEmpty)
      try plan.inputs[0].assign(images)
      try plan.run()
      let expected = try network.encode(images, .evaluation)
      for (output, value) in zip(plan.outputs, [expected.features, expected.map]) {
        let largest = try value.values().reduce(0) { max($0, abs($1)) }
        #expect(largest > 0)
        try assertClose(output, value, relative: 1e-4, absolute: 1e-4 * Double(largest), "\(side) pixels")
      }
    }
  }

  @Test(
    .enabled(if: ElementType.hasFastBFloat16, "this processor has no bfloat16 arithmetic"),
    arguments: names)
  func bfloat16IsClose(_ name: String) throws {
    let network = try Self.encoder(name)
    let side = PaperSetups.setup(for: try BackboneRegistry.entry(name)).patchSize
    let images = try Tensor.formula("image", [1, 3, side, side])
    let plan = try Plan.compile([images.shape], precision: .bfloat16, weights: WeightStore()) {
      [try network.encode($0[0], .evaluation).features]
    }
    try plan.inputs[0].assign(images)
    try plan.run()
    let expected = try network.encode(images, .evaluation).features
    let (difference, size) = (try (plan.outputs[0] - expected).norm().item(), try expected.norm().item())
    // Encoders without activations between blocks pass every rounding on: with weights drawn at random, 5 %.
    #expect(difference < 0.08 * size, "\(difference / size)")
  }
}
