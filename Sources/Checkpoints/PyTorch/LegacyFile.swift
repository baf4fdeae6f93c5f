import Foundation
import Support

/// A file of `torch.save` before PyTorch 1.6.
///
/// It consists of five pickles (a magic number, a version, facts about the machine, the object, the list of
/// storages) and then of each storage as a count and its bytes.
struct LegacyFile {
  private let data: Data
  private let file: String

  /// The operation that the first pickle consists of in any protocol, beside PROTO and STOP: LONG1 of ten
  /// bytes.
  private static let magic: [UInt8] = [
    0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19,
  ]
  private static let version = 1001

  static func isLegacy(_ data: Data) -> Bool {
    let head = data.prefix(32)
    // Protocol 4 puts a frame before the number.
    return data.starts(with: [0x80]) && head.range(of: Data(magic)) != nil
  }

  init(_ data: Data, file: String) {
    self.data = data.startIndex == 0 ? data : Data(data)
    self.file = file
  }

  private func fail(_ reason: String) -> DamagedFile { .pyTorch(file: file, reason: reason) }

  func read() throws -> PyTorchValue {
    var unpickler = Unpickler(data, file: file)
    guard case .hugeInt = try unpickler.load(), case .int(let version) = try unpickler.load() else {
      throw fail("the magic number is not followed by a version")
    }
    guard version == Self.version else { throw fail("version \(version), expected \(Self.version)") }
    guard case .dictionary(let facts) = try unpickler.load() else {
      throw fail("the version is not followed by the facts about the machine")
    }
    for (key, value) in unpickler.heap.dictionaries[facts] {
      if case .string("little_endian") = key, case .bool(false) = value {
        throw fail("its byte order is 'big', expected 'little' (written on a big-endian machine?)")
      }
    }
    let root = try unpickler.load()
    guard case .list(let keys) = try unpickler.load() else {
      throw fail("the list of its storages is missing")
    }
    let byKey = try storages(unpickler.heap.lists[keys], unpickler)
    let storages = try unpickler.heap.storages.map { storage -> Data in
      switch storage.source {
      case .inline(let data): return data
      case .key(let key):
        guard let data = byKey[key] else { throw fail("the storage \(ForeignText.quoted(key)) is missing") }
        return data
      }
    }
    var tree = PyTorchTree(unpickler.heap, storages: storages, file: file, fileCount: data.count)
    return try tree.value(root)
  }

  /// The bytes of the storages, which follow in the order of `keys`.
  private func storages(_ keys: [PickleNode], _ unpickler: Unpickler) throws -> [String: Data] {
    var known: [String: PickleHeap.Storage] = [:]
    for storage in unpickler.heap.storages {
      if case .key(let key) = storage.source { known[key] = storage }
    }
    var result: [String: Data] = [:]
    var position = unpickler.position
    for node in keys {
      guard case .string(let key) = node, let storage = known[key], result[key] == nil else {
        throw fail("the list of its storages does not fit its tensors")
      }
      let name = ForeignText.quoted(key)
      guard position <= data.count - 8 else { throw fail("the storage \(name) is cut off (truncated?)") }
      let claimed = data.withUnsafeBytes {
        UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: position, as: UInt64.self))
      }
      position += 8
      guard claimed == UInt64(storage.count) else {
        throw fail("the storage \(name) claims \(claimed) elements, its tensors \(storage.count)")
      }
      let (size, overflow) = storage.count.multipliedReportingOverflow(by: storage.element.size)
      guard !overflow, size <= data.count - position else {
        throw fail(
          "the storage \(name) claims \(claimed) elements, \(data.count - position) bytes are left (truncated?)"
        )
      }
      result[key] = data[position..<position + size]
      position += size
    }
    guard position == data.count else { throw fail("\(data.count - position) bytes follow the last storage") }
    return result
  }
}
