import Backbones
import Inference
import NeuralNet
import Tensor
import TestSupport

extension BudgetFile {
  /// Encoders as plans: their run alone, and the call that picks the plan, fills its inputs and copies its
  /// outputs.
  static let plans = BudgetFile(
    name: "plans",
    cases: ["mobilenetv3_large_100", "resnet_tiny_16"].flatMap { name in
      [1, 32].flatMap { batch in [runCase(name, batch), callCase(name, batch)] }
    })

  private static func runCase(_ name: String, _ batch: Int) -> BudgetCase {
    BudgetCase("\(name), \(batch)×3×64×64: run of a plan") {
      let network = try encoder(name)
      let plan = try Plan.compile([[batch, 3, 64, 64]], weights: WeightStore()) { try outputs(network, $0) }
      try plan.inputs[0].assign(Tensor.formula("image", [batch, 3, 64, 64]))
      return try MemoryUse.least { try plan.run() }
    }
  }

  private static func callCase(_ name: String, _ batch: Int) -> BudgetCase {
    BudgetCase("\(name), \(batch)×3×64×64: call of a planned function") {
      let network = try encoder(name)
      let function = try Planner().planned { try outputs(network, $0) }
      let images = try Tensor.formula("image", [batch, 3, 64, 64])
      return try MemoryUse.least { _ = try function([images]) }
    }
  }

  private static func encoder(_ name: String) throws -> any Backbone {
    let network = try BackboneRegistry.entry(name).build(7)
    try network.initialize(seed: 3)
    return network
  }

  private static func outputs(_ network: any Backbone, _ inputs: [Tensor]) throws -> [Tensor] {
    let encoding = try network.encode(inputs[0], .evaluation)
    return [encoding.features, encoding.map]
  }
}
