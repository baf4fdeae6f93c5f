import Foundation
import Support
import TestSupport
import Testing

/// `gfnet-lab sweep` as its users meet it: many runs of one script, that end well, fail, are killed, stopped, and go on.
@Suite struct SweepTests {
  @Test func eachCombinationIsARunOfItsOwnAndIsFoundAgain() throws {
    let program = try Program()
    try program.write("s.lua", SweepBench.script)
    let result = try program.run(
      "sweep", "s.lua", "rate=0.1,0.3", "seed=1..2", "--jobs", "2", "--threads", "1")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("4 runs: 4 done"))
    #expect(
      SweepBench.folders(program, "sweeps/s")
        == ["rate=0.1,seed=1", "rate=0.1,seed=2", "rate=0.3,seed=1", "rate=0.3,seed=2"])
    for run in SweepBench.folders(program, "sweeps/s") {
      let folder = "sweeps/s/runs/\(run)"
      #expect(program.read("\(folder)/summary.json")?.contains("\"accuracy\"") == true)
      #expect(program.read("\(folder)/index.html") != nil)
      // Each keeps its state in its own folder.
      #expect(program.read("\(folder)/output.txt")?.contains("\(folder)/training") == true)
      #expect(program.read("\(folder)/meta.json")?.contains("\"threads\": 1") == true)
    }
    let page = try #require(program.read("sweeps/s/index.html"))
    #expect(page.contains("Sweep of s") && page.contains("data:image/png;base64,"))
    #expect(program.read("sweeps/s/tables/means.csv")?.hasPrefix("rate,runs,accuracy") == true)
    #expect(program.read("sweeps/s/figures/result-accuracy.csv")?.contains("band") == true)

    // Nothing is run again; more seeds are, and only those.
    let again = try program.run("sweep", "s.lua", "rate=0.3,0.10", "seed=2,1", "--threads", "1")
    #expect(
      again.status == 0 && again.errors.contains("4 of them done or running already"), "\(again.errors)")
    let more = try program.run("sweep", "s.lua", "rate=0.1", "seed=1..3", "--threads", "1")
    #expect(more.status == 0 && more.output.contains("3 runs: 3 done"), "\(more.errors)")
    #expect(SweepBench.folders(program, "sweeps/s").count == 5)
    #expect(
      SweepBench.folders(program, "sweeps/s").map {
        SweepBench.attempts(program, "sweeps/s/runs/\($0)").count
      }
        == [1, 1, 1, 1, 1])
    // The page has all that was ever run.
    #expect(program.read("sweeps/s/tables/runs.csv")?.split(whereSeparator: \.isNewline).count == 6)

    // Another script is another experiment, and what the one before has found is not taken for its own.
    try program.write("s.lua", SweepBench.script + "\n-- changed")
    let changed = try program.run("sweep", "s.lua", "rate=0.1", "seed=1", "--threads", "1")
    #expect(changed.status == 0 && changed.output.contains("1 run: 1 done"), "\(changed.errors)")
    #expect(SweepBench.attempts(program, "sweeps/s/runs/rate=0.1,seed=1").map(\.status) == ["done", "done"])
    let status = try program.run("sweep", "status", "sweeps/s")
    #expect(status.output.contains("done with another script or version"))
    #expect(status.output.contains("5 runs: 1 done, 4 waiting"), "\(status.output)")
    // A module that the script requires is a part of it.
    try program.write("m.lua", "return 1")
    try program.write("s.lua", "local p = gfnet.params{seed = 1} local m = require 'm'")
    let words = ["sweep", "s.lua", "seed=1", "--threads", "1", "--out", "other"]
    #expect(try program.run(words).status == 0)
    try program.write("m.lua", "return 2")
    #expect(try program.run(words).status == 0)
    #expect(SweepBench.attempts(program, "other/runs/seed=1").count == 2)
    #expect(try program.run(words).status == 0)
    #expect(SweepBench.attempts(program, "other/runs/seed=1").count == 2)
    #expect(program.leftovers == [])
  }

  @Test func whatFailsIsToldAndTheOthersAreDone() throws {
    let program = try Program()
    try program.write("s.lua", SweepBench.script)
    let result = try program.run(
      "sweep", "s.lua", "seed=1..20", "luck=false", "--jobs", "4", "--threads", "1", "--retries", "1")
    #expect(result.status == 1)
    #expect(result.output.contains("20 runs: 18 done, 2 failed"), "\(result.errors)")
    for seed in [3, 13] {
      let line = "s.lua:5: no luck with \(seed)"
      #expect(result.output.contains("  seed=\(seed),luck=false: \(line)"), "\(result.output)")
      #expect(
        result.errors.contains("gfnet-lab: run seed=\(seed),luck=false failed, and is started again: \(line)")
      )
      #expect(result.errors.contains("gfnet-lab: run seed=\(seed),luck=false failed: \(line)"))
      let attempts = SweepBench.attempts(program, "sweeps/s/runs/seed=\(seed),luck=false")
      #expect(
        attempts.map(\.status) == ["failed", "failed"] && attempts.allSatisfy { $0.error.hasPrefix(line) })
    }
    #expect(program.read("sweeps/s/tables/failures.csv")?.contains("no luck with 13") == true)
    let status = try program.run("sweep", "status", "sweeps/s")
    #expect(status.status == 0 && status.output.contains("20 runs: 18 done, 2 failed"))
    // The next call gives them another chance; without one they fail again and nothing else is started.
    let again = try program.run("sweep", "s.lua", "seed=1..20", "luck=false", "--jobs", "4", "--threads", "1")
    #expect(again.status == 1 && again.errors.contains("18 of them done"), "\(again.errors)")
    #expect(SweepBench.attempts(program, "sweeps/s/runs/seed=3,luck=false").count == 3)
  }

  @Test(arguments: [
    (["rat=0.1"], "unknown parameter 'rat'; did you mean 'rate'?"),
    (["rate=0.1,2"], "parameter 'rate' must be a number from 0 to 1, got 2.0: 0.02, not 2"),
    (["seed=5..1"], "parameter 'seed': the range 5..1 is empty; did you mean 1..5?"),
    (
      ["seed=1..3000", "rate=0..1:0.01"],
      "303000 combinations (3000 of seed × 101 of rate) are more than the 10000 that a sweep has"
    ),
    (["seed=1", "seed=2"], "parameter 'seed' is given twice; separate its values by commas"),
    (
      ["seed=1.5"],
      "parameter 'seed' must be a whole number, got \"1.5\"; its default 1 is an integer; the script can write 1.0 to take any number"
    ),
    (["seed"], "'seed' is not a parameter; write name=value"),
  ])
  func whatCannotBeRunIsOneLineBeforeAnythingStarts(_ words: [String], _ message: String) throws {
    let program = try Program()
    try program.write("s.lua", SweepBench.script)
    let result = try program.run(["sweep", "s.lua"] + words)
    #expect(result.status == 2)
    #expect(result.errors == "gfnet-lab: \(message)\n")
    #expect(!FileManager.default.fileExists(atPath: program.folder + "/sweeps"))
  }

  @Test func optionsOfTheSweepAreThoseOfItsRunsAndPartOfWhatTheyAre() throws {
    let program = try Program()
    try program.write("s.lua", "local p = gfnet.params{seed = 1} print(p.seed)")
    let words = ["sweep", "s.lua", "seed=1", "--threads", "1"]
    #expect(try program.run(words + ["--shards", "4", "--precision", "bf16"]).status == 0)
    let facts = try #require(program.read("sweeps/s/runs/seed=1/meta.json"))
    let command = facts.filter { !$0.isWhitespace && $0 != "\"" }
    #expect(command.contains("--shards,4") && command.contains("--precision,bf16"), "\(facts)")
    // Other shards are other sums.
    #expect(try program.run(words + ["--shards", "2", "--precision", "bf16"]).status == 0)
    #expect(SweepBench.attempts(program, "sweeps/s/runs/seed=1").map(\.status) == ["done", "done"])
    #expect(try program.run(words + ["--shards", "2", "--precision", "bf16"]).status == 0)
    #expect(SweepBench.attempts(program, "sweeps/s/runs/seed=1").count == 2)
  }

  @Test func listsHaveSemicolonsAndTheSeedMayBeTheProgramsOption() throws {
    let program = try Program()
    try program.write("s.lua", "local p = gfnet.params{n = {1, 2}} print('n', #p.n, 'seed', gfnet.seed)")
    let result = try program.run("sweep", "s.lua", "n=1,2,3;4", "seed=5..6", "--threads", "1", "--seed", "9")
    #expect(result.status == 0 && result.output.contains("4 runs: 4 done"), "\(result.errors)")
    let printed = SweepBench.folders(program, "sweeps/s").compactMap {
      program.read("sweeps/s/runs/\($0)/output.txt")?.split(separator: "\n").first.map(String.init)
    }
    #expect(printed.sorted() == ["n\t1\tseed\t5", "n\t1\tseed\t6", "n\t3\tseed\t5", "n\t3\tseed\t6"])
  }

  @Test func anyNumberOfProcessesWorkOnAPreparedSweep() throws {
    let program = try Program()
    try program.write("s.lua", SweepBench.script)
    let prepared = try program.run("sweep", "s.lua", "seed=1..12", "--prepare")
    #expect(prepared.status == 0 && prepared.output.contains("gfnet-lab sweep work sweeps/s"))
    #expect(SweepBench.folders(program, "sweeps/s").isEmpty)
    let result = try program.shell(
      "for i in 1 2 3; do \"$GFNET\" sweep work sweeps/s --threads 1 --task $i >work$i.txt 2>&1 & done; wait")
    #expect(result.status == 0)
    #expect(SweepBench.folders(program, "sweeps/s").count == 12, "\(program.read("work1.txt") ?? "")")
    for run in SweepBench.folders(program, "sweeps/s") {
      #expect(SweepBench.attempts(program, "sweeps/s/runs/\(run)").map(\.status) == ["done"], "\(run)")
    }
    let counts = (1...3).compactMap {
      program.read("work\($0).txt").flatMap { $0.firstMatch(of: #/([0-9]+) done, 0 failed here/#)?.1 }.flatMap
      { Int($0) }
    }
    #expect(counts.count == 3 && counts.reduce(0, +) == 12, "\(counts)")
    #expect(program.read("sweeps/s/index.html") != nil)
    // Started by mpirun, each process would plan.
    let twice = try program.run("sweep", "s.lua", "seed=1", environment: ["OMPI_COMM_WORLD_SIZE": "2"])
    #expect(twice.status == 2 && twice.errors.hasPrefix("gfnet-lab: mpirun has started this 2 times"))
    let none = try program.run("sweep", "work", "sweeps/none")
    #expect(none.status == 1 && none.errors.contains("is not the folder of a sweep: there is no such folder"))
  }

  @Test func aScriptReadsWhatASweepHasFound() throws {
    let program = try Program()
    try program.write("s.lua", SweepBench.script)
    let words = ["rate=0.1,0.3", "seed=1..3", "luck=false"]
    #expect(try program.run(["sweep", "s.lua"] + words + ["--jobs", "3", "--threads", "1"]).status == 1)
    try program.write(
      "read.lua",
      """
      local sweep = gfnet.sweep("sweeps/s")
      print(sweep.script, sweep.counts.all, sweep.counts.done, sweep.counts.failed, #sweep.runs)
      for _, group in ipairs(sweep.groups) do
        print(group.parameters.rate, group.parameters.seed, #group.runs, #group.results.accuracy,
          ("%.2f"):format(gfnet.stats.mean(group.results.accuracy).value))
      end
      for _, run in ipairs(sweep.runs) do
        if run.status == "failed" then
          print(run.name, run.error, run.starts, run.results.accuracy)
        elseif run.parameters.seed == 2 then
          print(run.name, run.parameters.luck, run.results.name, gfnet.read.csv(run.tables.numbers).columns.seed[1], run.metrics)
        end
      end
      print(#gfnet.sweep("sweeps/s", {over = {"rate", "seed"}}).groups)
      local function problem(...)
        return select(2, pcall(gfnet.sweep, ...)):match("gfnet.sweep: .*")
      end
      print(problem("sweeps/s", {over = {"rat"}}))
      print(problem("sweeps"))
      """)
    let result = try program.run("read.lua")
    #expect(result.status == 0, "\(result.errors)")
    #expect(
      result.output == """
        s.lua\t6\t4\t2\t6
        0.1\tnil\t3\t2\t91.60
        0.3\tnil\t3\t2\t91.80
        rate=0.1,seed=2,luck=false\tfalse\tx\t2\tnil
        rate=0.1,seed=3,luck=false\ts.lua:5: no luck with 3\t1\tnil
        rate=0.3,seed=2,luck=false\tfalse\tx\t2\tnil
        rate=0.3,seed=3,luck=false\ts.lua:5: no luck with 3\t1\tnil
        1
        gfnet.sweep: over: no run has a parameter 'rat'; did you mean 'rate'?
        gfnet.sweep: sweeps is not the folder of a sweep: there is no sweep.json in it

        """)
  }
}
