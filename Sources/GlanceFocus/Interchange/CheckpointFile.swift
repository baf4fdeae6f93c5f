import Checkpoints
import Support
import Foundation

/// A checkpoint of any kind that this project reads, opened to see what it is.
public struct CheckpointFile {
  public enum Content {
    /// A Glance-and-Focus Network in a file of ours.
    case model(ModelFile)
    /// One image encoder in a file of ours.
    case encoder(EncoderFile)
    /// A Glance-and-Focus Network as the paper's authors save it.
    case authors(PyTorchDictionary)
    /// The arrays of some network of another program.
    case state(StateDictionary)
  }

  public let path: FilePath
  /// `safetensors`, `PyTorch zip` or `PyTorch legacy`, maybe with a remark.
  public let container: String
  public let content: Content

  /// Opens a file; which of the forms it has follows from its content, not from its name.
  ///
  /// - Parameter choice: which weights are meant, where there are several.
  /// - Throws: one line that names the file and what is wrong with it.
  public init(_ path: FilePath, choice: StateDictionary.Choice = .init()) throws {
    self = try MappedFile.reading(path.shown) { try CheckpointFile(opening: path, choice) }
  }

  private init(opening path: FilePath, _ choice: StateDictionary.Choice) throws {
    self.path = path
    let data = try MappedFile.read(path)
    guard PyTorchFile.isPyTorch(data) else {
      guard Safetensors.isSafetensors(data) || !Self.isNamedAsPyTorch(path) else {
        // Its reader says what is wrong.
        _ = try PyTorchFile(data, file: path.shown)
        throw ModelError("\(path) is no file of torch.save")
      }
      container = "safetensors"
      let file = try Safetensors(data, file: path.shown)
      switch file.metadata["format"] {
      case ModelFile.format: content = .model(try ModelFile(file, path: path))
      case EncoderFile.format: content = .encoder(try EncoderFile(file))
      default: content = .state(StateDictionary(file, path: path))
      }
      return
    }
    let file = try PyTorchFile(data, file: path.shown)
    container =
      (file.container == .zip ? "PyTorch zip" : "PyTorch legacy")
      + (file.container == .zip && !file.hasChecksums ? " without checksums (CRC-32 not computed)" : "")
    if let root = file.value.dictionary, root["model_prime_state_dict"] != nil {
      content = .authors(root)
      return
    }
    content = .state(try StateDictionary(file.value, choice: choice, path: path))
  }

  /// True where the name says that PyTorch wrote the file.
  public static func isNamedAsPyTorch(_ path: FilePath) -> Bool {
    ["pth", "pt", "tar", "bin", "ckpt"].contains(path.ending)
  }
}
