import Backbones
import Support
import Tensor
import Vision

/// Everything that decides the shape of a Glance-and-Focus Network and how images reach it.
///
/// Stored as JSON inside each checkpoint, so that a file alone is enough to evaluate and to go on training.
public struct Configuration: Codable, Sendable, Equatable {
  /// How the policy reads the last feature map: by a 1×1 convolution, by linear layers on all of it, or by a 1×1 convolution
  /// and a linear layer with a batch norm behind each, as AdaFocus does.
  public enum PolicyEncoder: String, Codable, Sendable, CaseIterable { case convolution, linear, normalized }
  /// The classifier over the sequence: a GRU, a linear layer per step, the mean of the encoders' answers, or the sum of their
  /// logits.
  public enum Classifier: String, Codable, Sendable, CaseIterable { case recurrent, cascade, average, sum }

  /// The encoders' name in the backbone registry, or the one under which `layers` were defined.
  public var backbone: String
  /// Encoder and size of the glance where these are others than those of the patches.
  public var glance: GlanceForm?
  /// The encoders' layers where they are not in the registry.
  public var layers: BackboneDescription?
  /// How clips are seen; nil: the network sees images.
  public var clips: ClipForm?
  /// P, the side of the patches in pixels, and of the glance where ``glance`` has no other.
  public var patchSize: Int
  /// S, the side of the whole image in pixels.
  public var imageSize: Int
  /// T, the most steps.
  public var steps: Int
  /// The number of classes, K.
  public var classes: Int
  /// How the policy reads the last feature map.
  public var policyEncoder: PolicyEncoder
  /// Units of the policy's state.
  public var policyUnits: Int
  /// The classifier over the sequence.
  public var classifier: Classifier
  /// Units of the recurrent classifier; unused by the cascade.
  public var classifierUnits: Int
  /// Steps for which the cascade has heads; at least `steps`. The authors' checkpoints always hold five.
  public var cascadeSteps: Int
  /// How the whole image is resized to the glance.
  public var interpolation: Interpolation
  /// The mean of the 8-bit pixel values scaled to [0, 1], one per channel.
  public var mean: [Float]
  /// The standard deviation of the same values, one per channel.
  public var standardDeviation: [Float]
  /// The data set that the network was made for; empty when not known.
  public var dataset: String
  /// Class names; empty when not known.
  public var labels: [String]

  /// A network around a backbone, with the policy and the classifier of the paper (``PaperSetups``).
  ///
  /// The glance is bicubic and the image 224 pixels wide for every backbone; only the importer of the
  /// authors' checkpoints takes both from the table.
  /// - Throws: `UnknownBackbone`, or ``ModelError`` when sizes do not fit.
  public init(
    backbone: String, patchSize: Int? = nil, imageSize: Int = 224, steps: Int = PaperSetup.steps,
    classes: Int = 1000
  ) throws {
    try self.init(
      backbone: .named(backbone), patchSize: patchSize, imageSize: imageSize, steps: steps, classes: classes)
  }

  /// A network around a backbone from the registry or one composed of layers, as the paper sets it up.
  ///
  /// - Throws: `UnknownBackbone`, `LayerError`, or ``ModelError`` when sizes do not fit.
  /// - Parameters:
  ///   - clips: how clips are seen; nil: images, or what a backbone with a temporal shift says.
  ///   - glance: encoder and size of the glance; nil: those of the patches.
  public init(
    backbone: BackboneChoice, patchSize: Int? = nil, imageSize: Int = 224, steps: Int = PaperSetup.steps,
    classes: Int = 1000, clips: ClipForm? = nil, glance: GlanceForm? = nil
  ) throws {
    var (backbone, clips) = (backbone, clips)
    if case .shifted(let name, let options) = backbone {
      backbone = .named(name)
      clips = clips ?? ClipForm(frames: options.frames, exchange: ClipForm.Exchange(options))
    }
    self.clips = clips
    self.glance = glance
    if case .described(let layers) = backbone {
      self.layers = layers
      // This comes before anything else, so that messages speak of the sizes at hand.
      if let patchSize { _ = try layers.mapSize(side: patchSize) }
    }
    let entry = try backbone.entry()
    self.backbone = entry.name
    let setup = PaperSetups.setup(for: entry)
    self.patchSize = patchSize ?? setup.patchSize
    self.imageSize = imageSize
    self.steps = steps
    self.classes = classes
    policyEncoder = setup.family.policyEncoder
    policyUnits = setup.family.policyUnits
    classifier = setup.family.classifier
    classifierUnits = setup.family.classifierUnits
    cascadeSteps = max(steps, 1)
    interpolation = .bicubic
    mean = [0.485, 0.456, 0.406]
    standardDeviation = [0.229, 0.224, 0.225]
    dataset = ""
    labels = []
    try validate()
  }

  /// The paper's set-up for the encoder of patches.
  public func paperSetup() throws -> PaperSetup { try PaperSetups.setup(for: backboneEntry(.patch)) }

  /// Throws ``ModelError`` where the numbers do not make a network.
  public func validate() throws {
    try ModelError.require(
      (1...4096).contains(patchSize), "the patch size is \(patchSize), expected 1 to 4096")
    // Where layers are known, this says which of them does not fit.
    _ = try layers?.mapSize(side: patchSize)
    try ModelError.require(
      mapSize(.patch) > 0,
      "the patch size is \(patchSize), too small for \(backbone): nothing is left of its last map")
    try ModelError.require(
      imageSize >= patchSize && imageSize <= 16384,
      "the image size is \(imageSize), expected at least the patch size \(patchSize) and at most 16384")
    try glance?.validate()
    try ModelError.require((1...64).contains(steps), "steps is \(steps), expected 1 to 64")
    try clips?.validate()
    try ModelError.require(
      clips != nil || glance?.exchange == nil,
      "frames exchange channels in the encoder of the glance, and the network sees images")
    try ModelError.require((1...1_000_000).contains(classes), "classes is \(classes), expected 1 to 1000000")
    try ModelError.require(
      (1...65536).contains(policyUnits), "the policy has \(policyUnits) units, expected 1 to 65536")
    try ModelError.require(
      (1...65536).contains(classifierUnits),
      "the classifier has \(classifierUnits) units, expected 1 to 65536")
    try ModelError.require(
      cascadeSteps >= steps && cascadeSteps <= 64,
      "the cascade has heads for \(cascadeSteps) steps, expected \(steps) to 64")
    try ModelError.require(
      mean.count == 3 && standardDeviation.count == 3
        && standardDeviation.allSatisfy { $0 > 0 && $0.isFinite }
        && mean.allSatisfy(\.isFinite), "mean and standard deviation must be three finite numbers each")
    try ModelError.require(
      labels.isEmpty || labels.count == classes, "\(labels.count) labels for \(classes) classes")
  }
}

/// A network that cannot be made, stored or restored as asked.
public struct ModelError: LineError {
  public let description: String

  public init(_ description: String) { self.description = description }

  static func require(_ condition: Bool, _ problem: @autoclosure () -> String) throws {
    if !condition { throw ModelError(problem()) }
  }
}

extension Configuration {
  /// Refuses a data set that numbers the model's classes otherwise.
  /// - Throws: ``ModelError`` that names the first such class.
  func checkClasses(_ dataset: any ImageDataset) throws {
    let objection = ClassOrder.objection(data: dataset.labels, model: labels)
    try ModelError.require(
      objection == nil,
      "the classes of \(dataset.name) are in another order than the model's: \(objection ?? ""); the data set can be"
        + " opened with its classes or labels in that order")
  }
}
