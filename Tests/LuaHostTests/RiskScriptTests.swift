import LuaHost
import Support
import TestSupport
import Testing

/// Thresholds with a promise, in scripts.
@Suite struct RiskScriptTests {
  /// A trace of 300 images whose answers change with the step.
  private let setup = """
    local data = gfnet.dataset("clutter-fashion", {split = "test", limit = 300})
    local model = gfnet.model{backbone = "resnet_tiny_16", dataset = data, steps = 3, seed = 3}
    local trace = model:trace(data)

    """

  private func message(_ source: String) throws -> String { try ScriptBench(setup + source).message }

  @Test func thresholdsAreThoseOfTheControl() throws {
    let bench = try ScriptBench(
      setup + """
        for _, loss in ipairs{"accuracy", "consistency", "brier"} do
          for _, bound in ipairs{"crc", "ucb", "ltt"} do
            local options = {loss = loss, bound = bound, epsilon = 0.3}
            local c = trace:risk_control(options)
            options.method = "risk"
            local t = trace:thresholds(options)
            assert(#t == 3 and t[3] == -math.huge)
            for k = 1, 3 do assert(t[k] == c.thresholds[k]) end
            assert(c.images == 240 and c.set_aside == 60 and #c.path == 200 and c.risk <= 0.3)
            if c.certified > 0 then
              for k = 1, 3 do assert(c.path[c.certified][k] == t[k]) end
            end
            assert(trace:evaluate(t).madds <= trace.madds[3])
          end
        end
        print(trace:risk_control{epsilon = 0.3}.promise)
        print(trace:risk_control{epsilon = 0.3, delta = 0.9999}.promise)
        print(trace:risk_control{epsilon = 0.3, bound = "crc"}.promise)
        print(trace:risk_control{epsilon = 0.3, loss = "consistency", path = {{math.huge}, {0.9, 0.9}, {0}}}.images)
        local t = trace:risk_trials{images = 100, trials = 20, loss = "consistency", epsilon = 0.3, delta = 0.2}
        print(t.trials, t.images, t.others, #t.risks, #t.costs, #t.certified, t.p > 0.001, t.exceeded <= 20)
        """)
    #expect(bench.message == "")
    let lines = bench.shown.split(separator: "\n").map(String.init)
    #expect(
      lines[0]
        == "with probability 0.9 over draws of the images a risk of at most 0.3: the accuracy of all steps less that"
        + " of the thresholds, as a share")
    #expect(lines[1].hasPrefix("with probability 0.0001 over draws of the images"), "\(lines[1])")
    #expect(lines[2].hasPrefix("on average over draws of the images a risk of at most 0.3"))
    #expect(lines[3] == "300")
    #expect(lines[4] == "20\t100\t140\t20\t20\t20\ttrue\ttrue")
  }

  @Test(arguments: [
    ("trace:thresholds{method = 'risk'}", "say the largest risk, as in {method = \"risk\", epsilon = 0.01}"),
    ("trace:thresholds{method = 'risk', epsilon = 0.1, q = 1}", "takes epsilon"),
    (
      "trace:thresholds{q = 1, epsilon = 0.1}",
      "epsilon is for method = \"risk\", and the method is \"paper\""
    ),
    ("trace:thresholds{madds = 1e9, method = 'optimal', bound = 'ltt'}", "bound is for method = \"risk\""),
    (
      "trace:thresholds{method = 'risk', epsilon = 0.001}",
      "trace:thresholds: too few images: on 240 no early exit can be promised a risk of at most 0.001 by 'ucb'"
    ),
    ("trace:risk_control{epsilon = 0.004, bound = 'ltt'}", "it takes at least 575"),
    ("trace:risk_control{epsilon = 2}", "epsilon"),
    ("trace:risk_control{epsilon = 0.1, bound = 'crc', delta = 0.1}", "leave delta out"),
    ("trace:risk_control{epsilon = 0.1, bound = 'naive'}", "bound"),
    ("trace:risk_control{epsilon = 0.1, path = {}}", "the sequence of thresholds is empty"),
    ("trace:risk_control{epsilon = 0.1, path = {0.5}}", "element 1 must be a list of thresholds by step"),
    ("trace:risk_control{epsilon = 0.1, path = {{0.1, 0.2, 0.3, 0.4}}}", "4 thresholds for 3 steps"),
    ("trace:risk_control{epsilon = 0.1, family = trace}", "images that are also to test it"),
    (
      "trace:risk_control{epsilon = 0.1, path = 'single', share = 0.3}",
      "trace:risk_control: option 'share' has no say where path = \"single\" is solved on no images"
    ),
    ("trace:risk_control{epsilon = 0.1, path = {{0.5}}, points = 9}", "option 'points' has no say"),
    (
      "trace:thresholds{method = 'risk', epsilon = 0.1, family = trace, share = 0.1}",
      "option 'share' has no say"
    ),
    ("trace:risk_trials{epsilon = 0.1, images = 240}", "at least one must be drawn and one be left"),
  ])
  func whatCannotBePromisedIsSaid(_ call: String, _ expected: String) throws {
    let message = try message(call)
    #expect(message.contains(expected) && message.hasPrefix("test.lua:4: "), "\(message)")
    #expect(!message.contains("\n"))
  }

  /// All images leave after the glance, and a quarter of them would be answered otherwise later.
  @Test func thatNothingIsPromisedIsRemarked() throws {
    let bench = try ScriptBench(
      """
      local model = gfnet.load("\(SourceTree.root / "models/clutter-fashion.safetensors")")
      local trace = model:trace(gfnet.dataset("clutter-fashion", {split = "test", limit = 200}))
      local t = trace:thresholds{method = "risk", loss = "consistency", epsilon = 0.05, path = {{-math.huge}}}
      print(t[1], t[2], t[3], t[4])
      """)
    #expect(bench.message == "" && bench.shown == "inf\tinf\tinf\t-inf\n", "\(bench.message) \(bench.shown)")
    #expect(
      bench.notebook.allRemarks.contains {
        $0.contains("no early exit can be promised a risk of at most 0.05")
      })
  }
}
