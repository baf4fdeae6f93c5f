import NeuralNet
import Tensor

/// An image encoder: the global encoder f_G and the local encoder f_L are two of these.
public protocol Backbone: Module {
  /// D, the length of the pooled feature vector.
  var featureCount: Int { get }
  /// C of the last feature map, which the policy reads.
  var mapChannels: Int { get }

  /// Encodes images of B×3×H×W.
  func encode(_ images: Tensor, _ pass: Pass) throws -> Encoding

  /// The encoder's own classifier: B×D features to B×K logits. Also the auxiliary head of training.
  func classify(_ features: Tensor, _ pass: Pass) throws -> Tensor
}

/// What an encoder says of a batch of images.
public struct Encoding {
  /// B×D.
  public let features: Tensor
  /// B×C×h×w.
  public let map: Tensor

  public init(features: Tensor, map: Tensor) {
    self.features = features
    self.map = map
  }
}

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
  /// λ, the weight of the auxiliary heads in the loss.
  public var auxiliaryWeight: Float
  /// True where f_G learns in stages 1 and 3; otherwise it is fine-tuned on small inputs first, then frozen.
  public var trainsGlobalEncoder: Bool

  public init(
    policyEncoder: PolicyEncoder, policyUnits: Int, classifier: Classifier, classifierUnits: Int = 1024,
    auxiliaryWeight: Float, trainsGlobalEncoder: Bool
  ) {
    self.policyEncoder = policyEncoder
    self.policyUnits = policyUnits
    self.classifier = classifier
    self.classifierUnits = classifierUnits
    self.auxiliaryWeight = auxiliaryWeight
    self.trainsGlobalEncoder = trainsGlobalEncoder
  }
}
