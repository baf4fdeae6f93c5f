import Backbones
import Checkpoints
import Foundation
import NeuralNet
import Support

/// A Glance-and-Focus Network as another program saves it, matched with one of ours.
///
/// The weights themselves go from file to file, or into a network, when they are asked for.
public protocol NetworkCheckpoint {
  /// The file.
  var path: FilePath { get }
  /// The network that was recognised.
  var configuration: Configuration { get }
  /// What the file says of thresholds, costs and results.
  var results: StoredResults { get }
  /// What the file did not say and was assumed, a line each.
  var notes: [String] { get }
  /// The networks of the checkpoint, each with what the file gives for it.
  var parts: [CheckpointPart] { get }
}

/// What the caller may say where a checkpoint of another program does not.
public struct CheckpointChoices: Sendable {
  /// The encoder's name in the registry.
  public var backbone: String?
  /// P, the side of the patches in pixels.
  public var patchSize: Int?
  /// S, the side of the whole image in pixels.
  public var imageSize: Int?
  /// T, the most steps.
  public var steps: Int?
  /// The side of the glance in pixels, where it is another than that of the patches.
  public var glanceSize: Int?
  /// The frames of a clip that the glance sees.
  public var glanceFrames: Int?
  /// The frames of a clip that patches are cut from.
  public var focusFrames: Int?
  /// How the frames of clips exchange channels.
  public var shift: TemporalShiftClues

  public init(
    backbone: String? = nil, patchSize: Int? = nil, imageSize: Int? = nil, steps: Int? = nil,
    glanceSize: Int? = nil, glanceFrames: Int? = nil, focusFrames: Int? = nil,
    shift: TemporalShiftClues = TemporalShiftClues()
  ) {
    self.backbone = backbone
    self.patchSize = patchSize
    self.imageSize = imageSize
    self.steps = steps
    self.glanceSize = glanceSize
    self.glanceFrames = glanceFrames
    self.focusFrames = focusFrames
    self.shift = shift
  }

  /// Refuses what a network without a glance of its own does not have.
  func requireNoGlance(of file: FilePath) throws {
    let given = [
      ("size of the glance", glanceSize), ("frames of the glance", glanceFrames),
      ("frames of patches", focusFrames),
    ]
    if let (name, _) = given.first(where: { $0.1 != nil }) {
      throw ModelError("\(file) holds a network of images, which has no \(name) of its own")
    }
  }
}

/// One network of a checkpoint that holds several.
public struct CheckpointPart {
  /// Its key in the file.
  let key: String
  /// How the names of our arrays begin.
  let prefix: String
  let slots: [StateMatch.Slot]
  /// What the file gives; nil where it does not have this network, whose weights are then random.
  let match: StateMatch?

  /// Throws ``ModelError`` that lists every array that does not fit.
  static func check(_ parts: [CheckpointPart], file: FilePath, network: String) throws {
    let complaints = parts.compactMap { part in
      part.match.flatMap { $0.fits ? nil : "\(part.key): \($0.complaint)" }
    }
    guard complaints.isEmpty else {
      throw ModelError("\(file) does not fit \(network): " + complaints.joined(separator: "; "))
    }
  }
}

extension NetworkCheckpoint {
  /// The network with its weights.
  public func network() throws -> GFNet {
    // What the file does not have is the random start.
    let network = try GFNet(configuration)
    let modules: [String: any Module] = [
      "model_prime.": network.globalEncoder, "model.": network.localEncoder, "fc.": network.classifier,
      "policy.": network.policy,
    ]
    for part in parts {
      guard let module = modules[part.prefix] else { continue }
      if let match = part.match {
        try module.assign(match.pairs)
      } else {
        try module.initialize(seed: 1, name: part.prefix)
      }
    }
    return network
  }

  /// Metadata of the model file beside format and configuration.
  public func metadata() throws -> [String: String] {
    var metadata = ["imported_from": path.shownName]
    if !results.isEmpty { metadata["results"] = try results.json() }
    return metadata
  }

  /// Writes one self-describing model file, atomically.
  public func write(to path: FilePath) throws {
    guard parts.allSatisfy({ $0.match != nil }) else {
      return try network().save(to: path, metadata: metadata())
    }
    var tensors: [SafetensorsTensor] = []
    for part in parts {
      let pairs = part.match?.pairs ?? []
      let given = Set(pairs.map(\.slot.name))
      tensors += try pairs.map { try $0.stored(prefix: part.prefix) }
      tensors += part.slots.filter { !given.contains($0.name) }.map { $0.zeros(prefix: part.prefix) }
    }
    var metadata = try metadata()
    metadata["format"] = ModelFile.format
    metadata["configuration"] = try configuration.json()
    try Safetensors.write(tensors, metadata: metadata, to: path)
  }
}
