import Foundation
import Synchronization

/// Writes files so that a reader sees the old content or the new, never a part.
///
/// The bytes go to a temporary file in the same folder, are flushed to the disk, and take the final name by
/// `rename`. On any failure the temporary file is removed and the old file is left as it was.
public enum AtomicFile {
  /// Replaces `path` by `bytes`; its folder must be there.
  ///
  /// - Throws: ``FileError``.
  public static func write(_ bytes: Data, to path: FilePath) throws {
    try write(to: path) { output in try output.append(bytes) }
  }

  /// Replaces `path` by UTF-8 `text`; its folder must be there.
  ///
  /// - Throws: ``FileError``.
  public static func write(_ text: String, to path: FilePath) throws {
    try write(Data(text.utf8), to: path)
  }

  /// Replaces `path` by what `body` appends, without holding the whole content in memory.
  ///
  /// Where `durable` is false the flush is left to the system: the file is then safe against a crash of the program,
  /// not against one of the machine, which suffices for files that are soon written again. Where `followsLinks` is
  /// true a symbolic link at `path` stays, and what it points at is written; otherwise the link is replaced.
  ///
  /// - Throws: ``FileError``, also where the folder is missing, and where something else than a regular file is at
  ///   `path`; what `body` throws.
  public static func write(
    to path: FilePath, durable: Bool = true, followsLinks: Bool = true,
    _ body: (borrowing Output) throws -> Void
  ) throws {
    if discards.load(ordering: .relaxed) { return try discard(path, body) }
    let target = try destination(of: path, followsLinks: followsLinks)
    if durable { removeLeftovers(of: target) }
    let temporary = target.removingLastComponent().pushing(temporaryStem(of: target)).adding(
      WriterName.next())
    let descriptor = try unlessAbandoned { writing in
      let descriptor = temporary.withPlatformString {
        open($0, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
      }
      guard descriptor >= 0 else { throw FileError(action: "write", path: path, errno: errno) }
      writing.temporaries.insert(temporary)
      return descriptor
    }
    defer { writing.withLock { _ = $0.temporaries.remove(temporary) } }
    do {
      defer { close(descriptor) }
      try FileAccess.requireOpened(descriptor, path: path, for: .write)
      // Tells other machines that share the folder that the file is being written.
      flock(descriptor, LOCK_EX | LOCK_NB)
      try body(Output(descriptor: descriptor, path: path))
      // A full disk or quota may only show here, so the rename waits for it.
      guard !durable || fsync(descriptor) == 0 else {
        throw FileError(action: "write", path: path, errno: errno)
      }
    } catch {
      remove(temporary)
      throw error
    }
    let code = unlessAbandoned { _ in
      let renamed = temporary.withPlatformString { old in target.withPlatformString { rename(old, $0) } }
      return renamed == 0 ? 0 : errno
    }
    guard code == 0 else {
      remove(temporary)
      throw FileError(action: "write", path: path, errno: code)
    }
  }

  /// Where a write to `path` goes, for whoever wants to know before hours of work that it can.
  ///
  /// - Throws: ``FileError`` where ``write(to:durable:followsLinks:_:)`` would.
  @discardableResult
  public static func destination(of path: FilePath, followsLinks: Bool = true) throws -> FilePath {
    if discards.load(ordering: .relaxed) { return path }
    var target = path
    // The system follows no more links than these either.
    for _ in 0..<40 {
      guard let status = FileStatus(target, followsLinks: false) else {
        let code = errno
        try requireFolder(of: target)
        guard code == ENOENT else { throw FileError(action: "write", path: path, errno: code) }
        return target
      }
      switch status.kind {
      case .regular: return target
      case .link where !followsLinks: return target
      case .link:
        guard let next = target.linkTarget else { throw FileError(action: "write", path: path, errno: errno) }
        target = target.folder.pushing(next)
      default: throw FileError(action: "write", path: path, unexpected: status.kind)
      }
    }
    throw FileError(action: "write", path: path, errno: ELOOP)
  }

  /// Files are written into folders that are there: a slip in a path must not become a tree of folders.
  private static func requireFolder(of path: FilePath) throws {
    let folder = path.folder
    guard FileStatus(folder) == nil else { return }
    guard errno == ENOENT || errno == ENOTDIR else {
      throw FileError(action: "write", path: path, errno: errno)
    }
    var nearest = folder
    while nearest != nearest.folder, FileStatus(nearest) == nil { nearest = nearest.folder }
    let isFolder = FileStatus(nearest)?.kind == .folder
    let place = nearest == "." ? "the current folder" : nearest.shown
    throw FileError(
      action: "write", path: path,
      reason: isFolder
        ? "there is no folder \(folder); the nearest that is there is \(place)" : "\(nearest) is no folder")
  }

  private static let discards = Atomic<Bool>(false)

  /// From now on what is written is dropped: another process of the run writes the same.
  public static func discardAll() { discards.store(true, ordering: .relaxed) }

  private static func discard(_ path: FilePath, _ body: (borrowing Output) throws -> Void) throws {
    let descriptor = open("/dev/null", O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(action: "write", path: path, errno: errno) }
    defer { close(descriptor) }
    try body(Output(descriptor: descriptor, path: path))
  }

  /// The files that this process is writing.
  private struct Writing {
    var temporaries: Set<FilePath> = []
    var isAbandoned = false
  }

  private static let writing = Mutex(Writing())

  /// Removes the temporary files of all writes that are under way; no file is replaced from now on. For a
  /// process that ends at once: whoever comes to write waits here for that, instead of unwinding through code
  /// that reports a failure, tidies up and writes again.
  public static func abandon() {
    writing.withLock { writing in
      for path in writing.temporaries { remove(path) }
      writing.isAbandoned = true
    }
  }

  private static func unlessAbandoned<Value>(_ body: (inout Writing) throws -> Value) rethrows -> Value {
    let value = try writing.withLock { try $0.isAbandoned ? nil : body(&$0) }
    if let value { return value }
    while true { pause() }
  }

  /// The name of a temporary file without that of its writer; names have at most 255 bytes.
  private static func temporaryStem(of path: FilePath) -> FilePath {
    FilePath(bytes: (path.lastComponent?.bytes ?? []).prefix(220) + Array(".tmp-".utf8)) ?? ".tmp-"
  }

  /// Removes what writers of `path` left that were killed.
  private static func removeLeftovers(of path: FilePath) {
    guard let listing = try? FolderListing(path.folder) else { return }
    let prefix = temporaryStem(of: path).bytes
    for entry in listing.names where entry.bytes.starts(with: prefix) {
      let name = String(decoding: entry.bytes.dropFirst(prefix.count), as: UTF8.self)
      guard let writer = WriterName.process(of: name[...]), writer != getpid(), kill(writer, 0) != 0,
        errno == ESRCH
      else { continue }
      let leftover = listing.path / entry
      let descriptor = leftover.withPlatformString {
        open($0, O_WRONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
      }
      guard descriptor >= 0 else { continue }
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { remove(leftover) }
      close(descriptor)
    }
  }

  private static func remove(_ path: FilePath) { _ = path.withPlatformString { unlink($0) } }

  /// Creates a folder and its parents; an existing folder is fine.
  ///
  /// - Throws: ``FileError`` where a file is in the way, or the system refuses.
  public static func createFolder(_ path: FilePath) throws {
    if discards.load(ordering: .relaxed) { return }
    if let status = FileStatus(path) {
      guard status.kind == .folder else {
        throw FileError(action: "create folder", path: path, reason: "a file of that name is in the way")
      }
      return
    }
    let parent = path.folder
    if parent != path { try createFolder(parent) }
    guard path.withPlatformString({ mkdir($0, 0o755) }) == 0 || errno == EEXIST else {
      throw FileError(action: "create folder", path: path, errno: errno)
    }
  }

  /// The open temporary file that `body` of ``AtomicFile/write(to:durable:followsLinks:_:)`` appends to.
  public struct Output: ~Copyable {
    let descriptor: Int32
    let path: FilePath

    init(descriptor: Int32, path: FilePath) {
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
