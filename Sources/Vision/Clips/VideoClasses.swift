import Support

/// The names of the classes of videos, in the order of their labels, as the text files that come with them say.
///
/// - One name a line, the line's number being the label (`category.txt`).
/// - `1 ApplyEyeMakeup`: a number from 0 or from 1 on each line, and the name (`classInd.txt`).
/// - `100218;Holding something`: videos with the text of their label. The classes are the texts, sorted.
package enum VideoClasses {
  private static let mostBytes = 256 << 20

  /// - Throws: `FileError`, or ``DatasetError`` in one line that names the file.
  package static func names(_ path: FilePath) throws -> [ClassName] {
    let bytes = try InputFile.bytes(of: path, as: "file of classes", limit: mostBytes)
    let lines = TextLines(bytes).filter { !$0.isBlank }
    guard !lines.isEmpty else { throw DatasetError.invalid("\(path): the file of classes is empty") }
    if let line = lines.first(where: { $0.bytes.contains(0) }) {
      throw DatasetError.invalid(
        "\(path), line \(line.number): it holds a NUL byte, so the file is no text")
    }
    let names = texts(lines) ?? numbered(lines) ?? lines.map(\.trimmed)
    guard names.count <= VideoList.mostClasses else {
      throw DatasetError.invalid(
        "\(path): \(names.count) classes, expected up to \(VideoList.mostClasses)")
    }
    var seen: Set<ArraySlice<UInt8>> = []
    if let twice = names.first(where: { !seen.insert($0).inserted }) {
      throw DatasetError.invalid("\(path): the class '\(String(escaping: twice.prefix(80)))' is there twice")
    }
    return names.map { ClassName($0) }
  }

  /// The texts behind the videos, each once, in the order of code points; nil where the lines are not such.
  private static func texts(_ lines: [TextLines.Line]) -> [ArraySlice<UInt8>]? {
    var found: Set<ArraySlice<UInt8>> = []
    for line in lines {
      let number = line.trimmed.prefix { $0 != UInt8(ascii: ";") }
      let text = line.trimmed.dropFirst(number.count + 1).trimmingBlanks()
      guard isNumber(number.trimmingBlanks()), !text.isEmpty else { return nil }
      found.insert(text)
    }
    return found.sorted { $0.lexicographicallyPrecedes($1) }
  }

  /// The names behind numbers that go from 0 or 1 on in any order; nil where the lines are not such.
  private static func numbered(_ lines: [TextLines.Line]) -> [ArraySlice<UInt8>]? {
    var names: [Int: ArraySlice<UInt8>] = [:]
    for line in lines {
      let word = line.trimmed.prefix { !$0.isBlank && $0 != UInt8(ascii: ",") }
      let name = line.trimmed.dropFirst(word.count + 1).trimmingBlanks()
      guard isNumber(word), let number = Int(String(decoding: word, as: UTF8.self)), !name.isEmpty,
        names.updateValue(name, forKey: number) == nil
      else { return nil }
    }
    guard let first = names.keys.min(), first <= 1 else { return nil }
    let ordered = (first..<first + lines.count).compactMap { names[$0] }
    return ordered.count == lines.count ? ordered : nil
  }

  private static func isNumber(_ bytes: ArraySlice<UInt8>) -> Bool {
    !bytes.isEmpty && bytes.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }
}
