import Backbones
import NeuralNet
import Tensor

/// Computes the steps of a network for the adaptive loop; training evaluates the network itself.
///
/// The network's parts reach it as functions of tensors, so that whoever makes the engine decides how they
/// run: as they are, or compiled.
public final class StepEngine {
  public let model: GFNet
  /// B×3×P×P → features, map.
  private let encodeGlance: TensorFunction
  private let encodePatch: TensorFunction
  /// Features and, after the first step, the classifier's memory → logits, memory.
  private let answerGlance: TensorFunction
  private let answerPatch: TensorFunction
  /// Map and, after the first proposal, the policy's state → mean, value, state.
  private let proposal: TensorFunction

  /// - Parameter compile: turns each part into a function of the same meaning; by default the part itself.
  public init(
    _ model: GFNet, compile: (@escaping TensorFunction) -> TensorFunction = { $0 }
  ) {
    self.model = model
    encodeGlance = compile { try Self.encode($0, with: model.globalEncoder) }
    encodePatch = compile { try Self.encode($0, with: model.localEncoder) }
    answerGlance = compile { inputs in
      let (logits, memory) = try model.answer(inputs[0], memory: nil, own: model.globalEncoder)
      return [logits, memory]
    }
    answerPatch = compile { inputs in
      let (logits, memory) = try model.answer(inputs[0], memory: inputs[1], own: model.localEncoder)
      return [logits, memory]
    }
    proposal = compile { inputs in
      let said = try model.policy(inputs[0], state: inputs.count > 1 ? inputs[1] : nil)
      return [said.mean, said.value, said.state]
    }
  }

  private static func encode(_ inputs: [Tensor], with encoder: any Backbone) throws -> [Tensor] {
    let encoding = try encoder.encode(inputs[0], .evaluation)
    return [encoding.features, encoding.map]
  }

  /// Step 1 for images of B×3×S×S, normalised.
  public func glance(_ images: Tensor) throws -> (GFNet.StepResult, GFNet.Memory) {
    let encoded = try encodeGlance([model.glanceImages(images)])
    return try step(encoded, try answerGlance([encoded[0]]), policy: nil)
  }

  /// Steps 2…T for patches of B×3×P×P.
  public func focus(_ patches: Tensor, memory: GFNet.Memory) throws -> (GFNet.StepResult, GFNet.Memory) {
    let encoded = try encodePatch([patches])
    guard let state = memory.classifier else { throw ModelError("a patch before the glance") }
    return try step(encoded, try answerPatch([encoded[0], state]), policy: memory.policy)
  }

  /// Where the policy would look next; advances its memory.
  public func propose(_ memory: inout GFNet.Memory) throws -> PatchProposal.Proposal {
    let said = try proposal([memory.map] + (memory.policy.map { [$0] } ?? []))
    memory.policy = said[2]
    return PatchProposal.Proposal(mean: said[0], value: said[1], state: said[2])
  }

  private func step(
    _ encoded: [Tensor], _ answer: [Tensor], policy: Tensor?
  ) throws -> (GFNet.StepResult, GFNet.Memory) {
    (
      GFNet.StepResult(logits: answer[0], features: encoded[0], auxiliary: nil),
      GFNet.Memory(map: encoded[1], classifier: answer[1], policy: policy)
    )
  }
}
