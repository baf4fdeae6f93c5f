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
        """)
    #expect(bench.message == "")
  }
}
