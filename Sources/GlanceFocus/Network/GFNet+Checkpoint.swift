import Backbones
import Checkpoints
import Foundation
import NeuralNet
import Compute
import Support
import Tensor

/// A model file: weights, and everything needed to evaluate and to go on training, in one safetensors file.
public struct ModelFile {
  /// The `format` in the metadata of such files.
  public static let format = "gfnet-lab.model/1"

  /// The file, as it was asked for.
  public let path: FilePath
  private let file: Safetensors
  /// What the network is, as the metadata says.
  public let configuration: Configuration
  /// All of the file's metadata, with `format` and `configuration`.
  public var metadata: [String: String] { file.metadata }
  /// The arrays of the file.
  public var arrays: [StateArray] { [StateArray](file) }

  /// Opens and checks `path`.
  ///
  /// - Throws: one line that names the file and what is wrong with it.
  public init(_ path: FilePath) throws { try self.init(Safetensors(contentsOf: path), path: path) }

  /// Checks an open file; `path` is named in errors.
  init(_ file: Safetensors, path: FilePath) throws {
    self.path = path
    self.file = file
    guard file.metadata["format"] == Self.format else {
      throw ModelError(
        "\(path) is not a gfnet-lab model: its metadata has no format \"\(Self.format)\"")
    }
    guard let json = file.metadata["configuration"],
      let configuration = try? JSONDecoder().decode(Configuration.self, from: Data(json.utf8))
    else { throw ModelError("\(path): the configuration in the metadata cannot be read") }
    do {
      try configuration.validate()
    } catch {
      throw ModelError("\(path): \(error)")
    }
    self.configuration = configuration
  }

  /// The array `name`; throws when it is missing.
  func tensor(_ name: String) throws -> Tensor {
    let entry = try file.entry(name)
    // Counters are stored as integers, as PyTorch does.
    let values = try entry.type.isFloatingPoint ? file.floats(name) : file.ints(name).map(Float.init)
    return try Tensor(Shape(entry.shape), values)
  }

  func tensorIfPresent(_ name: String) throws -> Tensor? {
    file[name] == nil ? nil : try tensor(name)
  }

  func has(_ name: String) -> Bool { file[name] != nil }
  var names: [String] { file.names }
  var byteCount: Int { file.byteCount }
}

extension GFNet {
  /// Loads the model in `path`.
  ///
  /// - Throws: one line that names the file and what is wrong with it.
  public static func load(_ path: FilePath) throws -> (model: GFNet, file: ModelFile) {
    let file = try ModelFile(path)
    return (try load(file), file)
  }

  /// Loads the model in an open file; takes no more memory than its arrays, whatever its configuration claims.
  public static func load(_ file: ModelFile) throws -> GFNet {
    let model = try blank(of: file)
    try model.load(file)
    return model
  }

  /// The network of `file`, its weights still zero.
  private static func blank(of file: ModelFile) throws -> GFNet {
    // Buffers are rounded up by at most a quarter, and each takes at least 256 bytes.
    let room = file.byteCount + file.byteCount / 2 + 512 * file.names.count + 1 << 20
    do {
      return try ComputeContext.current.buffers.limited(to: room) { try GFNet(file.configuration) }
    } catch is AllowanceExceeded {
      throw ModelError("\(file.path): the configuration describes a network larger than the file")
    }
  }

  /// Takes the weights of `file`; names every array that is missing or has another shape.
  public func load(_ file: ModelFile) throws {
    for (name, entry) in state {
      guard file.has(name) else { throw ModelError("\(file.path): the array \(name) is missing") }
      let stored = try file.tensor(name)
      guard stored.shape == entry.value.shape else {
        throw ModelError("\(file.path): \(name) has shape \(stored.shape), expected \(entry.value.shape)")
      }
      try entry.value.assign(stored)
    }
  }

  /// Writes the model, atomically.
  ///
  /// - Parameters:
  ///   - path: the file, which is replaced.
  ///   - extra: further arrays, such as the optimiser's state.
  ///   - metadata: further entries of the file's metadata.
  /// - Throws: `FileError`, `DamagedFile`.
  public func save(
    to path: FilePath, extra: [(name: String, value: Tensor)] = [], metadata: [String: String] = [:]
  ) throws {
    var all = metadata
    all["format"] = ModelFile.format
    all["configuration"] = try configuration.json()
    var tensors = try state.map { try SafetensorsTensor($0.name, $0.entry) }
    for (name, value) in extra {
      tensors.append(SafetensorsTensor(name, shape: value.shape.sizes, try value.values()))
    }
    try Safetensors.write(tensors, metadata: all, to: path)
  }

  /// A hash of all weights and statistics, which tells whether two networks hold the same numbers.
  public func weightHash() throws -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for (_, entry) in state {
      for value in try entry.value.values() {
        hash = (hash ^ UInt64(value.bitPattern)) &* 0x0000_0100_0000_01B3
      }
    }
    return hash
  }
}

extension SafetensorsTensor {
  /// A parameter or a buffer as files hold it: counters are integers, as PyTorch stores them.
  public init(_ name: String, _ entry: StateDeclaration.Entry) throws {
    let shape = entry.value.shape.sizes
    if case .buffer(let buffer) = entry, buffer.isInteger {
      self.init(name, shape: shape, try buffer.value.values().map { Int64(Int(clamping: Double($0))) })
    } else {
      self.init(name, shape: shape, try entry.value.values())
    }
  }
}

extension Configuration {
  /// The configuration as files hold it; equal ones give the same text.
  public func json() throws -> String { String(decoding: try JSONEncoder.sorted.encode(self), as: UTF8.self) }
}
