import Foundation
import LuaHost
import Support
import TestSupport
import Testing

/// Functions of a script that reach back into what has called them.
@Suite struct ReentryTests {
  private static let busy =
    "the stream is already computing an answer: its source, its rule and its sampler cannot ask it for one"

  /// A stream asked for an answer while it computes one says so, and goes on where the function bears it.
  @Test(arguments: [
    "{batch = BATCH, sampler = function(s) call() return .5, .5 end}",
    "{batch = BATCH, exit = function(s) call() return s.margin > 0.004 end}",
    "{batch = BATCH, exit = gfnet.exits.define{name = 'r', decide_batch = function(b) call() return b.margin:gt(1) end}}",
    "{batch = BATCH, sampler = gfnet.samplers.define{name = 'r', propose_batch = function(b) call() return gfnet.tensor.ones(b.count, 2) end}}",
  ])
  func aStreamIsNotAskedFromWithin(_ options: String) throws {
    for batch in [1, 5] {
      let options = options.replacingOccurrences(of: "BATCH", with: "\(batch)")
      let output = try shown(
        """
        local stream
        local said
        local function call()
          if not stream then return end
          local ok, message = pcall(stream)
          assert(not ok)
          said = message
          -- What can be read of a stream meanwhile.
          assert(stream.madds >= 0 and stream.images >= 0 and stream.late == 0 and #stream.exits == 4)
          assert(stream.seconds >= 0 and stream.capacity > 0 and stream.pixel_bytes > 0 and tostring(stream))
          local _ = stream.accuracy
        end
        stream = model:stream(data, \(options))
        local n = 0
        for r in stream do n = n + 1 assert(r.image == n) end
        print(n, said:match(": (.*)"))
        """, prepare: { $0.showRemark = { _ in } })
      #expect(output == "12\t\(Self.busy)\n")
      let message = try failure(
        """
        local stream
        local function call() if stream then stream() end end
        stream = model:stream(data, \(options))
        stream()
        """)
      #expect(message.contains(Self.busy) && !message.contains("\n"), "\(message)")
    }
  }

  @Test func aSourceCannotAskItsStream() throws {
    let message = try failure(
      """
      local stream
      local i = 0
      stream = model:stream(function() i = i + 1 if i > 2 then stream() end return data[i] end, {batch = 1})
      for r in stream do end
      """)
    #expect(message.contains(Self.busy), "\(message)")
  }

  /// After an error a stream gives no answers any more, instead of wrong ones.
  @Test func aStreamThatFailedStaysFailed() throws {
    let output = try shown(
      """
      local stream = model:stream(data, {batch = 4, exit = function(s) if s.image == 6 then error("boom") end return true end})
      local n = 0
      local ok, first = pcall(function() for r in stream do n = n + 1 end end)
      local ok2, second = pcall(stream)
      print(n, ok, first:match("boom"), ok2, second:match("the stream has ended with an error before: .*boom") ~= nil)
      """)
    #expect(output == "4\tfalse\tboom\tfalse\ttrue\n")
  }

  /// The model, its traces and the data may be used by rules and samplers; the answers are the same.
  @Test(arguments: [
    "model:infer(data[3], {exit = 0.11})", "model:infer(data, {batch = 3})", "model:trace(data)",
    "trace:evaluate(0.11)", "trace:evaluate(function(s) return s.margin > 0.004 end)",
    "trace:budgeted{points = 3}",
    "local _ = data[2].image, data.damaged, trace.logits, trace.confidence[1][2]",
    "for r in model:stream(data, {batch = 2}) do if r.image == 5 then break end end",
    "model:state()", "collectgarbage()", "gfnet.load('clutter-fashion')",
  ])
  func whatIsInUseCanBeUsed(_ action: String) throws {
    let output = try shown(
      """
      local trace = model:trace(data)
      local function rule(s) return s.margin > 0.004 end
      local function place(s) return s.confidence % 1, s.margin % 1 end
      local plain = model:infer(data, {exit = rule, sampler = place, batch = 5})
      local function busy(s) if s.image % 4 == 1 then \(action) end end
      local live = model:infer(data, {batch = 5, exit = function(s) busy(s) return rule(s) end,
        sampler = function(s) busy(s) return place(s) end})
      for i = 1, #data do
        local a, b = plain[i], live[i]
        assert(a.prediction == b.prediction and a.steps == b.steps and a.confidence == b.confidence)
        for step = 1, #a.path do assert(a.path[step][1] == b.path[step][1] and a.path[step][2] == b.path[step][2]) end
      end
      """)
    #expect(output == "")
  }

  /// Weights that a run reads do not change under it.
  @Test(arguments: [
    "gfnet.train{model = model, dataset = data, stage = 1, epochs = 1, batch = 4, checkpoint = false}",
    "model:load_state(model:state())",
  ])
  func aModelIsNotChangedWhileItRuns(_ action: String) throws {
    for run in [
      "model:infer(data, {exit = function(s) \(action) return true end})",
      "model:trace(data, {sampler = function(s) \(action) return 0, 0 end})",
      "for r in model:stream(data, {exit = function(s) \(action) return true end}) do end",
      "for r in model:stream(function() if i then \(action) end i = 1 return data[1] end, {batch = 1}) do end",
    ] {
      let message = try failure("i = nil\n" + run)
      #expect(
        message.contains(
          "the model is being run: its rules, samplers and sources cannot change it meanwhile"),
        "\(message)")
    }
    // Nothing of that outlasts the run.
    #expect(
      try shown("pcall(model.infer, model, data, {exit = function(s) error('x') end})\n\(action)\nprint(1)")
        .hasSuffix("1\n"))
  }

  @Test func aTrainingDoesNotTrainItself() throws {
    let message = try failure(
      """
      local function train(log)
        gfnet.train{model = model, dataset = data, stage = 1, epochs = 1, batch = 6, checkpoint = false, log = log}
      end
      train(function(m) train() end)
      """)
    #expect(message.contains("the model is being trained already: its log cannot train it"), "\(message)")
    let output = try shown(
      """
      local seen = 0
      gfnet.train{model = model, dataset = data, stage = 1, epochs = 2, batch = 6, checkpoint = false,
        log = function(m) seen = seen + model:infer(data).images end}
      print(seen)
      """)
    #expect(output.hasSuffix("24\n"))
  }

  /// A stream that goes through a folder again and again ends when nothing in it can be read.
  @Test func damagedPicturesDoNotGoRoundForEver() throws {
    let folder = try TemporaryFolder()
    for name in ["a/1.png", "a/2.png", "b/3.jpg"] {
      let path = folder.path / "pictures/" / name
      try AtomicFile.createFolder(path.folder)
      try Data("no picture".utf8).write(to: path.url)
    }
    var notes: [String] = []
    let bench = try ScriptBench(
      """
      local model = gfnet.model{backbone = "resnet_tiny_16", image_size = 64, patch_size = 32, steps = 2, classes = 2}
      local data = gfnet.dataset("folder", {path = "\(folder.path)/pictures", crop = 64})
      for r in model:stream(data, {passes = 1000000000, batch = 2}) do print(r.image) end
      """, prepare: { $0.showRemark = { notes.append($0) } })
    #expect(bench.message.hasSuffix("none of the 3 images of folder can be read"), "\(bench.message)")
    #expect(notes.count == 1 && notes[0].hasPrefix("3 of 3 images cannot be read"), "\(notes)")
  }
}
