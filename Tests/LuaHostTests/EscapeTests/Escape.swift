import LuaHost
import Support
import TestSupport
import Testing

/// One idea of how a script could get out, go on for ever or take too much, and how it must end.
struct Escape: Sendable, CustomTestStringConvertible {
  /// What must become of it.
  enum End: Sendable {
    /// It prints `held`: all that it tries fails, as its own checks say.
    case held
    /// An error that contains this.
    case refused(String)
    /// The time of its cell ends it.
    case timedOut
    /// Its memory ends it: it is refused more, or its cell fails.
    case outOfMemory
  }

  let idea: String
  let source: String
  let end: End

  init(_ idea: String, _ end: End, _ source: String) {
    self.idea = idea
    self.source = source
    self.end = end
  }

  var testDescription: String { idea }

  /// Runs the script, with half a second by a clock that counts looks and 24 MB, and compares its end.
  func check() throws {
    let bench = try ScriptBench(
      source, seconds: end.needsTime ? 0.5 : nil, cellMemory: 24_000_000,
      clock: SteppingClock())
    switch end {
    case .held:
      #expect(bench.message == "" && bench.shown.hasSuffix("held\n"), "\(bench.message) / \(bench.shown)")
    case .refused(let words): #expect(bench.message.contains(words), "\(bench.message)")
    case .timedOut:
      #expect(
        bench.message.hasPrefix("time limit reached: cell 1 may run 0.5 s and ran "), "\(bench.message)")
    case .outOfMemory:
      #expect(
        ["may hold 24.0 MB", "too large", "out of memory"].contains { bench.message.contains($0) },
        "\(bench.message) / \(bench.shown)")
    }
  }
}

extension Escape.End {
  fileprivate var needsTime: Bool { if case .timedOut = self { true } else { false } }
}
