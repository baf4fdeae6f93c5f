import LuaHost
import Testing

/// Every method of tensors, against finite differences.
@Suite struct DerivativeTests {
  /// How a method is applied to `x`, 2×3, all of whose elements are between 0.3 and 1.7 and none near another, so that
  /// limits and places stay the same nearby.
  static let derivatives: [String: String] = [
    "clone": "x:clone()", "reshape": "x:reshape(3, 2)", "view": "x:view(6)", "flatten": "x:flatten()",
    "transpose": "x:transpose()", "permute": "x:permute(2, 1)", "expand": "x:unsqueeze(1):expand(4, 2, 3)",
    "squeeze": "x:reshape(2, 1, 3):squeeze(2)", "unsqueeze": "x:unsqueeze(2)", "clamp": "x:clamp(0.5, 1.2)",
    "softmax": "x:softmax(1)", "log_softmax": "x:log_softmax()", "maximum": "x:maximum(y)",
    "minimum": "x:minimum(y)", "matmul": "x:matmul(y:transpose())", "dot": "x[1]:dot(x[2])",
    "outer": "x[1]:outer(x[2])", "where": "x:gt(0.9):where(x * 2, y)", "sum": "x:sum(1)", "mean": "x:mean()",
    "var": "x:var(2)", "std": "x:std()", "norm": "x:norm(1)", "max": "x:max(2)", "min": "x:min()",
    "cumsum": "x:cumsum(2)", "flip": "x:flip(1)", "index": "x:index(2, {3, 1, 1})",
    "gather": "x:gather(2, {{3, 1}, {2, 2}})", "topk": "x:topk(2)", "to": "x:to('float32')",
    "float": "x:float()",
    "prod": "x:prod(2)", "logsumexp": "x:logsumexp(2)", "sort": "x:sort(2)", "cumprod": "x:cumprod(2)",
    "tan": "(x / 2):tan()", "asin": "(x / 2):asin()", "acos": "(x / 2):acos()", "atan2": "x:atan2(y)",
    "quantile": "x:quantile(0.3, 2)", "roll": "x:roll(1, 2)",
    "repeat_interleave": "x:repeat_interleave(2, 2)",
    "temporal_shift": "x:temporal_shift{frames = 2, divisor = 3}",
    "split": "x:split({1, 2}, 2)[2]", "movedim": "x:movedim(1, 2)", "chunk": "x:chunk(2, 2)[1]",
    "pad": "x:pad(1)",
    "unfold": "x:unfold(2, 2)", "im2col": "x:reshape(1, 1, 2, 3):im2col(2)",
    "scatter": "x:scatter(2, {{1}, {3}}, {{9}, {9}})", "take": "x:take({6, 1, 1})", "tile": "x:tile(2, 1)",
    "scatter_add": "x:scatter_add(2, {{1}, {3}}, x:index(2, {2}))", "diff": "x:diff(2)",
  ]
  /// Methods whose derivative is 0 where there is one.
  static let steps: Set = ["floor", "ceil", "round", "trunc", "sign"]
  /// Methods that give constants, and such as make no tensor of a tensor.
  static let others: Set = [
    "size", "totable", "item", "fill", "copy", "detach", "free", "eq", "ne", "lt", "le", "gt", "ge", "argmax",
    "argmin",
    "int", "byte", "bool", "any", "all", "nonzero", "argsort", "isnan", "isinf", "isfinite", "bincount",
    "describe", "logical_and", "logical_or", "logical_xor", "logical_not", "allclose",
  ]

  /// Methods that would lose a gradient, and say so.
  static let refusing: Set = ["unique", "histogram"]

  static let methods = Catalog.standard.classes.first { $0.name == "tensor" }?.methods.map(\.name) ?? []

  @Test(arguments: methods) func aMethodHasTheGradientOfFiniteDifferences(_ method: String) throws {
    if Self.others.contains(method) { return }
    if Self.refusing.contains(method) {
      let bench = try ScriptBench(
        "gfnet.grad(function(x) return x:\(method)():sum() end, gfnet.tensor{1, 2, 3})")
      #expect(bench.message.contains("tensor:\(method): has no gradient"), "\(bench.message)")
      return
    }
    let expression = Self.derivatives[method] ?? "x:\(method)()"
    let bench = try ScriptBench(
      """
      \(Self.differences)
      local T = gfnet.tensor
      local x0 = T{{0.31, 1.62, 0.77}, {1.13, 0.58, 1.41}}
      local y = T{{0.9, 0.4, 1.3}, {0.7, 1.2, 0.35}}
      local function f(x) return (\(expression)) end
      local weights = f(x0)
      local shape = type(weights) == "number" and {} or weights.shape
      weights = T.arange(1, 24)[{{1, math.max(1, type(f(x0)) == "number" and 1 or f(x0).count)}}] * 0.37
      weights = weights:reshape(shape)
      local function loss(x) return (f(x) * weights):sum() end
      local g = gfnet.grad(loss, x0)
      local worst = differences(loss, x0, g)
      print(worst < 5e-3 and "good" or worst, g:abs():sum() > 0)
      """)
    #expect(bench.message == "", "\(method)")
    #expect(bench.shown == "good\t\(!Self.steps.contains(method))\n", "\(method)")
  }

  /// What the table names and no method is called is a slip.
  @Test func thePlainNamesAreThoseOfMethods() {
    #expect(!Self.methods.isEmpty)
    let known = Set(Self.methods)
    #expect(Set(Self.derivatives.keys).subtracting(known).sorted() == [])
    #expect(Self.others.subtracting(known).sorted() == [])
  }

  /// How far a gradient of a loss is from differences, at most, relative to slopes above 1.
  private static let differences = """
    local function differences(loss, x0, g)
      local step, worst = 1e-2, 0
      for i = 1, 2 do
        for j = 1, 3 do
          local up, down = x0:clone(), x0:clone()
          up[{i, j}] = up[{i, j}] + step
          down[{i, j}] = down[{i, j}] - step
          local slope = (loss(up) - loss(down)) / (2 * step)
          worst = math.max(worst, math.abs(slope - g[{i, j}]) / math.max(1, math.abs(slope)))
        end
      end
      return worst
    end
    """

  /// Operators and functions of `gfnet.tensor`.
  @Test(arguments: [
    "x + y", "x - y", "x * y", "x / y", "x ^ y", "2 ^ x", "x ^ 3", "3 - x", "2 / x", "-x", "x[1] * x[2]",
    "x[{{}, 2}]", "x[{{2, 1, -1}}]", "x[{T{2, 1, 2}}]", "x[x:gt(0.9)]", "x[{'new', 1}]",
    "T.concatenate({x, y, x})", "T.stack({x, y}, 2)", "T.where(x:gt(0.9), x, y)", "T(x)", "x % 0.7",
  ])
  func anExpressionHasTheGradientOfFiniteDifferences(_ expression: String) throws {
    let bench = try ScriptBench(
      """
      \(Self.differences)
      local T = gfnet.tensor
      local x0 = T{{0.31, 1.62, 0.77}, {1.13, 0.58, 1.47}}
      local y = T{{0.9, 0.4, 1.3}, {0.72, 1.2, 0.35}}
      local function f(x) return \(expression) end
      local weights = (T.arange(1, 24)[{{1, f(x0).count}}] * 0.37):reshape(f(x0).shape)
      local function loss(x) return (f(x) * weights):sum() end
      local g = gfnet.grad(loss, x0)
      local worst = differences(loss, x0, g)
      worst < 5e-3 and "good" or worst
      """)
    #expect(bench.message == "", "\(expression)")
    #expect(bench.shown == "good\n", "\(expression)")
  }
}
