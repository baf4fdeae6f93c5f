import Backbones
import Checkpoints
import Support

/// What a checkpoint of another program becomes here.
public enum CheckpointImport {
  /// A Glance-and-Focus Network.
  case model(any NetworkCheckpoint)
  /// A plain image encoder.
  case encoder(ImportedEncoder)

  /// What the caller expects.
  public enum Kind: String, Sendable, CaseIterable { case any, model, encoder }

  /// Matches the arrays of `file` with a network of ours.
  ///
  /// - Parameters:
  ///   - file: the checkpoint.
  ///   - kind: what it must be.
  ///   - keys: the program whose keys a plain encoder has; found by trying when nil.
  ///   - prefix: how the names of a plain encoder's arrays begin, as `backbone.`; found when nil.
  ///   - choices: what the file does not say.
  ///   - shift: what it does not say of the frames of clips.
  /// - Throws: one line that names the file and lists what does not fit.
  public init(
    _ file: CheckpointFile, kind: Kind = .any, keys: String? = nil, prefix: String? = nil,
    choices: CheckpointChoices = .init(), shift: TemporalShiftClues = .init()
  ) throws {
    switch file.content {
    case .model, .encoder: throw ModelError("\(file.path) is a file of gfnet-lab already")
    case .network(let program, let root):
      guard kind != .encoder else {
        throw ModelError("\(file.path) holds a Glance-and-Focus Network, expected a plain encoder")
      }
      try Self.refuse(
        [("keys", keys), ("prefix", prefix)], by: file,
        because: "holds a whole network, whose arrays have the names of its program")
      var choices = choices
      choices.shift = shift
      self = .model(try program.checkpoint(root, choices: choices, path: file.path))
    case .state(let state):
      guard kind != .model else {
        throw ModelError(
          "\(file.path) holds one network, expected a Glance-and-Focus Network of the authors (with model_prime_state_dict, …) or of AdaFocus (glancer, focuser, fc, policy)"
        )
      }
      let ofNetworks: [(String, Any?)] = [
        ("patch size", choices.patchSize), ("image size", choices.imageSize), ("steps", choices.steps),
        ("size of the glance", choices.glanceSize), ("frames of the glance", choices.glanceFrames),
        ("frames of patches", choices.focusFrames),
      ]
      try Self.refuse(ofNetworks, by: file, because: "holds one encoder, not a Glance-and-Focus Network")
      self = .encoder(
        try ImportedEncoder(
          state, backbone: choices.backbone, keys: keys, prefix: prefix, shift: shift))
    }
  }

  /// Refuses what was said and would mean nothing, instead of leaving it unheard.
  private static func refuse(
    _ said: [(name: String, value: Any?)], by file: CheckpointFile, because reason: String
  ) throws {
    guard let (name, _) = said.first(where: { $0.value != nil }) else { return }
    throw ModelError("\(file.path) \(reason); leave \(name) out")
  }

  /// Writes one self-describing file of ours, atomically.
  ///
  /// - Throws: what reading the weights throws, and what writing the file throws, in one line.
  public func write(to path: FilePath) throws {
    switch self {
    case .model(let model): try model.write(to: path)
    case .encoder(let encoder): try encoder.write(to: path)
    }
  }
}
