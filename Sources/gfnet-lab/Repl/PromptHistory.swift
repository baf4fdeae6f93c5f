import Foundation
import Support

/// What was typed at the prompt, kept from one session to the next: a file with one entry a line, in which `\n` stands for a
/// line end and `\\` for a backslash. Sessions that run at the same time append to it.
struct PromptHistory {
  private static let mostEntries = 10_000
  private static let mostBytes = 16 << 20
  private static let mostBytesOfEntry = 1 << 16

  /// The file; nil where nobody knows of a folder of the user's.
  let path: FilePath?
  /// The entries, the oldest first.
  private(set) var entries: [String] = []

  /// `history` in the folder for what is remembered.
  static func standardPath() -> FilePath? { UserFolder.state.path().map { $0 / "history" } }

  /// Reads the entries of earlier sessions. A file that cannot be read, or is none of ours, gives none.
  init(path: FilePath? = Self.standardPath()) {
    self.path = path
    guard let path, let bytes = try? InputFile.bytes(of: path, as: "history", limit: Self.mostBytes) else {
      return
    }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    entries = lines.suffix(Self.mostEntries).map { Self.decoded($0) }
    if lines.count > 2 * Self.mostEntries {
      try? AtomicFile.write(entries.map { Self.encoded($0) + "\n" }.joined(), to: path)
    }
  }

  /// Appends an entry, unless it is the last one again. What cannot be kept is not: a prompt works without.
  mutating func add(_ entry: String) {
    guard entry != entries.last, entry.utf8.count <= Self.mostBytesOfEntry else { return }
    entries.append(entry)
    guard let path else { return }
    try? AtomicFile.createFolder(path.folder)
    // Only the user may read what was typed.
    let descriptor = path.withPlatformString { open($0, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600) }
    guard descriptor >= 0 else { return }
    Console.write(Self.encoded(entry) + "\n", to: descriptor)
    close(descriptor)
  }

  private static func encoded(_ entry: String) -> String {
    entry.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
  }

  private static func decoded(_ line: Substring) -> String {
    var entry = ""
    var isEscaped = false
    for character in line {
      if isEscaped {
        entry.append(character == "n" ? "\n" : character)
        isEscaped = false
      } else if character == "\\" {
        isEscaped = true
      } else {
        entry.append(character)
      }
    }
    return entry
  }
}
