import Backbones
import NeuralNet
import Tensor

/// What a step looks at.
public enum Look: Sendable {
  /// The whole image, resized, at step 1.
  case glance
  /// A patch of it, at every later step.
  case patch
}

/// What the classifier over the sequence says after a step.
public struct SequenceAnswer {
  /// The logits, B×K.
  public let logits: Tensor
  /// What it carries to the next step. Rows are images.
  public let memory: Tensor
  /// Logits of the encoder's own classifier, B×K, where the answer needed them.
  public let own: Tensor?
}

/// The parts that a step of a network is made of.
///
/// What a step is, is said here alone, for training, costs, verification and the adaptive loop. They differ
/// in who evaluates the parts: the network itself (``NetworkParts``), or plans that were made of it
/// (``StepEngine``).
public protocol StepParts {
  /// Runs an encoder on glances or patches, B×3×P×P; of clips on all frames, (B·f)×3×P×P. Rows of the result are items:
  /// features are the mean over the frames, maps stand side by side.
  func encode(_ images: Tensor, _ look: Look) throws -> Encoding

  /// Runs the encoder's own classifier on its features: B×D to B×K.
  func classify(_ features: Tensor, _ look: Look) throws -> Tensor

  /// Runs the classifier over the sequence on the features of one step, B×D.
  ///
  /// - Parameter memory: what the step before left; nil at the glance.
  func answer(_ features: Tensor, memory: Tensor?, _ look: Look) throws -> SequenceAnswer

  /// Runs the policy on the last feature map, B×C×h×w.
  ///
  /// - Parameter state: what the last proposal left; nil at the first.
  func propose(_ map: Tensor, state: Tensor?) throws -> PatchProposal.Output
}

extension StepParts {
  /// Runs a step of the network.
  ///
  /// - Parameters:
  ///   - images: glances or patches, B×3×P×P, normalised.
  ///   - memory: what the step before left; nil at the glance.
  ///   - auxiliary: also compute the encoder's own logits.
  public func step(
    _ images: Tensor, _ look: Look, memory: GFNet.Memory?, auxiliary: Bool = false
  ) throws -> (GFNet.StepResult, GFNet.Memory) {
    try step(encode(images, look), look, memory: memory, auxiliary: auxiliary)
  }

  /// Runs the rest of a step on what an encoder has given.
  func step(
    _ encoding: Encoding, _ look: Look, memory: GFNet.Memory?, auxiliary: Bool = false
  ) throws -> (GFNet.StepResult, GFNet.Memory) {
    let answer = try answer(encoding.features, memory: memory?.classifier, look)
    let own = auxiliary ? try answer.own ?? classify(encoding.features, look) : nil
    return (
      GFNet.StepResult(logits: answer.logits, features: encoding.features, auxiliary: own),
      GFNet.Memory(map: encoding.map, classifier: answer.memory, policy: memory?.policy)
    )
  }

  /// Where the policy would look next; advances what it carries.
  func advancePolicy(_ memory: inout GFNet.Memory) throws -> PatchProposal.Output {
    let output = try propose(memory.map, state: memory.policy)
    memory.policy = output.state
    return output
  }
}

/// The parts of a network as they are.
struct NetworkParts: StepParts {
  let model: GFNet
  /// How encoders are evaluated.
  let pass: Pass
  /// Lets the encoder's own classifier answer the glance, whatever the classifier.
  let encoderAnswersGlance: Bool

  func encode(_ images: Tensor, _ look: Look) throws -> Encoding {
    let encoder = encoder(look)
    return try model.joined(encoder.naming(name(look)) { try encoder.encode(images, pass) }, look)
  }

  /// The next frame of each of N streams: features N×D and maps N×C×h×w of the frames alone.
  func encode(nextFrame images: Tensor, after past: [Tensor]?, _ look: Look) throws -> (Encoding, [Tensor]) {
    let encoder = encoder(look)
    return try encoder.naming(name(look)) { try encoder.encode(nextFrame: images, after: past) }
  }

  func classify(_ features: Tensor, _ look: Look) throws -> Tensor {
    let encoder = encoder(look)
    return try encoder.naming(name(look)) { try encoder.classify(features, pass) }
  }

  func answer(_ features: Tensor, memory: Tensor?, _ look: Look) throws -> SequenceAnswer {
    var state = memory
    var own: Tensor?
    let logits = try model.classifier.step(features, memory: &state, ownAnswersFirst: encoderAnswersGlance) {
      let answer = try classify($0, look)
      own = answer
      return answer
    }
    guard let state else { throw ModelError("the classifier has no memory after a step") }
    return SequenceAnswer(logits: logits, memory: state, own: own)
  }

  func propose(_ map: Tensor, state: Tensor?) throws -> PatchProposal.Output {
    try model.policy(map, state: state)
  }

  /// What errors call an encoder.
  private func name(_ look: Look) -> String {
    switch look {
    case .glance: "global_encoder"
    case .patch: "local_encoder"
    }
  }

  private func encoder(_ look: Look) -> any Backbone {
    switch look {
    case .glance: model.globalEncoder
    case .patch: model.localEncoder
    }
  }
}
