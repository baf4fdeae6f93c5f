import ArgumentParser

/// `gfnet-lab sweep SCRIPT name=a,b,c`, `sweep status`, `sweep work`.
struct SweepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep",
    abstract: "Run a script with many combinations of parameters.",
    discussion: """
      Values are separated by commas, 1..5 are the numbers from 1 to 5, 0..1:0.25 those
      in steps. Each combination is a run with a report of its own below the sweep's
      folder; runs that are done are found again, others go on where they were stopped.

      Examples:
        gfnet-lab sweep train.lua rate=0.1,0.3 seed=1..5
                                    ten runs, as many at a time as there are cores
        gfnet-lab sweep train.lua rate=0.1,0.3 seed=1..5 --jobs 2
                                    … two at a time
        gfnet-lab sweep train.lua rate=0.1,0.3 seed=1..5 --slurm "--time=2:00:00"
                                    … as an array of jobs of Slurm
        gfnet-lab sweep status sweeps/train
                                    how far it is, and a page of all runs
        mpirun gfnet-lab sweep work sweeps/train
                                    more processes for a sweep that was prepared

      Ctrl-C stops it: runs save their state, and the same command goes on with them.
      gfnet.sweep(folder) gives the results to a script (gfnet-lab help sweeps).
      """,
    subcommands: [SweepStart.self, SweepStatus.self, SweepWork.self], defaultSubcommand: SweepStart.self)
}
