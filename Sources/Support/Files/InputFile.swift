import Foundation

/// A regular file that is open for reading.
///
/// Whatever a path names, opening it comes back at once: folders, pipes, sockets and devices are refused by an error of
/// one line.
public struct InputFile: ~Copyable {
  /// The path that it was opened by.
  public let path: FilePath
  /// What the system said of the file when it was opened.
  public let status: FileStatus
  /// The open descriptor; it is closed with this value.
  public let descriptor: Int32
  private let action: String

  /// Opens the file at `path`. Errors call it by `kind`, which says what it is to the user, such as "script".
  ///
  /// - Throws: ``FileError`` where nothing can be opened, or it is no regular file; ``FileAccess/Refused``.
  public init(_ path: FilePath, as kind: String = "") throws {
    let action = kind.isEmpty ? "read" : "read \(kind)"
    // Without O_NONBLOCK, opening a pipe would wait for its writer.
    let descriptor = path.withPlatformString { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY) }
    guard descriptor >= 0 else {
      let code = errno
      // Sockets cannot be opened at all.
      if let status = FileStatus(path), status.kind != .regular, status.kind != .folder, code == ENXIO {
        throw FileError(action: action, path: path, unexpected: status.kind)
      }
      if code == ENOENT, !kind.isEmpty {
        throw FileError(action: action, path: path, reason: "no such file", code: code)
      }
      throw FileError(action: action, path: path, errno: code)
    }
    guard let status = FileStatus(descriptor: descriptor) else {
      let code = errno
      close(descriptor)
      throw FileError(action: action, path: path, errno: code)
    }
    guard status.kind == .regular else {
      close(descriptor)
      throw FileError(action: action, path: path, unexpected: status.kind)
    }
    do {
      try FileAccess.requireOpened(descriptor, path: path, for: .read)
    } catch {
      close(descriptor)
      throw error
    }
    self.path = path
    self.status = status
    self.descriptor = descriptor
    self.action = action
  }

  deinit { close(descriptor) }

  /// All bytes.
  ///
  /// - Throws: ``FileError`` when there are more than `limit`, or the system cannot read them.
  public borrowing func bytes(limit: Int) throws -> [UInt8] {
    // Files of /proc claim to be empty, so the end is where nothing more comes.
    var bytes: [UInt8] = []
    bytes.reserveCapacity(min(status.byteCount, limit) + 1)
    let chunk = 1 << 18
    while true {
      // A small file is read at once, also for what is left to do when a run ends.
      if bytes.count > Self.unasked { try Cancellation.check() }
      let start = bytes.count
      let wanted = max(chunk, min(status.byteCount, limit) - start + 1)
      var code: Int32 = 0
      let part = [UInt8](unsafeUninitializedCapacity: min(wanted, 1 << 24)) { buffer, filled in
        let got = read(descriptor, buffer.baseAddress, buffer.count)
        if got < 0 { code = errno }
        filled = max(got, 0)
      }
      if code == EINTR { continue }
      guard code == 0 else { throw FileError(action: action, path: path, errno: code) }
      if part.isEmpty { return bytes }
      bytes += part
      guard bytes.count <= limit else {
        throw FileError(action: action, path: path, reason: "it is larger than \(Self.size(limit))")
      }
    }
  }

  /// The bytes of the file at `path`, at most `limit`.
  ///
  /// - Throws: ``FileError``.
  public static func bytes(of path: FilePath, as kind: String = "", limit: Int) throws -> [UInt8] {
    try InputFile(path, as: kind).bytes(limit: limit)
  }

  /// Bytes that are read without a look at whether to stop.
  private static let unasked = 1 << 24

  /// The bytes of the file at `path`, at most `limit`, for decoders of Foundation.
  ///
  /// - Throws: ``FileError``.
  public static func data(of path: FilePath, as kind: String = "", limit: Int) throws -> Data {
    Data(try bytes(of: path, as: kind, limit: limit))
  }

  /// The descriptor of this process that `path` names: standard input, or what a shell's `<(…)` gives; nil for others.
  public static func openDescriptor(_ path: FilePath) -> Int32? {
    if path == "-" || path == "/dev/stdin" { return STDIN_FILENO }
    for folder in ["/dev/fd", "/proc/self/fd"] as [FilePath] where path.folder == folder {
      return Int32(path.shownName).flatMap { $0 >= 0 ? $0 : nil }
    }
    return nil
  }

  /// All that comes from an open descriptor until it ends, at most `limit` bytes; a stop is noticed while nothing
  /// comes. Errors call it `path`.
  ///
  /// - Throws: ``FileError``, ``Interrupted``.
  public static func bytes(ofDescriptor descriptor: Int32, path: FilePath, as kind: String, limit: Int) throws
    -> [UInt8]
  {
    let action = kind.isEmpty ? "read" : "read \(kind)"
    if FileStatus(descriptor: descriptor)?.kind == .folder {
      throw FileError(action: action, path: path, unexpected: .folder)
    }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      try Cancellation.check()
      var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&request, 1, 100) != 0 else { continue }
      let count = read(descriptor, &part, part.count)
      if count < 0, errno == EINTR || errno == EAGAIN { continue }
      guard count >= 0 else { throw FileError(action: action, path: path, errno: errno) }
      if count == 0 { return bytes }
      bytes += part[..<count]
      guard bytes.count <= limit else {
        throw FileError(action: action, path: path, reason: "it is larger than \(size(limit))")
      }
    }
  }

  private static func size(_ bytes: Int) -> String {
    bytes >= 1 << 20 ? "\(bytes >> 20) MB" : "\(bytes) bytes"
  }
}
