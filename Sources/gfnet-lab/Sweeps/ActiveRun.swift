import Foundation
import Support
import Sweeps

/// A run that this program has started.
struct ActiveRun {
  var claim: RunClaims.Claim
  let process: BackgroundProcess
  /// What it prints goes there.
  let output: FilePath
  /// Where that begins.
  let start: Int
  let began: Double
  /// Whether another process has the run now.
  var isLost = false
  /// Whether it was sent a signal.
  var isTold = false

  /// Why it failed, in one line.
  func error(_ status: Int32) -> String {
    if status > 128 {
      let number = status - 128
      let hint = number == SIGKILL ? ", as the system does when memory runs out" : ""
      return "ended by signal \(number) (\(String(cString: strsignal(number))))\(hint)"
    }
    let last = lastLine() ?? ""
    return last.isEmpty ? "ended with status \(status)" : last
  }

  /// The last line that the run printed, without the program's name.
  private func lastLine() -> String? {
    guard let file = try? InputFile(output) else { return nil }
    let most = 1 << 16
    let from = max(start, file.status.byteCount - most)
    var bytes = [UInt8](repeating: 0, count: most)
    let count = pread(file.descriptor, &bytes, most, off_t(from))
    guard count > 0 else { return nil }
    let lines = TextLines(bytes[..<count]).filter { !$0.isBlank && !$0.shown.hasPrefix("report: ") }
    let name = "gfnet-lab: "
    let line = (lines.last { $0.shown.hasPrefix(name) } ?? lines.last)?.shown ?? ""
    return (line.hasPrefix(name) ? String(line.dropFirst(name.count)) : line).printable(upTo: 1000)
  }
}
