import Backbones
import NeuralNet
import Tensor

/// A Glance-and-Focus Network: global and local encoder, classifier over the sequence, patch proposal network.
///
/// Source: Wang et al., NeurIPS 2020. State-dictionary prefixes are those of the authors' checkpoints.
public final class GFNet: Module {
  public let configuration: Configuration
  /// f_G, sees the glance.
  public let globalEncoder: any Backbone
  /// f_L, sees the patches.
  public let localEncoder: any Backbone
  /// f_C.
  let classifier: any SequenceClassifier
  private let encoderAnswersGlance: Bool
  /// π.
  public let policy: PatchProposal

  /// A network whose weights are drawn for `seed`.
  public convenience init(_ configuration: Configuration, seed: UInt64) throws {
    try self.init(configuration)
    try initialize(seed: seed)
    // Both encoders start from the same weights, as two copies of one pretrained encoder would.
    try startEncoders(from: globalEncoder)
  }

  /// Gives both encoders the weights of `encoder`, which has the same backbone.
  ///
  /// - Parameter withClassifier: false: all but the classifier's, whose number of classes may differ.
  public func startEncoders(from encoder: any Backbone, withClassifier: Bool = true) throws {
    let classifier = withClassifier ? [] : try classifierNames()
    for target in [globalEncoder, localEncoder] where target !== encoder {
      for (own, other) in zip(target.state, encoder.state) where !classifier.contains(own.name) {
        try own.entry.value.assign(other.entry.value)
      }
    }
  }

  /// The encoder's arrays whose shapes follow from the number of classes.
  private func classifierNames() throws -> Set<String> {
    let entry = try configuration.backboneEntry()
    let (one, two) = (try entry.build(1).state, try entry.build(2).state)
    return Set(zip(one, two).filter { $0.entry.value.shape != $1.entry.value.shape }.map(\.0.name))
  }

  /// A network whose weights are still zero, to be loaded.
  public init(_ configuration: Configuration) throws {
    try configuration.validate()
    let entry = try configuration.backboneEntry()
    self.configuration = configuration
    globalEncoder = try entry.build(configuration.classes)
    localEncoder = try entry.build(configuration.classes)
    encoderAnswersGlance = entry.defaults.encoderAnswersGlance
    classifier = try Self.classifier(configuration, features: globalEncoder.featureCount)
    policy = try PatchProposal(configuration, mapChannels: globalEncoder.mapChannels)
  }

  /// f_C for encoders with so many features.
  static func classifier(_ c: Configuration, features: Int) throws -> any SequenceClassifier {
    switch c.classifier {
    case .recurrent: try RecurrentClassifier(features, units: c.classifierUnits, classes: c.classes)
    case .cascade: try CascadeClassifier(features, steps: c.cascadeSteps, classes: c.classes)
    case .average: AverageClassifier()
    }
  }

  public func declare(_ state: inout StateDeclaration) {
    state.child("model_prime", globalEncoder)
    state.child("model", localEncoder)
    state.child("fc", classifier)
    state.child("policy", policy)
  }

  /// What is carried from step to step. Rows are images.
  public struct Memory {
    /// The last feature map, B×C×h×w.
    public var map: Tensor
    var classifier: Tensor?
    var policy: Tensor?

    /// The same for the images `rows` only (positions in the present batch).
    public func gathered(_ rows: [Int]) throws -> Memory {
      Memory(
        map: try map.indexSelected(0, rows), classifier: try classifier?.indexSelected(0, rows),
        policy: try policy?.indexSelected(0, rows))
    }
  }

  /// What a step says of a batch.
  public struct StepResult {
    /// B×K.
    public let logits: Tensor
    /// The encoder's features, B×D.
    public let features: Tensor
    /// Logits of the encoder's own classifier, B×K, when asked for.
    public let auxiliary: Tensor?
  }

  /// The whole image resized to P×P, corners aligned.
  public func glanceImages(_ images: Tensor) throws -> Tensor {
    let side = configuration.patchSize
    if images.shape[2] == side, images.shape[3] == side { return images }
    return try images.resized(
      height: side, width: side, configuration.interpolation == .bicubic ? .bicubic : .bilinear,
      alignCorners: true)
  }

  /// Step 1: looks at the whole image.
  ///
  /// - Parameters:
  ///   - images: B×3×S×S, normalised.
  ///   - pass: how the global encoder is evaluated.
  ///   - auxiliary: also compute the encoder's own logits.
  public func glance(_ images: Tensor, _ pass: Pass, auxiliary: Bool = false) throws -> (StepResult, Memory) {
    try glance(
      images, pass, auxiliary: auxiliary, encoderAnswers: encoderAnswersGlance && !pass.isTraining)
  }

  func glance(_ images: Tensor, _ pass: Pass, auxiliary: Bool, encoderAnswers: Bool) throws -> (
    StepResult, Memory
  ) {
    try encode(
      glanceImages(images), with: globalEncoder, pass, memory: nil, auxiliary: auxiliary,
      encoderAnswers: encoderAnswers)
  }

  /// Steps 2…T: looks at one patch of each image.
  ///
  /// - Parameters:
  ///   - patches: B×3×P×P, cut from the original images.
  ///   - memory: of the step before.
  public func focus(
    _ patches: Tensor, _ pass: Pass, memory: Memory, auxiliary: Bool = false
  ) throws -> (StepResult, Memory) {
    try encode(patches, with: localEncoder, pass, memory: memory, auxiliary: auxiliary)
  }

  /// Where the policy would look next; advances its memory.
  public func propose(_ memory: inout Memory) throws -> PatchProposal.Proposal {
    let proposal = try policy(memory.map, state: memory.policy)
    memory.policy = proposal.state
    return proposal
  }

  /// The sequence classifier's answer to the features of one step, and its memory after it.
  ///
  /// - Parameters:
  ///   - memory: what the step before left; nil at the first.
  ///   - own: the encoder that computed the features.
  func answer(
    _ features: Tensor, memory: Tensor?, own: any Backbone
  ) throws -> (logits: Tensor, memory: Tensor) {
    var state = memory
    let logits = try classifier.step(
      features, memory: &state, ownAnswersFirst: encoderAnswersGlance
    ) { try own.classify($0, .evaluation) }
    guard let state else { throw ModelError("the classifier has no memory after a step") }
    return (logits, state)
  }

  private func encode(
    _ input: Tensor, with encoder: any Backbone, _ pass: Pass, memory: Memory?, auxiliary: Bool,
    encoderAnswers: Bool = false
  ) throws -> (StepResult, Memory) {
    let encoding = try encoder.encode(input, pass)
    var state = memory?.classifier
    var own: Tensor?
    let logits = try classifier.step(
      encoding.features, memory: &state, ownAnswersFirst: encoderAnswers
    ) { features in
      let answer = try encoder.classify(features, pass)
      own = answer
      return answer
    }
    let aux = auxiliary ? try own ?? encoder.classify(encoding.features, pass) : nil
    return (
      StepResult(logits: logits, features: encoding.features, auxiliary: aux),
      Memory(map: encoding.map, classifier: state, policy: memory?.policy)
    )
  }
}
