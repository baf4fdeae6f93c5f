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
