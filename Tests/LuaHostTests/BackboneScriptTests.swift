import LuaHost
import TestSupport
import Support
import Testing

/// Backbones composed in Lua.
@Suite struct BackboneScriptTests {
  /// A backbone with every kind of layer, and a data set.
  private static let setup = """
    local data = gfnet.dataset("clutter-fashion", {split = "train", limit = 16})
    gfnet.backbones.define{
      name = "mixed", summary = "some of everything",
      params = { width = { default = 8, min = 4 } },
      build = function(nn, p)
        local w = p.width
        local block = nn.residual(
          nn.sequential{ nn.conv(w, 2 * w, {kernel = 1}), nn.batch_norm(2 * w), nn.hard_swish(),
            nn.conv(2 * w, 2 * w, {kernel = 3, stride = 2, groups = 2 * w}), nn.batch_norm(2 * w), nn.relu(),
            nn.squeeze_excite(2 * w), nn.conv(2 * w, 2 * w, {kernel = 1}), nn.batch_norm(2 * w) },
          { shortcut = nn.sequential{ nn.avg_pool(2), nn.conv(w, 2 * w, {kernel = 1, bias = true}) },
            activation = "relu" })
        return nn.backbone{
          body = nn.sequential{ nn.conv(3, w, {stride = 2}), nn.batch_norm(w), nn.relu(),
            nn.max_pool(3, {stride = 2, padding = 1}), block,
            nn.concat{ nn.conv(2 * w, w, {kernel = 1}), nn.silu() } },
          head = nn.sequential{ nn.conv(3 * w, 20, {kernel = 1, bias = true}), nn.relu6(), nn.dropout(0.1) } }
      end,
    }
    local model = gfnet.model{backbone = gfnet.backbones.mixed{width = 6}, dataset = data, patch_size = 48, steps = 3, seed = 2}

    """

  @Test func itTrainsCountsSavesAndLoadsWithoutItsScript() throws {
    let folder = try TemporaryFolder()
    let file = folder.path / "mixed.safetensors"
    let bench = try ScriptBench(
      Self.setup + """
        print(model.backbone, model.patch_size, model.parameters > 1000, model.madds[1] > 0)
        local names = model:state()
        assert(names["model.body.4.body.0.weight"] and names["model_prime.head.0.bias"])
        for stage = 1, 3 do
          gfnet.train{model = model, dataset = data, stage = stage, epochs = 1, batch = 8, log = function() end}
        end
        model:save("\(file)")
        local sum = 0
        for _, t in pairs(gfnet.load("\(file)"):state()) do sum = sum + t:abs():sum() end
        print(sum == (function() local s = 0 for _, t in pairs(model:state()) do s = s + t:abs():sum() end return s end)())
        """)
    #expect(bench.message == "")
    let shown = bench.shown.split(separator: "\n").filter { !$0.hasPrefix("stage") }
    #expect(shown == ["mixed\t48\ttrue\ttrue", "true"])
    // Another run, which never defined the backbone.
    let again = try ScriptBench(
      """
      local model = gfnet.load("\(file)")
      local data = gfnet.dataset(model.dataset, {split = "test", limit = 6})
      print(model.backbone, #model:infer(data))
      """)
    #expect(again.message == "")
    #expect(again.shown == "mixed\t6\n")
  }

  @Test func multiplyAddsAreThoseOfTheLayers() throws {
    let shown = try ScriptBench(
      """
      local nn = gfnet.nn
      local net = nn.backbone{ body = nn.sequential{ nn.conv(3, 16, {kernel = 3, stride = 8}), nn.relu() } }
      local model = gfnet.model{backbone = net, patch_size = 48, image_size = 96, classes = 10, steps = 2}
      print(model.costs.glance)
      print(table.concat(nn.conv(3, 16, {stride = 8}):size(3, 48, 48), "x"), net)
      """
    ).shown
    // 16 channels of 7×7 pixels, each from a 3×3 window of 3 channels.
    let lines = shown.split(separator: "\n")
    #expect(lines.first == "\(16 * 49 * 27)")
    #expect(lines.last == "16x7x7\tbackbone backbone: sequential{conv(3, 16, 3×3, stride 8), relu}")
  }

  /// Those that make layers, and backbones of them; losses are no layers.
  static let entries = (Catalog.standard.modules.first { $0.name == "gfnet.nn" }?.functions ?? []).filter {
    $0.returns == "layer" || $0.returns == "backbone"
  }

  /// The entries follow from what the layers declare.
  @Test(arguments: entries.map { $0.name })
  func anExampleMakesWhatItsEntryIsCalled(_ name: String) throws {
    let entry = try #require(Self.entries.first { $0.name == name })
    let bench = try ScriptBench("print(\(entry.example))")
    #expect(bench.message == "", "\(entry.example)")
    #expect(bench.shown.hasPrefix(name))
  }

  @Test(arguments: [
    "gfnet.nn.conv(3, 16, {kernel = 3, stride = 2})", "gfnet.nn.relu()", "gfnet.nn.dropout(0.2)",
    "gfnet.nn.sequential{gfnet.nn.conv(3, 8), gfnet.nn.relu()}",
    "gfnet.nn.residual(gfnet.nn.conv(8, 8), {activation = \"relu\"})",
  ])
  func examplesAreWrittenAsScriptsWriteThem(_ example: String) {
    #expect(Self.entries.contains { $0.example == example })
  }

  /// What does not fit is named with its place.
  @Test(arguments: [
    ("nn.sequential{nn.conv(3, 8), nn.batch_norm(9)}", "body.2 (batch_norm): is made for 9 channels, gets 8"),
    ("nn.conv(4, 8)", "body (conv): is made for 4 channels, gets 3"),
    (
      "nn.residual(nn.conv(3, 8))", "body (residual): the body gives 8×48×48, the input is 3×48×48"
    ),
    ("nn.conv(3, 8, {groups = 2})", "gfnet.nn.conv: 3 and 8 channels cannot be split into 2 groups"),
    ("nn.conv(3, 8, {kernel = 99, padding = 0})", "a window of 99 pixels does not fit an input of 3×48×48"),
    (
      "nn.sequential{nn.conv(3, 8), nn.relu}",
      "must be a list of layers, got a table whose element 2 is a function; a function that makes a layer is called with ()"
    ),
    (
      "nn.sequential(nn.conv(3, 8), nn.relu())",
      "takes a list of layers, got 2 arguments; write gfnet.nn.sequential{…}"
    ),
    ("nn.concat(nn.relu())", "must be a list of layers, got a layer; write gfnet.nn.concat{…}"),
    ("nn.conv(3, 1e9)", "gfnet.nn.conv: outputs is 1000000000, expected 1 to 65536"),
    ("nn.conv(3, 8, {stride = 0})", "gfnet.nn.conv: stride is 0, expected 1 to 256"),
    ("nn.dropout(1.5)", "gfnet.nn.dropout: probability is 1.5, expected from 0 to below 1"),
    ("nn.temporal_shift(0)", "gfnet.nn.temporal_shift: frames is 0, expected 1 to 1048576"),
    ("nn.temporal_shift(8, {divisor = 1})", "gfnet.nn.temporal_shift: divisor is 1, expected 2 to 1048576"),
    ("nn.concat{nn.conv(3, 8), nn.conv(3, 8, {stride = 2})}", "heights and widths must agree"),
  ])
  func whatDoesNotFitIsNamed(_ layer: String, _ message: String) throws {
    let bench = try ScriptBench(
      """
      gfnet.backbones.define{name = "odd", build = function(nn) return nn.backbone{body = \(layer)} end}
      gfnet.model{backbone = "odd", patch_size = 48, image_size = 96}
      """)
    #expect(bench.message.contains(message), "\(bench.message)")
    // A layer's own numbers are checked where it is composed, the fit of several where the model is made.
    let line = message.contains("gfnet.nn.") || message.contains("list of layers") ? 1 : 2
    #expect(bench.message.hasPrefix("test.lua:\(line): "), "\(bench.message)")
  }

  @Test(arguments: [
    ("return 3", "build must return nn.backbone{…}, and returned 3"),
    ("return nn.relu()", "build must return nn.backbone{…}, and returned a layer"),
    ("error('no way')", "no way"),
    ("return nn.sequential{3}", "nn.sequential"),
    ("return nn.convv(3, 3)", "convv"),
  ])
  func aBuildFunctionThatGoesWrongIsExplained(_ body: String, _ message: String) throws {
    let bench = try ScriptBench(
      """
      gfnet.backbones.define{name = "odd", build = function(nn) \(body) end}
      gfnet.model{backbone = "odd", patch_size = 48, image_size = 96}
      """)
    #expect(bench.message.contains(message), "\(bench.message)")
  }
}
