import Foundation
import LuaHost
import Support

/// Runs the Lua that comes from a pipe or a file, cell by cell as it comes; the first error ends it, as `lua -` would.
struct PipedCells {
  /// The most bytes of a cell.
  private static let largest = 16 << 20

  private let session: InteractiveSession
  private let display: SessionDisplay

  init(_ session: InteractiveSession, _ display: SessionDisplay) {
    (self.session, self.display) = (session, display)
  }

  /// Reads and runs cells; returns the exit status.
  func run() -> Int32 {
    var reader = CellReader()
    var number = 0
    while let line = readLine() {
      number += 1
      // A script may begin with `#!`.
      reader.add(number == 1 && line.hasPrefix("#!") ? "" : line)
      guard reader.text.utf8.count < Self.largest else {
        Terminal.complain(
          "stdin:\(reader.firstLine): this is more than \(Self.largest >> 20) MB of one piece of Lua")
        return 1
      }
      guard reader.mayBeComplete else { continue }
      if case .incomplete = session.completeness(of: reader.text) { continue }
      if let status = run(&reader, before: number + 1) { return status }
    }
    return run(&reader, before: number + 1) ?? 0
  }

  private func run(_ reader: inout CellReader, before next: Int) -> Int32? {
    defer { reader = CellReader(firstLine: next) }
    guard !reader.text.allSatisfy(\.isWhitespace) else { return nil }
    // Messages count the lines of the whole input.
    let source = String(repeating: "\n", count: reader.firstLine - 1) + reader.text
    let outcome = session.run(source, name: "stdin", isSilent: false)
    display.show(outcome)
    return outcome.failureStatus
  }
}
