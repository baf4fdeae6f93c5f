import Support

/// By what the program was started, as far as it matters to a sweep.
public struct Launch: Sendable, Equatable {
  /// How many copies of this process were started together, by `mpirun` or `srun`.
  public var copies: Int
  /// How many of them are on this machine, and share it.
  public var copiesHere: Int
  /// What started them: `mpirun` or `srun`; empty for one process.
  public var launcher: String
  /// The number of the job of Slurm around it; empty outside one.
  public var job: String
  /// How many machines that job has.
  public var nodes: Int
  /// How many processors each of its tasks has; nil where Slurm does not say.
  public var processors: Int?

  /// - Parameter environment: the process's environment variables.
  public init(environment: [String: String]) {
    func number(_ names: String...) -> Int? {
      names.lazy.compactMap { environment[$0].flatMap { Int($0) } }.first
    }
    job = environment["SLURM_JOB_ID"] ?? ""
    nodes = number("SLURM_JOB_NUM_NODES", "SLURM_NNODES") ?? 1
    processors = number("SLURM_CPUS_PER_TASK")
    if let size = number("OMPI_COMM_WORLD_SIZE"), size > 1 {
      (copies, launcher) = (size, "mpirun")
    } else if environment["SLURM_STEP_ID"] != nil, let size = number("SLURM_STEP_NUM_TASKS"), size > 1 {
      (copies, launcher) = (size, "srun")
    } else if let size = number("PMI_SIZE", "MPI_LOCALNRANKS"), size > 1 {
      (copies, launcher) = (size, "mpirun")
    } else {
      (copies, launcher) = (1, "")
    }
    let here = number("OMPI_COMM_WORLD_LOCAL_SIZE", "MPI_LOCALNRANKS", "SLURM_NTASKS_PER_NODE") ?? copies
    copiesHere = copies == 1 ? 1 : max(min(here, copies), 1)
  }

  /// Why a sweep cannot be started so, and what to type; nil where it can.
  ///
  /// - Parameters:
  ///   - command: the words behind the program's name.
  ///   - folder: the sweep's folder.
  ///   - submits: whether jobs are to be submitted.
  ///   - prepares: whether nothing is to be started.
  public func obstacle(command: String, folder: FilePath, submits: Bool, prepares: Bool) -> String? {
    if copies > 1 {
      return
        "\(launcher) has started this \(copies) times, and each would plan the sweep; type gfnet-lab \(command)\(prepares ? "" : " --prepare") without \(launcher), then \(launcher) … gfnet-lab sweep work \(folder)"
    }
    if submits, !job.isEmpty {
      return
        "--slurm inside the job \(job) would wait in the queue beside it; leave --slurm out to run here, or type it outside the job"
    }
    return nil
  }

  /// What a sweep that runs on one machine of several leaves unused, and what to type; nil where there is nothing to say.
  public func remark(folder: FilePath) -> String? {
    guard nodes > 1, copies == 1, !job.isEmpty else { return nil }
    return
      "the job \(job) has \(nodes) nodes, and this runs on one of them: stop it and type srun --ntasks-per-node=1 gfnet-lab sweep work \(folder) to use all"
  }
}
