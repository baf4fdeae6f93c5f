import Foundation
import Support

/// A format of checkpoints: how its files are told from others, and what opens them.
///
/// What is recognised only to be refused in a line of its own, such as a Git LFS pointer or an ONNX model, is in
/// `FileKind`: readers ask it about files that are not theirs.
public struct CheckpointFormat: Sendable {
  /// The name by which errors speak of "NAME file FILE", and with which ``Checkpoint/form`` begins.
  public let name: String
  /// The endings of its files' names, in lower case and without the dot. The first two are those that help names.
  public let endings: [String]
  /// True where bytes begin as a file of this format does.
  let recognizes: @Sendable (Data) -> Bool
  /// Opens the bytes of the file that errors call `file`. Given a file of another format, it says in a line
  /// what is wrong with it.
  let read: @Sendable (_ data: Data, _ file: String) throws -> Checkpoint
}

/// The formats of checkpoints that are read.
///
/// A new one is a file, with a reader that gives a ``Checkpoint`` and with its row, and the row's name in ``table``.
public enum CheckpointFormats {
  /// The formats, in the order in which they look at the first bytes of a file.
  public static let table: [CheckpointFormat] = [.pyTorch, .safetensors]

  /// The format that this program writes.
  public static let own = CheckpointFormat.safetensors

  /// The endings of all formats' files, in lower case and without the dot.
  public static var endings: [String] { table.flatMap(\.endings) }

  /// The endings that help names, as in `.pth, .pt or .safetensors`.
  ///
  /// - Parameter ownFirst: true to begin with the format of our own files, false to end with it.
  public static func usualEndings(ownFirst: Bool = false) -> String {
    let others = table.filter { $0.name != own.name }
    let formats = ownFirst ? [own] + others : others + [own]
    let endings = formats.flatMap { $0.endings.prefix(2) }.map { "." + $0 }
    return endings.dropLast().joined(separator: ", ") + " or " + (endings.last ?? "")
  }

  /// True where the name says that another program wrote the file.
  public static func isNamedAsForeign(_ path: FilePath) -> Bool {
    endings.contains(path.ending) && !own.endings.contains(path.ending)
  }

  /// Opens the file at `path` as a memory map.
  ///
  /// Its format follows from its first bytes, not from its name; only for what begins as none of them does, the name
  /// decides which reader says what is wrong.
  ///
  /// - Throws: `FileError`, `DamagedFile`, ``CutOffError``.
  public static func open(_ path: FilePath) throws -> Checkpoint {
    try MappedFile.reading(path.shown) {
      let data = try MappedFile.read(path)
      return try format(of: data, named: path).read(data, path.shown)
    }
  }

  /// The format that reads a file of these bytes and this name.
  static func format(of data: Data, named path: FilePath) -> CheckpointFormat {
    table.first { $0.recognizes(data) } ?? table.first { $0.endings.contains(path.ending) } ?? own
  }
}
