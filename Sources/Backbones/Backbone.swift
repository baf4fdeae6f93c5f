import NeuralNet
import Tensor

/// An image encoder: the global encoder f_G and the local encoder f_L are two of these.
public protocol Backbone: Module {
  /// D, the length of the pooled feature vector.
  var featureCount: Int { get }
  /// C, the channels of the last feature map, which the policy reads.
  var mapChannels: Int { get }

  /// F, where rows of a batch are clip by clip the frames of clips, which exchange channels; nil where each image is by
  /// itself.
  var clipFrames: Int? { get }

  /// Encodes images of B×3×H×W.
  ///
  /// - Throws: `TensorError` for other shapes, and for images that are too small.
  func encode(_ images: Tensor, _ pass: Pass) throws -> Encoding

  /// The encoder's own classifier, from B×D features to B×K logits; it is the auxiliary head of training,
  /// too.
  func classify(_ features: Tensor, _ pass: Pass) throws -> Tensor
}

extension Backbone {
  /// None: each image is by itself.
  public var clipFrames: Int? { nil }
}

/// The features and the last feature map of a batch of images.
public struct Encoding {
  /// The pooled features, B×D.
  public let features: Tensor
  /// The last feature map, B×C×h×w.
  public let map: Tensor

  public init(features: Tensor, map: Tensor) {
    self.features = features
    self.map = map
  }
}
