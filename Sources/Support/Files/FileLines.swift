import Foundation

/// The lines of a file that may be long, read piece by piece: only one line and one piece are in memory.
///
/// Lines end as ``TextLines`` says.
public enum FileLines {
  private static let chunk = 1 << 20

  /// Gives `body` one line after the other, and shows how far it has come.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - kind: what the file is to the user, for errors, such as "list of videos".
  ///   - longestLine: bytes that no line may exceed.
  ///   - body: called for each line, also an empty one, in their order.
  /// - Throws: ``FileError`` where the file cannot be read or a line is too long; ``Interrupted``; what `body` throws.
  public static func forEach(
    of path: FilePath, as kind: String, longestLine: Int, _ body: (TextLines.Line) throws -> Void
  ) throws {
    let file = try InputFile(path, as: kind)
    let progress = ProgressReporter("reading \(path.shownName)", total: max(file.status.byteCount, 1))
    defer { progress.finish() }
    var splitter = Splitter(path: path, action: "read \(kind)", longest: longestLine)
    var piece = [UInt8](repeating: 0, count: chunk)
    var done = 0
    while true {
      try Cancellation.check()
      let count = read(file.descriptor, &piece, piece.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw FileError(action: "read \(kind)", path: path, errno: errno) }
      try splitter.add(piece[..<count], isLast: count == 0, body)
      if count == 0 { return }
      done += count
      progress.update(done)
    }
  }

  /// Divides pieces of a text into lines.
  private struct Splitter {
    let path: FilePath
    let action: String
    /// Bytes that no line may exceed.
    let longest: Int
    private var rest: [UInt8] = []
    private var isFirst = true
    /// The number of the last line given.
    private var number = 0

    init(path: FilePath, action: String, longest: Int) {
      self.path = path
      self.action = action
      self.longest = longest
    }

    mutating func add(
      _ piece: ArraySlice<UInt8>, isLast: Bool, _ body: (TextLines.Line) throws -> Void
    ) throws {
      rest += piece
      if isFirst {
        // The mark may come in two pieces.
        guard isLast || rest.count >= 3 else { return }
        if rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest.removeFirst(3) }
        isFirst = false
      }
      let (lf, cr) = (UInt8(ascii: "\n"), UInt8(ascii: "\r"))
      var start = 0
      while let end = rest[start...].firstIndex(where: { $0 == lf || $0 == cr }) {
        // Whether an LF follows a CR at the end, only the next piece says.
        if rest[end] == cr, end + 1 == rest.count, !isLast { break }
        try give(rest[start..<end], body)
        start = rest[end] == cr && end + 1 < rest.count && rest[end + 1] == lf ? end + 2 : end + 1
      }
      rest.removeFirst(start)
      try checkLength(rest.count)
      guard isLast, !rest.isEmpty else { return }
      try give(rest[...], body)
      rest = []
    }

    private mutating func give(_ bytes: ArraySlice<UInt8>, _ body: (TextLines.Line) throws -> Void) throws {
      try checkLength(bytes.count)
      number += 1
      try body(TextLines.Line(number: number, bytes: bytes))
    }

    private func checkLength(_ bytes: Int) throws {
      guard bytes <= longest else {
        throw FileError(
          action: action, path: path, reason: "line \(number + 1) is longer than \(longest) bytes")
      }
    }
  }
}
