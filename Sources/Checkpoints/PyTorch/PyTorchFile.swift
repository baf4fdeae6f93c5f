import Archives
import Foundation
import Support

/// A file of `torch.save`, opened: its containers are built, the values of its tensors stay mapped.
///
/// Both forms are read: the zip file of PyTorch 1.6 and later, and the older sequence of pickles followed by
/// the tensors' bytes. Nothing in the file is run: tensors and plain containers are built, everything else is
/// kept as data under the name of its class (``PyTorchObject``). Source: `torch/serialization.py`.
public struct PyTorchFile: Sendable {
  /// The two forms of `torch.save`.
  public enum Container: String, Sendable {
    /// The zip file of PyTorch 1.6 and later.
    case zip
    /// The pickles of PyTorch before 1.6, and of `_use_new_zipfile_serialization=False`.
    case legacy
  }

  /// The path or name that errors mention.
  public let file: String
  /// The form that the file has.
  public let container: Container
  /// What was saved.
  public let value: PyTorchValue
  /// True where every part was checked against a checksum, which is neither so in legacy files nor where
  /// PyTorch was told to write none.
  public let hasChecksums: Bool

  /// True where `data` begins as a file of `torch.save` does.
  static func isPyTorch(_ data: Data) -> Bool {
    ZipArchive.isZip(data) || LegacyFile.isLegacy(data)
  }

  /// Opens the file at `path` as a memory map.
  ///
  /// - Throws: `FileError`, `DamagedFile`.
  public init(contentsOf path: FilePath) throws {
    self = try MappedFile.reading(path.shown) { try PyTorchFile(MappedFile.read(path), file: path.shown) }
  }

  /// Opens a file held in memory; `file` is its name in errors.
  ///
  /// - Throws: `DamagedFile`.
  public init(_ data: Data, file: String) throws {
    self.file = file
    if ZipArchive.isZip(data) {
      container = .zip
      let archive = try ZipArchive(data, file: file, format: CheckpointFormat.pyTorch.name)
      value = try Self.readZip(archive, fileCount: data.count)
      hasChecksums = archive.hasChecksums
    } else if LegacyFile.isLegacy(data) {
      container = .legacy
      value = try LegacyFile(data, file: file).read()
      hasChecksums = false
    } else if let kind = FileKind.described(data) {
      throw DamagedFile.pyTorch(file: file, reason: "it is " + kind)
    } else if data.starts(with: [0x80]) {
      throw DamagedFile.pyTorch(file: file, reason: "a Python pickle, but not one of torch.save")
    } else {
      throw DamagedFile.pyTorch(
        file: file,
        reason: "neither of the two forms of torch.save: a zip file or a pickle with its magic number")
    }
  }

  /// What a zip file is that `torch.save` did not write.
  private static func otherZip(_ names: [String]) -> String {
    if names.contains(where: { $0.hasSuffix("model.json") })
      && names.contains(where: { $0.hasSuffix("tensors/0") })
    {
      return "a TorchScript program of PyTorch before 1.0, expected weights; save its state_dict()"
    }
    if names.contains(where: { $0.hasSuffix(".weights.h5") }) { return "a Keras model, which is not read" }
    if names.contains(where: { $0.hasSuffix(".data/extern_modules") }) {
      return "a package of torch.package, expected weights; save the state_dict()"
    }
    if !names.isEmpty, names.allSatisfy({ $0.hasSuffix(".npy") }) {
      return "a NumPy archive (.npz), not weights; it is read as tensors under that ending"
    }
    if let inner = names.first(where: { name in
      [".pth", ".pt", ".pth.tar", ".ckpt", ".safetensors", ".bin"].contains {
        name.lowercased().hasSuffix($0)
      }
    }) {
      return "a zip archive with \(ForeignText.quoted(inner)) in it; unpack it with unzip"
    }
    return "a zip file, but not one of torch.save: it has no data.pkl"
  }

  private static func readZip(_ archive: ZipArchive, fileCount: Int) throws -> PyTorchValue {
    let file = archive.file
    let names = archive.names
    guard let pickle = names.filter({ $0.hasSuffix("/data.pkl") }).min(by: { $0.count < $1.count }),
      let program = try archive.contents(pickle)
    else { throw DamagedFile.pyTorch(file: file, reason: "it is " + Self.otherZip(names)) }
    let folder = pickle.dropLast("data.pkl".count)
    if names.contains(folder + "constants.pkl") || names.contains(where: { $0.hasPrefix(folder + "code/") }) {
      throw DamagedFile.pyTorch(
        file: file, reason: "it is a TorchScript program, expected weights; save its state_dict()")
    }
    if let order = try archive.contents(folder + "byteorder"), order != Data("little".utf8) {
      let name = ForeignText.quoted(String(decoding: order, as: UTF8.self))
      throw DamagedFile.pyTorch(
        file: file, reason: "its byte order is \(name), expected 'little' (written on a big-endian machine?)")
    }
    var unpickler = Unpickler(program, file: file)
    let root = try unpickler.load()
    var loaded: [String: Data] = [:]
    let storages = try unpickler.heap.storages.map { storage -> Data in
      switch storage.source {
      case .inline(let data): return data
      case .key(let key):
        if let known = loaded[key] { return known }
        guard let data = try archive.contents(folder + "data/" + key) else {
          throw DamagedFile.pyTorch(file: file, reason: "the storage \(ForeignText.quoted(key)) is missing")
        }
        let (size, overflow) = storage.count.multipliedReportingOverflow(by: storage.element.size)
        guard !overflow, data.count >= size else {
          throw DamagedFile.pyTorch(
            file: file,
            reason:
              "the storage \(ForeignText.quoted(key)) claims \(storage.count) elements in \(data.count) bytes"
          )
        }
        loaded[key] = data
        return data
      }
    }
    var tree = PyTorchTree(unpickler.heap, storages: storages, file: file, fileCount: fileCount)
    return try tree.value(root)
  }
}
