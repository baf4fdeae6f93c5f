import Foundation
import Support

/// A file that grows line by line; each line reaches the system as a whole when it is appended.
final class AppendedFile {
  private let path: FilePath
  private let descriptor: Int32

  /// - Parameter locked: refuse when another process has the file open this way.
  init(path: FilePath, locked: Bool = false) throws {
    self.path = path
    // O_NONBLOCK is there because a pipe in the file's place would wait for its reader.
    descriptor = path.withPlatformString {
      open($0, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o644)
    }
    guard descriptor >= 0 else { throw FileError(action: "write", path: path, errno: errno) }
    if locked, flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      // The object is complete, so that leaving here closes the file by its deinit.
      let code = errno
      let reason =
        code == EWOULDBLOCK ? "another run is writing to this folder" : String(cString: strerror(code))
      throw FileError(action: "write", path: path, reason: reason)
    }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Empties the file.
  func truncate() throws {
    guard ftruncate(descriptor, 0) == 0 else { throw FileError(action: "write", path: path, errno: errno) }
  }

  /// Appends `line` and a newline; on failure (such as a full disk) nothing of it stays.
  func append(_ line: String) throws { try append(bytes: Array((line + "\n").utf8)) }

  /// Appends bytes that belong together; on failure nothing of them stays.
  func append(bytes: [UInt8]) throws {
    let start = lseek(descriptor, 0, SEEK_END)
    var done = 0
    while done < bytes.count {
      let written = bytes[done...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if written < 0 {
        if errno == EINTR { continue }
        let code = errno
        if done > 0, start >= 0 { _ = ftruncate(descriptor, start) }
        throw FileError(action: "write", path: path, errno: code)
      }
      done += written
    }
  }
}
