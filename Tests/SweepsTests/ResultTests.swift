import Reports
import Support
import Sweeps
import TestSupport
import Testing

/// What runs have found, and the groups in which they are compared.
@Suite struct ResultTests {
  private static func record(_ rate: Double, _ seed: Int, _ results: [JSONValue.Member]) -> RunRecord {
    let run = PlannedRun([
      .init(name: "rate", text: "\(rate)", value: .number(rate)),
      .init(name: "seed", text: "\(seed)", value: .integer(seed)),
    ])
    return RunRecord(run: run, folder: "x", status: .done, results: results)
  }

  private static let records = [
    record(0.1, 1, [.init("accuracy", 90.5), .init("name", "a"), .init("ok", true)]),
    record(0.3, 1, [.init("accuracy", 80), .init("loss", .null)]),
    record(0.1, 2, [.init("accuracy", 91.5)]),
    record(0.1, 3, []),
  ]

  @Test func groupsDifferInNothingButTheRepetitions() {
    let groups = RunGroup.groups(Self.records, over: ["seed"])
    #expect(groups.map { $0.parameters.map(\.text) } == [["0.1"], ["0.3"]])
    #expect(groups.map(\.records.count) == [3, 1])
    #expect(groups[0].values("accuracy") == [90.5, 91.5])
    #expect(groups[0].values("name") == [] && groups[1].values("loss") == [])
    #expect(RunGroup.resultNames(Self.records) == ["accuracy"])
    #expect(RunGroup.groups(Self.records, over: []).count == 4)
    #expect(RunGroup.groups(Self.records, over: ["seed", "rate"]).count == 1)
  }

  @Test func onlyRunsThatAreDoneHaveResults() throws {
    let folder = try TemporaryFolder()
    let sweep = SweepFolder(folder.path / "s")
    let runs = try PlannedRun.combinations(of: [
      SweepAxis(name: "seed", values: (1...3).map { .init(text: "\($0)", json: .integer($0)) })
    ])
    let plan = SweepPlan(
      script: "s.lua", workingFolder: "/w", fingerprint: "f", retries: 0, options: [], command: [],
      varied: [],
      runs: runs)
    try sweep.write(plan)
    let claims = RunClaims(folder: sweep)
    for (run, status) in zip(runs, [RunAttempt.Status.done, .failed]) {
      try folder.write("{\"results\": {\"x\": 1.5, \"y\": \"z\"}}", "s/runs/\(run.name)/summary.json")
      try folder.write("a\n1\n", "s/runs/\(run.name)/tables/t.csv")
      try folder.write("", "s/runs/\(run.name)/tables/t.tex")
      var claim = try #require(try claims.take(run, in: plan))
      try claim.end(status, seconds: 1, error: status == .failed ? "no" : "")
    }
    let records = try sweep.records(of: plan)
    #expect(records.map(\.status) == [.done, .failed, .waiting])
    #expect(records.map(\.note) == ["", "no", ""])
    #expect(records.map { $0.number("x") } == [1.5, nil, nil])
    #expect(records[0].results == [.init("x", 1.5), .init("y", "z")])
    #expect(records[0].tables.map(\.name) == ["t"])
    #expect(records[2].tables.isEmpty && records[0].metricsPath == nil)
  }

  @Test func numbersOfTrainingsAreReadLineByLine() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write(
      """
      {"stage":1,"epoch":1,"loss":4.5,"accuracy":[10,20],"seconds":1}
      {"stage":1,"epoch":2,"loss":null,"accuracy":[30,40],"late":7,"loss":3,"loss":2}

      no JSON
      {"stage":1,"epoch":3,"accuracy":[],"loss":1
      """, "metrics.jsonl")
    let curves = try MetricCurve.curves(of: file)
    #expect(curves.map(\.name) == ["loss", "accuracy", "late"])
    #expect(curves[0].values == [4.5, 3])
    // The last step's.
    #expect(curves[1].values == [20, 40])
    #expect(curves[2].values[0].isNaN && curves[2].values[1] == 7)
    #expect(try MetricCurve.curves(of: folder.path / "none") == [])
  }
}
