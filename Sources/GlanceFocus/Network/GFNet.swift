import Backbones
import NeuralNet
import Tensor

/// A Glance-and-Focus Network: global and local encoder, classifier over the sequence, patch proposal
/// network.
///
/// Source: Wang et al., NeurIPS 2020. State-dictionary prefixes are those of the authors' checkpoints.
public final class GFNet: Module {
  /// What decides the shape of the network.
  public let configuration: Configuration
  /// The encoder f_G, which sees the glance.
  public let globalEncoder: any Backbone
  /// The encoder f_L, which sees the patches.
  public let localEncoder: any Backbone
  /// The classifier over the sequence, f_C.
  public let classifier: any SequenceClassifier
  /// True where f_G's own classifier answers step 1 in evaluation, whatever f_C is.
  private let encoderAnswersGlance: Bool
  /// The patch proposal network, π.
  public let policy: PatchProposal
  /// What ``measureCosts()`` found.
  var measuredCosts: StepCosts?

  /// A network whose weights are drawn for `seed`.
  public convenience init(_ configuration: Configuration, seed: UInt64) throws {
    try self.init(configuration)
    try initialize(seed: seed)
    // Both encoders start from the same weights, as two copies of one pretrained encoder would.
    if configuration.encodersAreAlike { try startEncoders([.patch], from: globalEncoder) }
  }

  /// Gives encoders the weights of `encoder`, which has the same backbone.
  ///
  /// - Parameters:
  ///   - looks: the encoders of what.
  ///   - encoder: what the weights are copied from.
  ///   - withClassifier: false: all but the classifier's, whose number of classes may differ.
  /// - Throws: ``ModelError`` where an encoder has another backbone.
  public func startEncoders(_ looks: [Look], from encoder: any Backbone, withClassifier: Bool = true) throws {
    for look in looks {
      let classifier = withClassifier ? [] : try classifierNames(look)
      let (own, other) = (self.encoder(look).state, encoder.state)
      try ModelError.require(
        own.map(\.name) == other.map(\.name)
          && zip(own, other).allSatisfy { own, other in
            classifier.contains(own.name) || own.entry.value.shape == other.entry.value.shape
          },
        "the weights are those of another encoder than \(configuration.backbone(look))")
      for (own, other) in zip(own, other) where !classifier.contains(own.name) {
        try own.entry.value.assign(other.entry.value)
      }
    }
  }

  /// The encoder of glances, or of patches.
  public func encoder(_ look: Look) -> any Backbone {
    switch look {
    case .glance: globalEncoder
    case .patch: localEncoder
    }
  }

  /// The encoder's arrays whose shapes follow from the number of classes.
  private func classifierNames(_ look: Look) throws -> Set<String> {
    let entry = try configuration.backboneEntry(look)
    let (one, two) = (try entry.build(1).state, try entry.build(2).state)
    return Set(zip(one, two).filter { $0.entry.value.shape != $1.entry.value.shape }.map(\.0.name))
  }

  /// A network whose weights are still zero, to be loaded.
  public init(_ configuration: Configuration) throws {
    try configuration.validate()
    self.configuration = configuration
    globalEncoder = try configuration.encoderEntry(.glance).build(configuration.classes)
    localEncoder = try configuration.encoderEntry(.patch).build(configuration.classes)
    encoderAnswersGlance = try configuration.paperSetup().family.encoderAnswersGlance
    classifier = try Self.classifier(
      configuration, glance: globalEncoder.featureCount, patch: localEncoder.featureCount)
    policy = try PatchProposal(configuration, glance: globalEncoder, patch: localEncoder)
  }

  /// The classifier over the sequence for encoders with so many features of a glance and of a patch.
  static func classifier(_ c: Configuration, glance: Int, patch: Int) throws -> any SequenceClassifier {
    switch c.classifier {
    case .recurrent:
      try RecurrentClassifier(glance: glance, patch: patch, units: c.classifierUnits, classes: c.classes)
    case .cascade:
      try CascadeClassifier(glance: glance, patch: patch, steps: c.cascadeSteps, classes: c.classes)
    case .average: AverageClassifier()
    case .sum: SumClassifier()
    }
  }

  public func declare(_ state: inout StateDeclaration) {
    state.child("model_prime", globalEncoder)
    state.child("model", localEncoder)
    state.child("fc", classifier)
    state.child("policy", policy)
  }

  /// The state that a network carries from step to step. Rows are images.
  public struct Memory {
    /// The last feature map, B×C×h×w; of clips those of all frames side by side, B×(f·C)×h×w. Where encoders or sizes
    /// differ, its shape is that of the last look.
    public var map: Tensor
    /// What the classifier over the sequence carries; nil before the first step.
    public var classifier: Tensor?
    /// What the policy carries; nil before its first proposal.
    public var policy: Tensor?

    public init(map: Tensor, classifier: Tensor?, policy: Tensor?) {
      self.map = map
      self.classifier = classifier
      self.policy = policy
    }

    /// The same for the images `rows` only (positions in the present batch).
    public func gathered(_ rows: [Int]) throws -> Memory {
      Memory(
        map: try map.indexSelected(0, rows), classifier: try classifier?.indexSelected(0, rows),
        policy: try policy?.indexSelected(0, rows))
    }
  }

  /// The answers of a network for a batch of images after a step.
  public struct StepResult {
    /// The logits of the classifier over the sequence, B×K.
    public let logits: Tensor
    /// The encoder's features, B×D.
    public let features: Tensor
    /// Logits of the encoder's own classifier, B×K, when asked for.
    public let auxiliary: Tensor?
  }

  /// The whole image resized to the glance's size, corners aligned but for nearest pixels; of clips, (B·F)×3×S×S, the frames that the glance sees.
  public func glanceImages(_ images: Tensor) throws -> Tensor {
    let images = try seen(images, .glance)
    let side = configuration.side(.glance)
    if images.shape[2] == side, images.shape[3] == side { return images }
    return try images.resized(
      height: side, width: side, configuration.interpolation, alignCorners: true)
  }

  /// Step 1: looks at the whole image.
  ///
  /// - Parameters:
  ///   - images: B×3×S×S, normalised; of clips one row for each frame, (B·F)×3×S×S.
  ///   - pass: how the global encoder is evaluated.
  ///   - auxiliary: also compute the encoder's own logits.
  public func glance(_ images: Tensor, _ pass: Pass, auxiliary: Bool = false) throws -> (StepResult, Memory) {
    try glance(
      images, pass, auxiliary: auxiliary, encoderAnswers: encoderAnswersGlance && !pass.isTraining)
  }

  func glance(_ images: Tensor, _ pass: Pass, auxiliary: Bool, encoderAnswers: Bool) throws -> (
    StepResult, Memory
  ) {
    try NetworkParts(model: self, pass: pass, encoderAnswersGlance: encoderAnswers)
      .step(glanceImages(images), .glance, memory: nil, auxiliary: auxiliary)
  }

  /// Steps 2…T: looks at one patch of each image.
  ///
  /// - Parameters:
  ///   - patches: B×3×P×P, cut from the original images; of clips one row for each frame that is looked at.
  ///   - pass: how the local encoder is evaluated.
  ///   - memory: what the step before left.
  ///   - auxiliary: also compute the encoder's own logits.
  public func focus(
    _ patches: Tensor, _ pass: Pass, memory: Memory, auxiliary: Bool = false
  ) throws -> (StepResult, Memory) {
    try NetworkParts(model: self, pass: pass, encoderAnswersGlance: false)
      .step(patches, .patch, memory: memory, auxiliary: auxiliary)
  }

  /// Where the policy would look next; advances its memory.
  ///
  /// - Parameter pass: whether the policy's batch norms, where it has any, use the statistics of the batch.
  public func propose(_ memory: inout Memory, _ pass: Pass = .evaluation) throws -> PatchProposal.Output {
    let output = try policy(memory.map, state: memory.policy, pass)
    memory.policy = output.state
    return output
  }

  /// The parts as an evaluation asks them.
  var evaluatedParts: NetworkParts {
    NetworkParts(model: self, pass: .evaluation, encoderAnswersGlance: encoderAnswersGlance)
  }

  /// The parts evaluated op by op, so that a recorder that listens hears of each.
  ///
  /// - Parameter pass: how encoders are evaluated. While the global encoder learns, the classifier over the sequence
  ///   answers the glance.
  public func parts(_ pass: Pass) -> any StepParts {
    NetworkParts(
      model: self, pass: pass, encoderAnswersGlance: encoderAnswersGlance && !pass.isTraining)
  }
}
