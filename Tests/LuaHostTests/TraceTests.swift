import Foundation
import LuaHost
import Support
import TestSupport
import Testing

/// Traces, evaluations and the live loop in scripts.
@Suite struct TraceTests {
  @Test func aTraceHoldsWhatTheModelSaid() throws {
    let output = try shown(
      """
      local trace = model:trace(data)
      print(trace.images, trace.steps, trace.classes, #trace.labels, trace.labels[5], trace.sampler, trace.dataset)
      print(#trace.confidence, #trace.confidence[4], #trace.coordinates[1], #trace.coordinates[2])
      local corner = trace.coordinates[2][1]
      print(math.type(corner[1]), corner[1] >= 1 and corner[1] <= 81, corner[2] >= 1 and corner[2] <= 81)
      print(trace.confidence == trace.confidence, #trace.madds, trace.madds[4] == model.madds[4])
      local right = 0
      for i = 1, trace.images do if trace.prediction[4][i] == trace.labels[i] then right = right + 1 end end
      print(math.abs(trace:accuracy()[4] - 100 * right / trace.images) < 1e-9)
      print(trace.logits)
      """)
    let lines = output.split(separator: "\n").map(String.init)
    #expect(lines[0] == "12\t4\t10\t12\t7\tlearned\tclutter-fashion")
    #expect(lines[1] == "4\t12\t0\t12")
    #expect(lines[2] == "integer\ttrue\ttrue")
    #expect(lines[3] == "true\t4\ttrue")
    #expect(lines[4] == "true")
    #expect(lines[5].hasPrefix("4×12×10"))
  }

  @Test func aTraceIsNotLoadedAsAModel() throws {
    let folder = try TemporaryFolder()
    let path = folder.path / "kept.safetensors"
    let output = try shown(
      "model:trace(data):save('\(path)') print(select(2, pcall(gfnet.load, '\(path)')))")
    let expected = "gfnet.load: \(path) is a trace, not a model: gfnet.trace(file) reads it"
    #expect(output.contains(expected), "\(output)")
  }

  /// What a rule gives live and on a trace must be the same, image by image.
  @Test(arguments: [
    "0.11", "{0.1, 0.12, 0.105}", "'confidence'", "gfnet.exits.confidence{threshold = 0.11}",
    "gfnet.exits.entropy{threshold = 2.29}", "gfnet.exits.margin{threshold = 0.004}",
    "gfnet.exits.patience{count = 2}", "gfnet.exits.value{threshold = 0.01}", "gfnet.exits.length{steps = 3}",
    "gfnet.exits.oracle{}", "gfnet.exits.oracle",
    "function(s) return s.margin > 0.004 end",
    "function(s) return s.step + s.prediction % 3 > 3 end",
    "gfnet.exits.define{name = 'b', decide_batch = function(b, p) return b.margin:gt(0.004) end}{}",
    """
    gfnet.exits.define{name = 'twice', params = {least = 0.1}, decide = function(s, p)
      return s.step > 1 and s.predictions[s.step] == s.predictions[s.step - 1] and s.confidences[s.step] >= p.least
    end}{least = 0.102}
    """,
  ])
  func theLiveLoopAgreesWithTheTrace(_ rule: String) throws {
    let output = try shown(
      """
      local rule = \(rule)
      local evaluation = model:trace(data):evaluate(rule)
      local live = model:infer(data, {exit = rule, batch = 5})
      assert(live.accuracy == evaluation.accuracy and math.abs(live.madds - evaluation.madds) < 1e-6)
      for step = 1, 4 do assert(live.exits[step] == evaluation.exits[step]) end
      for i = 1, #live do
        local a, b = live[i], evaluation.per_image[i]
        assert(a.prediction == b.prediction and a.steps == b.steps and a.label == b.label and a.madds == b.madds)
        assert(math.abs(a.confidence - b.confidence) < 1e-5 and #a.path == a.steps - 1)
      end
      """)
    #expect(output == "")
  }

  @Test(arguments: [
    "learned", "random", "center", "corners", "gaussian", "grid", "saliency", "contrast",
  ])
  func everySamplerRunsLiveAndTraced(_ name: String) throws {
    let output = try shown(
      """
      local trace = model:trace(data, {sampler = "\(name)"})
      local live = model:infer(data, {sampler = gfnet.samplers.\(name){}, batch = 5})
      for i = 1, #live do
        for step = 2, 4 do
          local a, b = live[i].path[step - 1], trace.coordinates[step][i]
          assert(a[1] == b[1] and a[2] == b[2])
        end
      end
      """)
    #expect(output == "")
  }

  @Test func samplersInLua() throws {
    let output = try shown(
      """
      local one = gfnet.samplers.define{name = "one", params = {at = 0.25}, propose = function(s, p, rng)
        assert(s.step >= 2 and #s.locations == s.step - 2 and s.map:size(1) > 0 and s.glance:size(3) == 48)
        return p.at, rng:uniform()
      end}
      local all = gfnet.samplers.define{name = "all", params = {at = 0.25}, propose_batch = function(b, p, rng)
        assert(b.step >= 2 and b.map:size(1) == b.count)
        return gfnet.tensor.concatenate({gfnet.tensor.ones(b.count, 1) * p.at, rng:uniform(1)}, 2)
      end}
      local a, b = model:trace(data, {sampler = one{}}), model:trace(data, {sampler = all{}, batch = 5})
      for step = 2, 4 do
        for i = 1, #data do
          assert(a.coordinates[step][i][1] == 21)
        end
      end
      print(a.sampler, a.coordinates[2][1][2] ~= a.coordinates[2][2][2], a.coordinates[2][1][2] ~= a.coordinates[3][1][2])
      local again = model:trace(data, {sampler = one{}, batch = 5})
      for i = 1, #data do assert(a.coordinates[3][i][2] == again.coordinates[3][i][2]) end
      local f = model:trace(data, {sampler = function(s) return 1, 0 end})
      print(f.coordinates[4][12][1], f.coordinates[4][12][2])
      """)
    #expect(output == "one{at = 0.25}\ttrue\ttrue\n81\t1\n")
  }

  @Test func singleImagesAreClassified() throws {
    let output = try shown(
      """
      local trace = model:trace(data)
      local entry = data[5]
      local a = model:infer(entry)
      print(a.prediction == trace.prediction[4][5], a.label, a.steps, #a.path, a.name == model.labels[a.prediction])
      local b = model:infer(entry.image, {exit = 0})
      print(b.label, b.steps, #b.path, b.prediction == trace.prediction[1][5])
      local two = model:infer({data[1].image, data[2].image})
      print(#two, two.accuracy, two.images, two[2].prediction == trace.prediction[4][2])
      """)
    #expect(output == "true\t7\t4\t3\ttrue\nnil\t1\t0\ttrue\n2\tnil\t2\ttrue\n")
  }

  @Test func thresholdsAndCurves() throws {
    let output = try shown(
      """
      local trace = model:trace(data)
      local t = trace:thresholds{q = 0.5}
      print(#t, t[4])
      local budget = (trace.madds[1] + trace.madds[2]) / 2
      print(trace:evaluate(trace:thresholds{madds = budget}).madds <= budget)
      print(trace:evaluate(trace:thresholds{madds = budget, method = "optimal"}).accuracy
        >= trace:evaluate(trace:thresholds{madds = budget}).accuracy)
      local curve = trace:budgeted{points = 9, calibration = trace}
      print(#curve, #curve.madds, #curve.accuracy, #curve.q, curve.q[5], #curve.thresholds[1], #curve.exits[1])
      print(trace:evaluate(curve.thresholds[3]).accuracy == curve.accuracy[3])
      """)
    #expect(output == "4\t-inf\ntrue\ntrue\n9\t9\t9\t9\t1.0\t4\t4\ntrue\n")
  }

  @Test func aTraceIsSavedAndRead() throws {
    let folder = try TemporaryFolder()
    let output = try shown(
      """
      local trace = model:trace(data)
      trace:save("\(folder.path)/t.safetensors")
      local again = gfnet.trace("\(folder.path)/t.safetensors")
      print(again, again:accuracy()[3] == trace:accuracy()[3])
      """)
    #expect(
      output
        == "trace of resnet_tiny_16 on clutter-fashion: 12 images × 4 steps × 10 classes, sampler learned\ttrue\n"
    )
  }

  @Test(arguments: [
    ("trace:evaluate('marginn')", "no exit rule is called 'marginn'; did you mean 'margin'?"),
    ("trace:evaluate({0.1, 0.2})", "2 thresholds for 4 steps: expected 1, 3 or 4"),
    ("trace:evaluate({0.1, 0.2, 'x'})", "must be"),
    ("trace:evaluate({})", "a list of thresholds must not be empty"),
    ("trace:evaluate(gfnet.samplers.center{})", "expected an exit rule, got the sampler 'center'"),
    ("trace:evaluate()", "argument 1 'rule' is missing"),
    (
      "trace:evaluate(gfnet.exits.margin{treshold = 1})",
      "unknown parameter 'treshold'; did you mean 'threshold'?"
    ),
    (
      "trace:evaluate(gfnet.exits.margin{threshold = 2})",
      "must be a number or a list of numbers from 0 to 1, got 2.0"
    ),
    ("trace:evaluate(gfnet.exits.length{steps = 9})", "asks for 9 steps of a model that has 4"),
    ("trace:thresholds{}", "give q or madds"),
    ("trace:thresholds{q = 0.5, madds = 1}", "give q or madds, not both"),
    ("trace:thresholds{madds = 1}", "is below the cost of one step"),
    ("trace:budgeted{points = 0}", "option 'points' must be a whole number from 1 to 10000"),
    ("gfnet.trace('/nowhere')", "/nowhere"),
    ("model:trace(data, {sampler = 'centre'})", "no sampler is called 'centre'; did you mean 'center'?"),
    ("model:trace(data, {steps = 5})", "steps is 5, expected 1 to the model's 4"),
    ("model:infer(5)", "argument 1 'images' must be"),
    ("model:infer(gfnet.tensor.zeros(3, 10, 10))", "the images are 10×10, the model was made for 128×128"),
    ("model:infer(gfnet.tensor.zeros(2, 128, 128))", "expected images × channels × height × width"),
    ("model:infer(data[1].image, {exit = 'oracle'})", "needs the images' labels, which are not known"),
    ("model:infer(data, {deadline = 0})", "option 'deadline' must be a number"),
    ("model:infer(data, {exit = gfnet.exits.rate{madds = 1}})", "is to hold 1 Multiply-Adds per image"),
    ("model:stream(5)", "argument 1 'images' must be"),
    ("for r in model:stream(function() error('no camera') end) do end", "no camera"),
    (
      "local i = 0; for r in model:stream(function() i = i + 1 return i < 3 and data[i] or 7 end) do end",
      "model:stream: image 3"
    ),
    (
      "local i = 0; for r in model:stream(function() i = i + 1 return i < 3 and data[i] or data[i].image end) do end",
      "model:stream: image 3 has no label, unlike those before"
    ),
    (
      "for r in model:stream(function() return gfnet.tensor.zeros(3, 10, 10) end) do end",
      "image 1 has 10×10×3 values, expected 128×128×3"
    ),
    (
      "for r in model:stream(data, {exit = function(s) return s.image == 7 and 1 or false end}) do end",
      "returned 1 (exit rule 'function', image 7, step 1)"
    ),
  ])
  func mistakesAreNamed(_ source: String, _ expected: String) throws {
    let message = try failure("local trace = model:trace(data)\n" + source)
    #expect(message.contains(expected), "\(message)")
    #expect(message.hasPrefix("test.lua:4: "), "\(message)")
    #expect(!message.contains("\n"))
  }

  @Test func glimpsesOfATrace() throws {
    let folder = try TemporaryFolder()
    let bench = try ScriptBench(
      tinyModel + """
        local trace = model:trace(data)
        -- %%
        gfnet.plot.glimpses(trace, {rows = 1, columns = 4})
        -- %%
        gfnet.plot.glimpses(trace, {by = "class", thresholds = {0.11, 0.12, 0.13}, name = "by-class"})
        -- %%
        trace:save("\(folder.path)/t.safetensors")
        gfnet.plot.glimpses(gfnet.trace("\(folder.path)/t.safetensors"), {by = "none", thresholds = 1, rows = 3})
        """)
    #expect(bench.message == "")
    let pictures = bench.notebook.cells.flatMap(\.outputs).compactMap { output in
      if case .figure(let picture) = output { picture } else { nil }
    }
    #expect(pictures.count == 3 && pictures[1].name == "by-class")
    let rows = (pictures[0].csv ?? "").split(separator: "\n")
    // Equal shares: three images leave after each step, and each is shown with as many steps.
    #expect(rows.count == 1 + 3 * (1 + 2 + 3 + 4))
    #expect(rows[1].hasPrefix("exit after step 1: 25 % of the images,"))
    #expect((pictures[2].csv ?? "").split(separator: "\n").count == 1 + 12 * 4)
    if let keep = ProcessInfo.processInfo.environment["GFNET_TEST_PICTURES"] {
      for picture in pictures {
        try picture.files[0].content.write(to: URL(fileURLWithPath: "\(keep)/\(picture.name).png"))
      }
    }
  }

  @Test(arguments: [
    (
      "gfnet.plot.glimpses(trace, {dataset = gfnet.dataset('clutter-fashion', {split = 'validation'})})",
      "the trace was made of other images"
    ),
    (
      "gfnet.plot.glimpses(trace, {by = 'exits'})", "option 'by' must be one of \"exit\", \"class\", \"none\""
    ),
    (
      "gfnet.plot.glimpses({{image = data[1].image, steps = {{confidence = 1}}}}, {rows = 1})",
      "the option 'rows' is for traces only"
    ),
  ])
  func glimpseMistakesAreNamed(_ source: String, _ expected: String) throws {
    let message = try failure("local trace = model:trace(data)\n" + source)
    #expect(message.contains(expected), "\(message)")
  }
}
