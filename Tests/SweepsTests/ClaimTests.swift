import Foundation
import Reports
import Support
import Sweeps
import Synchronization
import TestSupport
import Testing

/// Who runs what: each run is taken once, however many processes there are, and those of processes that are gone are found.
@Suite struct ClaimTests {
  private static func runs(_ count: Int) throws -> [PlannedRun] {
    try PlannedRun.combinations(of: [
      SweepAxis(name: "seed", values: (1...count).map { .init(text: "\($0)", json: .integer($0)) })
    ])
  }

  private static func plan(_ runs: [PlannedRun], retries: Int = 0) -> SweepPlan {
    SweepPlan(
      script: "s.lua", workingFolder: "/w", fingerprint: "f", retries: retries, options: ["--seed", "2"],
      command: ["gfnet-lab", "sweep"], varied: ["seed"], runs: runs)
  }

  /// A process of another machine.
  private static func claimant(_ host: String, process: Int = 1, job: String = "", restarts: Int = 0)
    -> Claimant
  {
    Claimant(host: host, space: "of \(host)", process: process, started: 1, job: job, restarts: restarts)
  }

  @Test func aPlanComesBackFromItsFile() throws {
    let folder = try TemporaryFolder()
    let sweep = SweepFolder(folder.path / "s")
    #expect(try sweep.plan() == nil)
    var plan = Self.plan(try Self.runs(3), retries: 2)
    plan.jobs = ["17"]
    try sweep.write(plan)
    let read = try #require(try sweep.plan())
    #expect(
      read.runs == plan.runs && read.retries == 2 && read.options == plan.options && read.jobs == ["17"])
    #expect(read.script == "s.lua" && read.workingFolder == "/w" && read.fingerprint == "f" && read.call == 1)
    // Runs that a later call does not name stay known.
    let next = try Self.plan(Array(try Self.runs(5)[2...])).following(read, in: sweep.path)
    #expect(next.call == 2)
    #expect(next.runs.map(\.name) == ["seed=3", "seed=4", "seed=5"])
    #expect(next.others.map(\.name) == ["seed=1", "seed=2"])
    var other = next
    other.script = "other.lua"
    #expect(throws: SweepError.self) { try other.following(next, in: sweep.path) }
  }

  @Test func whatIsNoPlanIsOneLine() throws {
    let folder = try TemporaryFolder()
    let sweep = SweepFolder(folder.path)
    for text in [
      "", "{", "[]", "{}", "{\"written_by\": \"gfnet-lab sweep\"}", "null",
      String(repeating: "[", count: 10_000),
    ] {
      try folder.write(text, "sweep.json")
      #expect(throws: SweepError.self, "\(text.prefix(40))") { try sweep.plan() }
    }
    // A file of a stranger does not choose folders.
    try SweepFolder(folder.path / "a").write(Self.plan(try Self.runs(1)))
    let text = try String(contentsOf: (folder.path / "a/sweep.json").url, encoding: .utf8)
    try folder.write(text.replacing("\"seed=1\"", with: "\"../../x\""), "sweep.json")
    #expect(throws: SweepError.self) { try sweep.plan() }
    try folder.write("mine", "b/notes.txt")
    #expect(throws: SweepError.self) { try SweepFolder(folder.path / "b").write(Self.plan(try Self.runs(1))) }
    #expect(throws: SweepError.self) { try SweepFolder(folder.path / "none").requiredPlan() }
  }

  @Test func eachRunIsTakenOnceHoweverManyTry() throws {
    let folder = try TemporaryFolder()
    let sweep = SweepFolder(folder.path / "s")
    let plan = Self.plan(try Self.runs(40))
    try sweep.write(plan)
    let taken = Mutex<[String]>([])
    DispatchQueue.concurrentPerform(iterations: 8) { worker in
      let claims = RunClaims(folder: sweep, claimant: Self.claimant("host\(worker)"), now: { 0 })
      for run in plan.runs {
        if (try? claims.take(run, in: plan)) != nil { taken.withLock { $0.append(run.name) } }
      }
    }
    #expect(taken.withLock { $0 }.sorted() == plan.runs.map(\.name).sorted())
    // Nothing but the attempts is left.
    for run in plan.runs {
      let files = try FileManager.default.contentsOfDirectory(
        atPath: (sweep.folder(of: run) / "attempts").string)
      #expect(files == ["1.json"])
    }
  }

  @Test func anOwnerOfAnotherMachineIsGoneWhenItWasNotHeardOfForLong() throws {
    let folder = try TemporaryFolder()
    let sweep = SweepFolder(folder.path / "s")
    let plan = Self.plan(try Self.runs(1))
    let run = plan.runs[0]
    try sweep.write(plan)
    let owner = RunClaims(folder: sweep, claimant: Self.claimant("one"))
    let claim = try #require(try owner.take(run, in: plan))
    let heard = try #require(sweep.history(of: run).last?.heard)
    let soon = RunClaims(folder: sweep, claimant: Self.claimant("two"), patience: 100, now: { heard + 99 })
    let late = RunClaims(folder: sweep, claimant: Self.claimant("two"), patience: 100, now: { heard + 101 })
    #expect(soon.status(of: sweep.history(of: run), in: plan) == .running)
    #expect(try soon.take(run, in: plan) == nil)
    #expect(late.status(of: sweep.history(of: run), in: plan) == .waiting)
    #expect(!claim.isTakenOver)
    let second = try #require(try late.take(run, in: plan))
    #expect(second.number == 2)
    // The first owner, which was only slow, sees that the run is another's.
    #expect(claim.isTakenOver && !second.isTakenOver)
  }

  @Test func aSignOfLifeIsTheTimeOfTheFile() throws {
    let folder = try TemporaryFolder()
    let sweep = SweepFolder(folder.path / "s")
    let plan = Self.plan(try Self.runs(1))
    try sweep.write(plan)
    let claim = try #require(
      try RunClaims(folder: sweep, claimant: Self.claimant("one")).take(plan.runs[0], in: plan))
    let file = sweep.folder(of: plan.runs[0]) / "attempts/1.json"
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 1000)], ofItemAtPath: file.string)
    #expect(sweep.history(of: plan.runs[0]).last?.heard == 1000)
    claim.beat()
    #expect(try #require(sweep.history(of: plan.runs[0]).last?.heard) > 1e9)
    // The clock of the machine that keeps the folder is asked, and no file of that is left.
    let other = RunClaims(folder: sweep, claimant: Self.claimant("two"))
    #expect(other.status(of: sweep.history(of: plan.runs[0]), in: plan) == .running)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: sweep.path.string).sorted() == [
        "runs", "sweep.json",
      ])
  }

  @Test func aProcessOfThisMachineIsAskedFor() throws {
    let folder = try TemporaryFolder()
    let sweep = SweepFolder(folder.path / "s")
    let plan = Self.plan(try Self.runs(2))
    try sweep.write(plan)
    let me = Claimant.current()
    #expect(Claimant.isRunning(me.process, started: me.started))
    #expect(!Claimant.isRunning(me.process, started: me.started + 1))
    #expect(!Claimant.isRunning(-1, started: 0) && !Claimant.isRunning(.max, started: 0))
    // Whatever the clock says: this process is there.
    let claims = RunClaims(folder: sweep, now: { 1e12 })
    _ = try #require(try claims.take(plan.runs[0], in: plan))
    #expect(claims.status(of: sweep.history(of: plan.runs[0]), in: plan) == .running)
    // One with the number of this process, started earlier, is not.
    var before = me
    before.started -= 1
    let first = RunClaims(folder: sweep, claimant: before, now: { 0 })
    _ = try #require(try first.take(plan.runs[1], in: plan))
    #expect(claims.status(of: sweep.history(of: plan.runs[1]), in: plan) == .waiting)
    // While the process of the run itself is there, nobody else begins.
    var second = try #require(try first.take(plan.runs[1], in: plan))
    try second.note(child: me.process)
    #expect(claims.status(of: sweep.history(of: plan.runs[1]), in: plan) == .running)
  }

  @Test func aJobThatWasPutBackIntoTheQueueKnowsItself() throws {
    let folder = try TemporaryFolder()
    let sweep = SweepFolder(folder.path / "s")
    let plan = Self.plan(try Self.runs(1))
    try sweep.write(plan)
    _ = try RunClaims(folder: sweep, claimant: Self.claimant("n1", job: "12", restarts: 0)).take(
      plan.runs[0], in: plan)
    func take(_ claimant: Claimant) throws -> RunClaims.Claim? {
      try RunClaims(folder: sweep, claimant: claimant, now: { 0 }).take(plan.runs[0], in: plan)
    }
    #expect(try take(Self.claimant("n2", job: "13", restarts: 1)) == nil)
    #expect(try take(Self.claimant("n2", job: "12", restarts: 0)) == nil)
    #expect(try take(Self.claimant("n2", job: "12", restarts: 1)) != nil)
  }

  @Test func howARunEndsDecidesWhatIsDue() throws {
    let folder = try TemporaryFolder()
    let sweep = SweepFolder(folder.path / "s")
    var plan = Self.plan(try Self.runs(1), retries: 1)
    let run = plan.runs[0]
    try sweep.write(plan)
    let claims = RunClaims(folder: sweep)
    func end(_ status: RunAttempt.Status, _ error: String = "") throws {
      var claim = try #require(try claims.take(run, in: plan))
      try claim.end(status, seconds: 2, error: error)
    }
    func status() -> RunHistory.Status { claims.status(of: sweep.history(of: run), in: plan) }
    #expect(status() == .waiting)
    try end(.interrupted)
    #expect(status() == .waiting)
    try end(.failed, "no luck")
    #expect(status() == .failed)
    // It is started once more, and then no more in this call.
    try end(.failed, "no luck again")
    #expect(try claims.take(run, in: plan) == nil)
    plan.call += 1
    try end(.done)
    #expect(status() == .done)
    #expect(try claims.take(run, in: plan) == nil)
    let history = sweep.history(of: run)
    #expect(history.attempts.map(\.status) == [.interrupted, .failed, .failed, .done])
    #expect(history.attempts.map(\.error) == ["", "no luck", "no luck again", ""])
    #expect(history.last?.seconds == 2)
    // What was run with another script does not count.
    plan.fingerprint = "g"
    #expect(status() == .waiting)
    #expect(
      history.note(fingerprint: "g", isGone: claims.isGone) == "done with another script or version")
    #expect(try claims.take(run, in: plan) != nil)
  }

  @Test func aRunThatTakesItsMachineAlongIsNotStartedForEver() throws {
    let folder = try TemporaryFolder()
    let sweep = SweepFolder(folder.path / "s")
    let plan = Self.plan(try Self.runs(1))
    try sweep.write(plan)
    for host in 1...RunHistory.mostLosses {
      let claims = RunClaims(folder: sweep, claimant: Self.claimant("\(host)"), now: { 1e12 })
      #expect(try claims.take(plan.runs[0], in: plan) != nil)
    }
    let claims = RunClaims(folder: sweep, claimant: Self.claimant("last"), now: { 1e12 })
    #expect(try claims.take(plan.runs[0], in: plan) == nil)
  }

  @Test func filesOfStrangersAreNoAttempts() throws {
    let folder = try TemporaryFolder()
    let sweep = SweepFolder(folder.path / "s")
    let plan = Self.plan(try Self.runs(1))
    try sweep.write(plan)
    for (name, text) in [
      ("1.json", ""), ("x.json", "{}"), ("-3.json", "{}"), ("99999999999999999999.json", "{}"),
    ] {
      try folder.write(text, "s/runs/seed=1/attempts/\(name)")
    }
    let soon = RunClaims(folder: sweep, claimant: Self.claimant("one"), now: { 0 })
    #expect(sweep.history(of: plan.runs[0]).attempts.count == 1)
    // A file without content is one that someone is just making.
    #expect(try soon.take(plan.runs[0], in: plan) == nil)
    let late = RunClaims(folder: sweep, claimant: Self.claimant("one"), now: { 1e12 })
    #expect(try late.take(plan.runs[0], in: plan)?.number == 2)
  }
}
