import Foundation
import Support

/// What a file is that is no checkpoint of a form that is read, by its first bytes.
///
/// People name, download and pack checkpoints in many ways; a line that says what lies there helps more than one about
/// bytes that were not expected.
package enum FileKind {
  /// What `data` is and what to do about it, to go on a sentence "it is …"; nil where it is not known.
  package static func described(_ data: Data) -> String? {
    let head = Data(data.prefix(600))
    if head.isEmpty { return "an empty file" }
    for (start, offset, text) in signatures where head.dropFirst(offset).starts(with: start) { return text }
    if isONNX(head) { return "an ONNX model, which is not read; save the state_dict() in PyTorch" }
    return describedText(head)
  }

  private static func ascii(_ text: String) -> [UInt8] { Array(text.utf8) }

  /// First bytes, where they are, and what they mean.
  private static let signatures: [(start: [UInt8], offset: Int, text: String)] = [
    (
      ascii("version https://git-lfs.github.com/spec/"), 0,
      "a Git LFS pointer, not the file itself; run: git lfs pull"
    ),
    ([0x1F, 0x8B], 0, "packed by gzip; unpack it with gunzip (add .gz to its name) or tar xzf"),
    (ascii("BZh"), 0, "packed by bzip2; unpack it with bunzip2 or tar xjf"),
    ([0xFD] + ascii("7zXZ") + [0], 0, "packed by xz; unpack it with unxz or tar xJf"),
    ([0x28, 0xB5, 0x2F, 0xFD], 0, "packed by zstd; unpack it with unzstd"),
    ([0x04, 0x22, 0x4D, 0x18], 0, "packed by lz4; unpack it with unlz4"),
    (ascii("7z") + [0xBC, 0xAF, 0x27, 0x1C], 0, "a 7-Zip archive; unpack it first"),
    (ascii("Rar!"), 0, "a RAR archive; unpack it first"),
    (
      ascii("ustar"), 257,
      "a tar archive: unpack it with tar xf (if PyTorch before 0.1.12 wrote it, save it anew in PyTorch)"
    ),
    ([0x89] + ascii("HDF\r\n") + [0x1A, 0x0A], 0, "an HDF5 file (of Keras?), which is not read"),
    (ascii("TFL3"), 4, "a TensorFlow Lite model, which is not read"),
    (ascii("ET1"), 4, "an ExecuTorch program, which is not read; save the state_dict()"),
    (ascii("GGUF"), 0, "a GGUF file, which is not read"),
    (ascii("ggjt"), 0, "a GGML file, which is not read"),
    (
      [0x93] + ascii("NUMPY"), 0,
      "a NumPy array (.npy), not weights; it is read as a tensor under that ending"
    ),
    (ascii("MATLAB 5.0"), 0, "a MATLAB file, which is not read"),
    (ascii("RIFF"), 0, "a RIFF file (a picture or sound?)"), ([0x89] + ascii("PNG"), 0, "a PNG picture"),
    ([0xFF, 0xD8, 0xFF], 0, "a JPEG picture"), (ascii("GIF8"), 0, "a GIF picture"),
    (ascii("%PDF"), 0, "a PDF document"), ([0x7F] + ascii("ELF"), 0, "a program"),
    (ascii("SQLite format 3"), 0, "an SQLite database"),
    (ascii("PK") + [5, 6], 0, "an empty zip archive"),
    (ascii("PK") + [7, 8], 0, "a part of a zip archive"),
  ]

  /// Whether this is a model of ONNX. Protocol buffers have no signature: the version comes first, then the
  /// producer's name or the graph.
  private static func isONNX(_ head: Data) -> Bool {
    let bytes = [UInt8](head.prefix(64))
    guard bytes.count > 8, bytes[0] == 0x08, (1...31).contains(bytes[1]) else { return false }
    let length = Int(bytes[3])
    return
      (bytes[2] == 0x12 && length < 60 && bytes.dropFirst(4).prefix(length).allSatisfy { 0x20..<0x7F ~= $0 })
      || bytes[2] == 0x3A || bytes[2] == 0x42
  }

  private static func describedText(_ head: Data) -> String? {
    var bytes = head[...]
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
    // It is looked at up to a character that the cut may have split.
    guard !bytes.contains(where: { $0 < 9 || (14..<32).contains($0) && $0 != 27 || $0 == 127 }),
      (0..<4).contains(where: { String(validating: bytes.dropLast($0), as: UTF8.self) != nil })
    else { return nil }
    let text = String(decoding: bytes.drop { [9, 10, 13, 32].contains($0) }, as: UTF8.self)
    if text.isEmpty { return "blank" }
    let start = text.prefix(200).lowercased()
    if start.hasPrefix("<!doctype html") || start.hasPrefix("<html") || start.contains("<html")
      || start.hasPrefix("<head")
    {
      return "an HTML page: the download gave a page instead of the file"
    }
    if start.hasPrefix("<?xml") || start.hasPrefix("<error") {
      return "an XML text: the download gave a message instead of the file"
    }
    if start.hasPrefix("<") { return "a text with tags (HTML or XML?), not weights" }
    if start.hasPrefix("{") || start.hasPrefix("[") { return "a JSON text, not weights" }
    let line = String(decoding: text.utf8.prefix { $0 != 10 && $0 != 13 }, as: UTF8.self)
    return "a text that begins with \(ForeignText.quoted(String(line.prefix(40)))), not weights"
  }
}
