import Foundation
import LuaHost
import Support
import TestSupport
import Testing

/// A tiny model and a few canvases, as the scripts of these tests begin.
let tinyModel = """
  local data = gfnet.dataset("clutter-fashion", {split = "test", limit = 12})
  local model = gfnet.model{backbone = "resnet_tiny_16", dataset = data, steps = 4, seed = 3}

  """

/// Runs a script after ``tinyModel`` and returns what it showed.
func shown(_ source: String, prepare: (HostContext) -> Void = { _ in }) throws -> String {
  let bench = try ScriptBench(tinyModel + source, prepare: prepare)
  #expect(bench.message == "")
  return bench.shown
}

/// The error that a script after ``tinyModel`` ends with.
func failure(_ source: String) throws -> String { try ScriptBench(tinyModel + source).message }

/// Models and data sets in scripts.
@Suite struct ModelTests {
  @Test func aModelTellsWhatItIs() throws {
    #expect(
      try shown(
        """
        print(model.name, model.backbone, model.patch_size, model.image_size, model.steps, model.classes)
        print(model.dataset, #model.labels, model.labels[10]:lower(), model.classifier, #model.madds)
        print(model.costs.glance < model.madds[1], model.costs.patch + model.costs.policy < model.madds[2] - model.madds[1])
        print(model.parameters > 100000, next(model.info))
        """)
          == """
          resnet_tiny_16	resnet_tiny_16	48	128	4	10
          clutter-fashion	10	ankle boot	recurrent	4
          true	true
          true	nil

          """)
    #expect(
      try shown("tostring(model)").hasPrefix(
        "model resnet_tiny_16: resnet_tiny_16, 48×48 patches of 128×128 images, 4 steps, 10 classes, "))
  }

  @Test func aModelIsSavedAndLoadedWithItsResults() throws {
    let folder = try TemporaryFolder()
    try AtomicFile.createFolder(folder.path / "models")
    let output = try shown(
      """
      local file = "\(folder.path)/models/mine.safetensors"
      model:save(file, {results = {accuracy = 91.25, thresholds = {0.5, -math.huge}, note = "inf-free", empty = {}}})
      local again = gfnet.load(file)
      print(again.name, again.info.results.accuracy, again.info.results.thresholds[2], again.info.results.note)
      local a, b = model:trace(data), again:trace(data)
      print((a.logits - b.logits):abs():max() == 0)
      again:save(file)
      print(gfnet.load(file).info.results.thresholds[1])
      """)
    #expect(output == "mine\t91.25\t-inf\tinf-free\ntrue\n0.5\n")
  }

  /// Options that are for checkpoints of other programs may say what a file of ours says, and nothing else.
  @Test func optionsOfLoadAgreeWithTheFile() throws {
    let folder = try TemporaryFolder()
    let output = try shown(
      """
      local file = "\(folder.path)/mine.safetensors"
      model:save(file)
      print(gfnet.load(file, {patch_size = 48, image_size = 128, steps = 4, glance_size = 48}).patch_size)
      print(select(2, pcall(gfnet.load, file, {image_size = 96})))
      print(select(2, pcall(gfnet.load, file, {shift_divisor = 8})))
      """)
    let lines = output.split(separator: "\n").map(String.init)
    try #require(lines.count == 3)
    #expect(lines[0] == "48")
    #expect(
      lines[1].contains("gfnet.load: image_size is 96, but")
        && lines[1].hasSuffix("says itself what it is: 128"))
    #expect(lines[2].contains("shift_divisor is 8, but") && lines[2].hasSuffix("says itself what it is"))
  }

  @Test func aPathIsCheckedWithoutWriting() throws {
    let folder = try TemporaryFolder()
    let output = try shown(
      """
      model:save("\(folder.path)/mine.safetensors", {check = true})
      print(pcall(gfnet.load, "\(folder.path)/mine.safetensors") == false)
      local ok, message = pcall(model.save, model, "\(folder.path)/none/mine.safetensors", {check = true})
      print(ok, message:find("none", 1, true) ~= nil)
      """)
    #expect(output == "true\nfalse\ttrue\n")
    #expect(!(folder.path / "mine.safetensors").exists)
  }

  @Test func namesAreSearchedAboveTheScript() throws {
    let folder = try TemporaryFolder()
    try AtomicFile.createFolder(folder.path / "models")
    _ = try shown("model:save(\"\(folder.path)/models/tiny.safetensors\")")
    let path = folder.path / "scripts/deep/test.lua"
    func run(_ source: String) throws -> ScriptRunner.Outcome {
      try ScriptRunner(script: ScriptFile(path: path, source: source)).run()
    }
    guard case .done = try run("assert(gfnet.load('tiny').name == 'tiny')") else {
      Issue.record("not found")
      return
    }
    guard case .failed(let failure) = try run("gfnet.load('tinny')") else {
      Issue.record("found")
      return
    }
    #expect(failure.message.hasSuffix("test.lua:1: there is no model 'tinny'; did you mean 'tiny'?"))
  }

  @Test func weightsAreCopiedOutAndIn() throws {
    let output = try shown(
      """
      local other = gfnet.model{backbone = "resnet_tiny_16", dataset = data, steps = 4, seed = 4}
      local a = model:trace(data):accuracy()
      local state = model:state()
      other:load_state(state)
      print((other:trace(data).logits - model:trace(data).logits):abs():max() == 0)
      local name = next(state)
      state[name]:free()
      print(model:state()[name] ~= nil)
      """)
    #expect(output == "true\ntrue\n")
  }

  @Test(arguments: [
    (
      "gfnet.model{backbone = 'resnet_tiny_61'}",
      "no backbone is called 'resnet_tiny_61'; did you mean 'resnet_tiny_16'?"
    ),
    (
      "gfnet.model{backbone = 'resnet_tiny_16', dataset = data, classes = 3}",
      "classes is 3, clutter-fashion has 10"
    ),
    ("gfnet.model{bakbone = 'x'}", "unknown option 'bakbone'; did you mean 'backbone'?"),
    (
      "gfnet.model{backbone = 'resnet_tiny_16', patch_size = 64, image_size = 32}",
      "the image size is 32, expected at least"
    ),
    ("gfnet.load('nowhere/x.safetensors')", "there is no model file nowhere/x.safetensors"),
    ("model:load_state{nope = gfnet.tensor{1}}", "the model has no array 'nope'"),
    (
      "model:load_state{['policy.actor.0.bias'] = gfnet.tensor{1}}",
      "'policy.actor.0.bias' has shape 1, expected 2"
    ),
    ("model:save('')", "must be a path, and is empty"),
    (
      "model:save('x.safetensors', {results = {f = print}})",
      "results.f: only numbers, strings, booleans and tables"
    ),
    ("local t = {} t.t = t model:save('x.safetensors', {results = t})", "or contain themselves"),
    (
      "gfnet.dataset('cluter-fashion')",
      "there is no data set \"cluter-fashion\"; did you mean 'clutter-fashion'?"
    ),
    ("gfnet.dataset('clutter-fashion', {split = 'tests'})", "no split \"tests\"; did you mean 'test'?"),
    ("gfnet.dataset('clutter-fashion', {images = {}})", "'images' is for the data set \"tensors\" only"),
    ("gfnet.dataset('tensors', {labels = {1}})", "needs images = N×C×H×W and labels"),
    ("data[0]", "clutter-fashion has no image 0, expected a whole number from 1 to 12"),
    ("data[13]", "expected a whole number from 1 to 12"),
    ("data:subset{13}", "clutter-fashion has no image 13, expected 1 to 12"),
    ("model.madd", "a model has no field 'madd'; did you mean 'madds'?"),
  ])
  func mistakesAreNamed(_ source: String, _ expected: String) throws {
    let message = try failure(source)
    #expect(message.contains(expected), "\(message)")
    #expect(message.hasPrefix("test.lua:3: "), "\(message)")
    #expect(!message.contains("\n"))
  }

  @Test func aDataSetGivesItsImages() throws {
    let output = try shown(
      """
      print(#data, data.name, data.split, data.classes, data.height, data.width, data.channels)
      local entry = data[5]
      print(entry.label, entry.name, tostring(entry.image:size(1)), entry.image:size(3), entry.image:max() <= 1)
      local some = data:subset{5, 1}
      print(#some, some[1].name == entry.name, data)
      """)
    #expect(
      output == """
        12	clutter-fashion	test	10	128	128	1
        7	clutter-fashion.test.5	1	128	true
        2	true	dataset clutter-fashion/test: 12 images of 128×128, 1 channel, 10 classes

        """)
  }

  @Test func tensorsMakeADataSet() throws {
    let output = try shown(
      """
      local images, labels = {}, {}
      for i = 1, #data do images[i], labels[i] = data[i].image, data[i].label end
      local own = gfnet.dataset("tensors", {images = images, labels = labels, classes = model.labels})
      local a, b = model:trace(data), model:trace(own)
      print(#own, own[3].label == data[3].label, (a.logits - b.logits):abs():max() == 0)
      """)
    #expect(output == "12\ttrue\ttrue\n")
  }
}
