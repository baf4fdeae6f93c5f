import Support
import Sweeps
import Testing

/// What Slurm is given, and how a sweep finds out where it was started.
@Suite struct SlurmTests {
  private static let script = SlurmScript(
    program: "/opt/gfnet-lab", folder: "/data/my sweeps/50%", workingFolder: "/home/it's", name: "gfnet-50%",
    tasks: 20, atOnce: 4, share: 3, options: "--time=2:00:00 --partition=gpu")

  @Test func theScriptIsAnArrayOfTasks() {
    #expect(
      Self.script.text == """
        #!/bin/bash
        #SBATCH --job-name=gfnet-50%
        #SBATCH --array=1-20%4
        #SBATCH --output='/data/my sweeps/50%%/slurm/%A_%a.log'
        #SBATCH --open-mode=append
        #SBATCH --requeue
        #SBATCH --signal=B:USR1@120
        #SBATCH --time=2:00:00 --partition=gpu

        # Each task takes runs that nobody else has. Before a time limit Slurm sends USR1: runs save their state, and the task goes
        # back into the queue, where it goes on with them. The same happens to a task that makes room for another job.
        cd '/home/it'\\''s' || exit 1
        exec /opt/gfnet-lab sweep work '/data/my sweeps/50%' --share 3 --task "$SLURM_ARRAY_TASK_ID" --requeue

        """)
  }

  @Test func withoutOptionsThereIsNoEmptyLineForThem() {
    var script = Self.script
    script.options = ""
    script.atOnce = nil
    #expect(script.text.contains("#SBATCH --array=1-20\n"))
    #expect(!script.text.contains("#SBATCH \n"))
  }

  @Test(arguments: ["", "--time=1:00", "-p gpu --mem 8G", "--time 10 --nodes=1", "--comment='two words'"])
  func usualOptionsAreTaken(_ options: String) throws { try SlurmScript.check(options) }

  @Test(arguments: [
    "--array=1-5", "-a 1-5", "--output=x", "-o x", "--wrap=ls", "--signal=TERM", "a\nb", "gpu", "--time=1 x",
  ])
  func whatTheSweepSaysItselfIsRefused(_ options: String) {
    #expect(throws: SweepError.self) { try SlurmScript.check(options) }
  }

  @Test func aProcessAmongOthersIsToldWhatToType() {
    let alone = Launch(environment: [:])
    #expect(alone.obstacle(command: "sweep s.lua", folder: "f", submits: true, prepares: false) == nil)
    for environment in [["OMPI_COMM_WORLD_SIZE": "4"], ["PMI_SIZE": "4"]] {
      let line = Launch(environment: environment).obstacle(
        command: "sweep s.lua", folder: "f", submits: false, prepares: false)
      #expect(
        line
          == "mpirun has started this 4 times, and each would plan the sweep; type gfnet-lab sweep s.lua --prepare without mpirun, then mpirun … gfnet-lab sweep work f"
      )
    }
    let step = ["SLURM_JOB_ID": "7", "SLURM_STEP_ID": "0", "SLURM_STEP_NUM_TASKS": "2"]
    let line = Launch(environment: step).obstacle(
      command: "sweep s.lua", folder: "f", submits: false, prepares: false)
    #expect(line?.hasPrefix("srun has started this 2 times") == true)
    // One process of a step, and a shell in an allocation, may run it; submitting from there is refused.
    let shell = Launch(environment: [
      "SLURM_JOB_ID": "7", "SLURM_JOB_NUM_NODES": "2", "SLURM_CPUS_PER_TASK": "6",
    ])
    #expect(shell.obstacle(command: "sweep s.lua", folder: "f", submits: false, prepares: false) == nil)
    #expect(
      shell.obstacle(command: "sweep s.lua", folder: "f", submits: true, prepares: false)?.hasPrefix(
        "--slurm inside the job 7") == true)
    #expect(shell.remark(folder: "f")?.contains("srun --ntasks-per-node=1 gfnet-lab sweep work f") == true)
    #expect(shell.processors == 6 && shell.copiesHere == 1)
    // Those of one machine share it.
    let ranks = Launch(environment: ["OMPI_COMM_WORLD_SIZE": "8", "OMPI_COMM_WORLD_LOCAL_SIZE": "4"])
    #expect(ranks.copies == 8 && ranks.copiesHere == 4)
    #expect(alone.remark(folder: "f") == nil)
  }
}
