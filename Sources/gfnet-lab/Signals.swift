import Foundation
import Support

/// How the program answers the terminal.
enum Signals {
  static func install() {
    // The first Ctrl-C asks politely, so that a report is written; the second ends the program at once.
    for number in [SIGINT, SIGTERM] {
      signal(number) { _ in
        if Cancellation.isRequested { _exit(130) }
        Cancellation.request()
      }
    }
    // A parent may hand down a mask that blocks them (thread pools do); the run must stay interruptible.
    var asked = sigset_t()
    sigemptyset(&asked)
    sigaddset(&asked, SIGINT)
    sigaddset(&asked, SIGTERM)
    sigprocmask(SIG_UNBLOCK, &asked, nil)
    // A reader that went away (`| head`) is an error of write, not the end of the run.
    signal(SIGPIPE, SIG_IGN)
  }
}
