import Checkpoints
import Foundation
import Support

/// A checkpoint of any kind that this project reads, opened to see what it is.
public struct CheckpointFile {
  /// What a file holds.
  public enum Content {
    /// A Glance-and-Focus Network in a file of ours.
    case model(ModelFile)
    /// One image encoder in a file of ours.
    case encoder(EncoderFile)
    /// A Glance-and-Focus Network as another program saves it.
    case network(NetworkProgram, PyTorchDictionary)
    /// The arrays of some network of another program.
    case state(StateDictionary)
  }

  /// The file, as it was asked for.
  public let path: FilePath
  /// Format and variant, such as `safetensors` or `PyTorch zip`, maybe with a remark.
  public let container: String
  /// What the file holds.
  public let content: Content
  /// The file itself where it has the format of our own files; nil for all other formats.
  public let own: Safetensors?

  /// Opens a file; which of the forms it has follows from its content, not from its name.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - choice: which weights are meant, where there are several.
  /// - Throws: one line that names the file and what is wrong with it.
  public init(_ path: FilePath, choice: StateDictionary.Choice = .init()) throws {
    self = try MappedFile.reading(path.shown) {
      try CheckpointFile(CheckpointFormats.open(path), choice, path: path)
    }
  }

  private init(_ opened: Checkpoint, _ choice: StateDictionary.Choice, path: FilePath) throws {
    self.path = path
    container = opened.form
    own = opened.own
    content = try Self.content(of: opened, choice, path: path)
  }

  private static func content(
    of opened: Checkpoint, _ choice: StateDictionary.Choice, path: FilePath
  ) throws -> Content {
    if let own = opened.own {
      switch own.metadata["format"] {
      case ModelFile.format: return .model(try ModelFile(own, path: path))
      case EncoderFile.format: return .encoder(try EncoderFile(own))
      default: break
      }
    }
    // Whoever names weights means one network of the file.
    if choice.weights == nil, case .tree(let value) = opened.content, let root = value.dictionary,
      let program = try NetworkProgram.of(root, path: path)
    {
      if choice.ema != nil {
        throw ModelError(
          "\(path) holds a whole network, whose programs keep no moving average; leave ema out")
      }
      return .network(program, root)
    }
    return .state(try StateDictionary(opened, choice: choice, path: path))
  }

  /// The Glance-and-Focus Network with its weights, and what the file says of it beside its configuration; nil where the
  /// file holds the weights of one network alone.
  ///
  /// - Parameter choices: what a checkpoint of another program does not say.
  /// - Throws: one line that names every array that does not fit.
  public func model(
    _ choices: CheckpointChoices = CheckpointChoices()
  ) throws -> (network: GFNet, metadata: [String: String], notes: [String])? {
    switch content {
    case .model(let file):
      var metadata = file.metadata
      for key in ["format", "configuration"] { metadata[key] = nil }
      return (network: try GFNet.load(file), metadata: metadata, notes: [])
    case .network(let program, let root):
      let checkpoint = try program.checkpoint(root, choices: choices, path: path)
      return (
        network: try checkpoint.network(), metadata: try checkpoint.metadata(), notes: checkpoint.notes
      )
    case .encoder, .state: return nil
    }
  }
}
