import Foundation
import LuaHost
import Reports
import Support
import TestSupport
import Testing

/// Training and the cache of traces in scripts.
@Suite struct TrainScriptTests {
  private static let setup = """
    local train = gfnet.dataset("clutter-fashion", {split = "train", limit = 16})
    local function fresh() return gfnet.model{backbone = "resnet_tiny_16", dataset = train, steps = 2, seed = 5} end
    local model = fresh()

    """

  @Test func theThreeStagesRunAndAreKept() throws {
    let folder = try TemporaryFolder()
    let bench = try ScriptBench(
      Self.setup + """
        local before = model:trace(train):accuracy()
        local seen = {}
        for stage = 1, 3 do
          local metrics = gfnet.train{model = model, dataset = train, stage = stage, epochs = 2, batch = 8,
            log = function(m) seen[#seen + 1] = m.stage * 10 + m.epoch end}
          assert(#metrics == 2 and metrics[2].epoch == 2 and metrics[2].stage == stage and metrics[2].images == 16)
          assert(#metrics[1].accuracy == 2 and metrics[1].accuracy[1] >= 0 and metrics[1].accuracy[1] <= 100)
          assert((metrics[1].reward ~= nil) == (stage == 2))
        end
        print(table.concat(seen, " "))
        print(#model.info.history, model.info.history[6].stage)
        model:save("\(folder.path)/m.safetensors")
        print(#gfnet.load("\(folder.path)/m.safetensors").info.history)
        """,
      prepare: { context in
        context.recorder = RunRecorder(
          script: ScriptFile(path: "test.lua", source: ""), context: context, path: folder.path / "run",
          command: ["gfnet-lab"])
      })
    #expect(bench.message == "")
    let shown = bench.shown.split(separator: "\n").map(String.init)
    #expect(shown.filter { $0.hasPrefix("stage ") }.count == 6)
    #expect(shown.first?.hasPrefix("stage 1, epoch 1 of 2: loss ") == true)
    #expect(Array(shown.suffix(3)) == ["11 12 21 22 31 32", "6\t3", "6"])
    let lines = try String(contentsOfFile: (folder.path / "run/metrics.jsonl").string, encoding: .utf8)
      .split(separator: "\n")
    #expect(lines.count == 6 && lines[2].hasPrefix("{\"stage\":2,\"epoch\":1,\"loss\":"))
    let files = try FileManager.default.contentsOfDirectory(atPath: (folder.path / "run/checkpoints").string)
      .sorted()
    #expect(
      files == (1...3).map { "resnet_tiny_16-stage\($0).safetensors" })
  }

  /// The policy by the gradient of the loss, alone and with all else.
  @Test func thePolicyCanLearnByGradients() throws {
    let bench = try ScriptBench(
      Self.setup + """
        local function weights(part)
          local all = {}
          for name, tensor in pairs(model:state()) do
            if name:sub(1, #part) == part then
              for _, x in ipairs(tensor:flatten():totable()) do all[#all + 1] = name .. x end
            end
          end
          table.sort(all)
          return table.concat(all, " ")
        end
        local encoder, policy = weights("model."), weights("policy.")
        local metrics = gfnet.train{model = model, dataset = train, stage = 2, method = "differentiable", epochs = 1, batch = 8,
          checkpoint = false, loss = function(logits, labels) return gfnet.nn.cross_entropy(logits[2], labels) end}
        print(metrics[1].reward, weights("model.") == encoder, weights("policy.") == policy)
        policy = weights("policy.")
        gfnet.train{model = model, dataset = train, stage = 1, method = "differentiable", policy_rate = 0.01, epochs = 1,
          batch = 8, random_branch = false, checkpoint = false}
        print(weights("model.") == encoder, weights("policy.") == policy)
        """)
    #expect(bench.message == "")
    let lines = bench.shown.split(separator: "\n").filter { !$0.hasPrefix("stage ") }
    #expect(lines == ["nil\ttrue\tfalse", "false\tfalse"], "\(bench.shown)")
  }

  @Test(arguments: [
    ("stage = 2, reward = function(r) return r.logits:sum(2) end", "reward is for method = \"ppo\""),
    ("stage = 2, advantage = function(r, v) return r end", "advantage is for method = \"ppo\""),
    ("stage = 1, reward = function(r) return 1 end", "reward is for stage 2, and this is stage 1"),
  ])
  func whatReinforcementNeedsIsRefusedWithGradients(_ options: String, _ expected: String) throws {
    let bench = try ScriptBench(
      Self.setup
        + "gfnet.train{model = model, dataset = train, method = \"differentiable\", epochs = 1, checkpoint = false, \(options)}"
    )
    #expect(bench.message.contains(expected), "\(bench.message)")
  }

  @Test func aStoppedTrainingGoesOn() throws {
    let folder = try TemporaryFolder()
    func script(_ name: String, stop: Bool) -> String {
      Self.setup + """
        gfnet.train{model = model, dataset = train, stage = 1, epochs = 3, batch = 8,
          checkpoint = "\(folder.path)/\(name).safetensors",
          log = function(m) \(stop ? "if m.epoch == 2 then error('stop') end" : "") end}
        local sum = 0
        for name, value in pairs(model:state()) do sum = sum + value:abs():sum() end
        print("sum", sum)
        """
    }
    let straight = try ScriptBench(script("a", stop: false))
    #expect(straight.message == "")
    let stopped = try ScriptBench(script("b", stop: true))
    #expect(stopped.message.hasSuffix(": stop"))
    var notes: [String] = []
    let resumed = try ScriptBench(
      script("b", stop: false), prepare: { $0.showRemark = { notes.append($0) } })
    #expect(resumed.message == "")
    #expect(notes == ["stage 1: going on after epoch 2 of 3, from \(folder.path)/b.safetensors"])
    // The epochs of the run before, the last epoch and the sum.
    let lines = resumed.shown.split(separator: "\n").map(String.init)
    #expect(lines.count == 4 && lines[1].hasPrefix("stage 1, epoch 2 of 3: loss "))
    #expect(resumed.shown.split(separator: "\n").last == straight.shown.split(separator: "\n").last)
  }

  @Test(arguments: [
    ("gfnet.train{dataset = train, stage = 1, epochs = 1}", "option 'model' is missing"),
    (
      "gfnet.train{model = model, dataset = train, stage = 4, epochs = 1}",
      "option 'stage' must be a whole number from 1 to 3"
    ),
    (
      "gfnet.train{model = model, dataset = train, stage = 1, epochs = 1, bacth = 8}", "did you mean 'batch'?"
    ),
    ("gfnet.train{model = model, dataset = train, stage = 1, epochs = 1, schedule = 'cosin'}", "schedule"),
    (
      "gfnet.train{model = model, dataset = train:subset{3}, stage = 1, epochs = 1}",
      "the data set has 1 image: training needs 2 at least"
    ),
    (
      "gfnet.train{model = model, dataset = train, stage = 1, epochs = 1, checkpoint = true}",
      "must be a file or false"
    ),
    (
      "gfnet.train{model = gfnet.model{backbone = 'resnet_tiny_16', classes = 3, image_size = 128}, dataset = train, stage = 1, epochs = 1, batch = 8}",
      "the data set has 10 classes, the model 3"
    ),
  ])
  func mistakesAreNamed(_ source: String, _ expected: String) throws {
    let message = try ScriptBench(Self.setup + source).message
    #expect(message.contains(expected), "\(message)")
    #expect(message.hasPrefix("test.lua:4: ") && !message.contains("\n"), "\(message)")
  }

  @Test func tracesAreFoundAgain() throws {
    let folder = try TemporaryFolder()
    var notes: [String] = []
    func run(_ source: String, cached: Bool = true) throws -> Int {
      let bench = try ScriptBench(
        tinyModel + source,
        prepare: { context in
          context.traceCache = .init(folder: folder.path / "traces")
          context.options.usesCache = cached
          context.showRemark = { notes.append($0) }
        })
      #expect(bench.message == "")
      return ((try? FileManager.default.contentsOfDirectory(atPath: (folder.path / "traces").string)) ?? [])
        .count
    }
    #expect(try run("model:trace(data)", cached: false) == 0)
    #expect(try run("model:trace(data)") == 1)
    #expect(try run("model:trace(data)") == 1)
    #expect(try run("model:trace(data, {batch = 5})") == 1)
    #expect(try run("model:trace(data, {steps = 2})") == 2)
    #expect(try run("model:trace(data, {sampler = gfnet.samplers.gaussian{std = 0.3}})") == 3)
    #expect(try run("model:trace(data, {sampler = gfnet.samplers.gaussian{std = 0.4}})") == 4)
    #expect(try run("model:trace(data, {sampler = 'random', seed = 2})") == 5)
    #expect(try run("model:trace(data, {sampler = 'random', seed = 3})") == 6)
    #expect(try run("model:trace(data:subset{1, 2})") == 7)
    #expect(try run("model:trace(data, {sampler = function() return 0, 0 end})") == 7)
    #expect(
      try run(
        "local s = model:state() s['fc.fc.bias'] = s['fc.fc.bias'] + 1 model:load_state(s) model:trace(data)")
        == 8)
    #expect(notes.isEmpty)

    // A damaged file is named, replaced, and harmless.
    for file in try FileManager.default.contentsOfDirectory(atPath: (folder.path / "traces").string) {
      let path = folder.path / "traces/" / file
      var bytes = [UInt8](try Data(contentsOf: path.url))
      bytes[bytes.count - 5] ^= 1
      try Data(bytes).write(to: path.url)
    }
    #expect(try run("model:trace(data)") == 8)
    #expect(notes.count == 1 && notes[0].hasPrefix("a kept trace cannot be read and is computed anew: "))
    #expect(try run("model:trace(data)") == 8)
    #expect(notes.count == 1)
  }
}
