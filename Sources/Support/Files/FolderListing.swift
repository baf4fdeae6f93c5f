import Glibc

/// What one folder holds, name by name.
public struct FolderListing: Sendable {
  public struct Entry: Sendable {
    public let name: FileName
    /// Of what a link points at; nil for a link to nothing, and a file that is gone again.
    public let status: FileStatus?
  }

  public let path: FilePath
  /// Of the folder itself.
  public let identity: FileStatus.Identity
  /// In the order of their bytes, which is also that of code points; without `.` and `..`.
  public let entries: [Entry]

  /// - Throws: `FileError` when the folder cannot be read.
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

  public var names: [FileName] { entries.map(\.name) }

  /// Folders that are not hidden.
  public var folders: [FileName] { visible(.folder).map(\.name) }

  /// Regular files that are not hidden.
  public var files: [Entry] { visible(.regular) }

  private func visible(_ kind: FileStatus.Kind) -> [Entry] {
    entries.filter { $0.status?.kind == kind && !$0.name.isHidden }
  }
}
