import Reports
import Support
import TestSupport
import Testing

/// `gfnet.report.explorer` in scripts.
@Suite struct ExplorerScriptTests {
  private static let setup = """
    local data = gfnet.dataset("clutter-fashion", {split = "test", limit = 40})
    local trace = gfnet.model{backbone = "resnet_tiny_16", dataset = data, steps = 3, seed = 2}:trace(data)

    """

  private func explorer(_ call: String) throws -> (picture: Notebook.Picture?, message: String) {
    let bench = try ScriptBench(Self.setup + call)
    for output in bench.notebook.cells.flatMap(\.outputs) {
      if case .figure(let picture) = output { return (picture, bench.message) }
    }
    return (nil, bench.message)
  }

  /// The page gets the trace's own numbers, and each rule in its form.
  @Test func rulesBecomeWhatReadersMove() throws {
    let (picture, message) = try explorer(
      """
      gfnet.report.explorer(trace, {rules = {
        {"paper's", trace:budgeted{points = 7}}, {"half", trace:evaluate(0.5)}, {"margin", gfnet.exits.margin{threshold = 0.02}},
        {"last", {math.huge, math.huge}}}, images = 5, name = "play", caption = "Rules."})
      """)
    #expect(message == "")
    let shown = try #require(picture)
    let explorer = try #require(shown.explorer)
    #expect(shown.name == "play" && shown.caption == "Rules." && shown.csv?.contains("paper's") == true)
    #expect(explorer.labels.count == 40 && explorer.madds.count == 3 && explorer.classes.count == 10)
    #expect(explorer.rules.map(\.name) == ["paper's", "half", "margin", "last"])
    guard case .thresholds(let points) = explorer.rules[0].exits else {
      Issue.record("a curve does not move")
      return
    }
    #expect(points.count == 7 && points.allSatisfy { $0.count == 3 && $0[2] == -.infinity })
    #expect(explorer.rules[3].exits == .steps([UInt8](repeating: 3, count: 40)))
    #expect(explorer.thumbnails.map(\.row) == [4, 12, 20, 28, 36])
    for thumbnail in explorer.thumbnails {
      #expect(thumbnail.patches.count == 3 && thumbnail.patches[0] == nil && thumbnail.patches[1] != nil)
      #expect(thumbnail.content.starts(with: [0xff, 0xd8, 0xff]) && thumbnail.width == 128)
    }
  }

  @Test func withoutRulesThereAreThePapers() throws {
    let (picture, message) = try explorer("gfnet.report.explorer(trace, {images = 0})")
    let explorer = try #require(picture?.explorer)
    #expect(message == "" && explorer.rules.map(\.name) == ["paper's"] && explorer.thumbnails.isEmpty)
    guard case .thresholds(let points) = explorer.rules[0].exits else { return }
    #expect(points.count == 39)
  }

  @Test(arguments: [
    ("{rules = {{\"x\"}}}", "option 'rules', element 1, 'x' has no rule"),
    ("{rules = {0.5}}", "option 'rules'"),
    ("{rules = {{0.5, \"x\"}}}", "element 1 must be a pair {name, rule}"),
    ("{rules = {{\"long\", {0.5, 0.5, 0.5, 0.5}}}}", "has 4 thresholds for 3 steps"),
    ("{images = -1}", "images"),
    (
      "{rules = {{\"other\", model:trace(gfnet.dataset(\"clutter-fashion\", {limit = 4})):evaluate(0.5)}}}",
      "is an evaluation of another trace"
    ),
    (
      "{rules = {{\"other\", model:trace(gfnet.dataset(\"clutter-fashion\", {limit = 4})):budgeted{points = 3}}}}",
      "are for 2 steps, and there are 3 here"
    ),
  ])
  func whatDoesNotFitIsRefused(_ options: String, _ expected: String) throws {
    let (_, message) = try explorer(
      """
      local model = gfnet.model{backbone = "resnet_tiny_16", dataset = data, steps = 2}
      gfnet.report.explorer(trace, \(options))
      """)
    #expect(message.contains(expected) && !message.contains("\\n"), "\(message)")
  }

  @Test func aTraceWithoutLabelsIsRefused() throws {
    let bench = try ScriptBench(
      """
      local data = gfnet.dataset("files", {paths = {"\(Fixtures.path("images/rgb.png"))"}, resize = 64, crop = 64})
      local model = gfnet.model{backbone = "resnet_tiny_16", dataset = data, steps = 2, classes = 3, patch_size = 24}
      gfnet.report.explorer(model:trace(data))
      """)
    #expect(bench.message.contains("the trace has no labels"), "\(bench.message)")
  }
}
