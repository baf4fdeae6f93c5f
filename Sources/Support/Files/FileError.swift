import Glibc

/// A file or folder operation that failed, with the path and the system's reason.
public struct FileError: LineError {
  /// What could not be done, as in "cannot read …".
  public let action: String
  /// The file or folder that it could not be done to.
  public let path: FilePath
  /// Why not, in one line: what the system says, or what is there instead.
  public let reason: String
  /// The `errno` of the system call that failed; 0 where none did.
  public let code: Int32

  /// A failure that no system call reported.
  public init(action: String, path: FilePath, reason: String) {
    self.init(action: action, path: path, reason: reason, code: 0)
  }

  /// The failure of the system call that has just set `errno`.
  public init(action: String, path: FilePath, errno code: Int32) {
    self.init(action: action, path: path, reason: String(cString: strerror(code)), code: code)
  }

  /// The path names something else than a regular file.
  init(action: String, path: FilePath, unexpected kind: FileStatus.Kind) {
    let hint = kind == .folder ? "" : ", expected a regular file"
    self.init(action: action, path: path, reason: "it is \(kind.described)\(hint)", code: 0)
  }

  init(action: String, path: FilePath, reason: String, code: Int32) {
    self.action = action
    self.path = path
    self.reason = reason
    self.code = code
  }

  public var description: String {
    "cannot \(action) \(path.isEmpty ? "a file without a name" : path.shown): \(reason)"
  }
}
