import LuaHost
import Compute
import Testing

/// Tensors as scripts use them.
@Suite struct TensorScriptTests {
  /// A script that starts with a 2×3 tensor `t`, and what its last line shows.
  @Test(arguments: [
    ("t", "2×3 [[1, 2, 3], [4, 5, 6]]"),
    ("T(3), T{}, T{{}, {}}, T(t) == t", "3\t0 []\t2×0 []\ttrue"),
    (
      "T.zeros(2), T.ones{1, 2}, T.full(7, 2), T.eye(2)",
      "2 [0, 0]\t1×2 [[1, 1]]\t2 [7, 7]\t2×2 [[1, 0], [0, 1]]"
    ),
    ("T.arange(1, 3), T.arange(0, 1, 0.5), T.arange(3, 1, -1)", "3 [1, 2, 3]\t3 [0, 0.5, 1]\t3 [3, 2, 1]"),
    ("T.arange(3, 1), T.linspace(0, 1, 3)", "0 []\t3 [0, 0.5, 1]"),
    ("T.one_hot({2, 1}, 3)", "2×3 [[0, 1, 0], [1, 0, 0]]"),
    ("t.shape, t.rank, t.count, #t, t:size(2), t:size(-2)", "{2, 3}\t2\t6\t2\t3\t2"),
    (
      "t:totable(), t[1]:totable(), T(4):totable(), T(5):item()",
      "{{1.0, 2.0, 3.0}, {4.0, 5.0, 6.0}}\t{1.0, 2.0, 3.0}\t4.0\t5.0"
    ),
    // Arithmetic
    (
      "t + t, t - 1, 1 - t[1], 2 * t[1], t[1] / 2, 6 / t[1]",
      "2×3 [[2, 4, 6], [8, 10, 12]]\t2×3 [[0, 1, 2], [3, 4, 5]]\t3 [0, -1, -2]\t3 [2, 4, 6]\t3 [0.5, 1, 1.5]\t3 [6, 3, 2]"
    ),
    ("t[1] ^ 2, 2 ^ t[1], t[1] ^ t[1], -t[1]", "3 [1, 4, 9]\t3 [2, 4, 8]\t3 [1, 4, 27]\t3 [-1, -2, -3]"),
    ("t + {10, 20, 30}, {{1}, {2}} * t", "2×3 [[11, 22, 33], [14, 25, 36]]\t2×3 [[1, 2, 3], [8, 10, 12]]"),
    ("t == t:clone(), t == t + 1, t == t[1], t ~= t", "true\tfalse\tfalse\tfalse"),
    (
      "t:gt(3), t:le{1, 5, 6}, t[1]:eq(2), t[1]:ne(2), t[1]:lt(2), t[1]:ge(2)",
      "2×3 boolean [[false, false, false], [true, true, true]]\t2×3 boolean [[true, true, true], [false, true, true]]\t3 boolean [false, true, false]\t3 boolean [true, false, true]\t3 boolean [true, false, false]\t3 boolean [false, true, true]"
    ),
    // Indices
    ("t[1], t[-1], t[2][3], t[{2, 3}], t[{-1, -3}]", "3 [1, 2, 3]\t3 [4, 5, 6]\t6.0\t6.0\t4.0"),
    ("t[{2.0, [2] = 3}], t:transpose()[{3, 1}], t:expand(4, 2, 3)[{4, 1, 2}]", "6.0\t3.0\t2.0"),
    (
      "pcall(function() return t[{1, 2, 3}] end), pcall(function() return t[{1, 2, x = 3}] end)",
      "false\tfalse\ttest.lua:3: tensor index: one entry per axis, as in t[{{1, 2}, 3}]; got the key 'x'"
    ),
    (
      "t[{{1, 2}, 2}], t[{{}, -1}], t[{nil, 1}], t[{2, {}}], t[{2}]",
      "2 [2, 5]\t2 [3, 6]\t2 [1, 4]\t3 [4, 5, 6]\t3 [4, 5, 6]"
    ),
    (
      "t[{{1, 1}, {2, -1}}], t[{{}, {1, 3, 2}}], t[{{-2, -1}, 1}]",
      "1×2 [[2, 3]]\t2×2 [[1, 3], [4, 6]]\t2 [1, 4]"
    ),
    // Views
    (
      "t:reshape(3, 2), t:reshape{-1}, t:view(6), t:flatten(1)",
      "3×2 [[1, 2], [3, 4], [5, 6]]\t6 [1, 2, 3, 4, 5, 6]\t6 [1, 2, 3, 4, 5, 6]\t6 [1, 2, 3, 4, 5, 6]"
    ),
    (
      "t:transpose(), t:permute(2, 1)[3], t:unsqueeze(1).shape, t:unsqueeze(-1):squeeze(3).shape",
      "3×2 [[1, 4], [2, 5], [3, 6]]\t2 [3, 6]\t{1, 2, 3}\t{2, 3}"
    ),
    (
      "T{{1}, {2}}:expand(2, 2), T.zeros(1, 2, 1):squeeze().shape, t:flip(2)",
      "2×2 [[1, 1], [2, 2]]\t{2}\t2×3 [[3, 2, 1], [6, 5, 4]]"
    ),
    // Reductions
    (
      "t:sum(), t:sum(1), t:sum(2), t:sum{1, 2}, t:sum(1, {keepdim = true})",
      "21.0\t3 [5, 7, 9]\t2 [6, 15]\t21.0\t1×3 [[5, 7, 9]]"
    ),
    (
      "t:mean(), t:mean(-1), t[1]:mean(1), t:var(2), t:std(2, {unbiased = false})[1] < 0.82, T{3, 4}:norm()",
      "3.5\t2 [2, 5]\t2.0\t2 [1, 1]\ttrue\t5.0"
    ),
    (
      "t:max(), t:min(), t:argmax(), t:argmin(), t:argmax(1), t[2]:argmax(1)",
      "6.0\t1.0\t6\t1\t3 int32 [2, 2, 2]\t3"
    ),
    ("T{{1, 9}, {8, 2}}:max(2)", "2 [9, 8]\t2 int32 [2, 1]"),
    ("T{4, 7, 5}:max(1)", "7.0\t2"),
    ("T{3, 9, 5}:topk(2)", "2 [9, 5]\t2 int32 [2, 3]"),
    ("T{3, 9, 5}:topk(1, 1, {smallest = true})", "1 [3]\t1 int32 [1]"),
    (
      "t:cumsum(2), t:index(2, {3, 1, -1}), t:gather(2, {{3}, {1}})",
      "2×3 [[1, 3, 6], [4, 9, 15]]\t2×3 [[3, 1, 3], [6, 4, 6]]\t2×1 [[3], [4]]"
    ),
    // Functions
    (
      "T{-1, 4}:relu(), T{-1, 4}:abs(), T{4, 9}:sqrt(), T{-3, 0.5, 3}:clamp(-1, 1), T{5, -5}:clamp(nil, 0)",
      "2 [0, 4]\t2 [1, 4]\t2 [2, 3]\t3 [-1, 0.5, 1]\t2 [0, -5]"
    ),
    (
      "T{{0, 0}, {1, 1}}:softmax(), T{{0, 1}, {0, 1}}:softmax(1)",
      "2×2 [[0.5, 0.5], [0.5, 0.5]]\t2×2 [[0.5, 0.5], [0.5, 0.5]]"
    ),
    (
      "t:matmul{{1}, {1}, {1}}, t:matmul{1, 0, 1}, T{1, 1}:matmul(t), T{1, 2}:matmul{3, 4}, T{1, 2}:dot{3, 4}",
      "2×1 [[6], [15]]\t2 [4, 10]\t3 [5, 7, 9]\t11.0\t11.0"
    ),
    (
      "T{1, 2}:outer{3, 4}, T.concatenate({t[1], t[2]}), T.concatenate({t, t}, 2).shape, T.stack({t[1], t[2]}, -1)",
      "2×2 [[3, 4], [6, 8]]\t6 [1, 2, 3, 4, 5, 6]\t{2, 6}\t3×2 [[1, 4], [2, 5], [3, 6]]"
    ),
    (
      "T.where(t:gt(3), t, 0), t:gt(5):where(1, -1), T{1, 5}:maximum(3), T{1, 5}:minimum{4, 4}",
      "2×3 [[0, 0, 0], [4, 5, 6]]\t2×3 [[-1, -1, -1], [-1, -1, 1]]\t2 [3, 5]\t2 [1, 4]"
    ),
    // Loops
    ("local s = '' for i, row in ipairs(t) do s = s .. i .. ':' .. row[1] .. ' ' end\ns", "1:1.0 2:4.0 "),
    ("local s = 0 for _, v in pairs(t[2]) do s = s + v end\ns", "15.0"),
    ("local n = 0 for i, v in ipairs({5, 6, nil, 7}) do n = n + i * v end\nn", "17"),
  ])
  func expressionsShowTheirValues(_ source: String, _ expected: String) throws {
    let bench = try ScriptBench("local T = gfnet.tensor\nlocal t = T{{1, 2, 3}, {4, 5, 6}}\n" + source)
    #expect(bench.message == "")
    #expect(bench.shown == expected + "\n")
  }

  /// One line that names the function, what was expected and what came.
  @Test(arguments: [
    (
      "t[3]",
      "tensor index: 3 is out of range for axis 1 of shape 2×3; expected 1 to 2, or -1 to -2 from the end"
    ),
    (
      "t[0]",
      "tensor index: 0 is out of range for axis 1 of shape 2×3; expected 1 to 2, or -1 to -2 from the end"
    ),
    ("t[{1, 4}]", "tensor index: 4 is out of range for axis 2 of shape 2×3"),
    ("t[{{1, 3}}]", "tensor index: 3 is out of range for axis 1 of shape 2×3"),
    ("t[{{2, 1}}]", "the range {2, 1} of axis 1 must run upwards"),
    ("t[{{1}}]", "a range of axis 1 is {first, last} or {first, last, step}"),
    ("t[{1, 1, 1}]", "3 entries for the 2 axes of shape 2×3"),
    ("t[{'a'}]", "axis 1 takes a whole number, a range {first, last} or {} for all, got the string \"a\""),
    ("t[{x = 1}]", "one entry per axis, as in t[{{1, 2}, 3}]; got the key 'x'"),
    ("t[1.5]", "expected a whole number or a table such as {{1, 2}, 3}, got 1.5"),
    ("T(1)[1]", "a scalar has no axes; its number is t:item()"),
    ("t.shap", "a tensor has no field 'shap'; did you mean 'shape'?"),
    ("T.zeroes(1)", "gfnet.tensor has no field 'zeroes'; did you mean 'zeros'?"),
    ("t[1] = {1, 2}", "tensor assignment: shape 2 cannot be written to shape 3"),
    ("T{1}:expand(3)[1] = 2", "the elements of an expanded tensor are one and the same"),
    (
      "t[1] = 'a'",
      "tensor assignment: the value must be a tensor, a number or a list of numbers, got the string \"a\""
    ),
    ("t + T{1, 2}", "tensor +: shapes 2×3 and 2 do not broadcast"),
    (
      "return t + 'a'",
      "tensor +: the right operand must be a tensor, a number or a list of numbers, got the string \"a\""
    ),
    ("return {} .. t", "attempt to concatenate a"),
    ("return t < t", "tensors are compared element by element, with :lt or :gt"),
    (
      "T{{1, 2}, {3}}",
      "gfnet.tensor: argument 1 'numbers': lists of unequal lengths: element [2] has 1, those before it 2"
    ),
    ("T{1, 'a'}", "gfnet.tensor: argument 1 'numbers': element [2] must be a number, got the string \"a\""),
    ("T{{1}, 2}", "element [2] must be a list, got 2"),
    ("local loop = {} loop[1] = loop\nT(loop)", "lists are nested more than 16 deep"),
    ("T()", "gfnet.tensor: argument 1 'numbers' is missing"),
    ("T.zeros(-1)", "gfnet.tensor.zeros: a size must be at least 0, got -1"),
    (
      "T.zeros(1000000, 1000000)",
      "gfnet.tensor.zeros: needs 4000 GB; "
    ),
    ("T.zeros(1 << 40, 1 << 40)", "gfnet.tensor.zeros: shape"),
    ("T.arange(1, 5, 0)", "gfnet.tensor.arange: cannot count from 1.0 to 5.0 in steps of 0.0"),
    ("t:sum(3)", "tensor:sum: argument 1 'axis' is axis 3 of a tensor of shape 2×3, whose axes are 1 to 2"),
    ("t:sum(0)", "is axis 0 of a tensor of shape 2×3"),
    ("t:sum{1, 1}", "tensor:sum: argument 1 'axis' names an axis twice"),
    ("t:sum{keepdim = true}", "got the field keepdim; options come after it"),
    ("t:sum(1, {keepdims = true})", "tensor:sum: unknown option 'keepdims'; write keepdim = …"),
    ("t.sum()", "tensor:sum: expected a tensor, got nil; call it with a colon: tensor:sum(…)"),
    ("t:matmul(t)", "tensor:matmul: shapes 2×3 and 2×3 do not fit (… × m × k by … × k × n)"),
    ("t:reshape(4, 2)", "tensor:reshape: shape 2×3 has 6 elements, 4×2 needs 8"),
    (
      "t:transpose():view(6)",
      "tensor:view: the elements of this tensor of shape 3×2 do not lie in order; :reshape copies them"
    ),
    ("t:permute(1, 3)", "tensor:permute: expected the axes 1 to 2 of shape 2×3, each once, got 1, 3"),
    ("t:squeeze(1)", "tensor:squeeze: axis 1 of shape 2×3 has size 2, not 1"),
    ("t:unsqueeze(4)", "the new axis of shape 2×3 can be 1 to 3, got 4"),
    (
      "t:index(1, {3})",
      "tensor:index: argument 2 'places': element [1] must be a whole number from 1 to 2, got 3.0"
    ),
    (
      "t:gather(2, {{0}, {1}})",
      "tensor:gather: a place along axis 2 must be a whole number from 1 to 3, got 0.0"
    ),
    ("t:topk(4)", "tensor:topk: axis 2 of shape 2×3 has 3 elements, got count 4"),
    ("T{}:max()", "tensor:max: there are no elements along axis 1 of shape 0"),
    ("t:item()", "tensor:item: needs one element, not shape 2×3"),
    (
      "T.concatenate{t, T{1}}",
      "gfnet.tensor.concatenate: tensor 2 has shape 1; along axis 1 only that size may differ from the first's 2×3"
    ),
    ("T.stack{t, T{1}}", "gfnet.tensor.stack: tensor 2 has shape 1, the first has 2×3"),
    ("T.one_hot({4}, 3)", "element [1] must be a whole number from 1 to 3, got 4.0"),
    ("t:free() t:sum()", "tensor:sum: this tensor was freed"),
    ("t:free() return 1 + t", "tensor +: the right operand: this tensor was freed"),
    ("t:free() return t[1]", "this tensor was freed"),
    ("gfnet.random.integer(3, 1)", "gfnet.random.integer: argument 2 'high' must be at least low (3), got 1"),
    ("gfnet.random.choice{}", "gfnet.random.choice: argument 1 'list' is empty"),
  ])
  func failsInOneLine(_ source: String, _ expected: String) throws {
    let bench = try ScriptBench("local T = gfnet.tensor\nlocal t = T{{1, 2, 3}, {4, 5, 6}}\n" + source)
    #expect(bench.message.contains(expected), "\(bench.message)")
    #expect(bench.message.hasPrefix("test.lua:"), "\(bench.message)")
    #expect(!bench.message.contains("\n"))
  }

  @Test func randomNumbersRepeat() throws {
    let source = """
      local rng = gfnet.random.generator{seed = 3, name = "a"}
      gfnet.tensor.randn(3), gfnet.random.uniform(), gfnet.random.integer(1, 100), rng:normal(), rng:rand(2),
        gfnet.random.generator{seed = 3, name = "b"}:normal() == gfnet.random.generator{seed = 3, name = "a"}:normal(),
        rng.position, gfnet.tensor.rand(2) == gfnet.tensor.rand(2)
      """
    let (first, second) = (try ScriptBench(source), try ScriptBench(source))
    #expect(first.message == "")
    #expect(first.shown == second.shown)
    #expect(first.shown.hasSuffix("false\t2\tfalse\n"))
  }

  /// What the collector does not see must still be given back: 24 GB pass through each of these loops.
  @Test(arguments: [
    "for i = 1, 3000 do local t = gfnet.tensor.zeros(2000000) end",
    "pcall(collectgarbage, 'stop') for i = 1, 3000 do local t = gfnet.tensor.zeros(2000000) end",
    "local t = gfnet.tensor.zeros(2000000) for i = 1, 3000 do t = t + 1 end",
    "for i = 1, 3000 do local t = gfnet.tensor.zeros(2000000):reshape(1000, 2000)[5] end",
    "local keep = {} for i = 1, 3000 do keep[i % 20] = gfnet.tensor.zeros(2000000) end",
    "for i = 1, 3000 do local t <close> = gfnet.tensor.zeros(2000000) end",
  ])
  func memoryStaysBounded(_ source: String) throws {
    // Buffers of this thread only: other tests run beside this one.
    let buffers = ComputeContext.current.buffers
    buffers.trim()
    let before = buffers.held + buffers.inUse
    let bench = try ScriptBench(source)
    #expect(bench.message == "")
    let grown = buffers.held + buffers.inUse - before
    #expect(grown > 0 && grown < 700 << 20, "\(grown >> 20) MB")
  }
}
