import LuaHost
import Testing

/// Calls that are written as NumPy and PyTorch have them are answered with how they are written here.
@Suite struct CallHintTests {
  private static let start = """
    local T, nn, optim = gfnet.tensor, gfnet.nn, gfnet.optim
    local t = T{{1, 2}, {3, 4}}

    """

  private func message(_ source: String) throws -> String {
    try ScriptBench(Self.start + "local _ = " + source).message
  }

  @Test(arguments: [
    ("nn.conv(3, 4, 3)", "got 3; options are named, as in {kernel = 3}"),
    ("optim.sgd(nn.linear(2, 2), 0.1)", "got 0.1; options are named, as in {lr = 0.1}"),
    ("t:sum(1, true)", "must be a table of options, got true; write {keepdim = true}"),
    ("t:max(2, true)", "got true; write {keepdim = true}"),
    ("T({1}, 'int32')", "got the string \"int32\"; write {dtype = \"int32\"}"),
    ("t:mean(1, 2)", "got 2; write t:mean({1, 2})"),
    ("t:quantile(0.5, 1, 2)", "got 2; write t:quantile(0.5, {1, 2})"),
    ("t:sum(1, 2, 3)", "takes at most 2 arguments, got 3; write t:sum({1, 2, 3})"),
    ("nn.linear(2, 2, T{1})", "must be a table of options, got a tensor"),
  ])
  func optionsByPosition(_ source: String, _ expected: String) throws {
    let message = try message(source)
    #expect(message.hasSuffix(expected), "\(message)")
  }

  @Test(arguments: [
    ("t:topk(2, {axis = 1})", "got a table; write t:topk(2, 1)"),
    ("t:topk{k = 2, smallest = true}", "got a table; write t:topk(2, nil, {smallest = true})"),
    ("T.concatenate({t, t}, {axis = 1})", "got a table; write gfnet.tensor.concatenate(tensors, 1)"),
    ("t:softmax{dim = -1}", "got a table; write t:softmax(-1)"),
    ("t:clamp{min = 0}", "got a table; write t:clamp(0)"),
    ("t:clamp{max = 1}", "got a table; write t:clamp(nil, 1)"),
    ("t:softmax{dtype = 'float32'}", "; arguments stand by position: tensor:softmax([axis]) → tensor"),
    ("t:softmax{1}", "must be a whole number, got a table"),
    ("t:softmax{}", "must be a whole number, got a table"),
  ])
  func argumentsByName(_ source: String, _ expected: String) throws {
    let message = try message(source)
    #expect(message.hasSuffix(expected), "\(message)")
  }

  /// What stands in an argument is known for what it was meant to be.
  @Test(arguments: [
    ("T{t[1], t[2]}", "element [1] must be a number, got a tensor; gfnet.tensor.stack joins tensors"),
    ("T{{t[1]}, {t[2]}}", "element [1][1] must be a number, got a tensor; gfnet.tensor.stack joins tensors"),
    (
      "T.einsum('ij,jk->ik', {t, t})",
      "argument 2 is a list of tensors; they are given one by one: gfnet.tensor.einsum(subscripts, a, b)"
    ),
    ("T.meshgrid({t[1], t[2]})", "they are given one by one: gfnet.tensor.meshgrid(a, b)"),
    ("T.save('a.safetensors', {t})", "tensors have names, got the key 1; write {name = tensor}"),
    ("T.save('a.npy', {t})", "write {name = tensor}, or the tensor alone, which is all that .npy holds"),
    ("T.full({2, 2}, 7)", "got a table; the other way round, write gfnet.tensor.full(7, {2, 2})"),
    (
      "t:copy()",
      "argument 1 'source' is missing; expected a tensor or a number or true or false or a table"
        + "; t:clone() makes a copy"
    ),
    ("~t", "tensor ~: gives the opposite of a mask, which is boolean, got float32; write ~t:bool()"),
    ("t ~ t", "tensor ~: combines masks, which are boolean, got float32; write t:bool() ~ …"),
  ])
  func argumentsOfAnotherForm(_ source: String, _ expected: String) throws {
    let message = try message(source)
    #expect(message.contains(expected), "\(message)")
  }

  /// In PyTorch a sum is a tensor; here it is a number where no gradient is recorded.
  @Test(arguments: [
    (
      "local l = t:sum() l:backward()", "(local 'l'); sums, means and losses are numbers",
      "gfnet.grad(function"
    ),
    (
      "t:mean():backward()", "attempt to index a number value; sums, means and losses are numbers",
      "gfnet.grad("
    ),
    ("local l = {x = t:sum()} print(l.x:item())", "(field 'x'); sums", "it is one of Lua's numbers already"),
    ("local l = t:sum() print(l.grad)", "(local 'l'); sums", "gfnet.grad("),
  ])
  func aNumberIsNoTensor(_ source: String, _ expected: String, _ advice: String) throws {
    let message = try ScriptBench(Self.start + source).message
    #expect(message.contains(expected) && message.contains(advice), "\(message)")
  }

  @Test func otherFieldsOfNumbersAreLuasToExplain() throws {
    let message = try ScriptBench(Self.start + "local l = t:sum() print(l.colour)").message
    #expect(message.hasSuffix("attempt to index a number value (local 'l')"), "\(message)")
  }

  /// A folder that is searched twice is listed once.
  @Test func aModuleThatIsNotThereListsEachPlaceOnce() throws {
    let bench = try ScriptBench("require('nosuch')", prepare: { $0.options.luaPath = [".", "./", "/tmp"] })
    #expect(
      bench.message.hasSuffix(
        "looked for nosuch.lua, nosuch/init.lua, /tmp/nosuch.lua, /tmp/nosuch/init.lua"), "\(bench.message)")
  }

  @Test func rulesSamplersAndBackbonesAreCalledSo() throws {
    let data = """
      local data = gfnet.dataset("tensors", {images = gfnet.tensor.zeros(2, 3, 128, 128), labels = {1, 2},
        classes = {"a", "b"}})
      local model = gfnet.model{backbone = "resnet_tiny_16", dataset = data, steps = 2}

      """
    for (source, expected) in [
      (
        "model:trace(data):explain(1)",
        "argument 2 'rule' is missing; expected an exit rule (gfnet.exits.NAME{…}"
      ),
      ("model:infer(data, {exit = true})", "option 'exit' must be an exit rule (gfnet.exits.NAME{…}"),
      ("model:infer(data, {sampler = 1})", "option 'sampler' must be a sampler (gfnet.samplers.NAME{…}"),
      ("gfnet.model{backbone = 1}", "option 'backbone' must be a backbone (gfnet.backbones.NAME{…}"),
    ] {
      let message = try ScriptBench(data + source).message
      #expect(message.contains(expected), "\(message)")
    }
  }

  @Test func aSamplerIsToldWhereItsGeneratorIs() throws {
    let message = try ScriptBench(
      """
      local data = gfnet.dataset("tensors", {images = gfnet.tensor.zeros(2, 3, 128, 128), labels = {1, 2},
        classes = {"a", "b"}})
      local model = gfnet.model{backbone = "resnet_tiny_16", dataset = data, steps = 2}
      model:trace(data, {sampler = function(s, p) return s.rng:uniform(), 0 end})
      """
    ).message
    #expect(
      message.contains("s has no field 'rng'; write function(s, p, rng) in a sampler: it is the third"),
      "\(message)")
  }

  /// What the answers recommend is taken.
  @Test func whatIsRecommendedRuns() throws {
    let bench = try ScriptBench(
      Self.start + """
        nn.conv(3, 4, {kernel = 3})
        optim.sgd(nn.linear(2, 2), {lr = 0.1})
        t:sum(1, {keepdim = true}) t:max(2, {keepdim = true}) T({1}, {dtype = "int32"})
        t:mean({1, 2}) t:quantile(0.5, {1, 2}) t:sum({1})
        t:topk(2, 1) t:topk(2, nil, {smallest = true}) T.concatenate({t, t}, 1)
        t:softmax(-1) t:clamp(0) t:clamp(nil, 1)
        T.stack({t[1], t[2]}) T.einsum("ij,jk->ik", t, t) T.meshgrid(t[1], t[2]) T.full(7, {2, 2})
        assert(t:clone() == t and ~t:bool() == T{{false, false}, {false, false}})
        """)
    #expect(bench.message == "")
  }
}
