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
    // A reader that went away (`| head`) is an error of write, not the end of the run.
    signal(SIGPIPE, SIG_IGN)
  }
}
