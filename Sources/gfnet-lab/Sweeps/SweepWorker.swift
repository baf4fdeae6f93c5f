import Foundation
import Reports
import Support
import Sweeps

/// Runs what is due of a sweep, some runs at a time, each as a process of its own.
///
/// Several workers may be at one sweep, on one machine or on many: each takes runs that nobody else has.
final class SweepWorker {
  /// How a worker goes about it.
  struct Setup {
    /// How many runs at a time.
    var jobs: Int
    /// The threads of each; nil where the sweep's options say.
    var threads: Int?
    /// What each may hold, in bytes; nil where the sweep's options say.
    var memory: Int?
    /// How many runs it takes at most.
    var share = Int.max
    /// How many runs it leaves to others at first, as tasks of an array begin at different places.
    var skipped = 0
  }

  /// How a worker has ended.
  struct Outcome {
    /// Runs that it took and that are done.
    var done = 0
    /// Runs that it took and that have failed for good.
    var failures = 0
    /// Whether it was asked to stop.
    var isStopped = false
    /// Why it started no more runs; nil where none was due.
    var obstacle: SweepError?
  }

  private let folder: SweepFolder
  private let plan: SweepPlan
  private let setup: Setup
  private let claims: RunClaims
  private let stop: StopRequests
  private let sources: SweepSources
  private var active: [ActiveRun] = []
  /// Runs that may be due.
  private var queue: [PlannedRun]
  private var taken = 0
  private var outcome = Outcome()
  private var nextLook = -Double.infinity
  private var nextBeat = -Double.infinity
  private var askedAt: Double?
  private let progress: ProgressReporter
  /// Called now and then when something has changed, for a page that shows it.
  var onChange: () -> Void = {}

  init(
    folder: SweepFolder, plan: SweepPlan, setup: Setup, stop: StopRequests, sources: SweepSources,
    claims: RunClaims? = nil
  ) {
    self.folder = folder
    self.plan = plan
    self.setup = setup
    self.stop = stop
    self.sources = sources
    let claims = claims ?? RunClaims(folder: folder)
    self.claims = claims
    let due = plan.runs.filter { folder.history(of: $0).isDue(in: plan, isGone: claims.isGone) }
    let first = due.isEmpty ? 0 : setup.skipped % due.count
    queue = Array(due[first...] + due[..<first])
    self.due = min(due.count, setup.share)
    progress = ProgressReporter("sweep", total: self.due)
  }

  /// How many runs were due when it began.
  let due: Int

  /// Works until nothing is due, its share is done, or it is asked to stop.
  func run() throws -> Outcome {
    do {
      while true {
        try reap()
        if stop.times > 0 {
          outcome.isStopped = true
          askToEnd()
        } else if outcome.obstacle == nil {
          try fill()
        }
        if active.isEmpty { break }
        beat()
        if !outcome.isStopped { progress.update(min(outcome.done + outcome.failures, due), note: note) }
        usleep(20_000)
      }
    } catch {
      // What runs must not go on without anybody who knows of it.
      askToEnd()
      for run in active { run.process.terminate() }
      while !active.isEmpty, stop.times < 2 {
        try? reap()
        usleep(20_000)
      }
      throw error
    }
    progress.finish()
    return outcome
  }

  private var note: String {
    "\(active.count) running" + (outcome.failures == 0 ? "" : ", \(outcome.failures) failed")
  }

  // MARK: Starting

  private func fill() throws {
    while active.count < setup.jobs, taken < setup.share, !queue.isEmpty {
      // Runs that others have are looked at again when they may have ended.
      guard MonotonicClock.seconds >= nextLook else { return }
      guard let claim = try takeNext() else {
        nextLook = MonotonicClock.seconds + 5
        return
      }
      try start(claim)
    }
  }

  private func takeNext() throws -> RunClaims.Claim? {
    var others: [PlannedRun] = []
    defer { queue = others + queue }
    while !queue.isEmpty {
      if let reason = sources.change() {
        outcome.obstacle = reason
        return nil
      }
      let run = queue.removeFirst()
      if let claim = try claims.take(run, in: plan) { return claim }
      if claims.status(of: folder.history(of: run), in: plan) == .running { others.append(run) }
    }
    return nil
  }

  private func start(_ claim: RunClaims.Claim) throws {
    taken += 1
    var claim = claim
    let run = claim.run
    let output = folder.output(of: run)
    let start = FileStatus(output)?.byteCount ?? 0
    var words = ["run", RawArgument.text(plan.script.bytes)] + run.arguments(folder: folder.folder(of: run))
    let path = RawArgument.text(folder.folder(of: run).bytes)
    // The program takes an option once: a seed of the combination stands for that of all.
    let options = run.parameters.contains(where: \.isSeed) ? plan.options.removing("--seed") : plan.options
    words += options.map { $0.replacing(PlannedRun.folderMark, with: path) } + ["--out", path]
    if let threads = setup.threads { words += ["--threads", "\(threads)"] }
    if let memory = setup.memory { words += ["--memory", "\(memory)"] }
    words.append(InputEnd.option)
    do {
      let process = try BackgroundProcess(
        RunningProgram.path.string, words.map { ChildProcess.Argument(carried: $0) }, output: output)
      try claim.note(child: process.identifier)
      active.append(
        ActiveRun(claim: claim, process: process, output: output, start: start, began: MonotonicClock.seconds)
      )
    } catch {
      try claim.end(.failed, seconds: 0, error: "\(error)")
      throw error
    }
  }

  // MARK: While runs go on

  private func beat() {
    guard MonotonicClock.seconds >= nextBeat else { return }
    nextBeat = MonotonicClock.seconds + RunClaims.interval
    for index in active.indices {
      active[index].claim.beat()
      if active[index].claim.isTakenOver, !active[index].isLost {
        active[index].isLost = true
        active[index].process.askToEnd()
        Terminal.complain(
          "run \(active[index].claim.run.name) was taken by another process and is left to it")
      }
    }
    onChange()
  }

  /// Asks all runs to end: politely first, then by the system's signal, and at once where that was asked for.
  private func askToEnd() {
    let now = MonotonicClock.seconds
    if askedAt == nil {
      askedAt = now
      progress.finish()
      if !active.isEmpty {
        let runs = active.count == 1 ? "1 run saves its" : "\(active.count) runs save their"
        Terminal.note(
          "stopping: \(runs) state; Ctrl-C again ends \(active.count == 1 ? "it" : "them") at once")
      }
      for run in active { run.process.askToEnd() }
    }
    for index in active.indices {
      if stop.times > 1 {
        active[index].process.kill()
      } else if !active[index].isTold, now - (askedAt ?? now) > Self.patience {
        // A computation that asks nobody is left by a signal, which the run answers within its own patience.
        active[index].isTold = true
        active[index].process.terminate()
      }
    }
  }

  /// Seconds that a run has before it gets a signal.
  private static let patience = 30.0

  // MARK: Ends

  private func reap() throws {
    for run in active {
      guard let status = run.process.status else { continue }
      active.removeAll { $0.process === run.process }
      nextLook = -.infinity
      guard !run.isLost else { continue }
      try end(run, status)
    }
  }

  private func end(_ run: ActiveRun, _ status: Int32) throws {
    var claim = run.claim
    let seconds = MonotonicClock.seconds - run.began
    let wasAsked = askedAt != nil
    switch status {
    case 0:
      outcome.done += 1
      try claim.end(.done, seconds: seconds)
    case _ where status == 130 || wasAsked && status > 128:
      try claim.end(.interrupted, seconds: seconds)
      if !wasAsked {
        Terminal.complain("run \(claim.run.name) was interrupted; the next sweep goes on with it")
      }
    default:
      let error = run.error(status)
      try claim.end(.failed, seconds: seconds, error: error)
      progress.finish()
      let isDue = folder.history(of: claim.run).isDue(in: plan, isGone: claims.isGone)
      if isDue {
        // It is the same run once more, which the share has counted.
        queue.append(claim.run)
        taken -= 1
      } else {
        outcome.failures += 1
      }
      Terminal.complain("run \(claim.run.name) failed\(isDue ? ", and is started again" : ""): \(error)")
    }
  }
}

extension [String] {
  /// The words without an option and its value.
  fileprivate func removing(_ option: String) -> [String] {
    guard let place = firstIndex(of: option) else { return self }
    return Array(self[..<place] + self[Swift.min(place + 2, count)...])
  }
}
