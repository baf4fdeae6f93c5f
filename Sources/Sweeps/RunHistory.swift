import Reports
import Support

/// All times that a run was started, and what that makes of it.
public struct RunHistory: Sendable {
  /// What is known of a run.
  public enum Status: String, Sendable, CaseIterable {
    case done, running, failed, waiting
  }

  /// The times that it was started, the first one first.
  public var attempts: [RunAttempt]
  /// The highest number of an attempt's file.
  var lastNumber = 0

  public init(attempts: [RunAttempt] = []) {
    self.attempts = attempts
    lastNumber = attempts.count
  }

  /// The last time that it was started.
  public var last: RunAttempt? { attempts.last }

  /// What the run is, seen by a process that has a way to tell whether others are still there.
  ///
  /// - Parameters:
  ///   - fingerprint: what a run must have been made with to count.
  ///   - isGone: whether the process of an attempt is no more.
  public func status(fingerprint: String, isGone: (RunAttempt) -> Bool) -> Status {
    guard let last else { return .waiting }
    switch last.status {
    case .running: return isGone(last) ? .waiting : .running
    case .interrupted: return .waiting
    case .done: return last.fingerprint == fingerprint ? .done : .waiting
    case .failed: return last.fingerprint == fingerprint ? .failed : .waiting
    }
  }

  /// What is to be said of a run beside its status: why it waits although it was started, or what went wrong.
  public func note(fingerprint: String, isGone: (RunAttempt) -> Bool) -> String {
    guard let last else { return "" }
    switch last.status {
    case .running: return isGone(last) ? "its process has gone without a word" : ""
    case .interrupted: return "interrupted"
    case .done: return last.fingerprint == fingerprint ? "" : "done with another script or version"
    case .failed:
      return last.fingerprint == fingerprint ? last.error : "failed with another script or version"
    }
  }

  /// How often a run may be left by processes that go without a word, in one call: one that takes its machine along each time
  /// must not go on for ever.
  public static let mostLosses = 3

  /// Whether it is to be started in this call of the sweep.
  public func isDue(in plan: SweepPlan, isGone: (RunAttempt) -> Bool) -> Bool {
    switch status(fingerprint: plan.fingerprint, isGone: isGone) {
    case .done, .running: return false
    case .waiting:
      return attempts.count { $0.call == plan.call && $0.status == .running } < Self.mostLosses
    case .failed:
      // One that failed in an earlier call has its first chance in this.
      let failures = attempts.count {
        $0.call == plan.call && $0.status == .failed && $0.fingerprint == plan.fingerprint
      }
      return failures <= plan.retries
    }
  }
}

extension SweepFolder {
  /// All times that a run was started.
  public func history(of run: PlannedRun) -> RunHistory {
    var history = RunHistory()
    guard let listing = try? FolderListing(attempts(of: run)) else { return history }
    let numbers = listing.names.compactMap { name -> Int? in
      name.shown.hasSuffix(".json") ? Int(name.shown.dropLast(5)) : nil
    }
    for number in numbers.sorted() where number > 0 {
      history.lastNumber = number
      let file = attempts(of: run) / "\(number).json"
      guard let status = FileStatus(file), let bytes = try? InputFile.bytes(of: file, limit: 1 << 20) else {
        continue
      }
      let heard = Double(status.changed) / 1e9
      // A file that cannot be read is one that someone is just making, or has made by hand.
      var attempt =
        (try? JSONValue(parsing: bytes)).flatMap(RunAttempt.init)
        ?? RunAttempt(
          call: 0, fingerprint: "", owner: Claimant(host: "", space: "", process: 0, started: 0), began: heard
        )
      attempt.heard = heard
      history.attempts.append(attempt)
    }
    return history
  }
}
