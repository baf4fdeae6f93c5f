import LuaHost
import Testing

/// Numbers, shapes and nestings that no computation holds: one line, and the script goes on.
@Suite struct HostileNumberTests {
  /// Each must raise an error that contains the text.
  @Test(arguments: [
    ("t:sum(math.mininteger)", "tensor:sum: argument 1 'axis' is axis -9223372036854775808"),
    ("t:transpose(math.mininteger, 1)", "'axis1' is axis -9223372036854775808"),
    ("t:softmax(math.mininteger)", "is axis -9223372036854775808"),
    ("t:index(1, {-2^63})", "must be a whole number from 1 to 2, got -9.22"),
    ("T.one_hot({math.mininteger}, 3)", "must be a whole number from 1 to 3"),
    ("t:unsqueeze(math.mininteger)", "can be 1 to 3, got -9223372036854775808"),
    ("T.stack({t}, math.mininteger)", "can be 1 to 3, got -9223372036854775808"),
    ("gfnet.plot.figure{}[math.mininteger]", "no panel -9223372036854775808"),
    ("gfnet.plot.figure{}[math.maxinteger]", "no panel 9223372036854775807"),
    (
      "gfnet.report.table{columns = {'a'}, rows = {{[math.mininteger] = 1}}}",
      "has the entry -9223372036854775808"
    ),
    ("gfnet.dataset('files', {paths = {'x'}, crop = math.maxinteger})", "sizes of pictures must be 1 to"),
    (
      "gfnet.nn.max_pool(3, {padding = math.maxinteger})",
      "gfnet.nn.max_pool: padding (at most half the kernel) is"
    ),
    ("T.ones(1, 1):expand(1 << 40, 1 << 40)", "beyond the 2^40 elements that a tensor may have"),
    ("T.ones(1):expand(1 << 41)", "beyond the 2^40 elements"),
    ("local e = T.ones(1):expand(1 << 40) return T.concatenate{e, e, e}", "beyond the 2^40 elements"),
    ("T.zeros(0, math.maxinteger, 1 << 62)", "gfnet.tensor.zeros: shape 0×9223372036854775807×"),
    ("T.zeros(1 << 40, 2, 0)", "beyond the 2^40 elements"),
    ("t:reshape(0, 1 << 62)", "beyond the 2^40 elements"),
    ("t:reshape(-1, 1 << 62)", "beyond the 2^40 elements"),
    ("T.zeros(0):reshape(0, 1 << 41)", "beyond the 2^40 elements"),
    ("local s = {} for i = 1, 65 do s[i] = 1 end return T.zeros(s)", "65 axes, and a tensor has at most 64"),
    ("gfnet.plot.figure{}:heatmap(T.zeros(1 << 38, 0))", "there are no values"),
    ("gfnet.plot.images(T.zeros(1 << 30, 1, 0, 8))", "has no pixels"),
    (
      "local l = {} for i = 1, 1000 do l[i] = 1 end for _ = 1, 3 do local m = {} for i = 1, 1000 do m[i] = l end l = m end return T(l)",
      "needs 4000 GB"
    ),
    ("T.zeros(1 << 31, 0):totable()", "gfnet.tensor"),
    (
      "T.ones(1):expand(150000000):totable()",
      "tensor:totable: the lists need 2.4 GB, and Lua's values may take"
    ),
    ("gfnet.random.permutation(1 << 28)", "the lists need 4.3 GB"),
  ])
  func isRefusedInOneLine(_ expression: String, _ expected: String) throws {
    let body = expression.contains("return ") ? expression : "return " + expression
    let bench = try ScriptBench(
      """
      local T = gfnet.tensor
      local t = T{{1, 2, 3}, {4, 5, 6}}
      local ok, why = pcall(function() \(body) end)
      print(ok, why)
      print(t:sum())
      """)
    let lines = bench.shown.split(separator: "\n")
    #expect(lines.count == 2 && lines.first?.hasPrefix("false\t") == true, "\(bench.shown) \(bench.message)")
    if expected != "gfnet.tensor" { #expect(bench.shown.contains(expected), "\(bench.shown)") }
    #expect(lines.last == "21.0")
  }

  /// What looks as bad and has an answer.
  @Test(arguments: [
    ("#T.arange(1e300, 0)", "0"), ("t[{{1, 2, math.maxinteger}}]", "1×3 [[1, 2, 3]]"),
    ("T.ones(1, 1):expand(1 << 20, 1 << 20).count", "1099511627776"),
    ("T.zeros(0, 1 << 39):sum()", "0.0"), ("(T.zeros(0, 1 << 39) + 1).count", "0"),
    ("T.zeros(0, 1 << 39):relu():lt(0).count", "0"), ("T.zeros(1 << 39, 0):cumsum(1).count", "0"),
    ("T.zeros(1 << 39, 0):cumsum(2).count", "0"), ("#gfnet.random.permutation(1000)", "1000"),
  ])
  func isComputed(_ expression: String, _ expected: String) throws {
    let bench = try ScriptBench(
      "local T = gfnet.tensor local t = T{{1, 2, 3}, {4, 5, 6}}\nreturn \(expression)")
    #expect(bench.shown == expected + "\n", "\(bench.message)")
  }

  @Test func barsStandAtTheSmallestNumber() throws {
    #expect(try ScriptBench("gfnet.plot.figure{}:bar({-2^63, math.mininteger + 1}, {1, 2})").message == "")
  }

  /// Layers are held to their limits where they are composed, so that releasing and walking them is safe.
  @Test(arguments: [
    ("local l = nn.relu() for i = 1, 60000 do l = nn.sequential{l} end", "nested more than 64 deep"),
    (
      "local l = nn.relu() for i = 1, 40 do l = nn.residual(l, {shortcut = l}) end",
      "a network has at most 10000"
    ),
    (
      "local l = nn.relu() for i = 1, 8 do l = nn.concat{l, l, l, l, l, l, l, l} end",
      "a network has at most 10000"
    ),
    ("nn.conv(3, -8)", "gfnet.nn.conv: outputs is -8, expected 1 to 65536"),
    ("nn.conv(3, 8, {kernel = 0})", "gfnet.nn.conv: kernel is 0, expected 1 to 256"),
    ("nn.conv(3, 8, {padding = math.mininteger})", "gfnet.nn.conv: padding is -9223372036854775808"),
    ("nn.batch_norm(0)", "gfnet.nn.batch_norm: channels is 0"),
    ("nn.avg_pool(2, {stride = math.maxinteger})", "gfnet.nn.avg_pool: stride is 9223372036854775807"),
    ("nn.squeeze_excite(8, {squeezed = 0})", "gfnet.nn.squeeze_excite: squeezed is 0"),
    ("nn.dropout(0/0)", "gfnet.nn.dropout: probability is nan"),
  ])
  func layersAreCheckedWhenComposed(_ source: String, _ expected: String) throws {
    let bench = try ScriptBench("local nn = gfnet.nn \(source)")
    #expect(bench.message.contains(expected), "\(bench.message)")
    #expect(bench.message.hasPrefix("test.lua:1: "))
  }

  @Test func theLargestCompositionWorks() throws {
    let bench = try ScriptBench(
      """
      local nn = gfnet.nn
      local l = nn.relu()
      for i = 1, 62 do l = nn.sequential{l} end
      local wide = {} for i = 1, 150 do wide[i] = l end
      local w = nn.sequential(wide)
      local size = w:size(3, 8, 8)
      return size[1], #tostring(w) <= 2010
      """)
    #expect(bench.shown == "3\ttrue\n", "\(bench.message)")
  }

  /// Results that contain a table many times, or themselves.
  @Test func resultsHaveASizeLimit() throws {
    let bench = try ScriptBench(
      """
      local m = gfnet.model{backbone = "resnet_tiny_16", patch_size = 32, image_size = 32, steps = 1, classes = 2}
      local t = {1} for i = 1, 30 do t = {t, t} end
      print(pcall(m.save, m, "never-written.safetensors", {results = t}))
      """)
    #expect(bench.shown.contains("model:save: results"), "\(bench.shown) \(bench.message)")
    #expect(bench.shown.contains("MB of values are too many to store"))
  }
}
