import Support

/// A text file that says what the classes of a folder are: lines of a word, white space, and the rest.
///
/// Lines `n01440764 tench, Tinca tinca` name the class folders in the order of the labels, with what reports call
/// them. Lines `images/1.jpg 65` name pictures, relative to the folder, with the 0-based number of their class or its
/// name; then the folder's own shape does not matter.
struct LabelFile {
  enum Content {
    case classes([(folder: FilePath, name: String)])
    case pictures([(path: FilePath, label: Int)], classes: [String])
  }

  /// The largest file that is read.
  private static let mostBytes = 256 << 20
  private static let mostClasses = 1_000_000

  let content: Content

  private struct Line {
    let number: Int
    /// A folder or a picture, which need not be text.
    let key: FilePath
    let rest: String
  }

  /// - Throws: `FileError`, or ``DatasetError`` in one line that names the file and the line.
  init(_ path: FilePath) throws {
    let lines = try Self.lines(of: path)
    guard let first = lines.first else { throw DatasetError.invalid("\(path): the file of labels is empty") }
    var seen: Set<FilePath> = []
    for line in lines where !seen.insert(line.key).inserted {
      throw DatasetError.invalid("\(path), line \(line.number): '\(line.key)' is there twice")
    }
    if ImageFormat.extensions.contains(first.key.ending) {
      content = try Self.pictures(lines, path)
    } else {
      content = .classes(lines.map { ($0.key, $0.rest.isEmpty ? $0.key.shown : $0.rest) })
    }
  }

  private static func lines(of path: FilePath) throws -> [Line] {
    let bytes = try InputFile.bytes(of: path, as: "file of labels", limit: mostBytes)
    return try TextLines(bytes).compactMap { line in
      let text = line.trimmed
      guard !text.isEmpty else { return nil }
      let word = text.prefix { !$0.isBlank }
      guard let key = FilePath(bytes: word) else {
        throw DatasetError.invalid(
          "\(path), line \(line.number): it holds a NUL byte, so the file is no text")
      }
      let rest = text.dropFirst(word.count).trimmingBlanks()
      return Line(number: line.number, key: key, rest: String(escaping: rest))
    }
  }

  private static func pictures(_ lines: [Line], _ path: FilePath) throws -> Content {
    for line in lines where line.rest.isEmpty {
      throw DatasetError.invalid("\(path), line \(line.number): '\(line.key)' has no class")
    }
    let numbers = lines.compactMap { Int($0.rest) }
    if numbers.count == lines.count {
      if let bad = lines.first(where: { !(0..<mostClasses).contains(Int($0.rest) ?? -1) }) {
        throw DatasetError.invalid(
          "\(path), line \(bad.number): the class is \(bad.rest), expected 0 or more")
      }
      let classes = (0...(numbers.max() ?? 0)).map { String($0 + 1) }
      return .pictures(zip(lines, numbers).map { ($0.key, $1) }, classes: classes)
    }
    let classes = Set(lines.map(\.rest)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let labels = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1, $0) })
    return .pictures(lines.map { ($0.key, labels[$0.rest] ?? 0) }, classes: classes)
  }
}

/// The names of classes in a text file.
public enum ClassList {
  /// The names in the order of the labels: of each line, what follows its first word, or that word.
  ///
  /// - Throws: ``DatasetError`` in one line when the file cannot be read or lists pictures.
  public static func names(_ path: FilePath) throws -> [String] {
    guard case .classes(let classes) = try LabelFile(path).content else {
      throw DatasetError.invalid("\(path) lists pictures, expected classes")
    }
    return classes.map(\.name)
  }
}
