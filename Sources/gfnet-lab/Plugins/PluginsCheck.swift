import ArgumentParser
import Foundation
import LuaHost
import Reports
import Support

/// `gfnet-lab plugins check NAME…`.
struct PluginsCheck: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Load plugins, run their tests, and try all that they define on random input.",
    discussion: """
      Looked at are the manifest and its versions, what init.lua defines, test.lua, and every definition: a rule decides \
      about a random trace, a sampler places patches, a scheduler fits a rule, a backbone is built, traced, trained, saved and loaded, a report \
      is written; with the defaults, with each parameter at the ends of its range, and twice, which must give the same. \
      Times and memory are those of the parts. Exit status 1 if anything failed.

      Examples:
        gfnet-lab plugins check                  all that are found
        gfnet-lab plugins check steady
        gfnet-lab plugins check work/steady --json
      """)

  @Argument(help: ArgumentHelp("Names or folders of plugins; none: all that are found.", valueName: "plugin"))
  var plugins: [String] = []

  @Flag(name: .customLong("allow-plugins"), help: "Let them have what they ask for, in this check.")
  var allowsPlugins = false

  @Option(help: ArgumentHelp("Seconds that each part may take.", valueName: "n"))
  var seconds = 60.0

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    guard seconds > 0, seconds <= 86_400 else {
      throw ValidationError("--seconds must be above 0 and at most 86400")
    }
  }

  func run() throws {
    let loader = PluginLoader.standard(allowingAll: allowsPlugins)
    let candidates =
      try plugins.isEmpty ? loader.candidates() : plugins.map { try PluginArgument.find($0, in: loader) }
    var failures = 0
    var reports: [JSONValue] = []
    for candidate in candidates {
      let findings = try PluginCheck(candidate, loader, seconds: seconds).run()
      let fails = findings.contains { $0.verdict == .failed }
      if fails { failures += 1 }
      if json {
        reports.append([
          "name": .string(candidate.name), "folder": .string(candidate.folder.shown), "passes": .bool(!fails),
          "findings": .array(findings.map(\.json)),
        ])
      } else {
        show(candidate, findings)
      }
    }
    if json {
      Terminal.write(
        JSONValue.object([.init("plugins", .array(reports)), .init("failures", .integer(failures))]).compact
          + "\n")
    }
    guard failures == 0 else {
      Terminal.complain("\(failures) of \(candidates.count) plugin\(candidates.count == 1 ? "" : "s") failed")
      throw ExitCode(1)
    }
  }

  private func show(_ candidate: PluginFolders.Candidate, _ findings: [PluginFinding]) {
    let fails = findings.contains { $0.verdict == .failed }
    Terminal.write(
      "\(candidate.name.printable(upTo: 80)) (\(candidate.folder)): \(fails ? "FAILED" : "ok")\n")
    let width = findings.map(\.part.count).max() ?? 0
    for finding in findings {
      let part = finding.part.padding(toLength: max(width, 1), withPad: " ", startingAt: 0)
      let verdict = finding.verdict.rawValue.padding(toLength: 6, withPad: " ", startingAt: 0)
      Terminal.write("  \(verdict)  \(part)  \(finding.message)\(finding.measured)\n")
      if !finding.remedy.isEmpty, finding.verdict != .passed {
        Terminal.write(String(repeating: " ", count: width + 12) + finding.remedy + "\n")
      }
    }
  }
}

extension PluginFinding {
  /// The time and memory that the part took, in brackets; empty where nothing ran.
  fileprivate var measured: String {
    guard let seconds, let bytes else { return "" }
    return String(format: " (%.2f s, %@)", seconds, MemoryText.size(bytes))
  }

  /// The finding for programs; file and line are taken from the beginning of its message.
  fileprivate var json: JSONValue {
    let place = message.firstMatch(of: #/^(.+?\.lua):(\d+): /#)
    return [
      "part": .string(part),
      "verdict": .string(verdict == .passed ? "ok" : verdict == .failed ? "failed" : "note"),
      "message": .string(message), "remedy": remedy.isEmpty ? .null : .string(remedy),
      "file": place.map { .string(String($0.1)) } ?? .null,
      "line": place.flatMap { Int($0.2) }.map { .integer($0) } ?? .null,
      "seconds": seconds.map { .number($0) } ?? .null, "bytes": bytes.map { .integer($0) } ?? .null,
    ]
  }
}
