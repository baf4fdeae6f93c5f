import Foundation
import Synchronization

/// What every loop that can run long asks: whether the user wants the run to end (Ctrl-C), or the time that a cell or a
/// plugin was given is over.
///
/// The request to stop is for the whole process. Deadlines, and the stop requests of a session that lives on after
/// them, belong to the thread that runs the cell or plugin. They nest, and the deadline that is over first counts.
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

  /// Takes the request back: what was to stop has stopped, and the process goes on, as an interactive one does.
  public static func withdraw() {
    requested.store(false, ordering: .relaxed)
    noticed.store(false, ordering: .relaxed)
  }

  /// Why the work of this thread must stop now; nil: it goes on. Some 30 ns when a deadline is set.
  public static var reasonToStop: Interrupted? {
    if isRequested { return Interrupted() }
    var over: Deadline?
    var next = innermost
    while let scope = next {
      switch scope.limit {
      case .request(let request): if request.isMade { return Interrupted() }
      case .deadline(let deadline):
        if deadline.isOver, deadline.end < over?.end ?? .infinity { over = deadline }
      }
      next = scope.outer
    }
    return over.map(Interrupted.init(by:))
  }

  /// Throws ``Interrupted`` when a stop was asked for or a deadline of this thread is over.
  public static func check() throws {
    if let reason = reasonToStop { throw reason }
  }

  /// Calls `body` with pieces of 0..<`count`, of some milliseconds each for what is a few steps per element, and looks at
  /// the stop flag between them.
  public static func inPieces(of count: Int, _ body: (Range<Int>) throws -> Void) throws {
    for start in stride(from: 0, to: count, by: 1 << 20) {
      try check()
      try body(start..<min(start + 1 << 20, count))
    }
  }

  /// Runs `body`, in which ``check()`` of this thread also ends at `deadline`; nil: as before.
  public static func withDeadline<Result>(_ deadline: Deadline?, _ body: () throws -> Result) rethrows
    -> Result
  {
    guard let deadline else { return try body() }
    return try within(Scope(.deadline(deadline), outer: innermost), body)
  }

  /// Runs `body`, in which ``check()`` of this thread also ends when `request` is made, on whatever thread.
  public static func withStop<Result>(by request: StopRequest, _ body: () throws -> Result) rethrows -> Result
  {
    try within(Scope(.request(request), outer: innermost), body)
  }

  // MARK: The scopes of a thread

  private static func within<Result>(_ scope: Scope, _ body: () throws -> Result) rethrows -> Result {
    innermost = scope
    defer { innermost = scope.outer }
    return try withExtendedLifetime(scope, body)
  }

  private final class Scope {
    enum Limit {
      case deadline(Deadline)
      case request(StopRequest)
    }

    let limit: Limit
    let outer: Scope?

    init(_ limit: Limit, outer: Scope?) {
      self.limit = limit
      self.outer = outer
    }
  }

  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    pthread_key_create(&key, nil)
    return key
  }()

  /// The scope that was entered last. It is not retained here: `within` keeps it alive for as long as it is set.
  private static var innermost: Scope? {
    get { pthread_getspecific(key).map { Unmanaged<Scope>.fromOpaque($0).takeUnretainedValue() } }
    set {
      pthread_setspecific(key, newValue.map { UnsafeRawPointer(Unmanaged.passUnretained($0).toOpaque()) })
    }
  }
}

/// A request to stop what one session runs, made by another thread and taken back once it is answered.
public final class StopRequest: Sendable {
  private let made = Atomic<Bool>(false)

  public init() {}

  /// True from ``make()`` to ``withdraw()``.
  public var isMade: Bool { made.load(ordering: .relaxed) }

  /// Asks what runs in `Cancellation.withStop` to stop at its next poll.
  public func make() { made.store(true, ordering: .relaxed) }

  /// Takes the request back.
  public func withdraw() { made.store(false, ordering: .relaxed) }
}
