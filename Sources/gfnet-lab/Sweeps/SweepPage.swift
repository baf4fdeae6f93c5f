import Compute
import Foundation
import LuaHost
import Reports
import Support
import Sweeps

/// The page of all runs of a sweep: a report as that of a run, in the sweep's folder.
final class SweepPage {
  private let folder: SweepFolder
  private let repetitions: Set<String>
  private var nextWrite = MonotonicClock.seconds + 60
  /// How far the runs were on the page that was written last.
  private var lastCounts = ""

  /// The most figures of results, and of trainings.
  private static let mostFigures = 6

  /// - Parameters:
  ///   - folder: the sweep's folder.
  ///   - repetitions: parameters over which means are taken.
  init(folder: SweepFolder, repetitions: Set<String> = ["seed"]) {
    self.folder = folder
    self.repetitions = repetitions
  }

  /// Writes the page when a minute has passed and something has changed; a twentieth of the time at most goes into it.
  func writeNowAndThen(_ plan: SweepPlan, _ claims: RunClaims) throws {
    guard MonotonicClock.seconds >= nextWrite else { return }
    let start = MonotonicClock.seconds
    defer { nextWrite = MonotonicClock.seconds + max(60, 20 * (MonotonicClock.seconds - start)) }
    let records = try folder.records(of: plan, claims: claims)
    let counts = SweepSession.summary(records)
    guard counts != lastCounts else { return }
    try write(plan, records, status: .running)
    lastCounts = counts
  }

  /// Writes the page, with figures, tables and `meta.json` beside it.
  ///
  /// - Throws: `FileError` where the folder cannot be written, and where another process is writing it; `Interrupted`.
  func write(_ plan: SweepPlan, _ records: [RunRecord], status: RunFacts.Status) throws {
    let notebook = try notebook(plan, records)
    var facts = RunFacts(
      command: plan.command, versions: RunRecorder.versions, seed: seed(plan), threads: ThreadTeam.size,
      repository: .of(folder: plan.script.folder))
    facts.status = status
    let counts = RunHistory.Status.allCases.map { status in
      JSONValue.Member(status.rawValue, .integer(records.count { $0.status == status }))
    }
    let seconds = records.reduce(0) { $0 + ($1.seconds ?? 0) }
    try RunDirectory(path: folder.path, facts: facts).finish(
      notebook, status: status, seconds: seconds, results: counts)
  }

  private func seed(_ plan: SweepPlan) -> UInt64 {
    guard let place = plan.options.firstIndex(of: "--seed"), place + 1 < plan.options.count else { return 1 }
    return UInt64(plan.options[place + 1]) ?? 1
  }

  // MARK: Cells

  private func notebook(_ plan: SweepPlan, _ records: [RunRecord]) throws -> Notebook {
    let groups = RunGroup.groups(records, over: repetitions)
    let results = RunGroup.resultNames(records)
    let figures = SweepFigures(groups: groups)
    var cells: [Notebook.Cell] = []
    func add(_ title: String, _ outputs: [Notebook.Output]) {
      guard !outputs.isEmpty else { return }
      var cell = Notebook.Cell(kind: .code, title: title, source: "", firstLine: 1)
      cell.outputs = outputs
      cell.status = .done
      cells.append(cell)
    }
    add("How far it is", [.text(Self.progress(records))])
    let failures = records.filter { $0.status == .failed }
    if !failures.isEmpty { add("Failures", [.table(Self.table(of: failures)), .markdown(links(failures))]) }
    if !results.isEmpty {
      add("Results", [.table(try SweepTables.means(groups, results))])
      if groups.count > 1 { add("Best", [.table(try SweepTables.extremes(groups, results))]) }
      add(
        "Curves",
        try results.prefix(Self.mostFigures).compactMap { try figures.result($0) }.map { .figure($0) })
    }
    add("Trainings", try figures.trainings(most: Self.mostFigures).map { .figure($0) })
    add(
      "Runs",
      [
        .table(SweepTables.runs(records)),
        .markdown(links(records.filter { $0.attempts > 0 })),
      ])
    let title = "Sweep of \(plan.script.shownStem)"
    return Notebook(title: title, source: plan.script, cells: cells)
  }

  private static func progress(_ records: [RunRecord]) -> String {
    let seconds = records.reduce(0) { $0 + ($1.seconds ?? 0) }
    let starts = records.reduce(0) { $0 + $1.attempts }
    return
      "\(SweepSession.summary(records))\nstarted \(starts) times; the last start of each run took \(DurationText.text(seconds)) altogether\n"
  }

  private static func table(of failures: [RunRecord]) -> Notebook.Table {
    Notebook.Table(
      name: "failures", caption: "Runs that failed.", columns: ["run", "starts", "error"],
      rows: failures.map {
        [.text($0.run.name), .integer($0.attempts, digits: nil), .text($0.note.printable(upTo: 1000))]
      })
  }

  /// Where to read on: the report of each run, where it came to write one, and what it printed.
  private func links(_ records: [RunRecord]) -> String {
    let most = 500
    let lines = records.prefix(most).map { record -> String in
      let folder = "runs/\(record.run.name)"
      let hasReport = (record.folder / ReportFormat.primary.fileName).isRegularFile
      let report = hasReport ? "[report](\(folder)/\(ReportFormat.primary.fileName)), " : ""
      return "- `\(record.run.name)`: \(report)[output](\(folder)/output.txt)"
    }
    let rest = records.count > most ? ["", "… and \(records.count - most) more"] : []
    return (lines + rest).joined(separator: "\n")
  }
}
