import Foundation
import LuaHost
import Reports
import Support
import Synchronization

/// Shows results on standard output and remarks on standard error.
enum Terminal {
  static let isInteractive = isatty(STDOUT_FILENO) == 1

  /// Whether text may be coloured: on terminals, unless $NO_COLOR says otherwise.
  static let hasColour: Bool = {
    let environment = ProcessInfo.processInfo.environment
    return isInteractive && isatty(STDERR_FILENO) == 1 && environment["NO_COLOR"]?.isEmpty ?? true
      && environment["TERM"] != "dumb"
  }()

  /// The number of columns of the terminal at the start; 100 where there is none.
  static let width = currentWidth

  /// The number of columns that the terminal has now; 100 where there is none.
  static var currentWidth: Int {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 100 }
    return Int(size.ws_col)
  }

  /// Writes to standard output. When that fails the run goes on, for its report.
  static func write(_ text: String) {
    let code = Console.write(text, to: STDOUT_FILENO)
    // A reader that went away (`| head`) has what it wanted.
    if code != 0, code != EPIPE { lostOutput.store(code, ordering: .relaxed) }
  }

  /// Writes bytes as they are.
  static func write(_ bytes: UnsafeRawBufferPointer) {
    let code = Console.write(bytes, to: STDOUT_FILENO)
    if code != 0, code != EPIPE { lostOutput.store(code, ordering: .relaxed) }
  }

  /// The `errno` of the last write of results that failed; 0: all were written.
  private static let lostOutput = Atomic<Int32>(0)

  /// Says so when results could not be written, and returns true.
  static func reportLostOutput() -> Bool {
    let code = lostOutput.load(ordering: .relaxed)
    guard code != 0 else { return false }
    complain("cannot write to standard output: \(String(cString: strerror(code)))")
    return true
  }

  /// Writes a line on standard error, under the program's name. A script's own message must move no cursor.
  static func complain(_ message: String) {
    note("gfnet-lab: " + Ranks.named(message).printable(upTo: .max))
  }

  /// Writes a line on standard error.
  static func note(_ line: String) { Console.note(line) }

  /// Asks the user at the terminal; true where the answer begins with a y.
  ///
  /// - Throws: `UsageError` where nobody can be asked.
  static func asks(_ question: String) throws -> Bool {
    guard isatty(STDIN_FILENO) != 0 else {
      throw UsageError("nobody can be asked here; --yes says yes")
    }
    write(question + " [y/N] ")
    return readLine()?.lowercased().hasPrefix("y") ?? false
  }

  static func show(_ output: Notebook.Output) {
    switch output {
    case .text(let text): write(text)
    case .value(let text): write(text + "\n")
    case .markdown(let text): write((isInteractive ? emphasised(text) : text) + "\n")
    case .table(let table): write(table.text)
    case .figure(let picture):
      write("[figure \(picture.name)]\(picture.caption.isEmpty ? "" : " " + picture.caption)\n")
    case .remark: break  // It was shown on standard error when it came up.
    case .error: break  // It is shown once, on standard error, when the run ends.
    }
  }

  private static func emphasised(_ markdown: String) -> String {
    markdown.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      guard line.hasPrefix("#") else { return String(line) }
      return "\u{1B}[1m" + line.drop { $0 == "#" || $0 == " " } + "\u{1B}[0m"
    }.joined(separator: "\n")
  }
}
