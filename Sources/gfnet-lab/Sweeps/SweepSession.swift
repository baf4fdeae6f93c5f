import ArgumentParser
import Foundation
import Reports
import Support
import Sweeps

/// A sweep that runs on this machine: workers, the page of all runs, and what is said at the end.
struct SweepSession {
  let folder: SweepFolder
  let plan: SweepPlan
  let sources: SweepSources

  /// What the machine must have for each of several runs at a time.
  private static let memoryOfRun = 2_000_000_000

  /// Runs what is due.
  ///
  /// - Parameters:
  ///   - jobs: how many runs at a time; nil: one for each core, where memory allows.
  ///   - launch: by what this process was started.
  /// - Throws: `ExitCode` where not all runs are done.
  func run(jobs: Int?, launch: Launch) throws {
    let stop = StopRequests()
    stop.listen()
    let claims = RunClaims(folder: folder)
    let probe = SweepWorker(
      folder: folder, plan: plan, setup: .init(jobs: 1), stop: stop, sources: sources, claims: claims)
    let setup = Self.setup(plan, due: probe.due, jobs: jobs, launch)
    announce(due: probe.due, setup)
    let worker = SweepWorker(
      folder: folder, plan: plan, setup: setup, stop: stop, sources: sources, claims: claims)
    let page = SweepPage(folder: folder)
    worker.onChange = { try? page.writeNowAndThen(plan, claims) }
    let outcome = try worker.run()
    // The page is written although a stop was asked for; another request ends that, too.
    Cancellation.withdraw()
    try conclude(outcome, page, claims, wasDue: probe.due)
  }

  /// How the runs share what this process has of the machine.
  static func setup(_ plan: SweepPlan, due: Int, jobs: Int?, _ launch: Launch) -> SweepWorker.Setup {
    let all = ProcessInfo.processInfo.activeProcessorCount
    let cores = max(launch.processors ?? all / launch.copiesHere, 1)
    let memory = MemoryBudget.shared.limit / launch.copiesHere
    let jobs = jobs ?? max(min(cores, memory / memoryOfRun), 1)
    let atOnce = max(min(jobs, due), 1)
    let isAlone = atOnce * launch.copiesHere == 1
    return SweepWorker.Setup(
      jobs: jobs, threads: plan.options.contains("--threads") ? nil : max(cores / atOnce, 1),
      // Less would not hold the program itself.
      memory: plan.options.contains("--memory") || isAlone ? nil : max(memory / atOnce, 64_000_000))
  }

  private func announce(due: Int, _ setup: SweepWorker.Setup) {
    let known = plan.runs.count - due
    let found = known == 0 ? "" : ", \(known) of them done or running already"
    let atOnce = min(setup.jobs, max(due, 1))
    let threads =
      setup.threads.map { " with \($0) thread\($0 == 1 ? "" : "s")\(atOnce > 1 ? " each" : "")" } ?? ""
    Terminal.note(
      "\(plan.runs.count) run\(plan.runs.count == 1 ? "" : "s") in \(folder.path)\(found); \(atOnce) at a time\(threads)"
    )
    let others = RunGroup.groups(
      plan.runs.map { RunRecord(run: $0, folder: folder.folder(of: $0), status: .waiting) }, over: [])
    // Two names of one set of parameters, such as a=1 b=2 and b=2 a=1, are one run already.
    if others.count < plan.runs.count { Terminal.note("some runs have the same parameters in another order") }
    let places = plan.options.filter { $0.contains(PlannedRun.folderMark) }
    if !places.isEmpty {
      Terminal.note("each run keeps \(places.joined(separator: ", ")), where {run} is its folder")
    }
  }

  private func conclude(
    _ outcome: SweepWorker.Outcome, _ page: SweepPage, _ claims: RunClaims, wasDue: Int
  ) throws {
    let records = try folder.records(of: plan, claims: claims)
    let asked = Array(records.prefix(plan.runs.count))
    Terminal.write(Self.summary(asked) + "\n")
    for record in asked where record.status == .failed {
      Terminal.write("  \(record.run.name): \(record.note.printable(upTo: 1000))\n")
    }
    let isDone = asked.allSatisfy { $0.status == .done }
    do {
      try page.write(plan, records, status: outcome.isStopped ? .interrupted : isDone ? .done : .failed)
      Terminal.note("report: \(folder.path / ReportFormat.primary.fileName)")
    } catch let error as any LineError where !(error is Interrupted) {
      // Another process that is at the sweep may be writing it.
      Terminal.note("no report: \(error)")
    }
    if let obstacle = outcome.obstacle { throw obstacle }
    if outcome.isStopped {
      Terminal.complain("interrupted; the same command goes on")
      throw ExitCode(130)
    }
    if asked.contains(where: { $0.status == .failed }) { throw ExitCode(1) }
  }

  /// How many runs are how far, in one line.
  static func summary(_ records: [RunRecord]) -> String {
    let counts = RunHistory.Status.allCases.compactMap { status -> String? in
      let count = records.count { $0.status == status }
      return count == 0 ? nil : "\(count) \(status.rawValue)"
    }
    return "\(records.count) run\(records.count == 1 ? "" : "s"): \(counts.joined(separator: ", "))"
  }
}
