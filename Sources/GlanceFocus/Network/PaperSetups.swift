import Backbones
import Support
import Tensor
import Vision

/// How the paper sets up a Glance-and-Focus Network around an encoder, and how it prepares pictures for it.
public struct PaperSetup: Sendable {
  /// What the networks of a family have in common: the glance, what is built around the encoders, and how it is
  /// trained.
  public struct Family: Sendable {
    /// P where the network has no row of its own, in pixels.
    public var patchSize = 96
    /// How the glance is made from the image in the authors' checkpoints.
    public var interpolation = Interpolation.bicubic
    /// The policy's state encoder: 1×1 convolution to 32 channels, or two linear layers.
    public var policyEncoder = Configuration.PolicyEncoder.convolution
    /// Units of the policy's state.
    public var policyUnits = 256
    /// The classifier over the sequence.
    public var classifier = Configuration.Classifier.recurrent
    /// Units of the recurrent classifier.
    public var classifierUnits = 1024
    /// True where, in evaluation, f_G's own classifier answers step 1 although the classifier is recurrent: the
    /// authors evaluate RegNet so.
    public var encoderAnswersGlance = false
    /// λ, the weight of the auxiliary heads in the loss.
    public var auxiliaryWeight: Float = 1
    /// True where f_G learns in stages 1 and 3; otherwise it is fine-tuned on small inputs, then frozen.
    public var trainsGlobalEncoder = true
  }

  /// How pictures are made ready for an evaluation on ImageNet.
  public struct Preparation: Sendable {
    /// The share of the resized shorter side that the centre keeps.
    public var share = 0.875
    /// The filter of the resize.
    public var filter = ResampleFilter.bilinear

    /// The shorter side, in pixels, of which the centre of `imageSize`×`imageSize` pixels is cut.
    public func shorterSide(imageSize: Int) -> Int {
      Int(clamping: (Double(imageSize) / share).rounded(.down))
    }
  }

  /// The side of the patches in pixels (P), and the most steps (T) that are published for it.
  public struct Size: Sendable {
    /// The side of the patches in pixels, P.
    public let patch: Int
    /// The most steps, T.
    public let steps: Int
  }

  /// The encoder's name.
  public let backbone: String
  /// What the network has in common with others.
  public let family: Family
  /// The sizes of patches that are published; the first one holds where nobody asks for another.
  public let sizes: [Size]
  /// S, the side of the whole image in pixels.
  public let imageSize: Int
  /// How pictures are made ready for it.
  public let preparation: Preparation

  /// P where nobody asks for another, in pixels.
  public var patchSize: Int { sizes[0].patch }

  /// T where neither the caller nor a table says otherwise.
  public static let steps = 5
}

/// The set-ups of all encoders, one row per family and one per network that differs from its family.
public enum PaperSetups {
  /// The families by `BackboneEntry.family`.
  private static let families: [String: PaperSetup.Family] = [
    "ResNet": residual,
    "DenseNet": bilinear(residual),
    "RegNetY": bilinear(.init(encoderAnswersGlance: true)),
    "MobileNetV3": mobile,
    "EfficientNet": mobile,
    // The paper does not use the networks below. For the mobile ones a recurrent classifier would cost as much
    // as the encoder.
    "MobileNetV2": mobile,
    "EfficientNet-Lite": mobile,
    "ShuffleNetV2": mobile,
    "CondenseNet": .init(),
    "ResNet-tiny": tiny,
  ]

  /// One row of the paper's table, or of the networks here that differ from their family.
  private struct Row: Sendable {
    let backbone: String
    let sizes: [(patch: Int, steps: Int)]
    var imageSize = 224
    var preparation = PaperSetup.Preparation()
  }

  private static let rows: [Row] = [
    Row(backbone: "resnet50", sizes: [(96, 5), (128, 5)]),
    Row(backbone: "densenet121", sizes: [(96, 5)]),
    Row(backbone: "densenet169", sizes: [(96, 5)]),
    Row(backbone: "densenet201", sizes: [(96, 5)]),
    Row(backbone: "regnety_600m", sizes: [(96, 5)]),
    Row(backbone: "regnety_800m", sizes: [(96, 5)]),
    Row(backbone: "regnety_1.6g", sizes: [(96, 5)]),
    Row(backbone: "mobilenetv3_large_100", sizes: [(96, 3), (128, 3)]),
    Row(backbone: "mobilenetv3_large_125", sizes: [(128, 3)]),
    Row(
      backbone: "efficientnet_b2", sizes: [(128, 4)], imageSize: 260,
      preparation: .init(filter: .bicubic)),
    Row(
      backbone: "efficientnet_b3", sizes: [(128, 4), (144, 4)], imageSize: 300,
      preparation: .init(share: 0.904, filter: .bicubic)),
    Row(backbone: "tf_efficientnet_b2", sizes: [(128, 5)]),
    Row(backbone: "tf_efficientnet_b3", sizes: [(128, 5)]),
  ]

  /// The set-up for an encoder of the registry, or for one composed of layers.
  public static func setup(for entry: BackboneEntry) -> PaperSetup {
    // Compositions are of a family that has no row, whatever they are called.
    let known = families[entry.family]
    let family = known ?? tiny
    let found = known == nil ? nil : rows.first { $0.backbone == entry.name }
    let row = found ?? Row(backbone: entry.name, sizes: [(family.patchSize, PaperSetup.steps)])
    return PaperSetup(
      backbone: entry.name, family: family,
      sizes: row.sizes.map { PaperSetup.Size(patch: $0.patch, steps: $0.steps) }, imageSize: row.imageSize,
      preparation: row.preparation)
  }

  /// The set-up of ResNet and DenseNet.
  private static let residual = PaperSetup.Family(policyEncoder: .linear, policyUnits: 1024)

  /// The set-up of MobileNetV3 and EfficientNet; here also of the other mobile networks.
  private static let mobile = PaperSetup.Family(
    classifier: .cascade, auxiliaryWeight: 5, trainsGlobalEncoder: false)

  /// The set-up of this project's encoders for 48-pixel patches, and of those composed of layers.
  private static let tiny = PaperSetup.Family(patchSize: 48, classifierUnits: 256)

  private static func bilinear(_ family: PaperSetup.Family) -> PaperSetup.Family {
    var family = family
    family.interpolation = .bilinear
    return family
  }
}
