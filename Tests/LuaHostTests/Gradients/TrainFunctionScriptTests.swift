import LuaHost
import TestSupport
import Testing

/// Functions of scripts in the built-in training.
@Suite struct TrainFunctionScriptTests {
  private static let setup = """
    local nn, data = gfnet.nn, gfnet.dataset("clutter-fashion", {split = "train", limit = 12})
    local function trained(options)
      local model = gfnet.model{backbone = "resnet_tiny_16", dataset = data, steps = 2, seed = 5}
      local all = {model = model, dataset = data, epochs = 1, batch = 6, seed = 3, checkpoint = false, aux_weight = 1}
      for name, value in pairs(options) do all[name] = value end
      local metrics = gfnet.train(all)
      return model, metrics
    end
    local function same(a, b)
      local other = b:state()
      for name, value in pairs(a:state()) do if value ~= other[name] then return false end end
      return true
    end

    """

  /// Functions that say what the options say train to the last bit as those do, and others do not.
  @Test(arguments: [
    (
      "stage = 1",
      """
      loss = function(logits, labels, info)
        local total
        for t, l in ipairs(logits) do
          local step = nn.cross_entropy(l, labels) + nn.cross_entropy(info.auxiliary[t], labels)
          total = total and total + step or step
        end
        return total / #logits
      end
      """, "loss = function(logits, labels) return nn.cross_entropy(logits[2], labels) end"
    ),
    (
      "stage = 1", "schedule = function(progress) return 0.5 * (1 + math.cos(math.pi * progress)) end",
      "schedule = function(progress) return 1 - progress ^ 2 end"
    ),
    (
      "stage = 2",
      """
      reward = function(r)
        local labels = r.labels:unsqueeze(2)
        return (r.logits:softmax():gather(2, labels) - r.before:softmax():gather(2, labels)):flatten(1)
      end
      """, "reward = function(r) return r.places[{{}, 1}] end"
    ),
    (
      "stage = 2", "advantage = nil",
      "advantage = function(rewards, values) assert(rewards.shape[2] == 6) return rewards - values, rewards end"
    ),
  ])
  func aFunctionStandsForAnOption(_ stage: String, _ like: String, _ unlike: String) throws {
    let bench = try ScriptBench(
      Self.setup + """
        local plain = trained{\(stage)}
        print(same(plain, (trained{\(stage), \(like)})), same(plain, (trained{\(stage), \(unlike)})))
        """)
    #expect(bench.message == "")
    #expect(bench.shown.hasSuffix("true\tfalse\n"), "\(bench.shown)")
  }

  @Test(arguments: [
    ("stage = 2, loss = function() end", "loss is for stage 1 and 3, and this is stage 2"),
    ("stage = 1, reward = function() end", "reward is for stage 2, and this is stage 1"),
    ("stage = 1, reward = 'increment'", "increments"),
    ("stage = 1, loss = function() return 3 end", "must return a tensor of one element, got 3"),
    ("stage = 1, loss = function(l) return l[1] end", "must return a tensor of one element, got shape 6×10"),
    ("stage = 1, loss = function(l) return l[1]:detach():sum() end", "must return a tensor of one element"),
    ("stage = 1, loss = function(l) l[1][1] = 0 return l[1]:sum() end", "cannot be written to"),
    (
      "stage = 1, loss = function(l) return gfnet.grad(function(x) return x:sum() end, l[1]) end",
      "gradients of gradients"
    ),
    ("stage = 2, reward = function(r) return {1, 2} end", "must return 6 numbers, one for each image"),
    ("stage = 2, advantage = function(r) return r[1] end", "must return advantages, a tensor of 1×6"),
    ("stage = 1, schedule = function() return -1 end", "must return a number from 0 on, got -1"),
    ("stage = 1, loss = function(l) error('mine') end", "mine"),
  ])
  func mistakesAreNamed(_ options: String, _ expected: String) throws {
    let bench = try ScriptBench(Self.setup + "trained{\(options)}")
    #expect(bench.message.contains(expected), "\(bench.message)")
  }

  /// A training with functions is gone on with by the same functions, whatever their comments, and by no others.
  @Test func functionsArePartOfWhatATrainingIs() throws {
    let folder = try TemporaryFolder()
    func shown(_ loss: String) throws -> ScriptBench {
      try ScriptBench(
        Self.setup + """
          local calls = 0
          \(loss)
          local _, metrics = trained{stage = 1, loss = loss, checkpoint = "\(folder.path)/c.safetensors"}
          print(#metrics)
          """)
    }
    func remarks(_ bench: ScriptBench) -> String {
      bench.notebook.cells.flatMap(\.outputs).compactMap {
        if case .remark(let text) = $0 { text } else { nil }
      }
      .joined(separator: "\n")
    }
    let weigh = "local w = 2  local function loss(l, y) return nn.cross_entropy(l[2], y) * w end"
    let first = try shown(weigh)
    #expect(first.message == "" && !remarks(first).contains("complete"))
    let again = try shown("-- a comment\n" + weigh)
    #expect(again.message == "" && remarks(again).contains("complete"), "\(remarks(again))")
    let other = try shown(weigh.replacing("w = 2", with: "w = 3"))
    #expect(remarks(other).contains("the functions for loss, reward, advantage or schedule are others"))
    let unknown = try shown(
      "local w = gfnet.tensor{2}  local function loss(l, y) return nn.cross_entropy(l[2], y) * w[1] end")
    #expect(unknown.message == "")
    #expect(
      remarks(unknown).contains("keeps no checkpoint: one of its functions captures 'w', a tensor"),
      "\(remarks(unknown))")
  }
}
