import Support

/// A text file that says what the classes of a folder are.
///
/// Lines `n01440764 tench, Tinca tinca` name the class folders in the order of the labels, with what reports call
/// them. Lines `images/1.jpg 65` name pictures, relative to the folder, with the 0-based number of their class or its
/// name; then the folder's own shape does not matter. A list of pictures may also have a comma between the two, below a
/// line of headings or without one.
///
/// What a line is about is its first word. A folder whose name has blanks is a whole line, or what is before its first
/// tab, as a picture may be.
struct LabelFile {
  enum Content {
    /// The folders of the classes in the order of the labels, with what reports call them.
    case classes([(folder: FilePath, name: ClassName)])
    /// Pictures with their classes, counted from 0.
    case numbered([(path: FilePath, label: Int)])
    /// Pictures with the names of their classes.
    case named([(path: FilePath, name: ClassName, line: Int)])
  }

  /// The largest file that is read.
  private static let mostBytes = 256 << 20
  private static let mostClasses = 1_000_000

  let path: FilePath
  let content: Content
  /// The first line that is not blank, for messages.
  let first: TextLines.Line

  private struct Line {
    let number: Int
    /// The name of a folder or a picture, which need not be text.
    let key: FilePath
    let rest: ArraySlice<UInt8>
  }

  /// Reads the file at `path`, which is about a folder that holds `folders`.
  ///
  /// - Throws: `FileError`, or ``DatasetError`` in one line that names the file and the line.
  init(_ path: FilePath, folders: [FileName] = []) throws {
    let bytes = try InputFile.bytes(of: path, as: "file of labels", limit: Self.mostBytes)
    let texts = TextLines(bytes).filter { !$0.isBlank }
    guard let first = texts.first else { throw DatasetError.invalid("\(path): the file of labels is empty") }
    self.path = path
    self.first = first
    let known = Set(folders.map(\.bytes))
    let table = try Self.table(texts, path)
    let lines = try table ?? texts.map { try Self.line($0, folders: known, path) }
    var seen: Set<FilePath> = []
    for line in lines where !seen.insert(line.key).inserted {
      throw DatasetError.invalid("\(path), line \(line.number): '\(line.key)' is there twice")
    }
    if table != nil || Self.isPicture(lines[0].key) && !known.contains(lines[0].key.bytes) {
      content = try Self.pictures(lines, path)
    } else {
      content = .classes(lines.map { ($0.key, ClassName($0.rest.isEmpty ? $0.key.bytes[...] : $0.rest)) })
    }
  }

  private static func isPicture(_ path: FilePath) -> Bool { ImageFormat.extensions.contains(path.ending) }

  private static func line(
    _ line: TextLines.Line, folders: Set<[UInt8]>, _ path: FilePath
  ) throws -> Line {
    let text = line.trimmed
    if folders.contains(Array(text)) { return try entry(line, text, [], path) }
    let column = text.prefix { $0 != UInt8(ascii: "\t") }
    if column.count < text.count {
      let name = column.trimmingBlanks()
      if folders.contains(Array(name)) || FilePath(bytes: name).map(isPicture) ?? false {
        return try entry(line, name, text.dropFirst(column.count).trimmingBlanks(), path)
      }
    }
    let word = text.prefix { !$0.isBlank }
    return try entry(line, word, text.dropFirst(word.count).trimmingBlanks(), path)
  }

  private static func entry(
    _ line: TextLines.Line, _ name: ArraySlice<UInt8>, _ rest: ArraySlice<UInt8>, _ path: FilePath
  ) throws -> Line {
    guard let key = FilePath(bytes: name) else {
      throw DatasetError.invalid(
        "\(path), line \(line.number): it holds a NUL byte, so the file is no text")
    }
    return Line(number: line.number, key: key, rest: rest)
  }

  /// The lines of a list `PICTURE,class`, without its headings; nil when it is none.
  private static func table(_ texts: [TextLines.Line], _ path: FilePath) throws -> [Line]? {
    let comma = UInt8(ascii: ",")
    func pictureRow(_ line: TextLines.Line) -> Line? {
      let name = line.trimmed.prefix { $0 != comma }
      guard name.count < line.trimmed.count, let key = FilePath(bytes: name.trimmingBlanks()),
        isPicture(key)
      else { return nil }
      return Line(
        number: line.number, key: key, rest: line.trimmed.dropFirst(name.count + 1).trimmingBlanks())
    }
    var rows = texts[...]
    if pictureRow(texts[0]) == nil {
      // Headings have a comma as well, and a picture below them.
      guard texts[0].bytes.contains(comma), texts.count > 1, pictureRow(texts[1]) != nil else { return nil }
      rows = rows.dropFirst()
    }
    return try rows.map { line in
      guard let row = pictureRow(line), !row.rest.contains(comma) else {
        throw DatasetError.invalid(
          "\(path), line \(line.number): '\(line.shown.prefix(80))' is not PICTURE,class, as other lines are")
      }
      return row
    }
  }

  private static func pictures(_ lines: [Line], _ path: FilePath) throws -> Content {
    for line in lines where line.rest.isEmpty {
      throw DatasetError.invalid("\(path), line \(line.number): '\(line.key)' has no class")
    }
    let numbers = lines.map { String(validating: $0.rest, as: UTF8.self).flatMap { Int($0) } }
    func refused(_ line: Line, _ reason: String) -> DatasetError {
      .invalid("\(path), line \(line.number): the class is '\(String(escaping: line.rest))', \(reason)")
    }
    for (line, number) in zip(lines, numbers) {
      if number == nil, looksLikeNumber(line.rest) {
        throw refused(line, "expected a whole number in digits from 0 to 9, or a name")
      }
      // One slip of the pen must not make names of all numbers.
      guard (number == nil) == (numbers[0] == nil) else {
        let first = "'\(String(escaping: lines[0].rest))' on line \(lines[0].number)"
        throw refused(line, "but \(first); expected numbers on all lines, or names on all")
      }
      if let number, !(0..<mostClasses).contains(number) {
        throw DatasetError.invalid(
          "\(path), line \(line.number): the class is \(number), expected 0 or more, below \(mostClasses)")
      }
    }
    if numbers[0] != nil { return .numbered(zip(lines, numbers).map { ($0.key, $1 ?? 0) }) }
    return .named(lines.map { ($0.key, ClassName($0.rest), $0.number) })
  }

  /// True for `0x1`, `1.0` and other digits than ours, which are more likely numbers gone wrong than names.
  private static func looksLikeNumber(_ bytes: ArraySlice<UInt8>) -> Bool {
    let text = String(decoding: bytes, as: UTF8.self)
    let digits = text.unicodeScalars.count { $0.properties.numericType == .decimal }
    return digits > 0 && (digits == text.unicodeScalars.count || Double(text) != nil)
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
    return classes.map(\.name.shown)
  }
}
