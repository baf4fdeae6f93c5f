import Glibc
import Synchronization

/// The part of a temporary file's name that tells one write from all others on this machine: "123-4" for the fourth of process
/// 123. The process alone would not do: two of its threads may write the same file at once.
enum WriterName {
  private static let count = Atomic<UInt64>(0)

  /// A name that no other write of this process has had.
  static func next() -> String { "\(getpid())-\(count.add(1, ordering: .relaxed).newValue)" }

  /// The process of a name; nil for what is none.
  static func process(of name: Substring) -> pid_t? {
    let parts = name.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, UInt64(parts[1]) != nil, let process = pid_t(parts[0]), process > 0 else {
      return nil
    }
    return process
  }
}
