import Foundation
import Testing

/// Sweeps by Slurm, with an `sbatch` of our own that runs all tasks of an array at once on this machine.
@Suite struct SweepSlurmTests {
  /// Runs the script that it is given as Slurm would, each task with its number and a job of its own.
  private static let sbatch = """
    #!/bin/bash
    script=${@: -1}
    echo "$@" >> sbatch.txt
    range=$(sed -n 's/^#SBATCH --array=1-\\([0-9]*\\).*/\\1/p' "$script")
    for i in $(seq "$range"); do
      SLURM_JOB_ID=$((100 + i)) SLURM_ARRAY_TASK_ID=$i SLURM_CPUS_PER_TASK=1 bash "$script" > "slurm-$i.txt" 2>&1 &
    done
    wait
    echo "77;cluster"
    """

  private static func program(_ sbatch: String = sbatch) throws -> (Program, [String: String]) {
    let program = try Program()
    try program.write("s.lua", SweepBench.script)
    try program.write("bin/sbatch", sbatch)
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: program.folder + "/bin/sbatch")
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    return (program, ["PATH": "\(program.folder)/bin:\(path)"])
  }

  @Test func tasksThatRunAtOnceTakeEachRunOnce() throws {
    let (program, environment) = try Self.program()
    let result = try program.run(
      "sweep", "s.lua", "seed=1..9", "luck=false", "--retries", "1", "--tasks", "4", "--slurm",
      "--time=1:00:00 --mem=2G", environment: environment)
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.hasPrefix("job 77: 9 runs in 4 tasks; logs in sweeps/s/slurm\n"))
    let script = try #require(program.read("sweeps/s/slurm/1.sh"))
    #expect(script.contains("#SBATCH --array=1-4\n") && script.contains("#SBATCH --time=1:00:00 --mem=2G\n"))
    #expect(program.read("sbatch.txt")?.hasPrefix("--parsable ") == true)
    #expect(program.read("sweeps/s/sweep.json")?.contains("\"77\"") == true)
    let runs = SweepBench.folders(program, "sweeps/s")
    #expect(runs.count == 9)
    for run in runs {
      let expected = run.hasPrefix("seed=3,") ? ["failed", "failed"] : ["done"]
      #expect(SweepBench.attempts(program, "sweeps/s/runs/\(run)").map(\.status) == expected, "\(run)")
    }
    let status = try program.run("sweep", "status", "sweeps/s")
    #expect(status.output.contains("9 runs: 8 done, 1 failed"))
    // Only what failed is submitted again, and nothing where all is done.
    let again = try program.run(
      "sweep", "s.lua", "seed=1..9", "luck=false", "--slurm", "", environment: environment)
    #expect(again.output.hasPrefix("job 77: 1 run in 1 task;"), "\(again.errors)")
    let done = try program.run(
      "sweep", "s.lua", "seed=1..2", "luck=false", "--slurm", "", environment: environment)
    #expect(done.status == 0 && done.output == "all 2 runs are done or running; nothing was submitted\n")
  }

  @Test func whereSlurmIsNotThereOrRefusesIsOneLine() throws {
    let (program, _) = try Self.program()
    let nowhere = try program.run(
      "sweep", "s.lua", "seed=1..2", "--slurm", "", environment: ["PATH": program.folder + "/none"])
    #expect(nowhere.status == 2)
    #expect(
      nowhere.errors
        == "gfnet-lab: --slurm needs sbatch, which is not in $PATH: type it on a login node of the cluster, or use --jobs to run here\n"
    )
    #expect(!FileManager.default.fileExists(atPath: program.folder + "/sweeps"))
    let (other, environment) = try Self.program(
      "#!/bin/bash\necho 'sbatch: error: invalid partition specified: gpu' >&2\nexit 1\n")
    let refused = try other.run("sweep", "s.lua", "seed=1..2", "--slurm", "-p gpu", environment: environment)
    #expect(refused.status == 1)
    #expect(
      refused.errors
        == "gfnet-lab: sbatch has refused sweeps/s/slurm/1.sh: sbatch: error: invalid partition specified: gpu\n"
    )
    let inside = try other.run(
      "sweep", "s.lua", "--slurm", "", environment: environment.merging(["SLURM_JOB_ID": "5"]) { $1 })
    #expect(inside.status == 2 && inside.errors.hasPrefix("gfnet-lab: --slurm inside the job 5"))
    let array = try other.run("sweep", "s.lua", "--slurm", "--array=1-3", environment: environment)
    #expect(
      array.errors
        == "gfnet-lab: --slurm: --array cannot be given: the sweep writes it; --tasks and --jobs say how many there are\n"
    )
  }

  /// Slurm says with USR1 that a time limit is near: the run saves its state, and the task goes back into the queue.
  @Test func aTaskAtItsTimeLimitGoesBackIntoTheQueue() throws {
    let (program, environment) = try Self.program()
    try program.write("s.lua", SweepBench.waiting)
    try program.write("bin/scontrol", "#!/bin/bash\necho \"$@\" >> scontrol.txt\n")
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: program.folder + "/bin/scontrol")
    #expect(try program.run("sweep", "s.lua", "seed=1", "--prepare").status == 0)
    let job = environment.merging(["SLURM_JOB_ID": "12"]) { $1 }.merging(SweepBench.patient) { $1 }
    let words = ["sweep", "work", "sweeps/s", "--threads", "1", "--requeue"]
    let process = try program.start(words, environment: job)
    let run = "sweeps/s/runs/seed=1"
    #expect(SweepBench.wait(in: process) { program.read(run + "/output.txt")?.contains("began") == true })
    kill(process.processIdentifier, SIGUSR1)
    let result = program.finish(process)
    #expect(result.status == 130, "\(result.errors)")
    #expect(SweepBench.attempts(program, run).map(\.status) == ["interrupted"])
    #expect(program.read("scontrol.txt") == "requeue 12\n")
    try program.write("go.txt", "")
    let again = job.merging(["SLURM_RESTART_COUNT": "1"]) { $1 }
    #expect(try program.run(words, environment: again).status == 0)
    #expect(SweepBench.attempts(program, run).map(\.status) == ["interrupted", "done"])
    // Asked to stop otherwise, it is for Slurm to put it back.
    #expect(program.read("scontrol.txt") == "requeue 12\n")
  }
}
