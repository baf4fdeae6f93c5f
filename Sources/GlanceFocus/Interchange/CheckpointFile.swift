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
    /// The arrays of some network of another program, and its name where the file gives one.
    case state([StateArray], name: String?)
  }

  public let path: FilePath
  /// `safetensors`, `PyTorch zip` or `PyTorch legacy`.
  public let container: String
  public let content: Content

  /// Under which a training program keeps the weights, beside other things.
  private static let weightKeys = [
    "state_dict_ema", "model_ema", "state_dict", "model_state_dict", "model", "network", "net",
  ]

  /// - Throws: one line that names the file and what is wrong with it.
  public init(_ path: FilePath) throws {
    self.path = path
    let data = try MappedFile.read(path)
    guard PyTorchFile.isPyTorch(data) else {
      guard path.ending == "safetensors" || !Self.isNamedAsPyTorch(path) else {
        // Its reader says what is wrong.
        _ = try PyTorchFile(data, file: path.shown)
        throw ModelError("\(path) is no file of torch.save")
      }
      container = "safetensors"
      let file = try Safetensors(data, file: path.shown)
      switch file.metadata["format"] {
      case ModelFile.format: content = .model(try ModelFile(file, path: path))
      case EncoderFile.format: content = .encoder(try EncoderFile(file))
      default: content = .state([StateArray](file), name: file.metadata["architecture"])
      }
      return
    }
    let file = try PyTorchFile(data, file: path.shown)
    container = file.container == .zip ? "PyTorch zip" : "PyTorch legacy"
    guard let root = file.value.dictionary else {
      throw ModelError("\(path) holds no dictionary, so no checkpoint")
    }
    if root["model_prime_state_dict"] != nil {
      content = .authors(root)
      return
    }
    let name = ["arch", "model_name", "architecture"].compactMap { root[$0]?.string }.first
    let candidates = Self.weightKeys.compactMap { root[$0]?.dictionary } + [root]
    guard
      let arrays = candidates.lazy.map({ [StateArray]($0, file: path.shown) }).first(where: { !$0.isEmpty })
    else {
      let keys = root.keys.prefix(10).map { SafetensorsError.printable($0) }.joined(separator: ", ")
      throw ModelError("\(path) holds no state dictionary; its keys are \(keys.isEmpty ? "none" : keys)")
    }
    content = .state(arrays, name: name)
  }

  /// True where the name says that PyTorch wrote the file.
  public static func isNamedAsPyTorch(_ path: FilePath) -> Bool {
    ["pth", "pt", "tar", "bin", "ckpt"].contains(path.ending)
  }
}
