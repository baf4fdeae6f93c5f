import Foundation
import Support

extension Safetensors {
  /// Writes a safetensors file, atomically.
  ///
  /// The same content gives the same bytes: tensors lie by descending element size (so each is aligned),
  /// then by name, metadata by key. The data section starts at a multiple of 8 bytes. A checksum of the
  /// content is added to the metadata.
  ///
  /// - Throws: `DamagedFile` for duplicate names and for values that do not fill their shape,
  ///   `FileError` from the file system; the old file then stays.
  public static func write(
    _ tensors: [SafetensorsTensor], metadata: [String: String] = [:], to path: FilePath
  ) throws {
    let losses = MappedFile.losses
    let (header, ordered) = try layout(tensors, metadata: metadata, file: path.shown)
    try AtomicFile.write(to: path) { output in
      try output.append(header)
      for tensor in ordered {
        try tensor.forEachPiece { piece in
          try Cancellation.check()
          try output.append(piece)
        }
      }
      // Some pieces may be of files that are mapped.
      try MappedFile.requireWhole(since: losses, "what is written to \(path)")
    }
  }

  /// The bytes that ``write(_:metadata:to:)`` would write; `file` is named in errors.
  public static func encode(
    _ tensors: [SafetensorsTensor], metadata: [String: String] = [:], file: String = "in memory"
  ) throws -> Data {
    let (header, ordered) = try layout(tensors, metadata: metadata, file: file)
    var data = header
    for tensor in ordered { tensor.forEachPiece { data.append(contentsOf: $0) } }
    return data
  }

  /// The length with the JSON header, and the tensors in the order of their bytes.
  private static func layout(
    _ tensors: [SafetensorsTensor], metadata: [String: String], file: String
  ) throws -> (header: Data, ordered: [SafetensorsTensor]) {
    let ordered = tensors.sorted {
      $0.type.size != $1.type.size
        ? $0.type.size > $1.type.size : $0.name.utf8.lexicographicallyPrecedes($1.name.utf8)
    }
    let (metadata, _) = try SafetensorsChecksum.split(metadata, file: file)
    var checksum = SafetensorsChecksum(metadata: metadata)
    var names: Set<String> = ["__metadata__"]
    var entries: [String] = []
    var offset = 0
    for tensor in ordered {
      let quoted = ForeignText.quoted(tensor.name)
      guard names.insert(tensor.name).inserted else {
        throw DamagedFile.safetensors(file: file, reason: "the tensor name \(quoted) is taken")
      }
      let count = tensor.byteCount
      var expected = tensor.type.size
      for extent in tensor.shape {
        let (product, overflow) = expected.multipliedReportingOverflow(by: extent)
        expected = overflow || extent < 0 ? -1 : product
        if expected < 0 { break }
      }
      guard count == expected else {
        throw DamagedFile.safetensors(
          file: file,
          reason:
            "tensor \(quoted) of type \(tensor.type.rawValue) and shape \(tensor.shape) has \(count) bytes")
      }
      var hash = XXHash64()
      tensor.forEachPiece { hash.update($0) }
      checksum.add(name: tensor.name, type: tensor.type, shape: tensor.shape, digest: hash.finish())
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      entries.append(
        "\(JSONText.quoted(tensor.name)):{\"dtype\":\"\(tensor.type.rawValue)\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(offset),\(offset + count)]}")
      offset += count
    }
    let described = (metadata.map { ($0, $1) } + [(SafetensorsChecksum.key, checksum.value)])
      .sorted { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }
      .map { "\(JSONText.quoted($0.0)):\(JSONText.quoted($0.1))" }.joined(separator: ",")
    entries.insert("\"__metadata__\":{\(described)}", at: 0)
    var text = Array("{\(entries.joined(separator: ","))}".utf8)
    while text.count % 8 != 0 { text.append(UInt8(ascii: " ")) }
    var header = Data()
    withUnsafeBytes(of: UInt64(text.count).littleEndian) { header.append(contentsOf: $0) }
    header.append(contentsOf: text)
    return (header, ordered)
  }
}
