import Foundation
import TestSupport
import Testing

/// `gfnet-lab runs show, compare, tag, rm`, and folders of strangers.
@Suite struct RunsTests {
  @Test func aRunIsShownWithItsProvenanceParametersAndResults() throws {
    let program = try Program()
    try program.write(
      "s.lua",
      """
      local p = gfnet.params{rate = 0.5, name = "x"}
      gfnet.report.results{accuracy = 90.5, words = "a\\27[2Jb"}
      """)
    let run = try program.run("run", "s.lua", "rate=0.25", environment: RunsBench.environment(program))
    #expect(run.status == 0, "\(run.errors)")
    let result = try RunsBench.runs(program, "show", "s")
    #expect(result.status == 0, "\(result.errors)")
    for words in ["reports/s", "gfnet-lab run s.lua rate=0.25", "reports/s/index.html", "accuracy", "90.5"] {
      #expect(result.output.contains(words), "\(words)")
    }
    #expect(result.output.contains(/rate +0.25 +0.5 +set/))
    #expect(!result.output.contains("\u{1B}"))
    // By its folder, and as JSON.
    let json = try RunsBench.runs(program, "show", "reports/s", "--json")
    let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
    #expect((object?["results"] as? [String: Any])?["accuracy"] as? Double == 90.5)
    let none = try RunsBench.runs(program, "show", "reports/t")
    #expect(none.status == 1 && none.errors.hasPrefix("gfnet-lab: there is no run reports/t in reports"))
  }

  @Test func runsAreComparedWithWhatDiffersFirst() throws {
    let program = try Program()
    for (name, rate, results) in [
      ("a", 0.1, ["accuracy": 90.0, "same": 1]), ("b", 0.3, ["accuracy": 92.5, "same": 1, "more": 2]),
    ] {
      try RunsBench.write(
        program, "reports/\(name)",
        ["parameters": [RunsBench.parameter("width", 16), RunsBench.parameter("rate", rate)]],
        results: results, metrics: "{\"loss\":\(rate)}\n",
        figures: name == "a" ? ["curve.png", "own.png"] : ["curve.png"])
    }
    let result = try RunsBench.runs(program, "compare", "a", "b", "--html", "both.html")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains(/rate +\+0.2 +0.1 +0.3\nwidth +16 +16/))
    #expect(result.output.contains(/accuracy +\+2.5/))
    #expect(result.output.contains(/more +only b/))
    #expect(result.output.contains(/loss +\+0.2/))
    let page = try #require(program.read("both.html"))
    #expect(page.components(separatedBy: "data:image/png;base64,").count == 4)
    #expect(page.contains("class=\"beside\"") && page.contains("b: no such figure"))
    #expect(page.contains("default-src 'none'") && !page.contains("href=\"meta.json\""))
    // Nothing that it leads to lies beside it.
    #expect(!page.contains("href=\"tables/") && !page.contains("src=\"figures/"))
    #expect(try RunsBench.runs(program, "compare", "a").status == 2)
  }

  @Test func tagsNameRunsAndGoWhereTheFolderGoes() throws {
    let program = try Program()
    try RunsBench.write(program, "reports/a")
    try RunsBench.write(program, "reports/b")
    #expect(try RunsBench.runs(program, "tag", "a", "baseline").output == "reports/a is tagged baseline\n")
    #expect(try RunsBench.runs(program, "tag", "a", "baseline").output.contains("already"))
    #expect(try RunsBench.runs(program, "tag", "b", "größe-2").status == 0)
    #expect(RunsBench.firstColumn(try RunsBench.runs(program, "list", "--tag", "baseline").output) == ["a"])
    #expect(try RunsBench.runs(program, "show", "baseline").output.contains("reports/a"))
    // Neither the index nor the place matters.
    try FileManager.default.removeItem(atPath: program.folder + "/cache")
    try FileManager.default.moveItem(atPath: program.folder + "/reports", toPath: program.folder + "/r")
    let moved = try RunsBench.runs(program, "list", "--folder", "r", "--tag", "größe-2")
    #expect(RunsBench.firstColumn(moved.output) == ["b"])
    // The rest of meta.json is as it was.
    #expect(program.read("r/a/meta.json")?.contains("\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"") == true)
    let both = try RunsBench.runs(program, "tag", "b", "baseline", "--folder", "r")
    #expect(both.status == 0)
    let several = try RunsBench.runs(program, "show", "baseline", "--folder", "r")
    #expect(several.errors == "gfnet-lab: 2 runs have the tag baseline: a, b\n")
    #expect(try RunsBench.runs(program, "tag", "b", "baseline", "--remove", "--folder", "r").status == 0)
    #expect(try RunsBench.runs(program, "tag", "b", "baseline", "--remove", "--folder", "r").status == 2)
    for name in ["", "a b", "-x", "a\u{1B}[2J", "../x", String(repeating: "x", count: 61)] {
      let refused = try program.run(
        ["runs", "tag", "--folder", "r", "--", "b", name], environment: RunsBench.environment(program))
      #expect(refused.status == 2 && !refused.errors.contains("\u{1B}"), "\(name)")
    }
  }

  @Test func onlyFilesOfARunAreRemoved() throws {
    let program = try Program()
    try program.write("precious.txt", "mine")
    try RunsBench.write(program, "reports/a", figures: ["curve.png"])
    try program.write("reports/a/notes.txt", "mine")
    try RunsBench.write(program, "reports/b", figures: ["curve.png"])
    // A list of a stranger names what is none of the run's.
    try RunsBench.write(
      program, "reports/evil",
      [
        "files": [
          "meta.json", "../../precious.txt", "/etc/hostname", "out/precious.txt", "notes/../../b/log.txt",
          ".hidden",
        ]
      ])
    try FileManager.default.createSymbolicLink(
      atPath: program.folder + "/reports/evil/out", withDestinationPath: program.folder)
    try program.write("reports/evil/.hidden", "mine")

    let unasked = try RunsBench.runs(program, "rm", "a")
    #expect(unasked.status == 2 && unasked.errors.contains("--yes"))
    #expect(program.read("reports/a/meta.json") != nil)
    let removed = try RunsBench.runs(program, "rm", "a", "b", "evil", "--yes")
    #expect(removed.status == 0, "\(removed.errors)")
    #expect(removed.output.contains("reports/a: the run is removed; what it did not write stays: notes.txt"))
    #expect(removed.output.contains("reports/b is removed"))
    #expect(
      program.read("reports/a/notes.txt") == "mine" && program.read("reports/a/figures/curve.png") == nil)
    #expect(!FileManager.default.fileExists(atPath: program.folder + "/reports/b"))
    #expect(program.read("precious.txt") == "mine" && program.read("reports/evil/.hidden") == "mine")
    #expect(program.read("reports/evil/summary.json") != nil)
    #expect(try RunsBench.runs(program, "list").output == "No runs below reports.\n")
    // What is none of a run is not removed at all, and neither is what a sweep counts on.
    try program.write("reports/other/meta.json", "{\"written_by\":\"someone\"}")
    #expect(try RunsBench.runs(program, "rm", "reports/other", "--yes").status == 1)
    try RunsBench.write(program, "reports/s")
    try program.write("reports/s/attempts/1.json", "{}")
    #expect(try RunsBench.runs(program, "rm", "s", "--yes").errors.contains("a run of a sweep"))
    #expect(program.read("reports/s/meta.json") != nil)
  }

  @Test func aRunThatGoesOnIsNeitherTaggedNorRemoved() throws {
    let program = try Program()
    try program.write("s.lua", "print('begun') while true do end")
    let process = try program.start(["s.lua"], environment: RunsBench.environment(program))
    #expect(program.wait(for: "begun", in: process))
    for words in [["tag", "s", "x"], ["rm", "s", "--yes"]] {
      // Its output goes to other files than that of the run.
      let other = try program.shell(
        "$GFNET runs \(words.joined(separator: " ")) > other.txt 2>&1; echo $? >> other.txt",
        environment: RunsBench.environment(program))
      #expect(other.status == 0)
      #expect(program.read("other.txt")?.contains("another run is writing to this folder") == true)
      #expect(program.read("other.txt")?.hasSuffix("\n1\n") == true)
    }
    process.interrupt()
    process.waitUntilExit()
    #expect(program.read("reports/s/meta.json")?.contains("\"interrupted\"") == true)
  }

  @Test func foldersOfStrangersAreTakenAsTheyAre() throws {
    let program = try Program()
    try RunsBench.write(
      program, "reports/\u{1B}[2Jname",
      [
        "title": "\u{1B}]0;x\u{07}\u{202E}t", "command": ["gfnet-lab", "x\u{1B}[1m.lua"],
        "tags": ["ok", "b\u{1B}ad", 3, "a b"],
      ],
      results: ["a\u{1B}[2J": 1, "b": "\u{9B}2J\u{202E}"])
    try program.write("reports/cut/meta.json", "{\"written_by\": \"gfnet-lab\", ")
    try program.write("reports/list/meta.json", "[1, 2]")
    try program.write(
      "reports/types/meta.json",
      "{\"written_by\":\"gfnet-lab\",\"status\":7,\"command\":{},\"parameters\":[1],\"files\":9,\"started\":[],\"seconds\":\"x\"}"
    )
    try program.write("reports/deep/meta.json", String(repeating: "[", count: 100_000))
    let shell = try program.shell(
      """
      mkdir -p reports/{latin,pipe,link,huge,folder/meta.json,loop}
      printf '{"written_by":"gfnet-lab","title":"caf\\xe9"}' > reports/latin/meta.json
      mkdir "reports/$(printf 'caf\\xe9')"; cp reports/types/meta.json "reports/$(printf 'caf\\xe9')"/
      mkfifo reports/pipe/meta.json
      ln -s /etc/passwd reports/link/meta.json
      truncate -s 5G reports/huge/meta.json
      ln -s .. reports/loop/up; ln -s loop reports/also
      """)
    #expect(shell.status == 0, "\(shell.errors)")
    let result = try RunsBench.runs(program, "list")
    #expect(result.status == 0)
    for (sign, name) in [("\u{1B}", "escape"), ("\u{202E}", "reversal"), ("\u{9B}", "CSI")] {
      #expect(!result.output.contains(sign) && !result.errors.contains(sign), "\(name)")
    }
    #expect(result.output.contains("\\x1B[2Jname") && result.output.contains("caf\\xE9"))
    #expect(
      result.output.contains("latin") && result.output.contains("types") && !result.output.contains("root:"))
    let lines = result.errors.split(separator: "\n").map(String.init)
    #expect(lines.count == 3, "\(result.errors)")
    #expect(lines.contains { $0.hasPrefix("left out: reports/cut/meta.json, line 1: ") })
    #expect(lines.contains { $0.contains("reports/huge/meta.json: it is larger than 64 MB") })
    #expect(lines.contains { $0.contains("reports/deep/meta.json, line 1: values lie more than 200 deep") })
    let names = try RunsBench.runs(program, "list", "--json")
    let list = try #require(
      try JSONSerialization.jsonObject(with: Data(names.output.utf8)) as? [[String: Any]])
    #expect(list.count == 4)
    #expect(list.compactMap { $0["tags"] as? [String] }.contains(["ok"]))
    for run in list.compactMap({ $0["folder"] as? String }) where !run.contains("\\") {
      #expect(try RunsBench.runs(program, "show", run).status == 0, "\(run)")
    }
    let raw = try program.shell(
      "$GFNET runs compare \"$(printf 'reports/caf\\xe9')\" \"$(printf 'reports/\\033[2Jname')\" --html c.html",
      environment: RunsBench.environment(program))
    #expect(raw.status == 0 && !raw.output.contains("\u{1B}"), "\(raw.errors)")
    #expect(program.read("c.html")?.contains("\u{202E}") == false)
  }
}
