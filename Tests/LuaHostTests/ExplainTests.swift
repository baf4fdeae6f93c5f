import LuaHost
import Support
import TestSupport
import Testing

/// `trace:explain` says of an image what the evaluation of the same rule says, and shows why.
@Suite struct ExplainTests {
  private func run(_ source: String) throws -> ScriptBench {
    let folder = try TemporaryFolder()
    try formulaTrace(images: 24, steps: 4, classes: 5, folder.path / "t.safetensors")
    return try ScriptBench("local trace = gfnet.trace(\"\(folder.path)/t.safetensors\")\n" + source)
  }

  @Test(arguments: [
    "0.4", "{0.5, 0.4, 0.3}", "gfnet.exits.margin{threshold = 0.2}", "gfnet.exits.entropy{threshold = 1.2}",
    "gfnet.exits.patience{count = 2}", "gfnet.exits.length{steps = 3}", "gfnet.exits.oracle{}",
    "gfnet.exits.rate{window = 16}", "function(s) return s.margin > 0.3 end",
    "gfnet.exits.define{name = 'b', decide_batch = function(b, p) return b.margin:gt(0.3) end}{}",
  ])
  func theExitIsThatOfTheEvaluation(_ rule: String) throws {
    let bench = try run(
      """
      local rule = \(rule)
      local rows = trace:evaluate(rule).per_image
      for i = 1, trace.images do
        local why = trace:explain(i, rule)
        assert(why.exit == rows[i].steps, i .. ": " .. why.exit .. " and " .. rows[i].steps)
        assert(#why.steps == trace.steps)
        for k, step in ipairs(why.steps) do
          assert(step.step == k and step.prediction == trace.prediction[k][i])
          if k < why.exit then assert(step.decision == "stays" and step.leaves == false) end
        end
        local last = why.steps[why.exit].decision
        assert(last == "leaves" or (why.exit == 4 and last == "leaves at the end"), last)
      end
      """)
    #expect(bench.message == "")
  }

  @Test func builtInRulesSayWhatTheyCompare() throws {
    let bench = try run(
      """
      local step = trace:explain(3, gfnet.exits.margin{threshold = {0.5, 0.25, 0.125}}).steps[2]
      assert(math.abs(step.reads.margin - trace.margin[2][3]) < 1e-6)
      assert(step.bounds.margin.sign == "≥" and step.bounds.margin.number == 0.25)
      assert(trace:explain(3, 0.75).steps[1].bounds.confidence.number == 0.75)
      assert(trace:explain(3, gfnet.exits.patience{count = 2}).steps[1].reads["equal predictions"] == 1)
      """)
    #expect(bench.message == "")
  }

  @Test func whatARuleInLuaReadsIsListed() throws {
    let bench = try run(
      """
      local rule = gfnet.exits.define{name = "own", params = {least = 0.3, unused = 1},
        decide = function(s, p) return s.step > 1 and s.confidences[1] > 0 and s.margin > p.least end}
      local steps = trace:explain(5, rule{least = 0.4}).steps
      assert(steps[1].reads.step == 1 and steps[1].reads.margin == nil, "only what was read")
      assert(math.abs(steps[2].reads.margin - trace.margin[2][5]) < 1e-6 and steps[2].reads["p.least"] == 0.4)
      assert(steps[2].reads["p.unused"] == nil and steps[4].leaves == nil and next(steps[4].reads) == nil)
      """)
    #expect(bench.message == "")
  }

  /// Lists and tensors are spelt as single numbers are, and what is cut says so.
  @Test func listsAndTensorsThatARuleReadsAreShownShortly() throws {
    let bench = try run(
      """
      local many = {} for i = 1, 100 do many[i] = i / 7 end
      local rule = gfnet.exits.define{name = "own", params = {many = {0.5}},
        decide = function(s, p) local read = {s.confidences, p.many, s.probabilities} return false end}
      local reads = trace:explain(5, rule{many = many}).steps[2].reads
      local first, second = reads.confidences:match("^%[([%d.]+), ([%d.]+)%]$")
      assert(math.abs(first - trace.confidence[1][5]) < 1e-3 and #first <= 5, reads.confidences)
      assert(math.abs(second - trace.confidence[2][5]) < 1e-3 and #second <= 5, reads.confidences)
      assert(reads.probabilities:match("^%[[%d.]+, [%d.]+, [%d.]+, [%d.]+, [%d.]+%]$"), reads.probabilities)
      assert(reads["p.many"]:match("^%[0.143, 0.286, 0.429, .*, …%] of 100$"), reads["p.many"])
      assert(utf8.len(reads["p.many"]) <= 80)
      """)
    #expect(bench.message == "")
  }

  @Test func whatIsTooLongEndsWhereItIsCut() throws {
    let bench = try run(
      """
      local rule = gfnet.exits.define{name = "own", params = {word = ("x"):rep(200)},
        decide = function(s, p) return #p.word == 0 end}
      local text = trace:explain(5, rule).steps[1].reads["p.word"]
      assert(utf8.len(text) == 80 and text:match("…$"), text)
      """)
    #expect(bench.message == "")
  }

  @Test func itIsShownAsATableAndWithImagesAsAFigure() throws {
    let table = try run("trace:explain(1, 0.4)")
    #expect(table.message == "" && table.shown == "table:explain\n")
    let bench = try ScriptBench(
      """
      local data = gfnet.dataset("clutter-fashion", {limit = 4})
      local model = gfnet.model{backbone = "resnet_tiny_16", image_size = 128, steps = 3, classes = 10}
      local trace = model:trace(data)
      trace:explain(2, gfnet.exits.margin{threshold = 0.01})
      """)
    #expect(bench.message == "")
    #expect(bench.shown == "figure:explain\ntable:explain\n")
    guard case .table(let shown)? = bench.notebook.cells[0].outputs.last else {
      Issue.record("no table")
      return
    }
    #expect(
      shown.columns == [
        "step", "prediction", "confidence", "right", "margin", "decision", "Multiply-Adds (M)",
      ])
    #expect(shown.rows.count == 3)
  }

  @Test(arguments: [
    ("trace:explain(25, 0.4)", "trace:explain: there is no image 25 in a trace of 24 images"),
    ("trace:explain(0, 0.4)", "argument 1 'image'"),
    ("trace:explain(1, 'none')", "no exit rule is called 'none'"),
    ("trace:explain(1, function(s) error('no') end)", "no"),
    ("trace:explain(1, gfnet.exits.margin{threshold = {0.1, 0.2}})", "has 2 thresholds for 4 steps"),
  ])
  func whatCannotBeExplainedIsSaidInOneLine(_ call: String, _ part: String) throws {
    let message = try run(call).message
    #expect(message.contains(part) && !message.contains("\n"), "\(message)")
  }
}
