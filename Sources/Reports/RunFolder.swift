import Foundation
import Support

/// A folder that cannot take a run's files, with the reason and the way out.
public struct RunFolderError: LineError {
  /// The folder.
  public let path: FilePath
  /// Why it cannot be written, and what to do.
  public let reason: String

  public var description: String { "cannot write the report to \(path): \(reason)" }
}

/// Which files of a folder an earlier run wrote, and their removal.
///
/// `meta.json` lists them. It may come from a stranger, so only plain files below the folder are touched.
package struct RunFolder {
  let path: FilePath

  /// - Parameter path: the folder of a run.
  package init(path: FilePath) { self.path = path }

  /// Files that every run writes, or may write, at the top of the folder.
  static let fixedFiles =
    (ReportFormat.all + ReportFormat.onRequest).map(\.fileName) + [
      "meta.json", "config.json", "overrides.json", "summary.json", "metrics.jsonl", "log.txt",
    ]

  /// What an earlier run wrote, relative to the folder; empty when none did.
  package func writtenFiles() -> [String] {
    guard let data = try? InputFile.data(of: path / RunDirectory.metaName, limit: 64 << 20),
      let meta = (try? JSONSerialization.jsonObject(with: data)) as? [String: Any],
      meta["written_by"] as? String == RunFacts.writer, let files = meta["files"] as? [String]
    else { return [] }
    return files.filter(RunFolder.isInside)
  }

  /// Throws when a file that a run would replace was not written by one.
  func checkOwnership(of written: [String]) throws {
    let known = Set(written)
    for name in RunFolder.fixedFiles where !known.contains(name) && exists(name) {
      // A run that was killed while it began leaves just this.
      if name == "log.txt", isEmpty(name) { continue }
      throw RunFolderError(
        path: path,
        reason: "\(name) is there, and was not written by an earlier run; name another folder with --out")
    }
  }

  /// Lower-case stems of files in `folder` that a run did not write and so must not replace.
  func foreignStems(in folder: String, written: [String]) -> Set<String> {
    let known = Set(written)
    let entries = (try? FolderListing(path / folder).names.map(\.shown)) ?? []
    let foreign = entries.filter {
      !known.contains(folder + "/" + $0) && RunFolder.temporaryBase(of: $0) == nil
    }
    return Set(foreign.map { FilePath($0).shownStem.lowercased() })
  }

  /// Removes what an earlier run wrote, temporary files that a killed run left, and folders then empty.
  func remove(_ written: [String], keeping kept: Set<String>) throws {
    let known = Set(written)
    for file in written where !kept.contains(file) { try unlink(file) }
    for folder in [""] + Notebook.ArtifactKind.allCases.map(\.folder) where isRealFolder(FilePath(folder)) {
      let prefix = folder.isEmpty ? "" : folder + "/"
      for entry in (try? FolderListing(path / folder).names.map(\.shown)) ?? [] {
        if let base = RunFolder.temporaryBase(of: entry), known.contains(prefix + base) {
          try unlink(prefix + entry)
        }
      }
      // This fails on a folder that is not empty, which is what is wanted.
      if !folder.isEmpty { removeFolder(path / folder) }
    }
  }

  /// Removes files of this run, and then the folder when nothing else is in it.
  func discard(_ files: Set<String>, keeping kept: Set<String>) {
    try? remove(files.sorted(), keeping: kept)
    if kept.isEmpty { removeFolder(path) }
  }

  /// Removes all that a run wrote, `last` after the others, with folders that are then empty, and the folder itself where nothing
  /// else is in it.
  package func removeAll(_ written: [String], last: Set<String>) throws {
    try remove(written, keeping: last)
    for file in written where last.contains(file) { try unlink(file) }
    // Deeper folders come first.
    let folders = Set(written.flatMap(Self.folders)).sorted { ($0.count, $0) > ($1.count, $1) }
    for folder in folders where isRealFolder(FilePath(folder)) { removeFolder(path / folder) }
    removeFolder(path)
  }

  /// The folders that a path leads through.
  private static func folders(of file: String) -> [String] {
    let parts = file.split(separator: "/").dropLast()
    return parts.indices.map { parts[...$0].joined(separator: "/") }
  }

  /// Keeps runs from writing to a folder as long as it lives.
  ///
  /// - Throws: `FileError` while one writes.
  package static func lock(_ folder: FilePath) throws -> AnyObject? {
    // Nothing is made in the folder: a run without a log goes on nowhere.
    guard FileStatus(folder / "log.txt", followsLinks: false)?.kind == .regular else { return nil }
    return try AppendedFile(path: folder / "log.txt", locked: true)
  }

  /// True for a relative path of a few plain components.
  static func isInside(_ file: String) -> Bool {
    let parts = file.split(separator: "/", omittingEmptySubsequences: false)
    return (1...4).contains(parts.count)
      && parts.allSatisfy { !$0.isEmpty && !$0.hasPrefix(".") && !$0.utf8.contains(0) }
  }

  private func unlink(_ file: String) throws {
    let full = path / file
    guard isRealFolder(FilePath(file).removingLastComponent()) else { return }
    if full.withPlatformString({ Glibc.unlink($0) }) != 0, errno != ENOENT, errno != EISDIR {
      throw FileError(action: "replace", path: full, errno: errno)
    }
  }

  private func removeFolder(_ folder: FilePath) { _ = folder.withPlatformString { rmdir($0) } }

  /// False for a folder reached through a symbolic link, which may lead out of the run's folder.
  private func isRealFolder(_ folder: FilePath) -> Bool {
    var current = path
    for part in folder.components {
      current.append(part)
      guard FileStatus(current, followsLinks: false)?.kind == .folder else { return false }
    }
    return true
  }

  private func isEmpty(_ name: String) -> Bool {
    let status = FileStatus(path / name, followsLinks: false)
    return status?.kind == .regular && status?.byteCount == 0
  }

  private func exists(_ name: String) -> Bool { FileStatus(path / name, followsLinks: false) != nil }

  /// "figures.png" for "figures.png.tmp-123-4", the temporary name that `AtomicFile` gives; nil for others.
  private static func temporaryBase(of name: String) -> String? {
    guard let match = name.wholeMatch(of: /(.+)\.tmp-[0-9]+-[0-9]+/) else { return nil }
    return String(match.1)
  }
}
