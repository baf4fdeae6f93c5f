import NeuralNet
import Tensor

/// Multiply-Adds of a network's parts and of its steps, counted from the ops of one evaluation.
public struct StepCosts: Sendable, Equatable {
  /// The cost of f_G on the glance, its classifier left out.
  public let globalEncoder: Int
  /// The cost of f_L on one patch.
  public let localEncoder: Int
  /// The cost of one proposal of π.
  public let policy: Int
  /// Cumulative cost after each step, T values.
  public let cumulative: [Int]
}

extension GFNet {
  /// The Multiply-Adds, which follow from the configuration alone: counted at the first call.
  public func measureCosts() throws -> StepCosts {
    if let measuredCosts { return measuredCosts }
    let costs = try countedCosts()
    measuredCosts = costs
    return costs
  }

  /// Counts by running one blank image, or clip, through all steps.
  private func countedCosts() throws -> StepCosts {
    // The glance's resize is no multiply-add in the field's count, so an image of its size serves.
    let blank = try blankImages(.glance)
    let patch = try blankImages(.patch)
    func count<R>(_ body: () throws -> R) throws -> (cost: Int, result: R) {
      let counter = CostCounter()
      let result = try counter.record(body)
      return (counter.multiplyAdds, result)
    }
    let global = try count { try globalEncoder.encode(blank, .evaluation) }.cost
    let local = try count { try localEncoder.encode(patch, .evaluation) }.cost
    // We count as published: the classifier over the sequence counts at step 1 too where the encoder's own
    // answers.
    var (total, (_, memory)) = try count {
      try NetworkParts(model: self, pass: .evaluation, encoderAnswersGlance: false)
        .step(blank, .glance, memory: nil)
    }
    var cumulative = [total]
    var policyCost = try count { try propose(&memory) }.cost
    for step in stride(from: 2, through: configuration.steps, by: 1) {
      if step > 2 { policyCost = try count { try propose(&memory) }.cost }
      let (cost, (_, next)) = try count { try focus(patch, .evaluation, memory: memory) }
      memory = next
      total += policyCost + cost
      cumulative.append(total)
    }
    return StepCosts(globalEncoder: global, localEncoder: local, policy: policyCost, cumulative: cumulative)
  }

  /// Black pictures as an encoder sees those of `items` images or clips, one row each.
  func blankImages(_ look: Look, items: Int = 1) throws -> Tensor {
    let side = configuration.side(look)
    return try Tensor.zeros([items * configuration.frames(look), 3, side, side])
  }
}
