import Foundation
import Support

/// The commit a run was made from, and whether tracked files differed from it.
public struct RepositoryState: Sendable, Equatable {
  /// The commit in forty hexadecimal digits (64 in a SHA-256 repository).
  public var commit: String
  /// The branch; nil where none is checked out.
  public var branch: String?
  /// True when tracked files differed from the commit.
  public var isDirty: Bool

  public init(commit: String, branch: String? = nil, isDirty: Bool) {
    self.commit = commit
    self.branch = branch
    self.isDirty = isDirty
  }

  /// Asks git about the repository that `folder` is in; nil outside one, without a commit, or without git.
  ///
  /// Untracked files do not count as changes: reports themselves are often untracked.
  public static func of(folder: FilePath) -> RepositoryState? {
    // fsmonitor would run a program that the repository names.
    let arguments: [ChildProcess.Argument] = [
      "-c", "core.fsmonitor=false", "--no-optional-locks", "-C", .init(folder.isEmpty ? "." : folder),
      "status",
      "--porcelain=v2", "--branch", "--untracked-files=no",
    ]
    guard let git = try? ChildProcess("git", arguments, dropsRemarks: true) else { return nil }
    let output = git.readOutput()
    guard git.wait() == 0 else { return nil }
    return RepositoryState(porcelain: String(decoding: output, as: UTF8.self))
  }

  /// Reads `git status --porcelain=v2 --branch`.
  init?(porcelain: String) {
    var commit: String?
    branch = nil
    isDirty = false
    for line in TextLines(porcelain).map(\.shown) {
      if line.hasPrefix("# branch.oid ") {
        commit = String(line.dropFirst("# branch.oid ".count))
      } else if line.hasPrefix("# branch.head ") {
        let head = String(line.dropFirst("# branch.head ".count))
        branch = head == "(detached)" ? nil : head
      } else if !line.hasPrefix("#") {
        isDirty = true
      }
    }
    guard let commit, commit.allSatisfy(\.isHexDigit) else { return nil }
    self.commit = commit
  }

  /// The state in words, such as "1a2b3c4d5e6f (main) with uncommitted changes".
  var text: String {
    String(commit.prefix(12)) + (branch.map { " (\($0))" } ?? "")
      + (isDirty ? " with uncommitted changes" : "")
  }

  var json: JSONValue {
    .object([
      .init("commit", .string(commit)), .init("branch", branch.map(JSONValue.string) ?? .null),
      .init("dirty", .bool(isDirty)),
    ])
  }
}
