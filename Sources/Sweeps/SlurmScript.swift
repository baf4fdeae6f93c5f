import Reports
import Support

/// The batch script by which Slurm runs a sweep: an array of tasks, each of which takes runs until its share is done.
public struct SlurmScript: Sendable, Equatable {
  /// The program, and what comes before its arguments.
  public var program: FilePath
  /// The sweep's folder, from the root.
  public var folder: FilePath
  /// The folder in which the sweep was started, from the root.
  public var workingFolder: FilePath
  /// What the job is called.
  public var name: String
  /// How many tasks there are.
  public var tasks: Int
  /// How many of them may run at the same time; nil: as many as Slurm lets.
  public var atOnce: Int?
  /// How many runs a task takes.
  public var share: Int
  /// What the user wrote for `sbatch`, such as `--time=2:00:00 --cpus-per-task=8`.
  public var options: String

  /// Seconds that runs have to save their state before a time limit.
  static let notice = 120

  public init(
    program: FilePath, folder: FilePath, workingFolder: FilePath, name: String, tasks: Int,
    atOnce: Int? = nil, share: Int, options: String = ""
  ) {
    self.program = program
    self.folder = folder
    self.workingFolder = workingFolder
    self.name = name
    self.tasks = tasks
    self.atOnce = atOnce
    self.share = share
    self.options = options
  }

  /// The most tasks of an array in a usual Slurm (`MaxArraySize` is 1001, and tasks are counted from 1).
  public static let mostTasks = 1000

  /// What the user may not write, because the sweep does.
  ///
  /// - Throws: ``SweepError``.
  public static func check(_ options: String) throws {
    guard options.unicodeScalars.allSatisfy({ $0.value >= 32 }) else {
      throw SweepError("--slurm takes options of sbatch in one line")
    }
    for word in options.split(separator: " ") {
      let name = word.prefix { $0 != "=" }
      let reason: String
      switch name {
      case "--array", "-a": reason = "the sweep writes it; --tasks and --jobs say how many there are"
      case "--output", "--error", "-o", "-e": reason = "logs go to slurm/ in the sweep's folder"
      case "--wrap", "--chdir", "-D", "--signal", "--no-requeue", "--requeue", "--open-mode", "--parsable":
        reason = "the sweep says it"
      case _
      where !word.hasPrefix("-") && !options.contains("'") && !options.contains("\"")
        && !takesWord(options, word):
        reason = "it is no option of sbatch"
      default: continue
      }
      throw SweepError("--slurm: \(name.printable(upTo: 60)) cannot be given: \(reason)")
    }
  }

  /// Whether a word without a hyphen stands behind a short option, as in `-p gpu`, or one like `--time 10`.
  private static func takesWord(_ options: String, _ word: Substring) -> Bool {
    guard word.startIndex > options.startIndex else { return false }
    let before = options[..<word.startIndex].split(separator: " ").last ?? ""
    return before.hasPrefix("-") && !before.contains("=")
  }

  /// The script; paths that are no text are carried as ``Support/RawArgument`` does.
  public var text: String {
    // In a path of a log, % begins what Slurm puts in.
    let logs = RawArgument.text(folder.bytes).replacing("%", with: "%%") + "/slurm/%A_%a.log"
    let limit = atOnce.map { "%\($0)" } ?? ""
    let extra = options.isEmpty ? "" : "#SBATCH \(options)\n"
    return """
      #!/bin/bash
      #SBATCH --job-name=\(Self.quoted(name))
      #SBATCH --array=1-\(tasks)\(limit)
      #SBATCH --output=\(Self.quoted(logs))
      #SBATCH --open-mode=append
      #SBATCH --requeue
      #SBATCH --signal=B:USR1@\(Self.notice)
      \(extra)
      # Each task takes runs that nobody else has. Before a time limit Slurm sends USR1: runs save their state, and the task goes
      # back into the queue, where it goes on with them. The same happens to a task that makes room for another job.
      cd \(Self.quoted(workingFolder)) || exit 1
      exec \(Self.quoted(program)) sweep work \(Self.quoted(folder)) --share \(share) --task "$SLURM_ARRAY_TASK_ID" --requeue

      """
  }

  /// The word for a shell, which the lines for `sbatch` understand as well.
  private static func quoted(_ word: String) -> String { RunFacts.shellQuoted(word) }

  private static func quoted(_ path: FilePath) -> String { quoted(RawArgument.text(path.bytes)) }
}
