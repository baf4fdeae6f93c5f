import LuaHost
import Testing

/// The functions that users of NumPy and PyTorch look for.
@Suite struct TensorFunctionScriptTests {
  private static let start = """
    local T = gfnet.tensor
    local t = T{{1, 2, 3}, {4, 5, 6}}

    """

  @Test(arguments: [
    // Reductions
    "t:prod() == 720 and t:prod(1) == T{4, 10, 18} and T{2, 3}:int():prod() == 6",
    "t:gt(5):any() == true and t:gt(0):all() == true and t:gt(3):any(1) == T{true, true, true}",
    "t:median() == 3.5 and t:median(1) == T{2.5, 3.5, 4.5} and t:quantile(0.25, 2) == T{1.5, 4.5}",
    "t:quantile(1) == 6 and T{1, 0/0}:median() ~= T{1, 0/0}:median()",
    "math.abs(t:logsumexp() - 6.4561934) < 1e-5 and T{1000, 1000}:logsumexp() > 1000.6",
    "t:max({1, 2}) == 6 and T.zeros(2, 3, 4):max({1, 3}).shape[1] == 3 and t:min(1) == T{1, 2, 3}",
    "t:max(nil, {keepdim = true}).rank == 2 and t:sum({1, 2}, {keepdim = true}).shape[2] == 1",
    "t:norm(nil, {order = 1}) == 21 and t:norm(2, {order = math.huge}) == T{3, 6}",
    "t:cumprod(2) == T{{1, 2, 6}, {4, 20, 120}}",
    "T{1, 2, 3, 0/0}:describe().nan == 1 and T{1, 2, 3, 0/0}:describe().mean == 2 and T{0, 5}:byte():describe().max == 5",
    "t:describe().dtype == 'float32' and T{}:describe().min == nil and t:gt(2):describe().zeros == 2",
    // Order and places
    "T{3, 1, 2}:sort() == T{1, 2, 3} and T{3, 1, 2}:argsort() == T{2, 3, 1} and T{3, 1}:sort(1, {descending = true})[1] == 3",
    "select(2, T{3, 1, 2}:sort()).dtype == 'int32' and T{2, 2, 1}:argsort() == T{3, 1, 2}",
    "T{0, 5, 0, 7}:nonzero() == T{{2}, {4}} and t:gt(4):nonzero() == T{{2, 2}, {2, 3}}",
    "select(2, T{3, 1, 3}:unique()) == T{1, 2} and select(3, T{3, 1, 3}:unique()) == T{2, 1, 2}",
    "t:take{6, 1} == T{6, 1} and t:take{{1, 2}, {5, 6}} == T{{1, 2}, {5, 6}}",
    "T.zeros(3, 2):scatter(1, {{3, 1}}, {{5, 6}}) == T{{0, 6}, {0, 0}, {5, 0}}",
    "T.ones(2, 2):scatter_add(1, {{1, 1}, {1, 2}}, 2) == T{{5, 3}, {1, 3}}",
    "T{1, 3, 3}:bincount() == T{1, 0, 2} and T{1, 2, 1}:bincount{weights = {1, 2, 3}} == T{4, 2} and T{1}:bincount{length = 3} == T{1, 0, 0}",
    "T{1, 2, 2, 4}:histogram(3) == T{1, 2, 1} and select(2, T{1, 2, 2, 4}:histogram(3)) == T{1, 2, 3, 4}",
    "T{1, 2, 9}:histogram(2, {low = 0, high = 4}) == T{1, 1}",
    // Rearrangements
    "T{1, 2, 3}:roll(1) == T{3, 1, 2} and T{1, 2, 3}:roll(-4) == T{2, 3, 1} and t:roll(1, 2) == T{{3, 1, 2}, {6, 4, 5}}",
    "T{1, 2}:tile(2) == T{1, 2, 1, 2} and T{1, 2}:tile(2, 1) == T{{1, 2}, {1, 2}} and T{1, 2}:repeat_interleave(2) == T{1, 1, 2, 2}",
    "t:diff() == T{{1, 1}, {1, 1}} and t:diff(1) == T{{3, 3, 3}} and T{3, 1}:byte():diff() == T{-2}",
    "t:tril() == T{{1, 0, 0}, {4, 5, 0}} and t:triu(1) == T{{0, 2, 3}, {0, 0, 6}}",
    "#t:split(2, 2) == 2 and t:split(2, 2)[2] == T{{3}, {6}} and t:split({1, 2}, 2)[2].shape[2] == 2 and #t:chunk(2) == 2",
    "t:movedim(1, 2) == t:transpose() and t:diagonal() == T{1, 5}",
    "T{{1}}:pad(1) == T{{0, 0, 0}, {0, 1, 0}, {0, 0, 0}} and T{1, 2}:pad{{1, 2}} == T{0, 1, 2, 0, 0}",
    "T{1, 2, 3}:pad({{2, 1}}, {mode = 'reflect'}) == T{3, 2, 1, 2, 3, 2} and T{1, 2}:pad({{1, 1}}, {mode = 'circular'}) == T{2, 1, 2, 1}",
    "T{{1, 2, 3}, {4, 5, 6}}:temporal_shift{frames = 2, divisor = 3} == T{{4, 0, 3}, {0, 2, 6}}",
    "T{{1, 2}, {3, 4}}:temporal_shift{frames = 2, divisor = 2, past = true} == T{{0, 2}, {1, 4}} and T{{1}}:temporal_shift{frames = 1} == T{{1}}",
    "not pcall(t.temporal_shift, t, {frames = 3}) and not pcall(t.temporal_shift, t, {}) and not pcall(t.temporal_shift, t, {frames = 2, divisor = 1})",
    "T.arange(1, 5):unfold(1, 3) == T{{1, 2, 3}, {2, 3, 4}, {3, 4, 5}} and T.arange(1, 5):unfold(1, 2, 3) == T{{1, 2}, {4, 5}}",
    "T.arange(1, 9):reshape(1, 1, 3, 3):im2col(2)[1] == T{{1, 2, 4, 5}, {2, 3, 5, 6}, {4, 5, 7, 8}, {5, 6, 8, 9}}",
    // Functions and products
    "T{1, 0/0, 1/0}:isnan() == T{false, true, false} and T{1, 1/0}:isinf() == T{false, true} and T{1, 0/0}:isfinite() == T{true, false}",
    "T{1, 0}:logical_and{1, 1} == T{true, false} and T{1, 0}:logical_not() == T{false, true} and T{1, 0}:logical_xor(1) == T{false, true}",
    "T{1, 2}:allclose{1, 2.00001} and not T{1, 2}:allclose{1, 2.1} and T{1}:allclose(1.05, {atol = 0.1}) and not T{0/0}:allclose{0/0}",
    "T{0, math.pi / 2}:sin():allclose({0, 1}, {atol = 1e-6}) and T{-2, 0, 3}:sign() == T{-1, 0, 1} and T{-1.5}:trunc() == T{-1}",
    "T{8}:log2():item() == 3 and T{1}:atan2(1):allclose(math.pi / 4) and T{0}:erf():item() == 0",
    "T.einsum('ij,jk->ik', t, t:transpose()) == t:matmul(t:transpose()) and T.einsum('ij->', t) == 21 and T.einsum('ii->i', T{{1, 2}, {3, 4}}) == T{1, 4}",
    "T.ones(2, 1, 3, 4):matmul(T.ones(5, 4, 2)).shape[2] == 5 and T.ones(2, 3, 4):matmul(T.ones(4)).rank == 2",
    "select(2, T.meshgrid({1, 2}, {3, 4, 5})) == T{{3, 4, 5}, {3, 4, 5}} and T.eye(2, 3) == T{{1, 0, 0}, {0, 1, 0}}",
    "T.zeros(2, {dtype = 'uint8'}).dtype == 'uint8' and T.ones(2, 2, {dtype = 'boolean'})[{1, 1}] == true and T.full(7, 2, {dtype = 'int32'}) == T{7, 7}",
  ])
  func theConditionHolds(_ condition: String) throws {
    let bench = try ScriptBench(Self.start + "assert(\(condition))")
    #expect(bench.message == "")
  }

  @Test(arguments: [
    ("t:split(0)", "tensor:split: argument 1 'sizes' must be at least 1, got 0"),
    ("t:split({1, 1}, 2)", "the sizes 1, 1 do not add up to the axis's 3"),
    ("t:unfold(1, 3)", "tensor:unfold: windows of 3 elements along axis 1 of shape 2×3, which has 2"),
    ("t:im2col(2)", "tensor:im2col: needs images of N×C×H×W, not shape 2×3"),
    ("t:pad({{-1, 0}})", "must be at least 0; a range such as t[{{2, -2}}] cuts elements off"),
    (
      "t:pad({{3, 0}}, {mode = 'reflect'})",
      "mode reflect has at most 2 elements for each side of axis 2 of shape 2×3, got 3 and 0"
    ),
    ("t:scatter(1, {{1, 2}}, 0)", "tensor:scatter: places of shape 1×2 must have shape 2×3 but for axis 1"),
    ("t:scatter(1, {{1, 3, 1}}, 0)", "a place along axis 1 must be a whole number from 1 to 2, got 3"),
    ("t:take{7}", "tensor:take: a place along axis 1 must be a whole number from 1 to 6, got 7"),
    ("t:quantile(2)", "tensor:quantile: argument 1 'share' must be"),
    ("T{}:median()", "there are no elements in shape 0"),
    ("T{0, 1}:bincount()", "tensor:bincount: counts whole numbers from 1 on, got 0"),
    ("T{0/0}:histogram()", "give a range, and leave nan out"),
    ("T.einsum('ij,jk->ik', t, t)", "\"ij,jk->ik\": axis 'j' has size 3 and size 2"),
    ("T.einsum('i->i', t)", "\"i\" names 1 axes of shape 2×3"),
    ("T.einsum('i...->i', t)", "\"...\" is not known"),
    ("T.einsum('ij,jk,kl->il', t, t, t)", "takes one or two tensors, got 3"),
    ("t:matmul(T.ones(2))", "tensor:matmul: shapes 2×3 and 2 do not fit"),
    ("T.ones(2, 3, 4):matmul(T.ones(5, 4, 2))", "the stacks of shapes 2×3×4 and 5×4×2 do not broadcast"),
    ("T.zeros(2, {dtype = 'int64'})", "option 'dtype' must be one of \"float32\""),
    ("T.zeros(2, {size = 1})", "gfnet.tensor.zeros: unknown option 'size'; there is dtype"),
    (
      "gfnet.nn.sequential{gfnet.nn.conv(3, 8, {kernel = 1}), gfnet.nn.relu(), gfnet.nn.conv(4, 2, {kernel = 1})}(T.zeros(1, 3, 8, 8))",
      ": 2: conv2d: "
    ),
    ("t:tile(1 << 40, 1 << 40)", "is beyond the 2^40 elements that a tensor may have"),
  ])
  func saysWhatIsWrong(_ source: String, _ expected: String) throws {
    let bench = try ScriptBench(Self.start + source)
    #expect(bench.message.contains(expected), "\(bench.message)")
    #expect(!bench.message.contains("\n"))
  }
}
