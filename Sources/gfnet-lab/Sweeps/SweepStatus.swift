import ArgumentParser
import LuaHost
import Reports
import Support
import Sweeps

/// `gfnet-lab sweep status FOLDER`.
struct SweepStatus: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show how far a sweep is, and write the page of all its runs.",
    discussion: """
      The page has the runs, means over seeds with intervals, curves with bands, and what failed.

      Examples:
        gfnet-lab sweep status sweeps/train
        gfnet-lab sweep status sweeps/train --over seed,fold
      """)

  @Argument(help: "The folder of the sweep.")
  var folder: FilePath

  @Option(
    help: ArgumentHelp(
      "Parameters whose runs are repetitions, over which means are taken.", valueName: "names"))
  var over = "seed"

  func run() throws {
    let sweep = SweepFolder(folder)
    let plan = try sweep.requiredPlan()
    let repetitions = try repetitions(plan)
    let claims = RunClaims(folder: sweep)
    let records = try sweep.records(of: plan, claims: claims)
    Terminal.write(SweepTables.runs(records).text)
    Terminal.write(SweepSession.summary(records) + "\n")
    let isOpen = records.contains { $0.status == .running || $0.status == .waiting }
    let isDone = records.allSatisfy { $0.status == .done }
    do {
      try SweepPage(folder: sweep, repetitions: repetitions).write(
        plan, records, status: isOpen ? .running : isDone ? .done : .failed)
      Terminal.note("report: \(sweep.path / ReportFormat.primary.fileName)")
    } catch let error as any LineError where !(error is Interrupted) {
      Terminal.note("no report: \(error)")
    }
  }

  private func repetitions(_ plan: SweepPlan) throws -> Set<String> {
    let known = Set(plan.allRuns.flatMap { $0.parameters.map(\.name) })
    let names = over.split(separator: ",").map(String.init)
    for name in names where !known.contains(name) && name != "seed" {
      throw UsageError(
        "--over: no run has a parameter '\(name)'" + NearestName.hint(name, in: known.sorted()))
    }
    return Set(names)
  }
}
