import Foundation
import Synchronization

/// A file or folder operation that failed, with the path and the system's reason.
public struct FileError: LineError {
  public let action: String
  public let path: String
  public let reason: String

  public init(action: String, path: String, reason: String) {
    self.action = action
    self.path = path
    self.reason = reason
  }

  /// The failure of the system call that has just set `errno`.
  public init(action: String, path: String, errno code: Int32) {
    self.init(action: action, path: path, reason: String(cString: strerror(code)))
  }

  public var description: String { "cannot \(action) \(path): \(reason)" }
}

/// Writes files so that a reader sees the old content or the new, never a part.
///
/// The bytes go to a temporary file in the same folder, are flushed to the disk, and take the final name by
/// `rename`. On any failure the temporary file is removed and the old file is left as it was.
public enum AtomicFile {
  /// Replaces `path` by `bytes`; creates missing parent folders.
  public static func write(_ bytes: Data, to path: String) throws {
    try write(to: path) { output in try output.append(bytes) }
  }

  /// Replaces `path` by UTF-8 `text`; creates missing parent folders.
  public static func write(_ text: String, to path: String) throws {
    try write(Data(text.utf8), to: path)
  }

  /// Replaces `path` by what `body` appends, without holding the whole content in memory.
  ///
  /// - Parameter durable: false leaves the flush to the system: safe against a crash of the program, not
  ///   against one of the machine; for files that are soon written again.
  public static func write(
    to path: String, durable: Bool = true, _ body: (borrowing Output) throws -> Void
  ) throws {
    let folder = (path as NSString).deletingLastPathComponent
    if !folder.isEmpty { try createFolder(folder) }
    if durable { removeLeftovers(of: path) }
    let temporary = path + ".tmp-\(getpid())"
    let descriptor = try writing.withLock { writing in
      guard !writing.isAbandoned else { throw Interrupted() }
      let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
      guard descriptor >= 0 else { throw FileError(action: "write", path: path, errno: errno) }
      writing.temporaries.insert(temporary)
      return descriptor
    }
    defer { writing.withLock { _ = $0.temporaries.remove(temporary) } }
    do {
      defer { close(descriptor) }
      // Tells other machines that share the folder that the file is being written.
      flock(descriptor, LOCK_EX | LOCK_NB)
      try body(Output(descriptor: descriptor, path: path))
      // A full disk or quota may only show here, so the rename waits for it.
      guard !durable || fsync(descriptor) == 0 else {
        throw FileError(action: "write", path: path, errno: errno)
      }
    } catch {
      unlink(temporary)
      throw error
    }
    guard rename(temporary, path) == 0 else {
      let code = errno
      unlink(temporary)
      throw FileError(action: "write", path: path, errno: code)
    }
  }

  /// What this process is writing.
  private struct Writing {
    var temporaries: Set<String> = []
    var isAbandoned = false
  }

  private static let writing = Mutex(Writing())

  /// Removes the temporary files of all writes that are under way. They fail, and no new one begins: for a process
  /// that ends at once while another thread may be writing.
  public static func abandon() {
    writing.withLock { writing in
      for path in writing.temporaries { unlink(path) }
      writing.isAbandoned = true
    }
  }

  /// Removes what writers of `path` left that were killed.
  private static func removeLeftovers(of path: String) {
    let folder = (path as NSString).deletingLastPathComponent
    let prefix = (path as NSString).lastPathComponent + ".tmp-"
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder)) ?? []
    for entry in entries where entry.hasPrefix(prefix) {
      guard let writer = pid_t(entry.dropFirst(prefix.count)), writer > 0, writer != getpid(),
        kill(writer, 0) != 0, errno == ESRCH
      else { continue }
      let leftover = (folder as NSString).appendingPathComponent(entry)
      let descriptor = open(leftover, O_WRONLY | O_NOFOLLOW | O_CLOEXEC)
      guard descriptor >= 0 else { continue }
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { unlink(leftover) }
      close(descriptor)
    }
  }

  /// Creates a folder and its parents; an existing folder is fine.
  public static func createFolder(_ path: String) throws {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) {
      guard isFolder.boolValue else {
        throw FileError(action: "create folder", path: path, reason: "a file of that name is in the way")
      }
      return
    }
    let parent = (path as NSString).deletingLastPathComponent
    if !parent.isEmpty && parent != path { try createFolder(parent) }
    guard mkdir(path, 0o755) == 0 || errno == EEXIST else {
      throw FileError(action: "create folder", path: path, errno: errno)
    }
  }

  /// The open temporary file that `body` of ``AtomicFile/write(to:_:)`` appends to.
  public struct Output: ~Copyable {
    let descriptor: Int32
    let path: String

    init(descriptor: Int32, path: String) {
      self.descriptor = descriptor
      self.path = path
    }

    /// Appends all of `bytes`.
    public borrowing func append(_ bytes: Data) throws {
      try bytes.withUnsafeBytes { try append($0) }
    }

    /// Appends all of `bytes`.
    public borrowing func append(_ bytes: UnsafeRawBufferPointer) throws {
      var rest = bytes[...]
      while !rest.isEmpty {
        let written = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if written < 0 {
          if errno == EINTR { continue }
          throw FileError(action: "write", path: path, errno: errno)
        }
        rest = rest.dropFirst(written)
      }
    }
  }
}
