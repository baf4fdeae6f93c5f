import Support

/// The videos of a list: the folder or the file of each, the number of its frames, and its class.
///
/// Lists are those of TSM, AR-Net and AdaFocus: a line has folder, frames and label with a separator between. A line is
/// read from its end, so that the names of folders may hold the separator. A million lines take some 60 MB: names are kept
/// as bytes one after the other.
package struct VideoList: Sendable {
  /// How the lines of a list are to be read.
  package struct Format: Sendable {
    /// What stands between the fields; tabs are as good as spaces.
    package var separator: UInt8 = UInt8(ascii: " ")
    /// A line may have several labels, of which the first counts; then folders are what is before the first separator.
    package var hasManyLabels = false
    /// The label of the first class: 0, or 1 as in the training lists of UCF101.
    package var firstLabel = 0
    /// Whether videos are files: their lines may do without the number of frames, and without the label. What the
    /// first line has, all have.
    package var areFiles = false
    /// Videos of fewer frames are left out.
    package var leastFrames = 0

    package init() {}
  }

  /// One video.
  package struct Video {
    /// The folder or the file, relative to the folder of all videos.
    package let folder: ArraySlice<UInt8>
    /// The number of its frames as the list has it, 0 or more; 0 where it has none.
    package let frames: Int
    /// The 0-based class.
    package let label: Int
  }

  static let mostClasses = 1_000_000
  /// More frames than any video has; the numbers of frames fit 32 bits.
  static let mostFrames = 99_999_999
  private static let longestLine = 1 << 13
  /// Names must be addressed by 32 bits.
  private static let mostNameBytes = Int(UInt32.max)

  private var names: [UInt8] = []
  /// Where the names end.
  private var ends: [UInt32] = []
  private var frames: [Int32] = []
  private var labels: [Int32] = []
  /// How many videos were left out because they have too few frames.
  package private(set) var tooShort = 0
  /// How many videos have more labels than the one that counts.
  package private(set) var withManyLabels = 0
  /// The largest class and its line.
  package private(set) var largest = (label: 0, line: 0)
  /// The smallest class.
  private var smallest = VideoList.mostClasses
  /// Whether labels begin with the second class, as where they count from 1 and are read from 0.
  package var beginsWithSecondClass: Bool { hasLabels && smallest == 1 }
  /// Whether the list has labels; where it has none, all are 0.
  package private(set) var hasLabels = true
  /// What the list says, as a number.
  package private(set) var content = ContentHash()

  package var count: Int { ends.count }
  package var heldBytes: Int { names.capacity + 4 * (ends.capacity + frames.capacity + labels.capacity) }

  /// A video by its 0-based number, which must be below ``count``.
  package subscript(_ index: Int) -> Video {
    let start = index == 0 ? 0 : Int(ends[index - 1])
    return Video(
      folder: names[start..<Int(ends[index])], frames: Int(frames[index]), label: label(at: index))
  }

  func label(at index: Int) -> Int { Int(labels[index]) }

  /// Reads the list at `path`; no video is looked for.
  ///
  /// - Throws: `FileError`, or ``DatasetError`` in one line that names the file and the line.
  package init(_ path: FilePath, _ format: Format) throws {
    var lines = 0
    var numbers = VideoLine.numbersOfFolders
    try FileLines.forEach(of: path, as: "list of videos", longestLine: Self.longestLine) { line in
      guard !line.isBlank else { return }
      lines += 1
      if lines % (1 << 14) == 0 { try MemoryBudget.shared.require(names.count + names.count / 2) }
      var fields = VideoLine(line, format, path)
      if format.areFiles, !format.hasManyLabels {
        if lines == 1 { numbers = fields.numbersAtItsEnd }
        fields.numbers = numbers
      }
      let found = try fields.read()
      if found.labels > 1 { withManyLabels += 1 }
      guard found.frames >= format.leastFrames else {
        tooShort += 1
        return
      }
      guard found.folder.count <= Self.mostNameBytes - names.count else {
        throw DatasetError.invalid("\(path), line \(line.number): the names of all videos are beyond 4 GB")
      }
      names += found.folder
      ends.append(UInt32(names.count))
      frames.append(Int32(found.frames))
      labels.append(Int32(found.label))
      smallest = min(smallest, found.label)
      if found.label > largest.label || count == 1 { largest = (found.label, line.number) }
      content.add(Array(found.folder))
      content.add(UInt64(found.frames))
      content.add(UInt64(found.label))
    }
    hasLabels = numbers > 0
    guard lines > 0 else { throw DatasetError.invalid("\(path): the list of videos is empty") }
    guard count > 0 else {
      throw DatasetError.invalid(
        "\(path): all \(lines) videos have less than \(format.leastFrames) frames, which training needs")
    }
  }
}

/// One line of a list of videos.
struct VideoLine {
  /// Frames and label.
  static let numbersOfFolders = 2

  /// How many numbers end the line: frames and label, the label alone, or none.
  var numbers = VideoLine.numbersOfFolders
  private let line: TextLines.Line
  private let format: VideoList.Format
  private let path: FilePath

  init(_ line: TextLines.Line, _ format: VideoList.Format, _ path: FilePath) {
    self.line = line
    self.format = format
    self.path = path
  }

  /// Folder, frames and class of the line, and how many labels it has.
  func read() throws -> (folder: ArraySlice<UInt8>, frames: Int, label: Int, labels: Int) {
    if line.bytes.contains(0) { throw refused("it holds a NUL byte, so the file is no text") }
    let text = line.trimmed
    let parts = try format.hasManyLabels ? fieldsFromStart(text) : fieldsFromEnd(text)
    try checkFolder(parts.folder)
    let frames = try parts.frames.map { try number($0, "number of frames", upTo: VideoList.mostFrames) } ?? 0
    let first = format.firstLabel
    let labels = try parts.labels.map {
      try number($0, "label", from: first, upTo: VideoList.mostClasses - 1 + first) - first
    }
    return (parts.folder, frames, labels.first ?? 0, labels.count)
  }

  private typealias Fields = (
    folder: ArraySlice<UInt8>, frames: ArraySlice<UInt8>?, labels: [ArraySlice<UInt8>]
  )

  private func separates(_ byte: UInt8) -> Bool {
    byte == format.separator || format.separator == UInt8(ascii: " ") && byte.isBlank
  }

  private func last(of text: ArraySlice<UInt8>) -> (rest: ArraySlice<UInt8>, field: ArraySlice<UInt8>)? {
    guard let place = text.lastIndex(where: separates) else { return nil }
    return (text[..<place].trimmingBlanks(), text[(place + 1)...].trimmingBlanks())
  }

  /// How many fields at the end of the line are whole numbers, up to ``numbersOfFolders``.
  var numbersAtItsEnd: Int {
    var (rest, count) = (line.trimmed, 0)
    while count < Self.numbersOfFolders, let (head, field) = last(of: rest), isNumber(field), !head.isEmpty {
      (rest, count) = (head, count + 1)
    }
    return count
  }

  /// The last field is the label, the one before it the number of frames, all else the folder; of files, fewer fields may
  /// be there.
  private func fieldsFromEnd(_ text: ArraySlice<UInt8>) throws -> Fields {
    if numbers == 0 { return (text, nil, []) }
    if numbers == 1 {
      guard let (file, label) = last(of: text), !file.isEmpty else { throw unlike() }
      return (file, nil, [label])
    }
    guard let (head, label) = last(of: text), let (folder, frames) = last(of: head), !folder.isEmpty
    else { throw unlike() }
    // With commas, three numbers at the end are several labels rather than a folder called so.
    if format.separator != UInt8(ascii: " "), let (_, third) = last(of: folder), isNumber(third) {
      throw refused(
        "'\(line.shown.prefix(80))' has three numbers at its end: is it a list of several labels a video?")
    }
    return (folder, frames, [label])
  }

  /// The first field is the folder, the second the number of frames, all others are labels.
  private func fieldsFromStart(_ text: ArraySlice<UInt8>) throws -> Fields {
    let fields = text.split(whereSeparator: separates).map { $0.trimmingBlanks() }
    guard fields.count >= 3, !fields[0].isEmpty else { throw unlike() }
    return (fields[0], fields[1], Array(fields[2...]))
  }

  private func isNumber(_ field: ArraySlice<UInt8>) -> Bool {
    !field.isEmpty && field.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }

  private func number(
    _ field: ArraySlice<UInt8>, _ what: String, from least: Int = 0, upTo most: Int
  ) throws -> Int {
    if isNumber(field), let value = String(validating: field, as: UTF8.self).flatMap({ Int($0) }),
      (least...most).contains(value)
    {
      return value
    }
    let shown = String(escaping: field.prefix(40))
    throw refused("the \(what) is '\(shown)', expected a whole number from \(least) to \(most)")
  }

  private func checkFolder(_ folder: ArraySlice<UInt8>) throws {
    let slash = UInt8(ascii: "/")
    let shown = String(escaping: folder.prefix(80))
    let noun = format.areFiles ? "file" : "folder"
    if folder.split(separator: slash).contains(where: { $0.elementsEqual("..".utf8) }) {
      throw refused("the \(noun) '\(shown)' leads out of the folder of the videos")
    }
    if folder.first == slash {
      throw refused("the \(noun) '\(shown)' begins at the root, expected one in the folder of the videos")
    }
  }

  /// A line that has not the fields of a list.
  private func unlike() -> DatasetError {
    let names: [UInt8: String] = [
      UInt8(ascii: " "): "spaces", UInt8(ascii: ","): "commas", UInt8(ascii: ";"): "semicolons",
      UInt8(ascii: "\t"): "tabs",
    ]
    func name(_ separator: UInt8) -> String { names[separator] ?? "'\(String(escaping: [separator]))'" }
    // A list by another separator has that one twice.
    let other = names.keys.sorted().first { other in
      !separates(other) && line.bytes.count { $0 == other } >= 2
    }
    let hint = other.map { "; it has \(name($0)) instead" } ?? ""
    let fields =
      !format.areFiles
      ? "FOLDER, FRAMES and LABEL" : numbers == 1 ? "FILE and LABEL" : "FILE, FRAMES and LABEL"
    return refused(
      "'\(line.shown.prefix(80))' is not \(fields) with \(name(format.separator)) between\(hint)")
  }

  private func refused(_ reason: String) -> DatasetError {
    .invalid("\(path), line \(line.number): \(reason)")
  }
}
