import Foundation
import Synchronization

/// What every loop that can run long asks: whether the user wants the run to end (Ctrl-C), or the time that a cell or a
/// plugin was given is over.
///
/// The request to stop is for the whole process. Deadlines belong to the thread that runs the cell or plugin. They
/// nest, and the one that is over first counts.
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

  /// Asks every long loop to stop at its next poll.
  public static func request() { requested.store(true, ordering: .relaxed) }

  /// Why the work of this thread must stop now; nil: it goes on. Some 30 ns when a deadline is set.
  public static var reasonToStop: Interrupted? {
    if isRequested { return Interrupted() }
    var over: Deadline?
    var next = innermost
    while let scope = next {
      if scope.deadline.isOver, scope.deadline.end < over?.end ?? .infinity { over = scope.deadline }
      next = scope.outer
    }
    return over.map(Interrupted.init(by:))
  }

  /// Throws ``Interrupted`` when a stop was asked for or a deadline of this thread is over.
  public static func check() throws {
    if let reason = reasonToStop { throw reason }
  }

  /// Runs `body`, in which ``check()`` of this thread also ends at `deadline`; nil: as before.
  public static func withDeadline<Result>(_ deadline: Deadline?, _ body: () throws -> Result) rethrows
    -> Result
  {
    guard let deadline else { return try body() }
    let scope = Scope(deadline, outer: innermost)
    innermost = scope
    defer { innermost = scope.outer }
    return try withExtendedLifetime(scope, body)
  }

  // MARK: The deadlines of a thread

  private final class Scope {
    let deadline: Deadline
    let outer: Scope?

    init(_ deadline: Deadline, outer: Scope?) {
      self.deadline = deadline
      self.outer = outer
    }
  }

  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    pthread_key_create(&key, nil)
    return key
  }()

  /// The scope that was entered last. It is not retained here: `withDeadline` keeps it alive for as long as
  /// it is set.
  private static var innermost: Scope? {
    get { pthread_getspecific(key).map { Unmanaged<Scope>.fromOpaque($0).takeUnretainedValue() } }
    set {
      pthread_setspecific(key, newValue.map { UnsafeRawPointer(Unmanaged.passUnretained($0).toOpaque()) })
    }
  }
}
