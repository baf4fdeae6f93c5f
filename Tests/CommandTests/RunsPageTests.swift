import Foundation
import TestSupport
import Testing

/// `reports/index.html`, the page of all runs.
@Suite struct RunsPageTests {
  private static func names(_ page: String) -> [String] {
    page.matches(of: /<h2><a href="\.\/([^"]*)\/index\.html">/).map { String($0.1) }
  }

  @Test func thePageFollowsEachRunAndHasTheNewestFirst() throws {
    let program = try Program()
    let environment = RunsBench.environment(program)
    try program.write("s.lua", "gfnet.report.results{accuracy = 90.5}")
    try RunsBench.write(
      program, "reports/old", ["title": "The <old> one", "started": "2020-01-01T00:00:00Z"],
      figures: ["a.png"])
    #expect(try program.run(["s.lua"], environment: environment).status == 0)
    let page = try #require(program.read("reports/index.html"))
    #expect(Self.names(page) == ["s", "old"])
    #expect(page.contains("accuracy=90.5") && page.contains("The &lt;old&gt; one"))
    #expect(page.contains("src=\"./old/figures/a.png\"") && page.contains("loading=\"lazy\""))
    // The page's own script alone may run, and the search is not there without it.
    #expect(page.contains("script-src 'sha256-") && page.contains("default-src 'none'"))
    #expect(page.components(separatedBy: "<script").count == 2 && page.contains("class=\"search\" hidden"))
    #expect(page.contains("lang=\"en\"") && page.contains("width=device-width"))

    // A run that fails, and one elsewhere.
    try program.write("f.lua", "error('no')")
    #expect(try program.run(["f.lua"], environment: environment).status == 1)
    #expect(try program.run(["s.lua", "--out", "elsewhere"], environment: environment).status == 0)
    let after = try #require(program.read("reports/index.html"))
    #expect(Self.names(after) == ["f", "s", "old"] && after.contains("class=\"status failed\""))
    // Asked for, after a run was removed by hand.
    try FileManager.default.removeItem(atPath: program.folder + "/reports/old")
    #expect(try RunsBench.runs(program, "list", "--page").errors == "runs: reports/index.html\n")
    #expect(Self.names(try #require(program.read("reports/index.html"))) == ["f", "s"])
    #expect(program.leftovers == [])
  }

  @Test func runsThatEndTogetherAreAllOnThePage() throws {
    let program = try Program()
    try program.write("s.lua", "gfnet.report.results{accuracy = 1}")
    let result = try program.shell(
      "for i in 1 2 3 4 5 6; do $GFNET s.lua --out reports/r$i & done; wait",
      environment: RunsBench.environment(program))
    let page = try #require(program.read("reports/index.html"), "\(result.errors)")
    #expect(Set(Self.names(page)) == ["r1", "r2", "r3", "r4", "r5", "r6"])
    #expect(!page.contains("status running"))
  }

  @Test func filesOfOthersAreNeverReplaced() throws {
    let program = try Program()
    let environment = RunsBench.environment(program)
    try program.write("s.lua", "print(1)")
    try program.write("reports/index.html", "my own page")
    let run = try program.run(["s.lua"], environment: environment)
    #expect(run.status == 0 && run.complaints.isEmpty, "\(run.errors)")
    let asked = try RunsBench.runs(program, "list", "--page")
    #expect(
      asked.status == 1 && asked.errors.contains("reports/index.html is there, and is not a page of runs"))
    #expect(program.read("reports/index.html") == "my own page")
    // A run in the folder itself has its report there.
    #expect(try program.run(["s.lua", "--out", "own"], environment: environment).status == 0)
    #expect(try RunsBench.runs(program, "list", "--page", "--folder", "own").status == 1)
  }

  @Test func namesOfStrangersBecomeNeitherMarkupNorAddresses() throws {
    let program = try Program()
    for name in ["javascript:alert(1)", "a\"><script>x", "50%", "#q", "c d"] {
      try RunsBench.write(
        program, "reports/\(name)", ["title": "</li><script>y</script>", "status": "\"><b>"],
        figures: ["x.png", "a\"b.png"])
    }
    #expect(try RunsBench.runs(program, "list", "--page").status == 0)
    let page = try #require(program.read("reports/index.html"))
    #expect(page.components(separatedBy: "<script").count == 2 && !page.contains("<b>"))
    #expect(page.contains("href=\"./javascript%3Aalert%281%29/index.html\""))
    #expect(page.contains("href=\"./50%25/index.html\"") && page.contains("href=\"./%23q/index.html\""))
    #expect(!page.contains("href=\"javascript"))
  }
}
