import Foundation
import Support

/// How the program answers requests to stop: Ctrl-C, `kill`, a terminal that closes.
///
/// The first asks politely, so that a report is written. The second ends the program at once, and so does the
/// first when a second later nothing has answered: one native computation can take minutes, and a read from a pipe
/// can wait for ever.
enum Signals {
  /// Seconds that a computation may take to answer.
  private static let patience = 1.0

  static func install() {
    wake.initialize(to: sem_t())
    sem_init(wake, 0, 0)
    for number in [SIGINT, SIGTERM] { signal(number, ask) }
    // `nohup` has it ignored, and means it.
    let before = signal(SIGHUP, ask)
    if unsafeBitCast(before, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) { signal(SIGHUP, SIG_IGN) }
    // A parent may hand down a mask that blocks them (thread pools do); the run must stay interruptible.
    var asked = sigset_t()
    sigemptyset(&asked)
    for number in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&asked, number) }
    sigprocmask(SIG_UNBLOCK, &asked, nil)
    // A reader that went away (`| head`) and a limit on file sizes are errors of write, not the end of the run.
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
    let watch = Thread { watchForRequests() }
    watch.name = "signals"
    watch.start()
  }

  /// Counts the requests: posting is all that a signal handler may do, and whoever waits may take locks. Written
  /// once, before the first handler is installed; semaphores are made for use by several threads.
  private nonisolated(unsafe) static let wake = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

  private static let ask: @convention(c) (Int32) -> Void = { _ in
    let code = errno
    Cancellation.request()
    sem_post(wake)
    errno = code
  }

  private static func watchForRequests() {
    waitForRequest(until: nil)
    var deadline = timespec()
    clock_gettime(CLOCK_REALTIME, &deadline)
    deadline.tv_sec += Int(patience)
    if waitForRequest(until: deadline) {
      end("interrupted twice: ended without the final report")
    }
    if !Cancellation.isNoticed {
      end("interrupted: nothing answered within a second, so the run was ended without the final report")
    }
    waitForRequest(until: nil)
    end("interrupted twice: ended without the final report")
  }

  /// Returns true when a request came before the deadline.
  @discardableResult
  private static func waitForRequest(until deadline: timespec?) -> Bool {
    while true {
      if var deadline {
        if sem_timedwait(wake, &deadline) == 0 { return true }
      } else if sem_wait(wake) == 0 {
        return true
      }
      if errno != EINTR { return false }
    }
  }

  private static func end(_ message: String) -> Never {
    ForcedEnd.run()
    AtomicFile.abandon()
    Terminal.complain(message)
    _exit(130)
  }
}
