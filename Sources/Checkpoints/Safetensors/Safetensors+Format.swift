import Foundation
import Support

extension CheckpointFormat {
  /// The format of our own files, and of others' (https://github.com/huggingface/safetensors).
  static let safetensors = CheckpointFormat(
    name: "safetensors", endings: ["safetensors"],
    recognizes: { Safetensors.isSafetensors($0) },
    read: { data, file in
      let opened = try Safetensors(data, file: file)
      let arrays = Checkpoint.Arrays(
        named: opened.storedArrays, unread: opened.unread, metadata: opened.metadata)
      return Checkpoint(form: "safetensors", content: .arrays(arrays), own: opened)
    })
}

extension Safetensors {
  /// All tensors that are read, in the order of their bytes.
  package var storedArrays: [(name: String, array: any StoredArray)] {
    entries.map { (name: $0.name, array: SafetensorsArray(file: self, entry: $0) as any StoredArray) }
  }
}

private struct SafetensorsArray: StoredArray {
  let file: Safetensors
  let entry: Safetensors.Entry

  var type: StoredType { entry.type }
  var shape: [Int] { entry.shape }
  /// Nil, as values are read through ``Safetensors/withBytes(of:_:)``, which notices that the file was cut
  /// off.
  var contiguousBytes: Data? { nil }
  func floats() throws -> [Float] { try file.numbers(entry.name) }
  func ints() throws -> [Int] { try file.ints(entry.name) }
}

extension DamagedFile {
  /// What is wrong with a file that is to be of safetensors, or with what was asked of it.
  static func safetensors(file: String, reason: String) -> DamagedFile {
    DamagedFile(format: CheckpointFormat.safetensors.name, file: file, reason: reason)
  }
}
