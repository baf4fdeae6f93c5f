import Glibc

/// A fresh folder for files that are on their way, which is removed with everything in it when the last reference goes.
public final class ScratchFolder {
  public let path: FilePath

  /// Makes the folder.
  ///
  /// - Parameters:
  ///   - parent: the folder to make it in; nil: the system's for temporary files.
  ///   - prefix: how its name begins.
  /// - Throws: ``FileError``.
  public init(in parent: FilePath? = nil, prefix: String = "gfnet-lab-") throws {
    let temporary = getenv("TMPDIR").flatMap { $0.pointee == 0 ? nil : FilePath(platformString: $0) }
    let folder = parent ?? temporary ?? "/tmp"
    var name = (folder / (prefix + "XXXXXX")).bytes.map { CChar(bitPattern: $0) } + [0]
    guard mkdtemp(&name) != nil else {
      throw FileError(action: "create folder in", path: folder, errno: errno)
    }
    path = FilePath(platformString: name)
  }

  deinit { try? FolderRemoval.remove(path) }
}

/// Removes folders with everything in them.
public enum FolderRemoval {
  /// Removes what `path` names: a file, a link (never what it points at), or a folder and all that it holds.
  ///
  /// - Throws: ``FileError`` where something cannot be removed.
  public static func remove(_ path: FilePath) throws {
    guard let status = FileStatus(path, followsLinks: false) else { return }
    if status.kind == .folder {
      for name in try FolderListing(path).names { try remove(path / name) }
    }
    let code = path.withPlatformString { status.kind == .folder ? rmdir($0) : unlink($0) }
    guard code == 0 || errno == ENOENT else { throw FileError(action: "remove", path: path, errno: errno) }
  }
}
