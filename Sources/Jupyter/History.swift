import Foundation
import Reports
import Support

/// The cells of this session and of earlier ones, a file a session: a line of JSON for each cell.
final class History {
  /// A cell that ran.
  struct Entry: Equatable {
    let session: Int
    let number: Int
    let code: String
    /// What its last expression was; nil for none.
    let result: String?
  }

  /// What a client wants to see.
  struct Question {
    enum Kind {
      case tail(Int)
      case range(session: Int, start: Int, stop: Int?)
      case search(pattern: String, count: Int?, isUnique: Bool)
    }

    let kind: Kind

    init(_ content: JSONValue) {
      let count = content["n"]?.asInteger
      switch content["hist_access_type"]?.asString {
      case "range":
        kind = .range(
          session: content["session"]?.asInteger ?? 0, start: content["start"]?.asInteger ?? 0,
          stop: content["stop"]?.asInteger)
      case "search":
        kind = .search(
          pattern: content["pattern"]?.asString ?? "*", count: count,
          isUnique: content["unique"]?.asBool ?? false)
      default: kind = .tail(count ?? 1000)
      }
    }
  }

  /// Sessions of which files are kept.
  private static let mostSessions = 200
  /// The most bytes that a file of a session is read up to.
  private static let largest = 4 << 20
  /// Longer results are cut: a history is to find code again.
  private static let longestResult = 2000

  /// Beside the history of the prompt, which is one file.
  private static var standardFolder: FilePath {
    (UserFolder.state.path() ?? "/tmp/gfnet-lab") / "jupyter-history"
  }

  /// The number of this session.
  let session: Int
  private let folder: FilePath
  private var own: [Entry] = []
  private var earlier: [Entry]?
  private let descriptor: Int32

  /// Begins a session with the next number that is free.
  ///
  /// - Throws: `FileError` where the folder cannot be written.
  init(folder: FilePath = History.standardFolder) throws {
    self.folder = folder
    try AtomicFile.createFolder(folder)
    let numbers = Self.sessions(in: folder)
    var number = (numbers.last ?? 0) + 1
    var opened: Int32 = -1
    // Another kernel may have taken the number meanwhile.
    for _ in 0..<1000 {
      opened = Self.file(number, in: folder).withPlatformString {
        open($0, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
      }
      if opened >= 0 || errno != EEXIST { break }
      number += 1
    }
    guard opened >= 0 else {
      throw FileError(action: "write", path: Self.file(number, in: folder), errno: errno)
    }
    descriptor = opened
    session = number
    for old in numbers.dropLast(Self.mostSessions - 1) {
      _ = Self.file(old, in: folder).withPlatformString { unlink($0) }
    }
  }

  deinit {
    close(descriptor)
    // A session in which nothing ran leaves no file.
    if own.isEmpty { _ = Self.file(session, in: folder).withPlatformString { unlink($0) } }
  }

  private static func file(_ session: Int, in folder: FilePath) -> FilePath { folder / "\(session).jsonl" }

  /// The numbers of the sessions that have files, in order.
  private static func sessions(in folder: FilePath) -> [Int] {
    ((try? FolderListing(folder).names) ?? []).compactMap { name in
      let text = name.shown
      guard text.hasSuffix(".jsonl"), let number = Int(text.dropLast(6)), 1...Int(Int32.max) ~= number else {
        return nil
      }
      return number
    }.sorted()
  }

  /// Adds a cell of this session.
  func record(_ code: String, result: String?, number: Int) {
    let entry = Entry(
      session: session, number: number, code: code,
      result: result.map { String($0.prefix(Self.longestResult)) })
    own.append(entry)
    var members: [JSONValue.Member] = [.init("number", .integer(number)), .init("code", .string(code))]
    if let result = entry.result { members.append(.init("result", .string(result))) }
    // What cannot be written is missing next time, and no reason to fail a cell.
    Console.write(JSONValue.object(members).compact + "\n", to: descriptor)
  }

  // MARK: Answers

  /// The cells that answer a question, oldest first.
  func entries(answering question: Question) -> [Entry] {
    switch question.kind {
    case .tail(let count): return Array((sessionsBefore + own).suffix(max(count, 0)))
    case .range(let wanted, let start, let stop):
      // 0 is this session, and numbers below it count back.
      let number = wanted <= 0 ? session + wanted : wanted
      return (number == session ? own : sessionsBefore).filter {
        $0.session == number && $0.number >= start && $0.number < stop ?? .max
      }
    case .search(let pattern, let count, let isUnique):
      var found = (sessionsBefore + own).filter { entry in
        pattern.withCString { pattern in entry.code.withCString { fnmatch(pattern, $0, 0) == 0 } }
      }
      if isUnique {
        var seen: Set<String> = []
        found = found.reversed().filter { seen.insert($0.code).inserted }.reversed()
      }
      return Array(found.suffix(max(count ?? found.count, 0)))
    }
  }

  /// The cells of the sessions before this one, read when they are first asked for.
  private var sessionsBefore: [Entry] {
    if let earlier { return earlier }
    var entries: [Entry] = []
    for number in Self.sessions(in: folder) where number < session {
      guard let bytes = try? InputFile.bytes(of: Self.file(number, in: folder), limit: Self.largest) else {
        continue
      }
      for line in TextLines(bytes) {
        guard let entry = try? JSONValue(parsing: Array(line.bytes)), let code = entry["code"]?.asString
        else { continue }
        entries.append(
          Entry(
            session: number, number: entry["number"]?.asInteger ?? 0, code: code,
            result: entry["result"]?.asString))
      }
    }
    earlier = entries
    return entries
  }
}
