import Foundation
import Testing

/// Runs that are killed, sweeps that are stopped or killed, scripts that change: nothing is lost, and the same command goes on.
@Suite struct SweepStopTests {
  @Test func aRunThatIsKilledHasFailedAndTheOthersGoOn() throws {
    let program = try Program()
    try program.write("s.lua", SweepBench.waiting)
    let process = try program.start(["sweep", "s.lua", "seed=1..4", "--jobs", "2", "--threads", "1"])
    let run = "sweeps/s/runs/seed=1"
    #expect(SweepBench.wait(in: process) { SweepBench.attempts(program, run).first?.child != nil })
    let child = try #require(SweepBench.attempts(program, run).first?.child?.process)
    kill(pid_t(child), SIGKILL)
    let result = program.finish(process)
    #expect(result.status == 1)
    #expect(result.output.contains("4 runs: 3 done, 1 failed"), "\(result.errors)")
    #expect(SweepBench.attempts(program, run).first?.error.hasPrefix("ended by signal 9") == true)
  }

  /// Where the runs of the others are done, those of seed 1 are stopped, and go on from where they were.
  @Test func controlCLosesNothing() throws {
    let program = try Program()
    try program.write(
      "s.lua",
      """
      local p = gfnet.params{seed = 1}
      local data = gfnet.dataset("clutter-fashion", {split = "train", limit = 32})
      local model = gfnet.model{backbone = "resnet_tiny_16", dataset = data, steps = 2, patch_size = 32, seed = p.seed}
      gfnet.train{model = model, dataset = data, stage = 1, epochs = 2, batch = 16}
      print("trained")
      while not pcall(gfnet.read.text, "go.txt") do end
      gfnet.report.results{seed = p.seed}
      """)
    let words = ["sweep", "s.lua", "seed=1,2", "--jobs", "2", "--threads", "1"]
    let process = try program.start(words, environment: SweepBench.patient)
    let runs = ["sweeps/s/runs/seed=1", "sweeps/s/runs/seed=2"]
    #expect(
      SweepBench.wait(in: process) {
        runs.allSatisfy { program.read($0 + "/output.txt")?.contains("trained") == true }
      })
    process.interrupt()
    let result = program.finish(process)
    #expect(result.status == 130)
    #expect(result.complaints.contains("stopping: 2 runs save their state; Ctrl-C again ends them at once"))
    #expect(result.complaints.last == "gfnet-lab: interrupted; the same command goes on", "\(result.errors)")
    #expect(result.output.contains("2 runs: 2 waiting"))
    for run in runs {
      #expect(SweepBench.attempts(program, run).map(\.status) == ["interrupted"])
      #expect(program.read(run + "/meta.json")?.contains("\"status\": \"interrupted\"") == true)
    }
    try program.write("go.txt", "")
    let second = try program.run(words)
    #expect(second.status == 0 && second.output.contains("2 runs: 2 done"), "\(second.errors)")
    for run in runs {
      #expect(SweepBench.attempts(program, run).map(\.status) == ["interrupted", "done"])
      // The training is not done a second time.
      #expect(program.read(run + "/output.txt")?.contains("stage 1: complete, 2 epochs, from ") == true)
    }
    #expect(program.leftovers == [])
  }

  @Test func aSecondControlCEndsRunsAtOnce() throws {
    let program = try Program()
    try program.write("s.lua", "local p = gfnet.params{seed = 1} print('began') while true do end")
    let process = try program.start(
      ["sweep", "s.lua", "seed=1..2", "--jobs", "1", "--threads", "1"], environment: SweepBench.patient)
    let run = "sweeps/s/runs/seed=1"
    #expect(SweepBench.wait(in: process) { SweepBench.hasBegun(program, run) })
    let child = try #require(SweepBench.attempts(program, run).first?.child?.process)
    // It cannot answer, so only the second request ends it.
    kill(pid_t(child), SIGSTOP)
    process.interrupt()
    #expect(
      SweepBench.wait(in: process) {
        program.read("err.txt")?.contains("stopping: 1 run saves its state") == true
      })
    process.interrupt()
    let result = program.finish(process)
    #expect(result.status == 130 && result.output.contains("2 runs: 2 waiting"), "\(result.errors)")
    #expect(kill(pid_t(child), 0) != 0)
    #expect(SweepBench.attempts(program, run).map(\.status) == ["interrupted"])
  }

  @Test func aSweepThatIsKilledTakesItsRunsAlongAndGoesOn() throws {
    let program = try Program()
    try program.write("s.lua", SweepBench.waiting)
    let words = ["sweep", "s.lua", "seed=1", "--threads", "1"]
    let process = try program.start(words, environment: SweepBench.patient)
    let run = "sweeps/s/runs/seed=1"
    #expect(SweepBench.wait(in: process) { SweepBench.hasBegun(program, run) })
    let child = pid_t(try #require(SweepBench.attempts(program, run).first?.child?.process))
    kill(process.processIdentifier, SIGKILL)
    #expect(program.finish(process).status == -SIGKILL)
    // The run sees the end of its input, and ends as after Ctrl-C. Whoever adopts it may never ask for its status.
    let end = Date() + Program.patience
    while Date() < end, program.read(run + "/meta.json")?.contains("\"status\": \"interrupted\"") != true {
      usleep(20_000)
    }
    #expect(program.read(run + "/meta.json")?.contains("\"status\": \"interrupted\"") == true)
    while Date() < end, Self.isComputing(child) { usleep(20_000) }
    let status = try program.run("sweep", "status", "sweeps/s")
    #expect(
      status.output.contains("its process has gone without a word") && status.output.contains("1 waiting"))
    try program.write("go.txt", "")
    let second = try program.run(words)
    #expect(second.status == 0, "\(second.errors)")
    #expect(SweepBench.attempts(program, run).map(\.status) == ["running", "done"])
  }

  /// Whether there is a process of that number that has not ended.
  private static func isComputing(_ process: pid_t) -> Bool {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else {
      return false
    }
    return text.range(of: ") Z ") == nil
  }

  @Test func aScriptThatChangesMeanwhileIsRunNoMore() throws {
    let program = try Program()
    try program.write("s.lua", SweepBench.waiting)
    let process = try program.start(["sweep", "s.lua", "seed=1,2", "--jobs", "1", "--threads", "1"])
    #expect(
      SweepBench.wait(in: process) {
        program.read("sweeps/s/runs/seed=1/output.txt")?.contains("began") == true
      })
    try program.write("s.lua", SweepBench.waiting + "\n-- changed")
    try program.write("go.txt", "")
    let result = program.finish(process)
    #expect(result.status == 1)
    #expect(
      result.complaints.last
        == "gfnet-lab: s.lua has changed since the sweep began; runs that were not started wait: start the sweep again",
      "\(result.errors)")
    #expect(SweepBench.attempts(program, "sweeps/s/runs/seed=1").map(\.status) == ["done"])
    #expect(SweepBench.attempts(program, "sweeps/s/runs/seed=2").isEmpty)
  }
}
