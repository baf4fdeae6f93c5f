import Foundation
import Reports
import Support

/// Names that people give a run, to find it again: `tags.json` in its folder, so that they go where the run goes and no index is
/// needed to keep them.
public struct RunTags: Sendable {
  private let file: FilePath

  /// - Parameter folder: the run's folder.
  public init(folder: FilePath) { file = folder / "tags.json" }

  /// The tags in alphabetical order; none where the file is missing or has another form.
  public var names: [String] {
    guard FileStatus(file, followsLinks: false)?.kind == .regular,
      let bytes = try? InputFile.bytes(of: file, limit: 1 << 20),
      let list = (try? JSONValue(parsing: bytes))?.asArray
    else { return [] }
    return Set(list.compactMap(\.asString).filter(Self.isName)).sorted()
  }

  /// Letters, digits and `-_.`, at most 60: a tag is typed and stands in lists.
  public static func isName(_ text: String) -> Bool {
    (1...60).contains(text.count) && !text.hasPrefix("-")
      && text.allSatisfy { $0.isLetter || $0.isNumber || "-_.".contains($0) }
  }

  /// Adds tags, takes others away, and returns those that there are then.
  ///
  /// - Throws: `FileError`.
  public func change(adding added: [String], removing removed: [String] = []) throws -> [String] {
    let names = Set(self.names).union(added).subtracting(removed).sorted()
    try AtomicFile.write(to: file, followsLinks: false) {
      try $0.append(Data((JSONValue.array(names.map(JSONValue.string)).pretty + "\n").utf8))
    }
    return names
  }
}
