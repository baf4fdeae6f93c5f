import Reports
import Support

/// Names that a user gives to a run, kept in its `meta.json`: what else is known of runs can be lost, and the folder moved.
///
/// A new run in the same folder is another one, and has none of them.
public enum RunTags {
  /// More than anyone gives to one run.
  static let most = 100

  /// What is wrong with a name; nil where it can be given.
  public static func problem(of name: String) -> String? {
    guard !name.isEmpty else { return "a tag needs a name" }
    let shown = "the tag \(name.printable(upTo: 60))"
    guard name.utf8.count <= 60 else { return "\(shown) is longer than 60 bytes" }
    guard name.first?.isLetter == true || name.first?.isNumber == true else {
      return "\(shown) must begin with a letter or a digit"
    }
    guard name.allSatisfy({ $0.isLetter || $0.isNumber || "._-+:".contains($0) }) else {
      return "\(shown) may have letters, digits and . _ - + : only"
    }
    return nil
  }

  /// Gives a name to the run in `folder`, or takes it back; false where that changes nothing.
  ///
  /// - Throws: ``RunsError`` for a name that cannot be given, for a folder without a run, and while the run goes on; `FileError`.
  public static func set(_ name: String, _ isOn: Bool, on folder: FilePath) throws -> Bool {
    if isOn, let problem = problem(of: name) { throw RunsError(problem) }
    let lock = try RunFolder.lock(folder)
    defer { withExtendedLifetime(lock) {} }
    // Read under the lock: another process may have given a name meanwhile.
    guard let run = try RecordedRun(folder) else { throw RunsError("\(folder) is not the folder of a run") }
    var tags = run.tags
    guard tags.contains(name) != isOn else { return false }
    if isOn { tags.append(name) } else { tags.removeAll { $0 == name } }
    guard tags.count <= most else { throw RunsError("\(folder) has \(most) tags already") }
    guard case .object(var members) = run.meta else { return false }
    members.removeAll { $0.name == "tags" }
    if !tags.isEmpty { members.append(.init("tags", .array(tags.map(JSONValue.string)))) }
    try AtomicFile.write(JSONValue.object(members).pretty, to: folder / RunDirectory.metaName)
    return true
  }
}
