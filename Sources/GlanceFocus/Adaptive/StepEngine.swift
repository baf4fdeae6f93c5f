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
  /// Encodes the next frame of streams: N×3×P×P and what was kept of the frame before → features, map, what is kept.
  private let encodeNextGlance: TensorFunction
  private let encodeNextPatch: TensorFunction
  /// The shapes of what is kept of a frame, without the axis of streams, once they are known.
  private var keptShapes: [Look: [ArraySlice<Int>]] = [:]

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
    func next(_ look: Look) -> TensorFunction {
      compile { inputs in
        let (encoding, kept) = try parts.encode(
          nextFrame: inputs[0], after: Array(inputs.dropFirst()), look)
        return [encoding.features, encoding.map] + kept
      }
    }
    encodeNextGlance = next(.glance)
    encodeNextPatch = next(.patch)
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

  /// Encodes the next frame of each of N streams, N×3×P×P: features N×D and maps N×C×h×w of the frames alone, and what is
  /// kept of them for the next.
  ///
  /// - Parameter past: what was kept of the frame before, or ``nothingKept(of:_:)``.
  func encode(nextFrame images: Tensor, after past: [Tensor], _ look: Look) throws -> (Encoding, [Tensor]) {
    let inputs = [images] + past
    let outputs =
      switch look {
      case .glance: try encodeNextGlance(inputs)
      case .patch: try encodeNextPatch(inputs)
      }
    return (Encoding(features: outputs[0], map: outputs[1]), Array(outputs.dropFirst(2)))
  }

  /// What stands for the frame before the first one of `streams` streams: zeros.
  func nothingKept(of streams: Int, _ look: Look) throws -> [Tensor] {
    let shapes: [ArraySlice<Int>]
    if let known = keptShapes[look] {
      shapes = known
    } else {
      let side = model.configuration.side(look)
      let (_, kept) = try parts.encode(nextFrame: Tensor.zeros([1, 3, side, side]), after: nil, look)
      shapes = kept.map { $0.shape.sizes.dropFirst() }
      keptShapes[look] = shapes
    }
    return try shapes.map { try Tensor.zeros(Shape([streams] + $0)) }
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
