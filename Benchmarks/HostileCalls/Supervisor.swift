import Foundation
import Support

/// Runs the cases of one kind in other processes and gathers what they say.
struct Supervisor {
  private let kind: CaseKind
  private let cases: Range<Int>
  private let seed: UInt64
  private let batch: Int
  private let source: CaseSource

  init(_ kind: CaseKind, cases: Range<Int>, seed: UInt64, batch: Int) throws {
    self.kind = kind
    self.cases = cases
    self.seed = seed
    self.batch = max(batch, 1)
    source = try CaseSource(kind, seed: seed)
  }

  struct Summary {
    let kind: CaseKind
    var outcomes: [String: Int] = [:]
    var memory = 0
    var longest = 0.0
    var seconds = 0.0
    var problems: [String] = []

    func print() {
      let counts = outcomes.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
      Swift.print(
        "\(kind): \(outcomes.values.reduce(0, +)) cases in \(Int(clamping: seconds.rounded())) s (\(counts)), at most "
          + "\(MemoryText.size(memory)) held, the longest \(String(format: "%.1f", longest)) s, \(problems.count) problems"
      )
      problems.forEach { Swift.print($0) }
    }
  }

  func run() throws -> Summary {
    let folder = NSTemporaryDirectory() + "hostile-calls-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let start = Date()
    var summary = Summary(kind: kind)
    var next = cases.lowerBound
    while next < cases.upperBound {
      let end = min(next + batch, cases.upperBound)
      let (process, lines) = try runChild(next..<end, in: folder)
      for line in lines { add(line, to: &summary) }
      if process.terminationReason == .exit, process.terminationStatus == 0 {
        next = end
        continue
      }
      let errors = (try? String(contentsOfFile: folder + "/err.txt", encoding: .utf8)) ?? ""
      guard
        let died = (try? String(contentsOfFile: folder + "/case.txt", encoding: .utf8)).flatMap({ Int($0) }),
        died >= next
      else { throw StartFailure(description: "the cases cannot be run: \(errors.suffix(500))") }
      let how = process.terminationReason == .uncaughtSignal ? "signal" : "status"
      let words = errors.split(separator: "\n").first { $0.contains("ERROR") || $0.contains("Fatal") } ?? ""
      summary.problems.append(
        "case \(died): ended with \(how) \(process.terminationStatus) \(words)\n\(shown(died))"
          + (try alone(died, in: folder)
            ? "" : "\n  (not alone: run it with --first \(next) --count \(died + 1 - next))"))
      next = died + 1
    }
    summary.seconds = Date().timeIntervalSince(start)
    return summary
  }

  private struct StartFailure: LineError { let description: String }

  /// The case as Lua, in one line where it is a call.
  private func shown(_ number: Int) -> String {
    if kind == .calls { return "  " + source.call(number) }
    return "  hostile-calls \(kind) --seed \(seed) --first \(number) --count 1 --show"
  }

  /// Whether the case ends a process that runs nothing else.
  private func alone(_ number: Int, in folder: String) throws -> Bool {
    let process = try runChild(number..<number + 1, in: folder).0
    return process.terminationReason == .uncaughtSignal || process.terminationStatus != 0
  }

  private func add(_ line: Substring, to summary: inout Summary) {
    let fields = line.split(separator: " ")
    if fields.first == "problem", fields.count > 1, let number = Int(fields[1]) {
      summary.problems.append("case \(fields.dropFirst().joined(separator: " "))\n\(shown(number))")
    }
    guard fields.count == 4, let memory = Int(fields[2]), let seconds = Double(fields[3]) else { return }
    summary.outcomes[String(fields[1]), default: 0] += 1
    summary.memory = max(summary.memory, memory)
    summary.longest = max(summary.longest, seconds)
  }

  private func runChild(_ cases: Range<Int>, in folder: String) throws -> (Process, [Substring]) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = [
      kind.rawValue, "--child", folder, "--seed", "\(seed)", "--first", "\(cases.lowerBound)", "--end",
      "\(cases.upperBound)",
    ]
    // A crash ends the process at once, without a report that takes seconds.
    process.environment = ProcessInfo.processInfo.environment.merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.standardInput = FileHandle.nullDevice
    for (name, stream) in [("out.txt", \Process.standardOutput), ("err.txt", \Process.standardError)] {
      _ = FileManager.default.createFile(atPath: folder + "/" + name, contents: nil)
      process[keyPath: stream] = FileHandle(forWritingAtPath: folder + "/" + name)
    }
    try process.run()
    process.waitUntilExit()
    let output = try String(contentsOfFile: folder + "/out.txt", encoding: .utf8)
    return (process, output.split(separator: "\n"))
  }
}
