import Foundation

/// A text file that says what the classes of a folder are: lines of a word, white space, and the rest.
///
/// Lines `n01440764 tench, Tinca tinca` name the class folders in the order of the labels, with what reports call
/// them. Lines `images/1.jpg 65` name pictures, relative to the folder, with the 0-based number of their class or its
/// name; then the folder's own shape does not matter.
struct LabelFile {
  enum Content {
    case classes([(folder: String, name: String)])
    case pictures([(path: String, label: Int)], classes: [String])
  }

  /// The largest file that is read.
  private static let mostBytes = 256 << 20
  private static let mostClasses = 1_000_000

  let content: Content

  /// - Throws: ``DatasetError`` in one line that names the file and the line.
  init(_ path: String) throws {
    let size = (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int ?? 0
    guard size <= Self.mostBytes, let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw DatasetError.invalid("\(path) cannot be read as a text file of labels")
    }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap {
      number, line -> (number: Int, key: String, rest: String)? in
      let words = line.split(maxSplits: 1, whereSeparator: \.isWhitespace)
      guard let key = words.first else { return nil }
      let rest = words.count > 1 ? words[1].trimmingCharacters(in: .whitespaces) : ""
      return (number + 1, String(key), rest)
    }
    guard let first = lines.first else { throw DatasetError.invalid("\(path): the file of labels is empty") }
    var seen: Set<String> = []
    for line in lines where !seen.insert(line.key).inserted {
      throw DatasetError.invalid("\(path), line \(line.number): '\(line.key)' is there twice")
    }
    if ImageFormat.extensions.contains(FolderIndex.ending(first.key)) {
      content = try Self.pictures(lines, path)
    } else {
      content = .classes(lines.map { ($0.key, $0.rest.isEmpty ? $0.key : $0.rest) })
    }
  }

  private static func pictures(
    _ lines: [(number: Int, key: String, rest: String)], _ path: String
  ) throws -> Content {
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
  public static func names(_ path: String) throws -> [String] {
    guard case .classes(let classes) = try LabelFile(path).content else {
      throw DatasetError.invalid("\(path) lists pictures, expected classes")
    }
    return classes.map(\.name)
  }
}
