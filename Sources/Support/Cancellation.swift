import Foundation
import Synchronization

/// The process-wide request to stop, set by Ctrl-C and polled by every loop that can run long.
///
/// Setting the flag is async-signal-safe: it is one atomic store.
public enum Cancellation {
  private static let requested = Atomic<Bool>(false)
  private static let noticed = Atomic<Bool>(false)

  /// True once a stop was asked for.
  public static var isRequested: Bool {
    guard requested.load(ordering: .relaxed) else { return false }
    // Other threads poll too; the run ends when the main one has seen the request.
    if Thread.isMainThread { noticed.store(true, ordering: .relaxed) }
    return true
  }

  /// True once the main thread has seen the request: it is on its way out.
  public static var isNoticed: Bool { noticed.load(ordering: .relaxed) }

  /// Asks every long loop to stop at its next poll. Callable from a signal handler.
  public static func request() { requested.store(true, ordering: .relaxed) }

  /// Forgets an earlier request; an interactive host calls this before it runs the next cell.
  public static func reset() {
    requested.store(false, ordering: .relaxed)
    noticed.store(false, ordering: .relaxed)
  }

  /// Throws ``Interrupted`` when a stop was asked for.
  public static func check() throws {
    if isRequested { throw Interrupted() }
  }
}
