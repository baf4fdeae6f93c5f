import Backbones
import NeuralNet
import Tensor

/// Computes the steps of a network for the adaptive loop; training evaluates the network itself.
///
/// The network's parts reach it as functions of tensors, so that whoever makes the engine decides how they
/// run: as they are, or compiled.
public final class StepEngine: StepParts {
  /// The network whose steps the engine computes.
  public let model: GFNet
  private let parts: NetworkParts
  /// Encodes the glance: B×3×P×P, or B×f×3×P×P of clips → features, map. Rows are items, of which none depends on
  /// another.
  private let encodeGlance: TensorFunction
  private let encodePatch: TensorFunction
  /// Answers a step: features and, for patches, the classifier's memory → logits, memory.
  private let answerGlance: TensorFunction
  private let answerPatch: TensorFunction
  /// Asks the policy: map and, after the first proposal, the policy's state → mean, value, state.
  private let proposal: TensorFunction

  /// - Parameters:
  ///   - model: the network.
  ///   - compile: turns each part into a function of the same meaning; by default the part itself.
  public init(
    _ model: GFNet, compile: (@escaping TensorFunction) -> TensorFunction = { $0 }
  ) {
    let parts = model.evaluatedParts
    self.model = model
    self.parts = parts
    encodeGlance = compile { inputs in
      let encoding = try parts.encode(model.asFrames(inputs[0], .glance), .glance)
      return [encoding.features, encoding.map]
    }
    encodePatch = compile { inputs in
      let encoding = try parts.encode(model.asFrames(inputs[0], .patch), .patch)
      return [encoding.features, encoding.map]
    }
    answerGlance = compile { inputs in
      let answer = try parts.answer(inputs[0], memory: nil, .glance)
      return [answer.logits, answer.memory]
    }
    answerPatch = compile { inputs in
      let answer = try parts.answer(inputs[0], memory: inputs[1], .patch)
      return [answer.logits, answer.memory]
    }
    proposal = compile { inputs in
      let output = try parts.propose(inputs[0], state: inputs.count > 1 ? inputs[1] : nil)
      return [output.mean, output.value, output.state]
    }
  }

  /// Step 1 for images of B×3×S×S, normalised.
  public func glance(_ images: Tensor) throws -> (GFNet.StepResult, GFNet.Memory) {
    try step(model.glanceImages(images), .glance, memory: nil)
  }

  /// Steps 2…T for patches of B×3×P×P.
  public func focus(_ patches: Tensor, memory: GFNet.Memory) throws -> (GFNet.StepResult, GFNet.Memory) {
    try step(patches, .patch, memory: memory)
  }

  /// Where the policy would look next; advances its memory.
  public func propose(_ memory: inout GFNet.Memory) throws -> PatchProposal.Output {
    try advancePolicy(&memory)
  }

  // MARK: The parts

  public func encode(_ images: Tensor, _ look: Look) throws -> Encoding {
    let outputs =
      switch look {
      case .glance: try encodeGlance([model.asItems(images, look)])
      case .patch: try encodePatch([model.asItems(images, look)])
      }
    return Encoding(features: outputs[0], map: outputs[1])
  }

  /// This part is not compiled, as nobody asks a live run for the encoders' own logits.
  public func classify(_ features: Tensor, _ look: Look) throws -> Tensor {
    try parts.classify(features, look)
  }

  public func answer(_ features: Tensor, memory: Tensor?, _ look: Look) throws -> SequenceAnswer {
    let outputs: [Tensor]
    switch look {
    case .glance: outputs = try answerGlance([features])
    case .patch:
      guard let memory else { throw ModelError("a patch before the glance") }
      outputs = try answerPatch([features, memory])
    }
    return SequenceAnswer(logits: outputs[0], memory: outputs[1], own: nil)
  }

  public func propose(_ map: Tensor, state: Tensor?) throws -> PatchProposal.Output {
    let outputs = try proposal([map] + (state.map { [$0] } ?? []))
    return PatchProposal.Output(mean: outputs[0], value: outputs[1], state: outputs[2])
  }
}
