import Support

/// The checksum of a whole safetensors file's content, independent of the order in which it is stored.
///
/// It covers the metadata and the name, type, shape and bytes of every tensor, and is kept in the metadata
/// as `gfnet_lab_checksum` = `xxh64:` and 16 hexadecimal digits. Other tools read the file as any other.
struct SafetensorsChecksum {
  static let key = "gfnet_lab_checksum"
  static let prefix = "xxh64:"
  private var parts: [String]

  /// Begins with the metadata, which must not hold the checksum's own entry.
  init(metadata: [String: String]) {
    // Lengths stand before the texts, so that no two contents give the same parts.
    parts = metadata.map { "m \($0.utf8.count) \($0) \($1.utf8.count) \($1)" }
  }

  /// Adds one tensor; `digest` is the XXH64 of its bytes.
  mutating func add(name: String, type: StoredType, shape: [Int], digest: UInt64) {
    parts.append("t \(name.utf8.count) \(name) \(type.rawValue) \(shape) \(digest)")
  }

  /// The metadata entry's value.
  var value: String {
    // Parts are compared as bytes: Swift's order of strings treats canonically equivalent ones as equal.
    let sorted = parts.map { Array($0.utf8) }.sorted { $0.lexicographicallyPrecedes($1) }
    var hash = XXHash64()
    for part in sorted {
      part.withUnsafeBytes { hash.update($0) }
      [0].withUnsafeBytes { hash.update($0) }
    }
    return XXHash64.text(hash.finish())
  }

  /// Separates the checksum, if any, from the other metadata.
  ///
  /// A checksum under a wrong key, or another value under the key, is an error: either half may be what a
  /// damaged disk changed.
  static func split(
    _ metadata: [String: String], file: String
  ) throws -> (metadata: [String: String], checksum: String?) {
    var rest = metadata
    let value = rest.removeValue(forKey: key)
    let isForm = value.map { $0.hasPrefix(prefix) && $0.utf8.count == prefix.utf8.count + 16 } ?? true
    guard isForm, !rest.values.contains(where: { $0.hasPrefix(prefix) }) else {
      throw DamagedFile.safetensors(
        file: file, reason: "the checksum entry '\(key)' of its metadata is damaged")
    }
    return (rest, value)
  }
}
