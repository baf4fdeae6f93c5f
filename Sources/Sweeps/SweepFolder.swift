import Glibc
import Reports
import Support

/// The folder of a sweep.
///
/// ```
/// sweep.json             what is to be run
/// index.html  report.md  all runs: a table, means over seeds, curves, failures
/// runs/NAME/             one run: its report, as `gfnet-lab run --out` leaves it, and beside it
///   output.txt             what it printed
///   attempts/1.json …      each time that it was started: by whom, since when, how it ended
/// slurm/                 batch scripts and logs of their tasks
/// ```
///
/// All that is known of a sweep is here, in files that appear at once and whole. Any number of processes on any number of
/// machines that share the folder may work at the same time.
public struct SweepFolder: Sendable {
  /// Where it is.
  public let path: FilePath

  public init(_ path: FilePath) { self.path = path }

  /// `sweeps/NAME` for a script `…/NAME.lua`.
  public static func standard(script: FilePath) -> FilePath {
    "sweeps" / (RunDirectory.defaultPath(script: script).lastComponent?.shown ?? "script")
  }

  /// What is to be run.
  public var planPath: FilePath { path / "sweep.json" }
  /// What Slurm is given, and what its tasks say.
  public var slurmFolder: FilePath { path / "slurm" }

  /// The folder of a run.
  public func folder(of run: PlannedRun) -> FilePath { path / "runs" / run.name }
  /// What a run has printed.
  public func output(of run: PlannedRun) -> FilePath { folder(of: run) / "output.txt" }
  /// What is known of the times that a run was started.
  func attempts(of run: PlannedRun) -> FilePath { folder(of: run) / "attempts" }

  /// The plan; nil where the folder has none.
  ///
  /// - Throws: ``SweepError`` for a file that is none; `FileError`.
  public func plan() throws -> SweepPlan? {
    guard planPath.exists else { return nil }
    let bytes = try InputFile.bytes(of: planPath, as: "plan of a sweep", limit: 256 << 20)
    do {
      return try SweepPlan(JSONValue(parsing: bytes), planPath)
    } catch let problem as TextProblem {
      throw SweepError("\(planPath), \(problem)")
    }
  }

  /// The plan of a folder that a user named.
  ///
  /// - Throws: ``SweepError`` where there is none; `FileError`.
  public func requiredPlan() throws -> SweepPlan {
    guard let plan = try plan() else {
      let reason = path.isFolder ? "there is no sweep.json in it" : "there is no such folder"
      throw SweepError("\(path) is not the folder of a sweep: \(reason)")
    }
    return plan
  }

  /// Takes note of what is to be run.
  ///
  /// - Throws: ``SweepError`` where files of someone else are there; `FileError`.
  public func write(_ plan: SweepPlan) throws {
    if !planPath.exists, let listing = try? FolderListing(path), !listing.entries.isEmpty {
      throw SweepError(
        "\(path) holds files and no sweep; name another folder with --out, or remove it")
    }
    try AtomicFile.createFolder(path / "runs")
    try AtomicFile.write(plan.json.pretty, to: planPath)
  }
}
