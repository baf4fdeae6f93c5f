import ArgumentParser
import Foundation
import LuaHost
import Reports
import Support
import Sweeps

/// `gfnet-lab sweep [start] SCRIPT name=values …`: plans a sweep and runs it, here or by Slurm.
struct SweepStart: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "start",
    abstract: "Plan a sweep and run it; the word start may be left out.",
    discussion: """
      Values of a parameter are separated by commas; for one that takes lists, whose values have commas, by
      semicolons: policy="2,2;4,4". A backslash takes a comma as it is. 1..5 and 0..1:0.25 are ranges. seed=1..5 is
      --seed where the script has no parameter of that name. {run} in a value is the folder of the run. Texts
      named state and save, by which scripts say where they keep what they need to go on and their model, are in
      that folder where they are not given.

      The number of threads is that of the cores divided by --jobs; so is the memory. Options such as --time and
      --memory are for each run. A run that has failed counts as it is until the sweep is started again or
      --retries has it started anew. What was run with another script, other modules or another version of
      gfnet-lab is run again.

      Examples:
        gfnet-lab sweep train.lua rate=0.1,0.3 seed=1..5
        gfnet-lab sweep train.lua rate=0.1..0.5:0.2 --jobs 4 --retries 1
        gfnet-lab sweep train.lua seed=1..20 --slurm "--time=4:00:00 --cpus-per-task=8" --jobs 6
        gfnet-lab sweep train.lua seed=1..20 --prepare
                                    write the plan, start nothing, say what to type
      """)

  @Argument(
    help: "The script: Lua source, with or without cells, or a Jupyter notebook of Lua.",
    completion: .file(extensions: ["lua", "ipynb"]))
  var script: FilePath

  @Argument(help: ArgumentHelp("Parameters with their values.", valueName: "name=values"))
  var parameters: [String] = []

  @Option(help: ArgumentHelp("Folder of the sweep (default: sweeps/<script>).", valueName: "dir"))
  var out: FilePath?

  @Option(
    help: ArgumentHelp(
      "Runs at a time (default: one for each core, where memory allows); with --slurm: tasks at a time.",
      valueName: "n"))
  var jobs: Int?

  @Option(
    name: .customLong("slurm"), parsing: .unconditional,
    help: ArgumentHelp(
      "Submit an array of jobs with these options of sbatch; \"\" for none.", valueName: "options"))
  var slurm: String?

  @Option(help: ArgumentHelp("With --slurm: tasks of the array (default: one for each run).", valueName: "n"))
  var tasks: Int?

  @Option(help: ArgumentHelp("How often a run that failed is started again.", valueName: "n"))
  var retries = 0

  @Flag(help: "Write the plan and start nothing.")
  var prepare = false

  @OptionGroup var host: HostOptions

  func validate() throws {
    if out?.isEmpty == true { throw ValidationError("--out needs the name of a folder") }
    if let jobs, !(1...4096).contains(jobs) {
      throw ValidationError("--jobs must be from 1 to 4096, got \(jobs)")
    }
    if let tasks, !(1...SlurmScript.mostTasks).contains(tasks) {
      throw ValidationError("--tasks must be from 1 to \(SlurmScript.mostTasks), got \(tasks)")
    }
    if tasks != nil, slurm == nil { throw ValidationError("--tasks is for --slurm") }
    if slurm != nil, prepare {
      throw ValidationError("--slurm submits and --prepare starts nothing: choose one")
    }
    if !(0...100).contains(retries) {
      throw ValidationError("--retries must be from 0 to 100, got \(retries)")
    }
  }

  func run() throws {
    // What the environment allows is divided among the runs; --memory is that of each.
    try MemorySize.apply(nil)
    let folder = SweepFolder(out ?? SweepFolder.standard(script: script))
    let launch = Launch(environment: ProcessInfo.processInfo.environment)
    let (plan, sources) = try plan(in: folder)
    if let obstacle = launch.obstacle(
      command: "sweep \(script) …", folder: folder.path, submits: slurm != nil, prepares: prepare)
    {
      throw UsageError(obstacle)
    }
    if let slurm { try SlurmSubmission.check(slurm) }
    try folder.write(plan)
    if prepare { return sayWhatToType(folder, plan) }
    if let slurm { return try submit(folder, plan, slurm) }
    if let remark = launch.remark(folder: folder.path) { Terminal.note("gfnet-lab: \(remark)") }
    try SweepSession(folder: folder, plan: plan, sources: sources).run(jobs: jobs, launch: launch)
  }

  // MARK: The plan

  private func plan(in folder: SweepFolder) throws -> (SweepPlan, SweepSources) {
    do {
      var options = HostContext.Options()
      try host.files.apply(to: &options)
      let words = host.arguments
      let axes = try SweepParameters(script: script, texts: parameters)
      let sources = try SweepSources(script: script, modules: options.luaPath, options: words)
      let runs = try PlannedRun.combinations(of: axes.axes, seedIsOption: axes.seedIsOption)
      if let remark = axes.remark { Terminal.note("gfnet-lab: \(remark)") }
      let plan = SweepPlan(
        script: script, workingFolder: .currentFolder, fingerprint: sources.fingerprint, retries: retries,
        options: axes.ownPlaces + words,
        command: ["gfnet-lab"] + RawArgument.all().map(RawArgument.shownAsTyped),
        varied: axes.axes.filter { $0.values.count > 1 }.map(\.name), runs: runs)
      let earlier = try folder.plan()
      return (try earlier.map { try plan.following($0, in: folder.path) } ?? plan, sources)
    } catch let error as SweepError {
      throw UsageError(error.description)
    }
  }

  // MARK: Ways to run it

  private func sayWhatToType(_ folder: SweepFolder, _ plan: SweepPlan) {
    Terminal.write(
      """
      \(plan.runs.count) run\(plan.runs.count == 1 ? "" : "s") in \(folder.path); to run them, on as many machines as share the folder:
        gfnet-lab sweep work \(folder.path)
        mpirun -n 4 gfnet-lab sweep work \(folder.path) --jobs 1
        srun gfnet-lab sweep work \(folder.path)

      """)
  }

  private func submit(_ folder: SweepFolder, _ plan: SweepPlan, _ options: String) throws {
    let claims = RunClaims(folder: folder)
    let due = plan.runs.count { folder.history(of: $0).isDue(in: plan, isGone: claims.isGone) }
    guard due > 0 else {
      Terminal.write("all \(plan.runs.count) runs are done or running; nothing was submitted\n")
      return
    }
    let count = min(tasks ?? due, due, SlurmScript.mostTasks)
    let script = SlurmScript(
      program: RunningProgram.path, folder: folder.path.absolute, workingFolder: plan.workingFolder,
      name: "gfnet-\(folder.path.shownName)", tasks: count, atOnce: jobs.map { min($0, count) },
      share: (due + count - 1) / count, options: options)
    var plan = plan
    let job = try SlurmSubmission.submit(script, to: folder, call: plan.call)
    plan.jobs.append(job)
    try folder.write(plan)
    Terminal.write(
      """
      job \(job): \(due) run\(due == 1 ? "" : "s") in \(count) task\(count == 1 ? "" : "s"); logs in \(folder.slurmFolder)
        gfnet-lab sweep status \(folder.path)
        scancel \(job)

      """)
  }
}
