import Foundation
import Glibc
import Reports
import Support

/// How one process takes runs of a sweep so that no other has them, and tells whose owners are gone.
///
/// A run is taken by making the file of its next attempt, which one process can. An attempt whose owner is gone stays as it is, and
/// the next one follows it. Whether an owner is there is asked of the system where it knows: on the same machine by the process's
/// number and start. A job of Slurm that was put back into the queue knows that its earlier self is gone. Of all others it counts
/// when they were last heard of: an owner touches its files every few seconds (``Claim/beat()``).
public struct RunClaims: Sendable {
  /// The sweep's folder.
  public let folder: SweepFolder
  /// This process.
  public let claimant: Claimant
  /// Seconds without a sign after which an owner on another machine is taken to be gone.
  public let patience: Double
  /// Seconds between two signs of an owner.
  public static let interval = 15.0
  /// Seconds without one after which it is taken to be gone: files of a network may show a minute late.
  public static let usualPatience = 180.0
  /// The time on the clock of the machine that keeps the folder, in seconds since 1970.
  private let now: @Sendable () -> Double

  /// - Parameters:
  ///   - folder: the sweep's folder.
  ///   - claimant: this process.
  ///   - patience: seconds without a sign after which an owner on another machine is taken to be gone.
  ///   - now: a clock; nil: that of the machine that keeps the folder.
  public init(
    folder: SweepFolder, claimant: Claimant = .current(), patience: Double = usualPatience,
    now: (@Sendable () -> Double)? = nil
  ) {
    self.folder = folder
    self.claimant = claimant
    self.patience = patience
    self.now = now ?? { folder.time() }
  }

  /// Whether the owner of a running attempt is no more, and its process neither.
  public func isGone(_ attempt: RunAttempt) -> Bool {
    let owner = attempt.owner
    if !owner.space.isEmpty, owner.space == claimant.space, owner.host == claimant.host {
      let isOwnerThere = Claimant.isRunning(owner.process, started: owner.started)
      let isChildThere = attempt.child.map { Claimant.isRunning($0.process, started: $0.started) } ?? false
      return !isOwnerThere && !isChildThere
    }
    if !claimant.job.isEmpty, owner.job == claimant.job, owner.restarts < claimant.restarts { return true }
    return now() - (attempt.heard ?? 0) > patience
  }

  /// What is known of a run.
  public func status(of history: RunHistory, in plan: SweepPlan) -> RunHistory.Status {
    history.status(fingerprint: plan.fingerprint, isGone: isGone)
  }

  /// Takes a run; nil where it is not to be started, or someone else was faster.
  ///
  /// - Throws: `FileError` where the folder cannot be written.
  public func take(_ run: PlannedRun, in plan: SweepPlan) throws -> Claim? {
    let history = folder.history(of: run)
    guard history.isDue(in: plan, isGone: isGone) else { return nil }
    try AtomicFile.createFolder(folder.attempts(of: run))
    let attempt = RunAttempt(call: plan.call, fingerprint: plan.fingerprint, owner: claimant)
    let number = history.lastNumber + 1
    let file = folder.attempts(of: run) / "\(number).json"
    guard try ExclusiveFile.create(attempt.json.pretty, at: file) else { return nil }
    return Claim(run: run, number: number, attempt: attempt, file: file)
  }

  /// A run that this process has taken.
  public struct Claim: Sendable {
    public let run: PlannedRun
    /// How often the run has been started, this time included.
    public let number: Int
    /// What is known of this time.
    public private(set) var attempt: RunAttempt
    private let file: FilePath

    init(run: PlannedRun, number: Int, attempt: RunAttempt, file: FilePath) {
      self.run = run
      self.number = number
      self.attempt = attempt
      self.file = file
    }

    /// Takes note of the process that was started for it.
    public mutating func note(child: Int) throws {
      guard let started = Claimant.startTime(of: child) else { return }
      attempt.child = attempt.owner
      attempt.child?.process = child
      attempt.child?.started = started
      try write(durable: false)
    }

    /// Shows that the owner is there; the time is that of the machine that keeps the file.
    public func beat() { _ = file.withPlatformString { utimensat(AT_FDCWD, $0, nil, 0) } }

    /// Whether another process has taken the run because it believed that this one is gone.
    public var isTakenOver: Bool { (file.folder / "\(number + 1).json").exists }

    /// Says how it ended.
    public mutating func end(_ status: RunAttempt.Status, seconds: Double, error: String = "") throws {
      attempt.status = status
      attempt.seconds = seconds
      attempt.error = error
      try write(durable: true)
    }

    private func write(durable: Bool) throws {
      let text = attempt.json.pretty
      try AtomicFile.write(to: file, durable: durable, followsLinks: false) { try $0.append(Data(text.utf8)) }
    }
  }
}

extension SweepFolder {
  /// The time on the clock of the machine that keeps the folder, in seconds since 1970; that of this machine where it does not
  /// say.
  func time() -> Double {
    let claimant = Claimant.current()
    let file = path / ".clock-\(claimant.process)-\(claimant.started)"
    defer { _ = file.withPlatformString { unlink($0) } }
    let descriptor = file.withPlatformString { open($0, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644) }
    guard descriptor >= 0 else { return Date().timeIntervalSince1970 }
    // Making the file sets its time; one that a process of the same number left is set anew.
    futimens(descriptor, nil)
    close(descriptor)
    return FileStatus(file).map { Double($0.changed) / 1e9 } ?? Date().timeIntervalSince1970
  }
}
