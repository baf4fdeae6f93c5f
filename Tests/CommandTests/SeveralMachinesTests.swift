import Foundation
import TestSupport
import Testing

/// Scripts that MPI starts as several processes: the real `mpirun`, on this machine.
@Suite(
  .enabled(
    if: OtherTool("mpirun", package: "openmpi-bin").isThere, "mpirun is not there (Debian: openmpi-bin)"),
  .serialized)
struct SeveralMachinesTests {
  /// As root, with more processes than cores, and no process bound to a core; for Open MPI 4 and 5.
  private static let environment = [
    "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "PRTE_ALLOW_RUN_AS_ROOT": "1",
    "PRTE_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "OMPI_MCA_rmaps_base_oversubscribe": "1",
    "OMPI_MCA_hwloc_base_binding_policy": "none", "PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe",
    "PRTE_MCA_hwloc_default_binding_policy": "none", "OMPI_MCA_btl_vader_single_copy_mechanism": "none",
  ]

  /// A training of all three stages that takes a few seconds, and what came of it.
  private static let script = """
    local p = gfnet.params{ epochs = 2, save = "model.safetensors", state = "state" }
    local data = gfnet.dataset("clutter-fashion", {split = "train", limit = 24})
    local model = gfnet.model{backbone = "resnet_tiny_16", dataset = data, steps = 2, patch_size = 32, seed = 3}
    for stage = 1, 3 do
      gfnet.train{model = model, dataset = data, stage = stage, epochs = p.epochs, batch = 8, schedule = "constant",
        shards = 4, checkpoint = p.state .. stage .. ".safetensors",
        log = function(m) print(("stage %d, epoch %d is done"):format(stage, m.epoch)) end}
    end
    model:save(p.save)
    local trace = model:trace(data, {batch = 4})
    trace:save(p.save .. ".trace")
    print("accuracy", trace:accuracy()[2], #model:infer(data, {exit = 0.5}))
    """

  private func mpirun(_ program: Program, _ ranks: Int, _ arguments: String) throws -> Program.Result {
    try program.shell(
      "mpirun -n \(ranks) \"$GFNET\" \(arguments)", environment: Self.environment)
  }

  @Test func anyNumberOfRanksWritesTheSameFilesAndOneReport() throws {
    let program = try Program()
    try program.write("train.lua", Self.script)
    var outputs: [String] = []
    for ranks in [1, 2, 4] {
      let result = try mpirun(
        program, ranks,
        "run train.lua save=model\(ranks).safetensors state=state\(ranks)- --threads 1 --no-cache --out out\(ranks)"
      )
      #expect(result.status == 0, "\(result.errors)")
      outputs.append(
        result.output.split(separator: "\n").filter { $0.hasSuffix("is done") || $0.hasPrefix("accuracy") }
          .joined(separator: "\n"))
      #expect(program.read("out\(ranks)/meta.json")?.contains("\"status\": \"done\"") == true)
    }
    // Six epochs and the accuracy, each shown once.
    #expect(outputs[0].split(separator: "\n").count == 7, "\(outputs[0])")
    #expect(outputs[1] == outputs[0] && outputs[2] == outputs[0])
    for ending in ["", ".trace"] {
      let files = try [1, 2, 4].map {
        try Data(contentsOf: URL(fileURLWithPath: program.folder + "/model\($0).safetensors\(ending)"))
      }
      #expect(files[0].count > 1000)
      #expect(files[1] == files[0] && files[2] == files[0], "model.safetensors\(ending)")
    }
    #expect(program.leftovers == [])
  }

  @Test func whatFailsOnOneRankEndsAllWithOneLineThatNamesIt() throws {
    let program = try Program()
    try program.write(
      "fail.lua",
      """
      local data = gfnet.dataset("clutter-fashion", {split = "train", limit = 8})
      local model = gfnet.model{backbone = "resnet_tiny_16", dataset = data, steps = 2, patch_size = 32, seed = 3}
      gfnet.train{model = model, dataset = data, stage = 1, epochs = 1, batch = 8, checkpoint = false,
        loss = function(logits, labels)
          if gfnet.rank == 1 then error("no light", 0) end
          return gfnet.nn.cross_entropy(logits[1], labels)
        end}
      """)
    let result = try mpirun(program, 2, "fail.lua")
    #expect(result.status != 0)
    let lines = result.errors.split(separator: "\n").filter { $0.hasPrefix("gfnet-lab: ") }
    #expect(
      lines.count == 1 && lines[0].contains("rank 1 of 2 on ") && lines[0].contains("no light"), "\(lines)")

    // Outside of what all do together, the others wait for it in vain.
    try program.write(
      "alone.lua",
      """
      if gfnet.rank == 1 then error("no light", 0) end
      local data = gfnet.dataset("clutter-fashion", {split = "train", limit = 8})
      gfnet.model{backbone = "resnet_tiny_16", dataset = data, steps = 2, patch_size = 32, seed = 3}:trace(data)
      """)
    let alone = try mpirun(program, 2, "run alone.lua --no-cache")
    #expect(alone.status != 0)
    let said = alone.errors.split(separator: "\n").filter { $0.hasPrefix("gfnet-lab: ") }
    #expect(said.count == 1 && said[0].contains("no light") && said[0].contains("rank 1 of 2 on "), "\(said)")

    // What fails alike everywhere is said once, by the first.
    try program.write("all.lua", "error(\"no light\", 0)")
    let all = try mpirun(program, 3, "all.lua")
    #expect(all.status != 0)
    #expect(all.errors.split(separator: "\n").filter { $0.contains("no light") }.count == 1, "\(all.errors)")
  }

  @Test func aKilledTrainingGoesOnWithAnotherNumberOfRanks() throws {
    let program = try Program()
    try program.write("train.lua", Self.script)
    let arguments = "run train.lua epochs=6 --threads 1 --no-cache"
    let straight = try mpirun(program, 1, arguments + " save=straight.safetensors state=straight-")
    #expect(straight.status == 0, "\(straight.errors)")

    let process = try program.start(
      [
        "-c",
        "exec mpirun -n 2 bash -c 'echo $$ > pid${OMPI_COMM_WORLD_RANK:-$PMI_RANK}; exec \"$GFNET\" \(arguments)'",
      ], environment: Self.environment.merging(["GFNET": program.executable]) { $1 },
      executable: "/bin/bash")
    #expect(program.wait(for: "stage 1, epoch 1 is done", in: process))
    let rank = try #require(
      program.read("pid1").flatMap { pid_t($0.trimmingCharacters(in: .whitespacesAndNewlines)) })
    kill(rank, SIGKILL)
    _ = program.finish(process)
    // Not all was done, unless the machine was quicker than the signal.
    let again = try mpirun(program, 4, arguments)
    #expect(again.status == 0, "\(again.errors)")
    let (one, other) = try (
      Data(contentsOf: URL(fileURLWithPath: program.folder + "/straight.safetensors")),
      Data(contentsOf: URL(fileURLWithPath: program.folder + "/model.safetensors"))
    )
    #expect(one == other)
  }

  @Test func aRankThatNeverComesIsNamedAndEndsAllWhereThatIsAsked() throws {
    let program = try Program()
    try program.write(
      "hang.lua",
      """
      if gfnet.rank == 1 then while true do end end
      local data = gfnet.dataset("clutter-fashion", {split = "train", limit = 8})
      gfnet.model{backbone = "resnet_tiny_16", dataset = data, steps = 2, patch_size = 32, seed = 3}:trace(data)
      """)
    var environment = Self.environment
    environment["GFNET_LAB_MPI_PATIENCE"] = "4"
    let result = try program.shell(
      "mpirun -n 3 \"$GFNET\" run hang.lua --no-cache --threads 1", environment: environment)
    #expect(result.status != 0)
    let said = result.errors.split(separator: "\n").filter {
      $0.contains("the other ranks have waited for 4 s")
    }
    #expect(said.count == 1 && said[0].hasPrefix("gfnet-lab: rank 1 of 3 on "), "\(result.errors)")
    environment["GFNET_LAB_MPI_PATIENCE"] = "soon"
    let wrong = try program.shell("mpirun -n 1 \"$GFNET\" --version", environment: environment)
    #expect(
      wrong.status != 0 && wrong.errors.contains("GFNET_LAB_MPI_PATIENCE is \"soon\", expected seconds"))
  }

  @Test func aSignalThatMpirunHandsOnStopsAllWithAReport() throws {
    let program = try Program()
    try program.write("train.lua", Self.script)
    guard try program.shell("mpirun --version").output.contains("Open MPI") else { return }
    let process = try program.start(
      ["-c", "exec mpirun -n 2 \"$GFNET\" run train.lua epochs=100000 --threads 1 --no-cache"],
      environment: Self.environment.merging(SweepBench.patient) { $1 }.merging([
        "GFNET": program.executable
      ]) { $1 },
      executable: "/bin/bash")
    #expect(program.wait(for: "stage 1, epoch 2 is done", in: process))
    kill(process.processIdentifier, SIGUSR1)
    let result = program.finish(process)
    #expect(result.status != 0)
    #expect(result.errors.contains("stage 1 was stopped in epoch"), "\(result.errors)")
    // It is asked of all, and no rank's fault.
    #expect(result.errors.contains("gfnet-lab: interrupted\n"), "\(result.errors)")
    #expect(program.read("reports/train/meta.json")?.contains("\"status\": \"interrupted\"") == true)
    #expect(program.leftovers == [])
  }

  @Test func processesThatWorkOnASweepShareItsRunsAndDoNotJoin() throws {
    let program = try Program()
    try program.write(
      "s.lua", "local p = gfnet.params{seed = 1} print('seed', p.seed, gfnet.rank, gfnet.ranks)")
    let prepared = try program.run("sweep", "s.lua", "seed=1..6", "--prepare")
    #expect(prepared.status == 0, "\(prepared.errors)")
    let result = try mpirun(program, 3, "sweep work sweeps/s --threads 1")
    #expect(result.status == 0, "\(result.errors)")
    // Each says what it has done, and together they have done each run once.
    let counts = result.output.matches(of: #/([0-9]+) done, 0 failed here/#).compactMap { Int($0.1) }
    #expect(counts.count == 3 && counts.reduce(0, +) == 6, "\(result.output)")
    for seed in 1...6 {
      let run = "sweeps/s/runs/seed=\(seed)"
      #expect(SweepBench.attempts(program, run).map(\.status) == ["done"], "\(run)")
      #expect(program.read("\(run)/output.txt")?.contains("seed\t\(seed)\t0\t1\n") == true, "\(run)")
    }
    // What else there is of sweeps is for the first, as all other commands are.
    let status = try mpirun(program, 2, "sweep status sweeps/s")
    #expect(
      status.status == 0 && status.output.matches(of: #/6 runs: 6 done/#).count == 1, "\(status.output)")
  }

  @Test func anythingButAScriptIsDoneByTheFirst() throws {
    let program = try Program()
    let result = try mpirun(program, 3, "--version")
    #expect(result.status == 0 && result.output.split(separator: "\n").count == 1, "\(result.output)")
    #expect(
      try program.run("--version", environment: ["OMPI_COMM_WORLD_SIZE": "2", "GFNET_LAB_MPI": "off"]).status
        == 0)
    let missing = try program.run(
      "--version", environment: ["OMPI_COMM_WORLD_SIZE": "2", "GFNET_LAB_MPI": "/nowhere/libmpi.so"])
    #expect(missing.status == 1 && missing.complaints.count == 1)
    #expect(missing.errors.contains("started by Open MPI, whose library cannot be used: /nowhere/libmpi.so"))
  }
}
