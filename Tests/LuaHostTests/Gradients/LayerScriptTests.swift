import LuaHost
import Support
import TestSupport
import Testing

/// Layers that scripts call, against PyTorch's.
@Suite struct LayerScriptTests {
  /// A layer in Lua for each recording of `Tests/Fixtures/layers/generate.py`.
  static let layers = [
    "linear": "nn.linear(10, 5)", "linear_sequence": "nn.linear(6, 3, {bias = false})",
    "conv": "nn.conv(3, 6, {stride = 2, bias = true})",
    "conv_groups": "nn.conv(4, 8, {padding = 2, dilation = 2, groups = 2})", "batch_norm": "nn.batch_norm(5)",
    "layer_norm": "nn.layer_norm(7)", "layer_norm_map": "nn.layer_norm(6)",
    "group_norm": "nn.group_norm(3, 6)",
    "max_pool": "nn.max_pool(3, {stride = 2, padding = 1})", "avg_pool": "nn.avg_pool(2)",
    "embedding": "nn.embedding(6, 4)", "rnn_cell": "nn.rnn_cell(4, 6)", "gru_cell": "nn.gru_cell(4, 6)",
    "lstm_cell": "nn.lstm_cell(4, 6)", "attention": "nn.attention(8, 2)",
    "attention_cross": "nn.attention(8, 4)",
    "attention_map": "nn.attention(8, 2)",
    "sequential":
      "nn.sequential{nn.conv(3, 4), nn.batch_norm(4), nn.relu(), nn.flatten(), nn.linear(100, 3)}",
  ]

  @Test(arguments: layers.keys.sorted()) func aLayerComputesWhatPyTorchDoes(_ name: String) throws {
    let folder = Fixtures.path("layers")
    let bench = try ScriptBench(
      """
      local nn = gfnet.nn
      local layer = \(Self.layers[name] ?? "nil")
      local v = gfnet.tensor.load("\(folder)/\(name).npz")
      if layer.parameter_count > 0 then layer:load("\(folder)/\(name).pt") end
      local inputs = {v.x1, v.x2, v.x3}
      local worst = 0
      local function compare(a, b) worst = math.max(worst, ((a - b):abs() / (b:abs():maximum(1))):max()) end
      local function loss(layer, inputs)
        local results = {layer(table.unpack(inputs))}
        local total = 0
        for i, y in ipairs(results) do total = total + (y * v["w" .. i]):sum() end
        return total, table.unpack(results)
      end
      local found
      if not v.dx1 then
        found = {gfnet.grad(function(layer) return loss(layer, inputs) end, layer)}
        table.insert(found, 2, {})
      elseif layer.parameter_count > 0 then
        found = {gfnet.grad(loss, layer, inputs)}
      else
        found = {gfnet.grad(function(inputs) return loss(layer, inputs) end, inputs)}
        table.insert(found, 1, {})
      end
      local seen = 0
      for key, value in pairs(v) do
        local number = tonumber(key:match("%d$"))
        if key:match("^y") then
          compare(found[2 + number], value) seen = seen + 1
        elseif key:match("^dx") then
          compare(found[2][number], value) seen = seen + 1
        elseif key:match("^d%.") then
          compare(found[1][key:sub(3)], value) seen = seen + 1
        end
      end
      print(worst < 1e-5 and "good" or worst, seen > 0)
      """)
    #expect(bench.message == "", "\(name)")
    #expect(bench.shown == "good\ttrue\n", "\(name)")
  }

  /// What a script shows.
  @Test(arguments: [
    (
      "local l = nn.linear(10, 5)\nl(T.zeros(4, 10)).shape, l.weight.shape, l",
      "{4, 5}\t{5, 10}\tlinear(10, 5)"
    ),
    // A layer inside is the same layer: who holds it sees what training makes of it.
    (
      """
      local fc = nn.linear(3, 2)
      local net = nn.sequential{nn.relu(), fc}
      local opt = gfnet.optim.sgd(net, {lr = 1})
      local before = fc.weight:clone()
      opt:step((gfnet.grad(function(m) return m(T.ones(1, 3)):sum() end, net)))
      fc.weight == net["1.weight"], fc.weight == before, (before - fc.weight):sum(), #net, net[2].bias == fc.bias
      """, "true\tfalse\t6.0\t2\ttrue"
    ),
    // Shown tensors are never stale, and writing to them writes the layer.
    (
      "local l = nn.linear(2, 1, {bias = false})\nlocal w = l.weight\nw:fill(3)\nl(T{{1, 1}})", "1×1 [[6]]"
    ),
    (
      "local l = nn.linear(2, 1)\n#l:parameters(), l:named_parameters().bias.shape, l.parameter_count",
      "2\t{1}\t3"
    ),
    (
      "local a, b = nn.conv(3, 4), nn.conv(3, 4)\nb:load_state(a:state())\na.weight == b.weight, a.weight == nn.conv(3, 4).weight",
      "true\tfalse"
    ),
    // Modes
    (
      "local d = nn.sequential{nn.dropout(0.5), nn.flatten()}\nlocal x = T.ones(1, 64)\nd(x) == x, d:train(false)(x) == x, d.training, d[1].training",
      "false\ttrue\tfalse\tfalse"
    ),
    (
      "local d = nn.dropout(0.5)\nlocal s = nn.sequential{d, nn.flatten()}\nd:train(false)\nlocal x = T.ones(1, 64)\ns(x) == x",
      "true"
    ),
    // Modules of scripts
    (
      """
      local net = nn.module{
        blocks = {nn.linear(2, 2), nn.linear(2, 2)}, scale = T{2, 2}, buffers = {shift = T{1, 1}}, width = 7,
        forward = function(self, x)
          for _, block in ipairs(self.blocks) do x = block(x) end
          return x * self.scale + self.shift, self.width
        end,
      }
      local names = {}
      for name in pairs(net:state()) do names[#names + 1] = name end
      table.sort(names)
      local g = gfnet.grad(function(m) return (m(T.ones(3, 2))):sum() end, net)
      net.width = 8
      select(2, net(T.ones(1, 2))), table.concat(names, " "), g["scale"].shape, net:train(false).blocks[1].training
      """,
      "8\tblocks.0.bias blocks.0.weight blocks.1.bias blocks.1.weight scale shift\t{2}\tfalse"
    ),
    (
      "local p = nn.positional_embedding(4, 2, 3)\np(T.zeros(1, 4, 2, 3)) == p.weight, p(T.zeros(1, 6, 4)).shape",
      "true\t{1, 6, 4}"
    ),
    ("nn.conv(3, 16):madds(1, 3, 8, 8), nn.attention(8, 2):madds(1, 4, 8)", "27648\t1280"),
  ])
  func layersShowTheirValues(_ source: String, _ expected: String) throws {
    let bench = try ScriptBench("local T, nn = gfnet.tensor, gfnet.nn\n" + source)
    #expect(bench.message == "")
    #expect(bench.shown == expected + "\n")
  }

  @Test func frozenLayersKeepTheirWeightsAndPassGradientsOn() throws {
    let bench = try ScriptBench(
      """
      local nn, T = gfnet.nn, gfnet.tensor
      local frozen, free = nn.linear(2, 2), nn.linear(2, 1)
      frozen:requires_grad(false)
      local net = nn.sequential{frozen, free}
      local g = gfnet.grad(function(m) return m(T.ones(1, 2)):sum() end, net)
      g["0.weight"], g["1.weight"] ~= nil, #net:parameters()
      """)
    #expect(bench.message == "")
    #expect(bench.shown == "nil\ttrue\t4\n")
  }

  @Test func aBackboneIsComposedOfTheSameLayers() throws {
    let bench = try ScriptBench(
      """
      local nn = gfnet.nn
      local backbone = gfnet.backbones.define{name = "tiny", build = function(nn)
        return nn.backbone{
          body = nn.sequential{
            nn.conv(3, 8, {stride = 8}), nn.layer_norm(8), nn.relu(), nn.positional_embedding(8, 5, 5), nn.attention(8, 2)},
          head = nn.sequential{nn.flatten(), nn.linear(8, 6)}}
      end}
      local model = gfnet.model{backbone = backbone, image_size = 64, patch_size = 32, steps = 2, classes = 3, seed = 1}
      local r = model:infer(gfnet.tensor.rand(3, 64, 64))
      r.steps, model.parameters > 0
      """)
    #expect(bench.message == "")
    #expect(bench.shown == "2\ttrue\n")
  }

  @Test(arguments: [
    ("nn.linear(3, 2)(T.zeros(4, 5))", "layer linear(3, 2): linear"),
    ("nn.linear(3, 2)()", "takes 1 tensors, got 0"),
    (
      "nn.lstm_cell(3, 2)(T.zeros(1, 3), T.zeros(1, 2), T.zeros(1, 2), T.zeros(1, 2))",
      "takes 1 to 3 tensors, got 4"
    ),
    ("nn.embedding(4, 2)(T{0})", "rows are whole numbers from 1 to 4"),
    ("nn.linear(3, 2).wieght", "has no field 'wieght'; did you mean 'weight'?"),
    ("local l = nn.linear(3, 2) l.weight = T.zeros(2, 3)", "cannot be exchanged; write numbers into it"),
    ("nn.module{forward = 3}", "forward must be a function(self, …), got 3"),
    ("nn.module{a = nn.relu()}", "forward = function(self, …) is missing"),
    ("nn.module{nn.relu(), forward = print}", "fields have names, got the key 1; lists go into a field"),
    ("nn.module{state = 1, forward = print}", "'state' is a member of every layer"),
    ("nn.sequential{nn.module{forward = print}}", "a module with a function of its own cannot stand inside"),
    (
      "nn.linear(2, 2):load_state{wight = T.zeros(2, 2)}",
      "the layer has no array 'wight'; did you mean 'weight'?"
    ),
    ("local m = nn.module{forward = print} m.m = m m:state()", "nested more than 64 deep"),
    ("nn.attention(8, 3)", "8 features cannot be split into 3 heads"),
    (
      "gfnet.nn.backbone{body = nn.sequential{nn.conv(3, 4), nn.flatten()}}  gfnet.model{backbone = gfnet.nn.backbone{body = nn.sequential{nn.conv(3, 4), nn.flatten()}}}",
      "expected a feature map"
    ),
  ])
  func mistakesAreNamed(_ source: String, _ expected: String) throws {
    let bench = try ScriptBench("local T, nn = gfnet.tensor, gfnet.nn\n" + source)
    #expect(bench.message.contains(expected), "\(bench.message)")
  }

  @Test func savedLayersLoadAgainAndOthersAreRefused() throws {
    let folder = try TemporaryFolder()
    let bench = try ScriptBench(
      """
      local nn = gfnet.nn
      local a = nn.sequential{nn.conv(3, 4), nn.batch_norm(4)}
      a(gfnet.tensor.rand(2, 3, 5, 5))
      a:save("\(folder.path)/a.safetensors")
      local b = nn.sequential{nn.conv(3, 4), nn.batch_norm(4)}:load("\(folder.path)/a.safetensors")
      local same = true
      for name, value in pairs(a:state()) do same = same and value == b:state()[name] end
      print(same, b:state()["1.num_batches_tracked"]:item())
      print(select(2, pcall(function() nn.linear(3, 4):load("\(folder.path)/a.safetensors") end)))
      """)
    #expect(bench.message == "")
    #expect(bench.shown.hasPrefix("true\t1.0\n"), "\(bench.shown)")
    #expect(bench.shown.contains("has no 'bias', 'weight', and has '0.weight'"), "\(bench.shown)")
  }
}
