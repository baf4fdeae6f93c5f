import Foundation
import Support

/// How the program answers requests to stop: Ctrl-C, `kill`, a terminal that closes.
///
/// The first asks politely, so that a report is written. The second ends the program at once, and so does the
/// first when a second later nothing has answered: one native computation can take minutes, and a read from a pipe
/// can wait for ever.
///
/// No handler is installed. A handler runs on the stack of whatever thread the system picks, and oneDNN's generated
/// kernels point the stack register into their working memory: the handler's frame would lie in the middle of the heap.
/// The requests are blocked everywhere instead, and one thread waits for them.
enum Signals {
  /// Seconds that a computation may take to answer.
  private static let patience = 1

  /// Called while the program has one thread: those that it starts inherit what is blocked.
  static func install() {
    // A reader that went away (`| head`) and a limit on file sizes are errors of write, not the end of the run.
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
    // A shell has Ctrl-C ignored in what it starts in the background, and `kill -INT` must reach it all the same.
    var numbers = [SIGINT, SIGTERM]
    for number in numbers { signal(number, SIG_DFL) }
    // `nohup` has it ignored, and means it.
    let before = signal(SIGHUP, SIG_DFL)
    if unsafeBitCast(before, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) {
      signal(SIGHUP, SIG_IGN)
    } else {
      numbers.append(SIGHUP)
    }
    var blocked = sigset_t()
    sigemptyset(&blocked)
    for number in numbers { sigaddset(&blocked, number) }
    pthread_sigmask(SIG_BLOCK, &blocked, nil)
    let requests = blocked
    let watch = Thread { watchForRequests(requests) }
    watch.name = "signals"
    watch.start()
  }

  private static func watchForRequests(_ requests: sigset_t) {
    wait(for: requests)
    Cancellation.request()
    if wait(for: requests, seconds: patience) {
      end("interrupted twice: ended without the final report")
    }
    if !Cancellation.isNoticed {
      end("interrupted: nothing answered within a second, so the run was ended without the final report")
    }
    wait(for: requests)
    end("interrupted twice: ended without the final report")
  }

  /// Returns true when a request came, false when it did not within so many seconds.
  @discardableResult
  private static func wait(for requests: sigset_t, seconds: Int? = nil) -> Bool {
    var requests = requests
    while true {
      if let seconds {
        var limit = timespec(tv_sec: seconds, tv_nsec: 0)
        if sigtimedwait(&requests, nil, &limit) > 0 { return true }
      } else if sigwaitinfo(&requests, nil) > 0 {
        return true
      }
      if errno != EINTR { return false }
    }
  }

  private static func end(_ message: String) -> Never {
    AtomicFile.abandon()
    ForcedEnd.run()
    Terminal.complain(message)
    _exit(130)
  }
}
