import Foundation
import Support

/// Runs the cases in other processes and gathers what they say.
struct Supervisor {
  let cases: Range<Int>
  let seed: UInt64
  let only: Specimens.Kind?
  let checksMemory: Bool
  /// Where files of failed cases go; nil: beside where the program was started.
  let keep: String?

  /// What became of the cases of one kind.
  struct Tally {
    var cases = 0
    var accepted = 0
    /// Of one case, in bytes.
    var memory = 0
    /// Of one case.
    var seconds = 0.0
  }

  struct Summary {
    var kinds: [String: Tally] = [:]
    var problems: [String] = []
    var seconds = 0.0

    func print() {
      func row(_ cells: [String]) {
        Swift.print(
          cells.enumerated().map { column, text in
            let gap = String(repeating: " ", count: max((column == 0 ? 20 : 14) - text.count, 1))
            return column == 0 ? text + gap : gap + text
          }.joined())
      }
      row(["kind", "cases", "refused", "still read", "most memory", "longest"])
      for (kind, tally) in kinds.sorted(by: { $0.key < $1.key }) {
        row([
          kind, "\(tally.cases)", "\(tally.cases - tally.accepted)", "\(tally.accepted)",
          String(format: "%.1f MB", Double(tally.memory) / 1e6), String(format: "%.3f s", tally.seconds),
        ])
      }
      let total = kinds.values.reduce(0) { $0 + $1.cases }
      Swift.print(String(format: "%d cases in %.0f s, %d problems", total, seconds, problems.count))
      problems.forEach { Swift.print($0) }
    }
  }

  func run() throws -> Summary {
    let folder = NSTemporaryDirectory() + "hostile-files-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let start = Date()
    var summary = Summary()
    var next = cases.lowerBound
    while next < cases.upperBound {
      let process = try runChild(from: next, in: folder)
      let lines = try String(contentsOfFile: folder + "/out.txt", encoding: .utf8).split(separator: "\n")
      for line in lines { add(String(line), folder, to: &summary) }
      if process.terminationReason == .exit, process.terminationStatus == 0 { break }
      guard let text = try? String(contentsOfFile: folder + "/case.txt", encoding: .utf8),
        let died = text.split(separator: " ").first.flatMap({ Int($0) }), died >= next
      else {
        let errors = (try? String(contentsOfFile: folder + "/err.txt", encoding: .utf8)) ?? ""
        throw StartFailure(description: "the cases cannot be run: \(lines.last ?? "") \(errors.suffix(500))")
      }
      let how =
        process.terminationReason == .uncaughtSignal
        ? "signal \(process.terminationStatus)" : "status \(process.terminationStatus)"
      let errors = (try? String(contentsOfFile: folder + "/err.txt", encoding: .utf8)) ?? ""
      let words = errors.split(separator: "\n").first { $0.contains("ERROR") || $0.contains("Fatal") } ?? ""
      summary.problems.append("case \(text): the program died with \(how) \(words)" + kept(died, folder))
      next = died + 1
    }
    if FileManager.default.fileExists(atPath: folder + "/owned") {
      summary.problems.append("a command of a pickle was run")
    }
    summary.seconds = Date().timeIntervalSince(start)
    return summary
  }

  private struct StartFailure: LineError { let description: String }

  private func runChild(from first: Int, in folder: String) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments =
      [
        "--child", folder, "--seed", "\(seed)", "--first", "\(first)", "--count", "\(cases.upperBound)",
      ] + (only.map { ["--only", $0.rawValue] } ?? []) + (checksMemory ? [] : ["--no-memory"])
    // A crash ends the process at once, without a report that takes seconds.
    process.environment = ProcessInfo.processInfo.environment.merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }
    // Commands of pickles write into the folder that they are run in.
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    for (name, stream) in [("out.txt", \Process.standardOutput), ("err.txt", \Process.standardError)] {
      _ = FileManager.default.createFile(atPath: folder + "/" + name, contents: nil)
      process[keyPath: stream] = FileHandle(forWritingAtPath: folder + "/" + name)
    }
    try process.run()
    process.waitUntilExit()
    return process
  }

  /// `NUMBER KIND accepted|refused BYTES SECONDS`, or `problem NUMBER …`.
  private func add(_ line: String, _ folder: String, to summary: inout Summary) {
    let words = line.split(separator: " ")
    if words.first == "problem", words.count > 2, let number = Int(words[1]) {
      summary.problems.append("case " + words.dropFirst().joined(separator: " ") + kept(number, folder))
      return
    }
    guard words.count == 5, let memory = Int(words[3]), let seconds = Double(words[4]) else { return }
    var tally = summary.kinds[String(words[1])] ?? Tally()
    tally.cases += 1
    tally.accepted += words[2] == "accepted" ? 1 : 0
    tally.memory = max(tally.memory, memory)
    tally.seconds = max(tally.seconds, seconds)
    summary.kinds[String(words[1])] = tally
  }

  /// Keeps the file of a failed case and says where.
  private func kept(_ number: Int, _ folder: String) -> String {
    let target = (keep ?? FileManager.default.currentDirectoryPath) + "/hostile-\(seed)-\(number)"
    // Of a case that ended the file is made again; that of the last one is still there.
    guard let data = try? Specimens(only: only).file(number, seed: seed).data,
      (try? data.write(to: URL(fileURLWithPath: target))) != nil
    else { return "" }
    return "; its file is \(target)"
  }
}
