import LuaHost
import Testing

/// Fields that are set where none can be: told with the object's name and what to do.
@Suite struct ReadOnlyTests {
  private static let setup = """
    local data = gfnet.dataset("tensors", {images = gfnet.tensor.zeros(1, 3, 128, 128), labels = {1},
      classes = {"a", "b"}})
    local model = gfnet.model{backbone = "resnet_tiny_16", dataset = data, steps = 2}

    """

  @Test(arguments: [
    (
      "model:trace(data):evaluate(function(s) s.foo = 3 return true end)",
      "s is read-only; keep 'foo' in a variable"
    ),
    (
      "model:trace(data):evaluate(function(s) s.confidence = 3 return true end)",
      "s is read-only; keep 'confidence' in a variable of your own"
    ),
    (
      "model:trace(data, {sampler = function(s, p, rng) s.x = 1 return 0, 0 end})", "s is read-only; keep 'x'"
    ),
    ("model.foo = 3", "a model has no field 'foo' and takes none; keep 'foo' in a variable of your own"),
    ("model.steps = 3", "model.steps is read-only; keep the value in a variable of your own"),
    ("gfnet.tensor{1}.foo = 3", "a tensor has no field 'foo' and takes none"),
    ("gfnet.foo = 3", "gfnet is read-only; keep 'foo' in a variable of your own"),
    (
      "rawset(gfnet, 'load', print)", "gfnet is read-only; keep 'load' in a variable of your own"
    ),
    (
      "rawset(gfnet.tensor, 'zeros', print)",
      "gfnet.tensor is read-only; keep 'zeros' in a variable of your own"
    ),
    ("rawset(1, 2, 3)", "bad argument #1 to 'rawset' (table expected, got number)"),
    ("local p = gfnet.params{limit = 1} p.limt = 2", "no parameter 'limt'; did you mean 'limit'?"),
    (
      "local r = gfnet.exits.define{name = 'r', params = {level = 0.5}, decide = function(s, p) return p.levl > 0 end} "
        + "model:trace(data):evaluate(r{})", "no parameter 'levl'; did you mean 'level'?"
    ),
  ])
  func namesTheObject(_ source: String, _ expected: String) throws {
    let bench = try ScriptBench(Self.setup + source)
    #expect(bench.message.contains(expected), "\(bench.message)")
    #expect(bench.message.hasPrefix("test.lua:"), "\(bench.message)")
  }

  @Test func rawsetIsThatOfLuaElsewhere() throws {
    let bench = try ScriptBench(
      """
      local t = setmetatable({}, {__newindex = error, __metatable = false})
      print(rawset(t, "a", 1) == t, t.a)
      print(pcall(rawset, gfnet, "load", print), type(gfnet.load), rawget(gfnet, "load"))
      """)
    #expect(bench.shown.hasPrefix("true\t1\nfalse\t"), "\(bench.shown)")
    #expect(bench.shown.hasSuffix("\tfunction\tnil\n"), "\(bench.shown)")
  }
}
