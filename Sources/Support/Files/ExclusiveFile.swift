import Glibc

/// Files that one of many writers makes, on whatever machine: whoever comes second finds that they are there.
///
/// The content is written aside and gets its name by `link`, which succeeds once also where several machines share the
/// folder, and where locks cannot be trusted. A reader sees the whole file or none.
public enum ExclusiveFile {
  /// Makes a file of UTF-8 `text` at `path`, whose folder must be there. False where there is one already.
  ///
  /// - Throws: ``FileError``.
  public static func create(_ text: String, at path: FilePath) throws -> Bool {
    let aside = path.folder / ".\(path.shownName).\(host)-\(WriterName.next())"
    let descriptor = aside.withPlatformString {
      open($0, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o644)
    }
    guard descriptor >= 0 else { throw FileError(action: "write", path: path, errno: errno) }
    defer { _ = aside.withPlatformString { unlink($0) } }
    let code = Console.write(text, to: descriptor)
    // A server may tell only here that its disk is full.
    let closed = close(descriptor)
    guard code == 0, closed == 0 else {
      throw FileError(action: "write", path: path, errno: code == 0 ? errno : code)
    }
    let linked = aside.withPlatformString { old in path.withPlatformString { link(old, $0) } }
    if linked == 0 { return true }
    let failure = errno
    // The answer of a server may be lost and asked for again: then the file is ours all the same.
    if let own = FileStatus(aside, followsLinks: false)?.identity,
      own == FileStatus(path, followsLinks: false)?.identity
    {
      return true
    }
    switch failure {
    case EEXIST: return false
    // Some file systems have no second names; there the file is empty for a moment.
    case EPERM, EOPNOTSUPP, ENOSYS: return try createInPlace(text, at: path)
    default: throw FileError(action: "write", path: path, errno: failure)
    }
  }

  private static func createInPlace(_ text: String, at path: FilePath) throws -> Bool {
    let descriptor = path.withPlatformString { open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644) }
    guard descriptor >= 0 else {
      if errno == EEXIST { return false }
      throw FileError(action: "write", path: path, errno: errno)
    }
    let code = Console.write(text, to: descriptor)
    guard close(descriptor) == 0, code == 0 else {
      throw FileError(action: "write", path: path, errno: code == 0 ? errno : code)
    }
    return true
  }

  /// The machine's name, for names of files.
  private static let host = String(
    MachineName.current.filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }.prefix(60))
}
