import Glibc

/// What one folder holds, name by name.
public struct FolderListing: Sendable {
  /// One name and what is behind it.
  public struct Entry: Sendable {
    public let name: FileName
    /// What the system says of it, a link being what it points at; nil for a link to nothing, and a file that
    /// is gone again.
    public let status: FileStatus?
  }

  /// The folder; `.` for an empty path.
  public let path: FilePath
  /// What tells the folder itself from all others.
  public let identity: FileStatus.Identity
  /// What the folder holds, without `.` and `..`: in the order of the names' bytes, which is also that of
  /// code points.
  public let entries: [Entry]

  /// Lists the folder at `path`.
  ///
  /// - Throws: ``FileError`` when it cannot be read.
  public init(_ path: FilePath) throws {
    let path = path.isEmpty ? "." : path
    guard let status = FileStatus(path), let handle = path.withPlatformString({ opendir($0) }) else {
      throw FileError(action: "read folder", path: path, errno: errno)
    }
    defer { closedir(handle) }
    var names: [FileName] = []
    errno = 0
    while let entry = readdir(handle) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { field in
        field.withMemoryRebound(to: CChar.self, capacity: 256) { FileName(platformString: $0) }
      }
      if let name, name.kind == .regular { names.append(name) }
      errno = 0
    }
    guard errno == 0 else { throw FileError(action: "read folder", path: path, errno: errno) }
    names.sort { $0.precedes($1) }
    self.path = path
    identity = status.identity
    entries = names.map { Entry(name: $0, status: FileStatus(path / $0)) }
  }

  /// All names, in the order of ``entries``.
  public var names: [FileName] { entries.map(\.name) }

  /// Folders that are not hidden.
  public var folders: [FileName] { visible(.folder).map(\.name) }

  /// Regular files that are not hidden.
  public var files: [Entry] { visible(.regular) }

  private func visible(_ kind: FileStatus.Kind) -> [Entry] {
    entries.filter { $0.status?.kind == kind && !$0.name.isHidden }
  }
}
