import Foundation
import Support

/// A file of `torch.save`, opened: its containers are built, the values of its tensors stay mapped.
///
/// Both forms are read: the zip file of PyTorch 1.6 and later, and the older sequence of pickles followed by the tensors'
/// bytes. Nothing in the file is run: it may build tensors and plain containers, and is refused by name for anything
/// else, whatever it asks for. Source: `torch/serialization.py`.
public struct PyTorchFile: Sendable {
  public enum Container: String, Sendable {
    case zip
    /// PyTorch before 1.6, and `_use_new_zipfile_serialization=False`.
    case legacy
  }

  /// The path or name that errors mention.
  public let file: String
  public let container: Container
  public let value: PyTorchValue

  /// True where `data` begins as a file of `torch.save` does.
  public static func isPyTorch(_ data: Data) -> Bool {
    ZipArchive.isZip(data) || LegacyFile.isLegacy(data)
  }

  /// Opens the file at `path` as a memory map.
  ///
  /// - Throws: `FileError`, ``PyTorchError``.
  public init(contentsOf path: FilePath) throws {
    try self.init(MappedFile.read(path), file: path.shown)
  }

  /// Opens a file held in memory; `file` is its name in errors.
  ///
  /// - Throws: ``PyTorchError``.
  public init(_ data: Data, file: String) throws {
    self.file = file
    if ZipArchive.isZip(data) {
      container = .zip
      value = try Self.readZip(ZipArchive(data, file: file), fileCount: data.count)
    } else if LegacyFile.isLegacy(data) {
      container = .legacy
      value = try LegacyFile(data, file: file).read()
    } else if data.starts(with: [0x80]) {
      throw PyTorchError(file: file, reason: "a Python pickle, but not one of torch.save")
    } else {
      throw PyTorchError(
        file: file,
        reason: "neither of the two forms of torch.save: a zip file or a pickle with its magic number")
    }
  }

  private static func readZip(_ archive: ZipArchive, fileCount: Int) throws -> PyTorchValue {
    let file = archive.file
    guard let pickle = archive.names.filter({ $0.hasSuffix("/data.pkl") }).min(by: { $0.count < $1.count }),
      let program = try archive.contents(pickle)
    else {
      throw PyTorchError(file: file, reason: "a zip file, but not one of torch.save: it has no data.pkl")
    }
    let folder = pickle.dropLast("data.pkl".count)
    if archive.names.contains(folder + "constants.pkl") {
      throw PyTorchError(file: file, reason: "a TorchScript program, expected weights; save its state_dict()")
    }
    if let order = try archive.contents(folder + "byteorder"), order != Data("little".utf8) {
      let name = PyTorchError.quoted(String(decoding: order, as: UTF8.self))
      throw PyTorchError(
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
          throw PyTorchError(file: file, reason: "the storage \(PyTorchError.quoted(key)) is missing")
        }
        let (size, overflow) = storage.count.multipliedReportingOverflow(by: storage.type?.size ?? 1)
        guard !overflow, data.count >= size else {
          throw PyTorchError(
            file: file,
            reason:
              "the storage \(PyTorchError.quoted(key)) claims \(storage.count) elements in \(data.count) bytes"
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
