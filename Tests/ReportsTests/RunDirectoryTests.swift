import Foundation
import Reports
import Support
import TestSupport
import Testing

struct RunDirectoryTests {
  /// What every run leaves: what is known of it, and the report in each format.
  private static let ofEveryRun =
    ["config.json", "log.txt", "meta.json", "overrides.json", "summary.json"]
    + ReportFormat.all.map(\.fileName)

  /// Paths of all files below `folder`, sorted.
  private func files(in folder: FilePath) -> [String] {
    (FileManager.default.enumerator(atPath: folder.string)?.allObjects as? [String] ?? [])
      .filter { name in
        (try? FileManager.default.attributesOfItem(atPath: (folder / name).string))?[.type]
          as? FileAttributeType
          != .typeDirectory
      }.sorted()
  }

  @Test func aCompleteRunHoldsEverything() throws {
    try withTemporaryFolder { base in
      let folder = base / "reports/threshold_sweep"
      let notebook = Sample.notebook()
      let run = try RunDirectory(path: folder, facts: Sample.facts())
      try run.log("two\nlines")
      try run.appendMetrics([.init("step", 1), .init("loss", 0.5)])
      try run.appendMetrics([.init("step", 2), .init("loss", .number(.nan))])
      try run.finish(notebook, status: .failed, seconds: 1.5, results: [.init("best", 61.25)])

      let own = [
        "figures/curve.csv", "figures/curve.png", "metrics.jsonl", "tables/accuracy.csv",
        "tables/accuracy.tex",
      ]
      #expect(files(in: folder) == (Self.ofEveryRun + own).sorted())
      #expect(try Data(contentsOf: URL(fileURLWithPath: (folder / "figures/curve.png").string)) == Sample.png)
      #expect(try Sample.text(folder / "figures/curve.csv") == "x,y\r\n1,2\r\n")
      #expect(try Sample.text(folder / "tables/accuracy.csv") == Sample.table.csv)
      #expect(try Sample.text(folder / "index.html").contains("data:image/png;base64,"))

      let meta = try Sample.json(folder / "meta.json")
      #expect(meta["status"] as? String == "failed")
      #expect(meta["seconds"] as? Double == 1.5)
      #expect(meta["seed"] as? Int == 7)
      #expect(meta["started"] as? String == "2026-03-01T14:05:09Z")
      #expect((meta["repository"] as? [String: Any])?["dirty"] as? Bool == true)
      #expect((meta["host"] as? [String: Any])?["processor"] as? String == "Test CPU")
      #expect((meta["versions"] as? [String: String])?["Lua"] == "5.4.4")
      let parameters = try #require(meta["parameters"] as? [[String: Any]])
      #expect(parameters.map { $0["overridden"] as? Bool } == [true, false])
      #expect(Set(meta["files"] as? [String] ?? []) == Set(files(in: folder)))

      let config = try Sample.json(folder / "config.json")
      #expect((config["parameters"] as? [String: Any])?["limit"] as? Int == 20)
      #expect(try Sample.json(folder / "overrides.json") as? [String: Int] == ["limit": 20])
      let summary = try Sample.json(folder / "summary.json")
      #expect((summary["results"] as? [String: Double]) == ["best": 61.25])
      #expect((summary["error"] as? String)?.contains("nil value") == true)
      let metrics = try Sample.text(folder / "metrics.jsonl")
      #expect(metrics == "{\"step\":1,\"loss\":0.5}\n{\"step\":2,\"loss\":null}\n")
      let log = try Sample.text(folder / "log.txt").split(separator: "\n")
      #expect(log.count == 2 && log[0].hasSuffix("Z two") && log[1].hasSuffix("Z lines"))
    }
  }

  @Test func rerunReplacesItsOwnFilesOnly() throws {
    try withTemporaryFolder { folder in
      do {
        let run = try RunDirectory(path: folder, facts: Sample.facts())
        try run.appendMetrics([.init("step", 1)])
        let events = try run.claim("events.out.tfevents.1")
        try AtomicFile.write("events", to: events)
        try run.finish(Sample.notebook(), status: .done, seconds: 1)
      }
      try AtomicFile.write("mine", to: folder / "figures/Other.png")
      try AtomicFile.write("mine", to: folder / "notes.md")
      try AtomicFile.write("left by a killed run", to: folder / "figures/curve.png.tmp-999999-1")

      var notebook = Sample.notebook()
      notebook.cells[3].outputs = [.figure(Sample.picture("other"))]
      do {
        let run = try RunDirectory(path: folder, facts: Sample.facts())
        try run.finish(notebook, status: .done, seconds: 1)
      }
      let more = ["figures/Other.png", "figures/other-2.png", "notes.md"]
      #expect(files(in: folder) == (Self.ofEveryRun + more).sorted())
      #expect(try Sample.text(folder / "figures/Other.png") == "mine")
      #expect(try Sample.text(folder / "report.md").contains("(figures/other-2.png)"))
      #expect(!FileManager.default.fileExists(atPath: (folder / "tables").string))
    }
  }

  @Test func resumedTrainingKeepsItsMetrics() throws {
    try withTemporaryFolder { folder in
      for (step, keeping) in [(1, false), (2, true), (3, true)] {
        let run = try RunDirectory(path: folder, facts: Sample.facts(), keepingMetrics: keeping)
        try run.appendMetrics([.init("step", .integer(step))])
      }
      #expect(try Sample.text(folder / "metrics.jsonl") == "{\"step\":1}\n{\"step\":2}\n{\"step\":3}\n")
      _ = try RunDirectory(path: folder, facts: Sample.facts())
      #expect(!FileManager.default.fileExists(atPath: (folder / "metrics.jsonl").string))
    }
  }

  @Test func folderOfSomeoneElseIsRefused() throws {
    try withTemporaryFolder { folder in
      try AtomicFile.write("{}", to: folder / "config.json")
      let error = #expect(throws: RunFolderError.self) {
        try RunDirectory(path: folder, facts: Sample.facts())
      }
      #expect(error?.description.contains("config.json is there") == true)
      #expect(files(in: folder) == ["config.json"])
    }
  }

  /// A downloaded `meta.json` must not make a run delete anything outside its folder.
  @Test func listOfFilesIsNotTrusted() throws {
    try withTemporaryFolder { base in
      let folder = base / "run"
      try AtomicFile.write("keep", to: base / "outside.txt")
      try AtomicFile.createFolder(base / "linked")
      try AtomicFile.write("keep", to: base / "linked/curve.png")
      try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
      try FileManager.default.createSymbolicLink(
        atPath: (folder / "figures").string, withDestinationPath: (base / "linked").string)
      let list: JSONValue = [
        "written_by": "gfnet-lab",
        "files": [
          "../outside.txt", .string((base / "outside.txt").string), "figures/curve.png",
          "figures/../../outside.txt",
          "meta.json", "", ".", "a//b",
        ],
      ]
      try AtomicFile.write(list.compact, to: folder / "meta.json")
      _ = try RunDirectory(path: folder, facts: Sample.facts())
      #expect(try Sample.text(base / "outside.txt") == "keep")
      #expect(try Sample.text(base / "linked/curve.png") == "keep")
    }
  }

  @Test func hostileNamesStayInTheirFolder() throws {
    try withTemporaryFolder { folder in
      var notebook = Sample.notebook()
      let names = [
        "../../escape", "/etc/passwd", "", ".", "..", ".hidden", "a/b\\c:d", "same", "SAME", "same",
        String(repeating: "x", count: 5000), "nul\u{0}byte", "новый", "curve.v2",
      ]
      notebook.cells[3].outputs = names.map { .figure(Sample.picture($0)) }
      let run = try RunDirectory(path: folder / "run", facts: Sample.facts())
      try run.finish(notebook, status: .done, seconds: 1)
      let figures = files(in: folder / "run/figures")
      #expect(figures.count == names.count)
      #expect(figures.contains("escape.png") && figures.contains("a-b-c-d.png"))
      #expect(figures.contains("SAME-2.png") && figures.contains("same-3.png"))
      #expect(figures.contains("figure.png") && figures.contains("curve.v2.png"))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.string) == ["run"])
    }
  }

  /// What is on disk when a run is killed: everything up to then, readable.
  @Test func reportGrowsWithTheRun() throws {
    try withTemporaryFolder { folder in
      var notebook = Sample.notebook()
      let finished = notebook.cells
      for index in notebook.cells.indices {
        notebook.cells[index].outputs = []
        notebook.cells[index].status = notebook.cells[index].kind == .markdown ? .done : .pending
        notebook.cells[index].seconds = nil
      }
      let run = try RunDirectory(path: folder, facts: Sample.facts(), clock: { 0 })
      try run.update(notebook)
      #expect(try Sample.text(run.indexPath).contains("not run"))
      notebook.cells[3] = finished[3]
      try run.update(notebook)
      let page = try Sample.text(run.indexPath)
      #expect(page.contains("src=\"figures/curve.png\"") && page.contains("Accuracy by step."))
      #expect(page.hasSuffix("</html>\n"))
      #expect(files(in: folder).contains("figures/curve.png"))
      #expect(try Sample.json(folder / "meta.json")["status"] as? String == "running")
      #expect(try Sample.text(folder / "report.md").contains("figures/curve.png"))
      // The anchors of a cell stay its own when it is rendered again.
      notebook.cells[2].outputs = [.markdown("## Traces")]
      try run.finish(notebook, status: .done, seconds: 1)
      #expect(try Sample.text(run.indexPath).contains("id=\"traces\""))
    }
  }

  /// Pages that take a second to write are written again twenty seconds later, and at once where a cell failed.
  @Test func slowPagesAreWrittenSeldom() throws {
    try withTemporaryFolder { folder in
      var notebook = Sample.notebook()
      for index in notebook.cells.indices where notebook.cells[index].status == .failed {
        notebook.cells[index].status = .done
      }
      notebook.cells[2].outputs = [.markdown("first")]
      var time = 0.0
      var costs = 0.0
      let run = try RunDirectory(
        path: folder, facts: Sample.facts(),
        clock: {
          defer { time += costs }
          return time
        })
      func shown(after moment: Double, costing cost: Double) throws -> String {
        (time, costs) = (moment, cost)
        try run.update(notebook)
        let page = try Sample.text(run.indexPath)
        return try #require(["first", "second", "third"].last { page.contains("<p>\($0)</p>") })
      }
      #expect(try shown(after: 0, costing: 1005) == "first")
      notebook.cells[2].outputs.append(.markdown("second"))
      #expect(try shown(after: 21_000, costing: 0) == "first")
      #expect(try shown(after: 21_005, costing: 1005) == "second")
      notebook.cells[2].outputs.append(.markdown("third"))
      #expect(try shown(after: 22_100, costing: 0) == "second")
      let code = try #require(notebook.cells.indices.last { notebook.cells[$0].kind != .markdown })
      notebook.cells[code].status = .failed
      #expect(try shown(after: 22_200, costing: 0) == "third")
    }
  }

  @Test func oneRunAtATime() throws {
    try withTemporaryFolder { folder in
      let first = try RunDirectory(path: folder, facts: Sample.facts())
      let error = #expect(throws: FileError.self) {
        try RunDirectory(path: folder, facts: Sample.facts())
      }
      #expect(error?.reason == "another run is writing to this folder")
      // What was refused has given back its own descriptor once, and not that of who opened a file since.
      for _ in 0..<20 {
        #expect(throws: FileError.self) { try RunDirectory(path: folder, facts: Sample.facts()) }
        let file = try InputFile(folder / "meta.json")
        #expect(fcntl(file.descriptor, F_GETFD) >= 0)
      }
      try first.finish(Sample.notebook(), status: .done, seconds: 1)
    }
  }

  @Test func unwritableFolderIsOneLine() throws {
    try withTemporaryFolder { folder in
      try AtomicFile.write("a file", to: folder / "file")
      let error = #expect(throws: FileError.self) {
        try RunDirectory(path: folder / "file/run", facts: Sample.facts())
      }
      #expect(error?.description.contains("\n") == false)
      #expect(error?.description.contains((folder / "file").shown) == true)
      // The program's own report folder cannot be made where the kernel forbids it, even for root.
      let forbidden = #expect(throws: FileError.self) {
        try RunDirectory(path: "/proc/gfnet-lab/run", facts: Sample.facts())
      }
      #expect(forbidden?.description.hasPrefix("cannot create folder /proc/gfnet-lab") == true)
    }
  }

  @Test func defaultFolderComesFromTheScript() {
    #expect(RunDirectory.defaultPath(script: "scripts/threshold_sweep.lua") == "reports/threshold_sweep")
    #expect(RunDirectory.defaultPath(script: "/tmp/my run.lua") == "reports/my-run")
    #expect(RunDirectory.defaultPath(script: "..lua") != "reports/..")
  }

  @Test func theStateOfTheRepositoryIsFound() throws {
    try withTemporaryFolder { folder in
      func git(_ arguments: String...) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
          ["git", "-C", folder.string, "-c", "user.name=t", "-c", "user.email=t@example.com"] + arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
      }
      #expect(RepositoryState.of(folder: "/") == nil)
      try git("init", "-q", "-b", "trunk")
      #expect(RepositoryState.of(folder: folder) == nil, "no commit yet")
      try AtomicFile.write("one", to: folder / "a")
      try git("add", "a")
      try git("commit", "-q", "-m", "first")
      let clean = try #require(RepositoryState.of(folder: folder))
      #expect(clean.commit.count == 40 && clean.branch == "trunk" && !clean.isDirty)
      try AtomicFile.write("two", to: folder / "a")
      #expect(RepositoryState.of(folder: folder)?.isDirty == true)
    }
  }

  @Test func hostIsDescribed() {
    let host = HostFacts.current()
    #expect(host.cores >= 1)
    #expect(host.memory > 64 << 20)
    #expect(!host.processor.isEmpty && host.system.contains("Linux"))
  }
}
