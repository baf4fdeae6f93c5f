import Foundation
import Synchronization

/// Writes to the standard streams without ever failing loudly.
///
/// `FileHandle` traps when a stream cannot be written; a reader that went away or a full disk must not end a run
/// that way.
public enum Console {
  private static let isSilent = Atomic<Bool>(false)

  /// From now on nothing is written: another process of the run shows the same.
  public static func silence() { isSilent.store(true, ordering: .relaxed) }

  /// Writes one line to standard error, also where the console is silent.
  public static func insist(_ line: String) {
    var text = line + "\n"
    text.withUTF8 { _ = writeAll(UnsafeRawBufferPointer($0), to: STDERR_FILENO) }
  }

  /// Writes all of `text`; returns 0, or the `errno` of the write that failed.
  @discardableResult
  public static func write(_ text: String, to descriptor: Int32) -> Int32 {
    var text = text
    return text.withUTF8 { write(UnsafeRawBufferPointer($0), to: descriptor) }
  }

  /// Writes all of `bytes`; returns 0, or the `errno` of the write that failed.
  @discardableResult
  public static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32 {
    isSilent.load(ordering: .relaxed) ? 0 : writeAll(bytes, to: descriptor)
  }

  private static func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32 {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if count < 0 {
        if errno == EINTR { continue }
        return errno
      }
      rest = rest.dropFirst(count)
    }
    return 0
  }

  /// Writes one line to standard error.
  public static func note(_ line: String) { write(line + "\n", to: STDERR_FILENO) }

  /// Opens `/dev/null` in place of standard streams that the parent closed.
  ///
  /// Otherwise the next file that is opened takes their number, and what is printed goes into it.
  public static func fillClosedStreams() {
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
      // The lowest free number is the one that is missing.
      _ = open("/dev/null", O_RDWR)
    }
  }
}
