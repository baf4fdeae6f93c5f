import Foundation
import TestSupport
import Testing

/// `gfnet-lab runs list` and the index behind it.
@Suite struct RunsListTests {
  private static func three() throws -> Program {
    let program = try Program()
    for (name, day, rate, accuracy) in [("a", 1, 0.5, 90.5), ("b", 3, 0.1, 70), ("deep/c", 2, 0.3, 80.25)] {
      try RunsBench.write(
        program, "reports/\(name)",
        [
          "started": "2026-03-0\(day)T14:05:09Z",
          "parameters": [RunsBench.parameter("rate", rate), RunsBench.parameter("width", 16, isSet: false)],
          "status": name == "b" ? "failed" : "done",
          "command": ["gfnet-lab", "run", name == "a" ? "x/other.lua" : "scripts/train.lua"],
        ],
        results: ["accuracy": accuracy],
        metrics: "{\"epoch\":1,\"loss\":9}\n{\"epoch\":2,\"loss\":\(rate),\"steps\":[1,\(rate)]}\n")
    }
    return program
  }

  @Test func runsAreListedFilteredAndSorted() throws {
    let program = try Self.three()
    func names(_ words: String...) throws -> [String] {
      let result = try program.run(["runs", "list"] + words, environment: RunsBench.environment(program))
      #expect(result.status == 0, "\(result.errors)")
      return RunsBench.firstColumn(result.output)
    }
    #expect(try names() == ["b", "deep/c", "a"])
    #expect(try names("--reverse") == ["a", "deep/c", "b"])
    #expect(try names("--sort", "accuracy") == ["b", "deep/c", "a"])
    #expect(try names("--sort", "results.accuracy", "--reverse", "--limit", "2") == ["a", "deep/c"])
    #expect(try names("--sort", "rate") == ["b", "deep/c", "a"])
    #expect(try names("--sort", "loss", "--reverse") == ["a", "deep/c", "b"])
    #expect(try names("--sort", "run") == ["a", "b", "deep/c"])
    #expect(try names("--script", "train") == ["b", "deep/c"])
    #expect(try names("--script", "x/other.lua") == ["a"])
    #expect(try names("--status", "failed", "--status", "running") == ["b"])
    #expect(try names("--since", "2026-03-02") == ["b", "deep/c"])
    #expect(try names("--since", "2026-03-02T14:05:10Z") == ["b"])
    let all = try RunsBench.runs(program)
    #expect(all.output.contains("accuracy=80.25") && all.output.contains("rate=0.3"))
    #expect(!all.output.contains("width"))
  }

  @Test func theListAsJSONHasAllValues() throws {
    let program = try Self.three()
    let result = try RunsBench.runs(program, "list", "--json", "--sort", "run")
    let list = try #require(
      try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [[String: Any]])
    #expect(list.compactMap { $0["run"] as? String } == ["a", "b", "deep/c"])
    let last = try #require(list.last)
    #expect(last["folder"] as? String == "reports/deep/c")
    #expect((last["results"] as? [String: Double]) == ["accuracy": 80.25])
    #expect((last["metrics"] as? [String: Double]) == ["loss": 0.3, "steps": 0.3])
    #expect((last["parameters"] as? [String: Double]) == ["rate": 0.3, "width": 16])
    let none = try RunsBench.runs(program, "list", "--json", "--tag", "none")
    #expect(none.output == "[]\n" && none.status == 0)
  }

  @Test func whatCannotBeAskedIsOneLine() throws {
    let program = try Self.three()
    for (words, line) in [
      (["--sort", "acuracy"], "no run has 'acuracy' to sort by; did you mean 'accuracy'?"),
      (["--status", "fail"], "there is no 'fail'"), (["--since", "yesterday"], "'yesterday' is no time"),
      (["--since", "2026-02-30"], "'2026-02-30' is no time"),
      (["--limit", "0"], "--limit must be at least 1"),
      (["--folder", "nowhere"], "cannot read folder nowhere: No such file or directory"),
    ] {
      let result = try program.run(["runs", "list"] + words, environment: RunsBench.environment(program))
      #expect(result.status != 0 && result.output.isEmpty, "\(words)")
      #expect(
        result.errors.contains(line) && result.errors.split(separator: "\n").count == 1, "\(result.errors)")
    }
    let empty = try Program()
    let none = try RunsBench.runs(empty, "list")
    #expect(none.status == 0 && none.output == "No runs: there is no folder reports here.\n")
  }

  @Test func theIndexFollowsTheFoldersAndIsMadeAnewWhereItIsLostOrDamaged() throws {
    let program = try Self.three()
    func names() throws -> [String] {
      let result = try RunsBench.runs(program, "list", "--sort", "run")
      #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
      return RunsBench.firstColumn(result.output)
    }
    let all = ["a", "b", "deep/c"]
    #expect(try names() == all)
    let index = try #require(RunsBench.indexFiles(program).first)

    // Runs that come, change and go.
    try RunsBench.write(program, "reports/deep/d", results: ["accuracy": 1])
    try FileManager.default.removeItem(atPath: program.folder + "/reports/b")
    #expect(try names() == ["a", "deep/c", "deep/d"])
    try RunsBench.write(program, "reports/deep/d", ["title": "Another"], results: ["accuracy": 12.5])
    #expect(try RunsBench.runs(program).output.contains("accuracy=12.5"))
    // A folder that was moved is gone with all that is in it, and found where it is.
    try FileManager.default.moveItem(
      atPath: program.folder + "/reports/deep", toPath: program.folder + "/reports/other")
    #expect(try names() == ["a", "other/c", "other/d"])

    // Lost, cut off, no database, one of strangers.
    let bytes = try Data(contentsOf: URL(fileURLWithPath: index))
    var damaged = bytes
    for place in stride(from: 100, to: damaged.count, by: 7) { damaged[place] = 0xA5 }
    for content in [nil, Data(), Data("no database".utf8), bytes.prefix(bytes.count / 2), damaged] {
      if let content {
        try content.write(to: URL(fileURLWithPath: index))
      } else {
        try FileManager.default.removeItem(atPath: index)
      }
      #expect(try names() == ["a", "other/c", "other/d"])
    }
    // A place that cannot be written.
    try FileManager.default.removeItem(atPath: program.folder + "/cache")
    try program.write("cache", "a file")
    #expect(try names() == ["a", "other/c", "other/d"])
  }

  @Test func manyProcessesMayUseTheIndexAtOnce() throws {
    let program = try Self.three()
    let result = try program.shell(
      "for i in 1 2 3 4 5 6; do $GFNET runs list --sort run > list-$i.txt & done; wait; cat list-*.txt",
      environment: RunsBench.environment(program))
    #expect(result.errors.isEmpty)
    let lists = (1...6).compactMap { program.read("list-\($0).txt") }
    #expect(lists.count == 6 && Set(lists).count == 1 && lists[0].contains("deep/c"))
  }

  @Test func twoRunsOfOneSecondAreTwo() throws {
    let program = try Program()
    try program.write("s.lua", "gfnet.report.results{accuracy = 1}")
    let result = try program.shell(
      "$GFNET s.lua --out reports/x & $GFNET s.lua --out reports/y & wait; $GFNET runs list --sort run --json",
      environment: RunsBench.environment(program))
    #expect(
      result.output.contains("\"run\":\"x\"") && result.output.contains("\"run\":\"y\""), "\(result.errors)")
  }
}
