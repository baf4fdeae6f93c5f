import Reports
import Support

/// What is known of one run of a sweep: how far it is, and what it found.
public struct RunRecord: Sendable {
  public let run: PlannedRun
  /// Its folder.
  public let folder: FilePath
  public let status: RunHistory.Status
  /// What went wrong, or why it waits although it was started; empty for nothing.
  public let note: String
  /// How often it was started.
  public let attempts: Int
  /// How long the last time took; nil where it has not ended.
  public let seconds: Double?
  /// What the script reported by `gfnet.report.results`, of a run that is done.
  public let results: [JSONValue.Member]

  public init(
    run: PlannedRun, folder: FilePath, status: RunHistory.Status, note: String = "", attempts: Int = 1,
    seconds: Double? = nil, results: [JSONValue.Member] = []
  ) {
    self.run = run
    self.folder = folder
    self.status = status
    self.note = note
    self.attempts = attempts
    self.seconds = seconds
    self.results = results
  }

  /// The value of a parameter that was set; nil where it was not.
  public func value(of parameter: String) -> JSONValue? {
    run.parameters.first { $0.name == parameter }?.value
  }

  /// A result that is a number.
  public func number(_ result: String) -> Double? {
    results.first { $0.name == result }?.value.asNumber
  }

  /// Its tables as files: name and path.
  public var tables: [(name: String, path: FilePath)] {
    let files = (try? FolderListing(folder / "tables").files) ?? []
    return files.map { folder / "tables" / $0.name }.filter { $0.ending == "csv" }.map { ($0.shownStem, $0) }
  }

  /// The file of the numbers of its trainings; nil where there is none.
  public var metricsPath: FilePath? {
    let path = folder / "metrics.jsonl"
    return path.isRegularFile ? path : nil
  }
}

extension SweepFolder {
  /// What is known of all runs, those of the last call first.
  ///
  /// - Throws: `Interrupted`.
  public func records(of plan: SweepPlan, claims: RunClaims? = nil) throws -> [RunRecord] {
    let claims = claims ?? RunClaims(folder: self)
    return try plan.allRuns.map { run in
      try Cancellation.check()
      let history = history(of: run)
      let status = claims.status(of: history, in: plan)
      return RunRecord(
        run: run, folder: folder(of: run), status: status,
        note: history.note(fingerprint: plan.fingerprint, isGone: claims.isGone),
        attempts: history.attempts.count, seconds: history.last?.seconds,
        results: status == .done ? results(of: run) : [])
    }
  }

  private func results(of run: PlannedRun) -> [JSONValue.Member] {
    let file = folder(of: run) / "summary.json"
    // Names and text of results have 8 MB at most, and a summary lists cells beside.
    guard let bytes = try? InputFile.bytes(of: file, limit: 64 << 20),
      let json = try? JSONValue(parsing: bytes)
    else { return [] }
    return json["results"]?.asObject ?? []
  }
}
