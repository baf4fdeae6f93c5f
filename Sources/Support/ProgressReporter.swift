import Foundation

/// Shows how far a long piece of work has come: a bar on a terminal, plain lines elsewhere.
///
/// Nothing is shown for work that ends within two seconds. All output goes to standard error.
public final class ProgressReporter {
  private let title: String
  private let total: Int
  private let start = ProcessInfo.processInfo.systemUptime
  private var lastShown: TimeInterval = 0
  private var shown = false
  private let isTerminal = isatty(STDERR_FILENO) == 1

  /// - Parameters:
  ///   - title: what is being done, as the user would say it.
  ///   - total: the number of units, in the unit of ``update(_:note:)``.
  public init(_ title: String, total: Int) {
    self.title = title
    self.total = max(total, 1)
  }

  /// Reports that `done` units of the total are finished; `note` follows the count.
  public func update(_ done: Int, note: String = "") {
    let now = ProcessInfo.processInfo.systemUptime
    let elapsed = now - start
    guard elapsed > 2, now - lastShown > (isTerminal ? 0.1 : 15) else { return }
    lastShown = now
    shown = true
    let fraction = min(Double(done) / Double(total), 1)
    let remaining = fraction > 0 ? elapsed * (1 - fraction) / fraction : 0
    let suffix = note.isEmpty ? "" : "  \(note)"
    if isTerminal {
      let width = 24
      let filled = Int(fraction * Double(width))
      let bar = String(repeating: "━", count: filled) + String(repeating: "·", count: width - filled)
      put("\r\u{1B}[K\(title) \(bar) \(done)/\(total)  \(Self.clock(remaining)) left\(suffix)")
    } else {
      put("\(title): \(done)/\(total), \(Self.clock(remaining)) left\(suffix)\n")
    }
  }

  /// Clears the bar; later text starts on a clean line.
  public func finish() {
    if shown && isTerminal { put("\r\u{1B}[K") }
    shown = false
  }

  private static func clock(_ seconds: Double) -> String {
    let whole = Int(min(max(seconds, 0), 1e8).rounded())
    return whole >= 3600
      ? String(format: "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60)
      : String(format: "%d:%02d", whole / 60, whole % 60)
  }

  private func put(_ text: String) {
    Console.write(text, to: STDERR_FILENO)
  }
}
