import Glibc

/// What the system says of a file, without opening it.
public struct FileStatus: Sendable, Hashable {
  /// What is behind a name.
  public enum Kind: Sendable {
    case regular, folder, link, pipe, socket, device

    /// The kind in a sentence, with its article: "a folder".
    public var described: String {
      switch self {
      case .regular: "a regular file"
      case .folder: "a folder"
      case .link: "a symbolic link"
      case .pipe: "a named pipe"
      case .socket: "a socket"
      case .device: "a device"
      }
    }
  }

  /// What tells a file from all others: two paths of one file have the same.
  public struct Identity: Sendable, Hashable {
    let device: UInt64
    let number: UInt64
  }

  public let kind: Kind
  public let identity: Identity
  /// The length of a regular file, in bytes; of others whatever the system says.
  public let byteCount: Int
  /// The user that it belongs to.
  public let owner: UInt32
  /// When the content was last changed, in nanoseconds since 1970.
  public let changed: Int

  /// The status of what `path` names; nil when there is nothing, or nothing that may be looked at. `errno`
  /// then says why.
  ///
  /// Where `followsLinks` is true a link stands for what it points at.
  public init?(_ path: FilePath, followsLinks: Bool = true) {
    var status = stat()
    let result = path.withPlatformString { followsLinks ? stat($0, &status) : lstat($0, &status) }
    guard result == 0 else { return nil }
    self.init(status)
  }

  /// The status of an open file; nil where the system does not say.
  init?(descriptor: Int32) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    self.init(status)
  }

  private init(_ status: stat) {
    kind =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .regular
      case S_IFDIR: .folder
      case S_IFLNK: .link
      case S_IFIFO: .pipe
      case S_IFSOCK: .socket
      default: .device
      }
    identity = Identity(device: UInt64(status.st_dev), number: UInt64(status.st_ino))
    byteCount = Int(status.st_size)
    owner = status.st_uid
    changed = status.st_mtim.tv_sec &* 1_000_000_000 &+ status.st_mtim.tv_nsec
  }
}

extension FilePath {
  /// True where there is something of that name; a link to nothing is nothing.
  public var exists: Bool { FileStatus(self) != nil }

  /// True where there is a folder of that name, or a link to one.
  public var isFolder: Bool { FileStatus(self)?.kind == .folder }

  /// True where there is a regular file of that name, or a link to one.
  public var isRegularFile: Bool { FileStatus(self)?.kind == .regular }
}
