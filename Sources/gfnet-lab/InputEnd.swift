import Foundation
import Support

/// The end of standard input as a request to stop, by which a sweep ends its runs.
///
/// The input is a pipe that the sweep holds, so that runs end when it does, even where it was killed; and whoever sends signals to
/// all processes of a job does not seem to ask a second time.
enum InputEnd {
  /// The flag of `run` by which a sweep asks for it.
  static let name = "until-input-ends"
  /// The flag as it is typed.
  static let option = "--" + name

  /// Has the program stop, as after Ctrl-C, when nothing more comes.
  static func stopsProgram() {
    let thread = Thread {
      var bytes = [UInt8](repeating: 0, count: 256)
      while true {
        let count = read(STDIN_FILENO, &bytes, bytes.count)
        if count == 0 || count < 0 && errno != EINTR { return Cancellation.request() }
      }
    }
    thread.name = "input"
    thread.start()
  }
}
