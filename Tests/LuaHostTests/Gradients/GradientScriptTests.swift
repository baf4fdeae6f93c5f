import LuaHost
import TestSupport
import Testing

/// Gradients as scripts ask for them.
@Suite struct GradientScriptTests {
  /// What the last line of a script shows.
  @Test(arguments: [
    ("gfnet.grad(function(x) return (x * x):sum() end, T{1, 2, 3})", "3 [2, 4, 6]"),
    ("gfnet.value_and_grad(function(x) return (x * x):sum() end, T{1, 2})", "5.0\t2 [2, 4]"),
    // Structures come back as they went in.
    ("gfnet.grad(function(a, b) return (a * b):sum() end, T{1, 2}, T{3, 4})", "2 [3, 4]\t2 [1, 2]"),
    (
      "local g = gfnet.grad(function(p) return (p.w * p.list[2]):sum() end, {w = T{2}, list = {T{5}, T{7}}})\ng.w, g.list[1], g.list[2]",
      "1 [7]\t1 [0]\t1 [2]"
    ),
    // What else the function returns stands behind the gradients.
    ("gfnet.grad(function(x) return x:sum(), 'note', x * 2 end, T{1, 2})", "2 [1, 1]\tnote\t2 [2, 4]"),
    // Numbers elsewhere are tensors where gradients flow.
    ("gfnet.grad(function(x) return x[1] * x[2] end, T{3, 4})", "2 [4, 3]"),
    ("gfnet.grad(function(x) return x:max() * 2 end, T{3, 4})", "2 [0, 2]"),
    ("gfnet.grad(function(x) return x:dot{2, 5} end, T{3, 4})", "2 [2, 5]"),
    ("gfnet.grad(function(x) return (x:clone() * T(x)):sum() end, T{3, 4})", "2 [6, 8]"),
    // Captured under another name a value is the same.
    ("local w = T{1, 2}\ngfnet.grad(function() return (w * w):sum() end, w)", "2 [2, 4]"),
    ("local w = T{1, 2}\ngfnet.grad(function() return w[2] * 3 end, w)", "2 [0, 3]"),
    // Constants
    ("gfnet.grad(function(x) return (x * x:detach()):sum() end, T{1, 2})", "2 [1, 2]"),
    ("gfnet.grad(function(x) return (x * x:detach()[{{1, 1}}]):sum() end, T{2, 5})", "2 [2, 2]"),
    (
      "gfnet.grad(function(x) return (x * gfnet.no_grad(function() return x * 3 end)):sum() end, T{1, 2})",
      "2 [3, 6]"
    ),
    ("gfnet.grad(function(x) return (x * x:gt(1)):sum() end, T{1, 2})", "2 [0, 1]"),
    ("gfnet.no_grad(function(a, b) return a + b, 'c' end, 1, 2)", "3\tc"),
    ("T{1, 2}:detach(), T{1, 2}:sum()", "2 [1, 2]\t3.0"),
    // Errors within end the recording, and coroutines and pcall are no obstacle.
    (
      "local ok = pcall(gfnet.grad, function(x) error('no') end, T{1})\nok, gfnet.grad(function(x) return x:sum() end, T{1}), T{1, 2}:sum()",
      "false\t1 [1]\t3.0"
    ),
    (
      """
      local function squares(x) return coroutine.wrap(function() for i = 1, #x do coroutine.yield(x[i] * x[i]) end end) end
      gfnet.grad(function(x)
        local sum = 0
        for y in squares(x) do sum = sum + y end
        pcall(function() local _ = x * 2 error('x') end)
        return sum
      end, T{1, 2})
      """, "2 [2, 4]"
    ),
    // Gradients within no_grad are those of another function, and constants.
    (
      """
      gfnet.grad(function(x)
        local inner = gfnet.no_grad(function() return gfnet.grad(function(y) return (y * y):sum() end, T{3, 3}) end)
        return (x * inner):sum()
      end, T{1, 2})
      """, "2 [6, 6]"
    ),
    // Two gradients never share memory.
    (
      "local a, b = gfnet.grad(function(x, y) return (x + y):sum() end, T{1, 2}, T{3, 4})\na[1] = 5\na, b",
      "2 [5, 1]\t2 [1, 1]"
    ),
    // Writing to what is no part of it is fine.
    (
      "gfnet.grad(function(x) local t = T.zeros(2) t[1] = 4 return (x * t):sum() end, T{1, 2})", "2 [4, 0]"
    ),
    (
      "gfnet.grad(function(x) local t = T.zeros(2) t[1] = x:sum():item() return (x * t):sum() end, T{1, 2})",
      "2 [3, 0]"
    ),
  ])
  func gradientsShowTheirValues(_ source: String, _ expected: String) throws {
    let bench = try ScriptBench("local T = gfnet.tensor\n" + source)
    #expect(bench.message == "")
    #expect(bench.shown == expected + "\n")
  }

  /// What would be a wrong gradient is an error in one line.
  @Test(arguments: [
    (
      "gfnet.grad(function(x) return 3 end, T{1})",
      "must return a tensor of one element, got 3; a number has no gradient"
    ),
    (
      "gfnet.grad(function(x) return x:sum():item() end, T{1})", "a number has no gradient: leave out :item()"
    ),
    ("gfnet.grad(function(x) return x end, T{1, 2})", "got shape 2; :mean() or :sum() it"),
    (
      "gfnet.grad(function(x) return x:detach():sum() end, T{1})",
      "must return a tensor of one element, got 1"
    ),
    ("gfnet.grad(function(x) return x:detach() end, T{1})", "does not depend on the values"),
    ("gfnet.grad(function(x) return T{1} end, T{1})", "does not depend on the values"),
    ("gfnet.grad(function(x) return x:sum() end)", "what are the gradients to be of?"),
    (
      "gfnet.grad(function(x) return x:sum() end, 3)",
      "argument 2 must be a tensor, a layer, a model or a table of these, got 3"
    ),
    ("gfnet.grad(function(x) return x:sum() end, {a = {}})", "argument 2.a is an empty table"),
    ("gfnet.grad(function(x) return x:sum() end, {T{1}, 'a'})", "argument 2[2] must be a tensor"),
    ("local t = {} t.t = t gfnet.grad(function(x) return x:sum() end, t)", "nested more than 32 deep"),
    (
      "gfnet.grad(function(x) return x:sum() end, T({1, 2}, {dtype = 'int32'}))",
      "int32, which has no gradient"
    ),
    (
      "gfnet.grad(function(x) return gfnet.grad(function(y) return y:sum() end, x) end, T{1})",
      "gradients of gradients are not there"
    ),
    (
      "gfnet.grad(function(x) x[1] = 2 return x:sum() end, T{1, 2})",
      "cannot be written to; compute a new one"
    ),
    (
      "gfnet.grad(function(x) local y = x * 2 y:fill(1) return y:sum() end, T{1, 2})",
      "tensor:fill: the tensor depends on values"
    ),
    (
      "gfnet.grad(function(x) local y = T.zeros(2) y[1] = x[1] return y:sum() end, T{1, 2})",
      "written into a tensor, its gradient would be lost"
    ),
    (
      "local w = T{1, 2} gfnet.grad(function(x) w[1] = 2 return (w * x):sum() end, w)", "cannot be written to"
    ),
    (
      "gfnet.grad(function(x) local c = T{1, 2} local y = x * c c[1] = 9 return y:sum() end, T{1, 2})",
      "was written to afterwards"
    ),
    (
      "local w = T{{1, 2}} local v = w:transpose() gfnet.grad(function() return v:sum() end, w)",
      "was made outside the function; make the view inside"
    ),
    (
      "local w = T{{1, 2}} local v = w[1] gfnet.grad(function() return v:sum() end, w)",
      "was made outside the function"
    ),
    (
      "local w = T{1} local o = gfnet.optim.sgd(w) gfnet.grad(function(x) o:step(T{1}) return x:sum() end, w)",
      "optimizer:step is called within a function that is recorded"
    ),
  ])
  func mistakesAreNamed(_ source: String, _ expected: String) throws {
    let bench = try ScriptBench("local T = gfnet.tensor\n" + source)
    #expect(bench.message.contains(expected), "\(bench.message)")
    #expect(!bench.message.contains("\n"))
  }

  @Test func aStopEndsARecording() throws {
    let bench = try ScriptBench(
      "gfnet.grad(function(x) while true do x = x * 1 end end, gfnet.tensor{1})", seconds: 0.05,
      clock: SteppingClock())
    #expect(bench.message != "")
    let next = try ScriptBench("gfnet.tensor{1, 2}:sum()")
    #expect(next.shown == "3.0\n")
  }

  @Test func aRuleThatIsCalledInBetweenIsNoPartOfIt() throws {
    let bench = try ScriptBench(
      """
      local data = gfnet.dataset("clutter-fashion", {split = "test", limit = 4})
      local model = gfnet.model{backbone = "resnet_tiny_16", dataset = data, steps = 2}
      local g, n = gfnet.grad(function(x)
        local run = model:infer(data, {exit = function(s) return s.probabilities:max() > 2 end})
        return (x * x):sum(), #run
      end, gfnet.tensor{1, 2})
      g, n
      """)
    #expect(bench.message == "")
    #expect(bench.shown == "2 [2, 4]\t4\n")
  }
}
