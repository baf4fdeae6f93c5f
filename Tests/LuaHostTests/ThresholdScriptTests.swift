import Foundation
import LuaHost
import TestSupport
import Testing

/// Thresholds that cannot mean what they say are refused with the reason, wherever a script gives them.
@Suite struct ThresholdScriptTests {
  private static let traces = """
    local five = gfnet.trace("\(Fixtures.path("cases/traces/five-classes.safetensors"))")
    local two = gfnet.trace("\(Fixtures.path("cases/traces/two-classes.safetensors"))")

    """

  @Test(
    arguments: [
      ("90", "the threshold is 90, expected a confidence from 0 to 1, or inf or -inf: 0.9, not 90"),
      ("1.5", "the threshold is 1.5, expected a confidence from 0 to 1"),
      ("-0.1", "the threshold is -0.1, expected a confidence from 0 to 1"),
      ("0/0", "the threshold is not a number (NaN)"),
      ("{0.9, 80, 0.7}", "threshold 2 is 80, expected a confidence from 0 to 1, or inf or -inf: 0.8, not 80"),
      ("{0.9, 0.8, 0/0}", "threshold 3 must be a number, got"),
      ("{0.9, 0.8}", "2 thresholds for 4 steps: expected 1, 3 or 4"),
      (
        "{threshold = 0.9}",
        "got one with the field 'threshold'; a rule with parameters is gfnet.exits.NAME{threshold = …}"
      ),
      ("{}", "a list of thresholds must not be empty"),
      ("gfnet.exits.confidence{threshold = 90}", "from 0 to 1, got 90.0: 0.9, not 90"),
      ("gfnet.exits.confidence{threshold = {0.5, 95, 0.5}}", "got {0.5, 95.0, 0.5}"),
      ("gfnet.exits.margin{threshold = 50}", "from 0 to 1, got 50.0: 0.5, not 50"),
    ],
    [
      "model:trace(data):evaluate(RULE)", "model:infer(data, {exit = RULE})",
      "for r in model:stream(data, {exit = RULE}) do end",
      "gfnet.plot.glimpses(model:trace(data), {thresholds = RULE})",
    ])
  func thresholdsThatCannotBe(_ threshold: (rule: String, expected: String), _ call: String) throws {
    let message = try failure(call.replacingOccurrences(of: "RULE", with: threshold.rule))
    let expected = threshold.expected.hasPrefix("got {") ? "from 0 to 1, got " : threshold.expected
    #expect(
      message.contains(expected)
        || (threshold.rule == "{0.9, 0.8}" && message.contains("has 2 thresholds for 4 steps")),
      "\(message)")
    #expect(message.hasPrefix("test.lua:3: ") && !message.contains("\n"), "\(message)")
  }

  /// What calibration gives for "none" and "all", and the ends of the range.
  @Test func whatCalibrationGivesIsTaken() throws {
    let output = try shown(
      """
      local trace = model:trace(data)
      for _, t in ipairs{ 0, 1, math.huge, -math.huge, {0, 1, math.huge}, {1, math.huge, 0.5, -math.huge} } do
        local a, b = trace:evaluate(t), model:infer(data, {exit = t})
        local c = trace:evaluate(gfnet.exits.confidence{threshold = t})
        assert(a.madds == b.madds and a.madds == c.madds)
      end
      for i = 1, 19 do trace:evaluate(trace:thresholds{q = i / 5}) end
      for _, t in ipairs(trace:budgeted{points = 9, method = "optimal"}.thresholds) do model:infer(data, {exit = t}) end
      """)
    #expect(output == "")
  }

  /// Thresholds of two classes on a trace of five, of a whole curve or a list from one.
  @Test(arguments: [
    "five:budgeted{points = 3, calibration = two}", "five:budgeted{calibration = two, method = 'optimal'}",
    "five:evaluate(two:thresholds{q = 0.5})", "five:evaluate(two:thresholds{madds = two.madds[2]})",
    "five:evaluate(two:budgeted{points = 3}.thresholds[2])",
    "five:evaluate(gfnet.exits.confidence{threshold = 0.5}) five:evaluate(two:thresholds{q = 1})",
  ])
  func thresholdsOfOtherClasses(_ call: String) throws {
    let message = try ScriptBench(Self.traces + call).message
    #expect(
      message.hasSuffix(
        "thresholds solved on 'made' with the model 'two' are for 2 classes, and there are 5 here"),
      "\(message)")
    #expect(message.hasPrefix("test.lua:3: "), "\(message)")
  }

  @Test(arguments: [
    ("model:trace(data, {steps = 2}):budgeted{calibration = trace}", "are for 4 steps, and there are 2 here"),
    (
      "model:trace(data, {steps = 2}):evaluate(trace:thresholds{q = 1})",
      "are for 4 steps, and there are 2 here"
    ),
    (
      "model:infer(data, {steps = 3, exit = trace:thresholds{q = 1}})",
      "are for 4 steps, and there are 3 here"
    ),
    (
      "other:trace(data):budgeted{calibration = trace}",
      "thresholds solved on 'clutter-fashion' with the model 'resnet_tiny_16' are for other weights of it"
    ),
    ("named:trace(pets):evaluate(trace:thresholds{q = 1})", "class 1 is 'T-shirt/top' there and 'a' here"),
    ("named:infer(pets, {exit = trace:thresholds{q = 1}})", "class 1 is 'T-shirt/top' there and 'a' here"),
  ])
  func thresholdsOfOtherStepsWeightsAndNames(_ call: String, _ expected: String) throws {
    let message = try failure(
      """
      local trace = model:trace(data)
      local other = gfnet.model{backbone = "resnet_tiny_16", dataset = data, steps = 4, seed = 4}
      local names = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"}
      local pets = gfnet.dataset("tensors", {images = gfnet.tensor.zeros(2, 1, 128, 128), labels = {1, 2}, classes = names})
      local named = gfnet.model{backbone = "resnet_tiny_16", dataset = pets, steps = 4, seed = 4}
      \(call)
      """)
    #expect(message.contains(expected), "\(message)")
  }

  /// Labels that mean other classes than the model's are no accuracy.
  @Test func classesInAnotherOrderAreRefused() throws {
    let setup = """
      local names = {"ant", "bee", "cat"}
      local function set(classes)
        return gfnet.dataset("tensors", {images = gfnet.tensor.zeros(3, 1, 64, 64), labels = {1, 2, 3}, classes = classes})
      end
      local m = gfnet.model{backbone = "resnet_tiny_16", dataset = set(names), steps = 2, patch_size = 32}
      """
    for call in [
      "m:infer(D)", "m:trace(D)",
      "gfnet.train{model = m, dataset = D, stage = 1, epochs = 1, batch = 3, checkpoint = false}",
    ] {
      let message = try failure(
        setup + "\n" + call.replacingOccurrences(of: "D", with: "set{'bee', 'ant', 'cat'}"))
      #expect(
        message.contains(
          "the classes of tensors are in another order than the model's: its class 1, 'bee', is class 2 of the model"
        ),
        "\(message)")
    }
    // Other words for the classes, or none.
    #expect(
      try shown(setup + "\nm:infer(set{'Ameise', 'Biene', 'Katze'}) m:infer(set(nil)) print(1)") == "1\n")
  }

  @Test func entriesInAListAreImages() throws {
    let output = try shown(
      """
      local two = model:infer({data[1], data[5]}, {exit = 0.105})
      local all = model:infer(data, {exit = 0.105})
      for i, place in ipairs{1, 5} do
        assert(two[i].prediction == all[place].prediction and two[i].steps == all[place].steps)
        assert(two[i].label == data[place].label)
      end
      print(#two, two.accuracy ~= nil, model:infer({{image = data[1].image}}).accuracy)
      """)
    #expect(output == "2\ttrue\tnil\n")
    for (value, expected) in [
      ("{data[1], data[2].image}", "element 2 must be an entry of a data set, as the first is, got"),
      (
        "{data[1], {image = gfnet.tensor.zeros(1, 3, 3)}}",
        "image 2 has shape 1×1×3×3, expected 1×1×128×128 like image 1"
      ),
      ("{data[1], {image = data[2].image}}", "1 of 2 images have a label, expected all or none"),
      ("{data[1], {image = data[2].image, label = 11}}", "the label of image 2 is"),
    ] {
      let message = try failure("model:infer(\(value))")
      #expect(message.contains(expected), "\(message)")
    }
  }
}
