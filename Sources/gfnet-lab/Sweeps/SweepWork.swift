import ArgumentParser
import Foundation
import LuaHost
import Support
import Sweeps

/// `gfnet-lab sweep work FOLDER`: takes runs of a sweep that was planned, beside any number of others that do the same.
struct SweepWork: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "work",
    abstract: "Take runs of a planned sweep, beside others that do the same.",
    discussion: """
      Each process takes runs that nobody else has, on as many machines as share the folder. Under mpirun and srun each
      is told nothing but the folder. Tasks of Slurm are started so. Exit status: 0 no run failed here, 1 some did (under
      mpirun 0, as it would end the other processes), 130 asked to stop.

      Examples:
        gfnet-lab sweep train.lua seed=1..20 --prepare
        gfnet-lab sweep work sweeps/train
        mpirun -n 4 --bind-to none gfnet-lab sweep work sweeps/train --jobs 1 --threads 2
        srun --ntasks-per-node=1 gfnet-lab sweep work sweeps/train
      """)

  @Argument(help: "The folder of the sweep.")
  var folder: FilePath

  @Option(help: ArgumentHelp("Runs at a time (default: 1).", valueName: "n"))
  var jobs = 1

  @Option(
    name: .customLong("threads"), parsing: .unconditional,
    help: ArgumentHelp("Threads of each run (default: those of the machine, divided).", valueName: "n"))
  var threadsText: String?

  @Option(help: ArgumentHelp("The most runs to take (default: all).", valueName: "n"))
  var share: Int?

  @Option(help: ArgumentHelp("Begin where this task of several does, counted from 1.", valueName: "n"))
  var task = 1

  @Flag(help: "Go back into the queue of Slurm where a time limit is near.")
  var requeue = false

  func validate() throws {
    if !(1...4096).contains(jobs) { throw ValidationError("--jobs must be from 1 to 4096, got \(jobs)") }
    if let share, share < 1 { throw ValidationError("--share must be at least 1, got \(share)") }
    if task < 1 { throw ValidationError("--task must be at least 1, got \(task)") }
    _ = try threadsText.map(OptionValues.threads)
  }

  func run() throws {
    try MemorySize.apply(nil)
    let sweep = SweepFolder(folder.absolute)
    let plan = try sweep.requiredPlan()
    let launch = Launch(environment: ProcessInfo.processInfo.environment)
    guard plan.workingFolder.withPlatformString({ chdir($0) }) == 0 else {
      throw FileError(action: "enter folder", path: plan.workingFolder, errno: errno)
    }
    let sources = try sources(plan)
    let stop = StopRequests()
    stop.listen()
    let share = share ?? .max
    var setup = SweepSession.setup(plan, due: jobs, jobs: jobs, launch)
    if let threads = try threadsText.map(OptionValues.threads) { setup.threads = threads }
    setup.share = share
    setup.skipped = (task - 1).multipliedReportingOverflow(by: share == .max ? 1 : share).partialValue & .max
    let worker = SweepWorker(folder: sweep, plan: plan, setup: setup, stop: stop, sources: sources)
    let outcome = try worker.run()
    Cancellation.withdraw()
    let records = try sweep.records(of: plan)
    Terminal.write(
      "\(outcome.done) done, \(outcome.failures) failed here; \(SweepSession.summary(records))\n")
    // The last one of all writes the page of all; where several end at once, one of them has the folder.
    if !records.contains(where: { $0.status == .waiting || $0.status == .running }) {
      let isDone = records.allSatisfy { $0.status == .done }
      try? SweepPage(folder: sweep).write(plan, records, status: isDone ? .done : .failed)
    }
    if let obstacle = outcome.obstacle { throw obstacle }
    if outcome.isStopped {
      if requeue, stop.isAtTimeLimit { SlurmSubmission.requeue(job: launch.job) }
      throw ExitCode(130)
    }
    // The status of one process has mpirun end all others.
    if outcome.failures > 0, launch.launcher != "mpirun" { throw ExitCode(1) }
  }

  /// What decides what runs compute must be as it was when the sweep was planned.
  private func sources(_ plan: SweepPlan) throws -> SweepSources {
    let path = plan.options.firstIndex(of: "--lua-path").flatMap { place in
      place + 1 < plan.options.count ? FilePath(bytes: RawArgument.bytes(of: plan.options[place + 1])) : nil
    }
    let sources = try SweepSources(
      script: plan.script, modules: FileOptions.moduleFolders(path), options: plan.options)
    guard sources.fingerprint == plan.fingerprint else {
      throw SweepError(
        "\(plan.script) or what it needs has changed since the sweep was planned: start the sweep again")
    }
    return sources
  }
}
