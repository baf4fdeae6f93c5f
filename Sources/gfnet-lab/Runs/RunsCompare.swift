import ArgumentParser
import Compute
import Foundation
import LuaHost
import Reports
import Runs
import Support

/// `gfnet-lab runs compare RUN RUN …`.
struct RunsCompare: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Set runs side by side: what differs first.",
    discussion: """
      Parameters, results, the last values of metrics and how the runs were made. The column 'differs' has the change from \
      the first to the second run, or says which runs alone have a value. --html writes a page that needs nothing else, with \
      figures of the same name side by side.

      Examples:
        gfnet-lab runs compare monday tuesday
        gfnet-lab runs compare baseline reports/monday sweeps/train/runs/rate=0.1 --html three.html
      """)

  @Argument(help: ArgumentHelp("The runs: by place, folder or tag.", valueName: "run"))
  var runs: [FilePath]

  @OptionGroup var place: RunsFolder

  @Option(help: ArgumentHelp("Also write the comparison as a page.", valueName: "file"))
  var html: FilePath?

  func validate() throws {
    guard (2...Self.most).contains(runs.count) else {
      throw ValidationError("name from 2 to \(Self.most) runs to compare")
    }
  }

  /// More runs have no place beside each other.
  private static let most = 50

  func run() throws {
    let found = try runs.map { try RunsArgument.find($0, place) }
    let comparison = RunComparison(found, names: runs.map(\.shown))
    for (place, table) in comparison.tables.enumerated() {
      Terminal.write((place == 0 ? "" : "\n") + table.text)
    }
    guard let html else { return }
    var facts = RunFacts(
      command: ["gfnet-lab"] + RawArgument.all().map(RawArgument.shownAsTyped),
      versions: RunRecorder.versions, seed: 1, threads: ThreadTeam.size)
    facts.status = .done
    try AtomicFile.write(HTMLReport.standalone(comparison.notebook(), facts: facts), to: html)
    Terminal.note("comparison: \(html)")
  }
}
