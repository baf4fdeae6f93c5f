import Reports
import Support

/// Removes a run with the files that it wrote, and nothing else.
public struct RunRemoval {
  /// The run's folder.
  public let folder: FilePath
  /// How many files will go.
  public let fileCount: Int

  /// - Throws: ``RunsError`` for a folder without a run, and for a run that a sweep counts on.
  public init(_ folder: FilePath) throws {
    guard try RecordedRun(folder) != nil else { throw RunsError("\(folder) is not the folder of a run") }
    // The sweep would take it for done and find no results.
    guard FileStatus(folder / "attempts", followsLinks: false) == nil else {
      throw RunsError("\(folder) is a run of a sweep; to have the sweep make it anew, remove its folder")
    }
    self.folder = folder
    let files = RunFolder(path: folder).writtenFiles()
    fileCount = files.count { FileStatus(folder / $0, followsLinks: false)?.kind == .regular }
  }

  /// Removes the files, and the folder where nothing else is in it; gives the names of what stays.
  ///
  /// - Throws: ``RunsError`` while the run goes on; `FileError`.
  public func remove() throws -> [FileName] {
    let lock = try RunFolder.lock(folder)
    defer { withExtendedLifetime(lock) {} }
    let run = RunFolder(path: folder)
    let written = run.writtenFiles()
    // What lists the others goes last, so that a removal that is stopped can be done again.
    try run.removeAll(written, last: [RunDirectory.metaName])
    guard folder.exists else { return [] }
    return try FolderListing(folder).names
  }
}
