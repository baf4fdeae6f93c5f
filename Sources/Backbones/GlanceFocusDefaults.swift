/// How the paper sets up a Glance-and-Focus Network around a family of encoders.
public struct GlanceFocusDefaults: Sendable {
  /// The policy's state encoder: 1×1 convolution to 32 channels, or two linear layers.
  public enum PolicyEncoder: String, Sendable { case convolution, linear }
  /// The classifier over the sequence.
  public enum Classifier: String, Sendable { case recurrent, cascade }

  public var policyEncoder: PolicyEncoder
  /// Units of the policy's state.
  public var policyUnits: Int
  public var classifier: Classifier
  /// Units of the recurrent classifier.
  public var classifierUnits: Int
  /// True where, in evaluation, f_G's own classifier answers step 1 although the classifier is recurrent: so the
  /// authors evaluate RegNet.
  public var encoderAnswersGlance: Bool
  /// λ, the weight of the auxiliary heads in the loss.
  public var auxiliaryWeight: Float
  /// True where f_G learns in stages 1 and 3; otherwise it is fine-tuned on small inputs first, then frozen.
  public var trainsGlobalEncoder: Bool

  public init(
    policyEncoder: PolicyEncoder, policyUnits: Int, classifier: Classifier, classifierUnits: Int = 1024,
    encoderAnswersGlance: Bool = false, auxiliaryWeight: Float, trainsGlobalEncoder: Bool
  ) {
    self.policyEncoder = policyEncoder
    self.policyUnits = policyUnits
    self.classifier = classifier
    self.classifierUnits = classifierUnits
    self.encoderAnswersGlance = encoderAnswersGlance
    self.auxiliaryWeight = auxiliaryWeight
    self.trainsGlobalEncoder = trainsGlobalEncoder
  }

  /// ResNet and DenseNet.
  static let residual = GlanceFocusDefaults(
    policyEncoder: .linear, policyUnits: 1024, classifier: .recurrent, auxiliaryWeight: 1,
    trainsGlobalEncoder: true)

  /// RegNet.
  static let regular = GlanceFocusDefaults(
    policyEncoder: .convolution, policyUnits: 256, classifier: .recurrent, encoderAnswersGlance: true,
    auxiliaryWeight: 1, trainsGlobalEncoder: true)

  /// CondenseNet, which the paper does not use.
  static let condensed = GlanceFocusDefaults(
    policyEncoder: .convolution, policyUnits: 256, classifier: .recurrent, auxiliaryWeight: 1,
    trainsGlobalEncoder: true)

  /// MobileNetV3 and EfficientNet; here also the other mobile networks, for which a recurrent classifier would cost as
  /// much as the encoder.
  static let mobile = GlanceFocusDefaults(
    policyEncoder: .convolution, policyUnits: 256, classifier: .cascade, auxiliaryWeight: 5,
    trainsGlobalEncoder: false)

  /// Encoders of this project for 48-pixel patches.
  static let tiny = GlanceFocusDefaults(
    policyEncoder: .convolution, policyUnits: 256, classifier: .recurrent, classifierUnits: 256,
    auxiliaryWeight: 1, trainsGlobalEncoder: true)
}
