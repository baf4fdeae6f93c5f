import LuaHost
import TestSupport
import Testing

/// Losses, optimisers and schedules of scripts, against PyTorch's and against the built-in training's.
@Suite struct OptimScriptTests {
  /// A loss in Lua for each recording of `Tests/Fixtures/layers/generate.py`, and what it is a function of.
  static let losses: [String: (given: String, loss: String)] = [
    "cross_entropy": ("logits", "nn.cross_entropy(x, v.labels)"),
    "smoothed": ("logits", "nn.cross_entropy(x, v.labels, {label_smoothing = 0.1})"),
    "weighted": ("logits", "nn.cross_entropy(x, v.labels, {weight = v.weight})"),
    "weighted_smoothed": (
      "logits", "nn.cross_entropy(x, v.labels, {weight = v.weight, label_smoothing = 0.2})"
    ),
    "summed": ("logits", "nn.cross_entropy(x, v.labels, {weight = v.weight, reduction = 'sum'})"),
    "each": ("logits", "nn.cross_entropy(x, v.labels, {reduction = 'none'})"),
    "probabilities": (
      "logits", "nn.cross_entropy(x, v.teacher:softmax(), {weight = v.weight, label_smoothing = 0.1})"
    ),
    "nll": ("logits", "nn.nll(x:log_softmax(), v.labels, {weight = v.weight})"),
    "mse": ("x", "nn.mse(x, v.y)"),
    "l1": ("x", "nn.l1(x, v.y, {reduction = 'sum'})"),
    "smooth_l1": ("x", "nn.smooth_l1(x, v.y, {beta = 0.7})"),
    "bce": ("x", "nn.bce_with_logits(x, v.truth)"),
    "bce_weighted": ("x", "nn.bce_with_logits(x, v.truth, {pos_weight = 3})"),
    "kl_div": ("logits", "nn.kl_div(x, v.teacher, {temperature = 3})"),
  ]

  @Test(arguments: losses.keys.sorted()) func aLossIsPyTorchs(_ name: String) throws {
    let (given, loss) = try #require(Self.losses[name])
    let bench = try ScriptBench(
      """
      local nn, v = gfnet.nn, gfnet.tensor.load("\(Fixtures.path("layers"))/losses.npz")
      local function loss(x) return \(loss) end
      local g = gfnet.grad(function(x) local l = loss(x) return l.rank == 0 and l or l:sum() end, v.\(given))
      local function close(a, b) return (gfnet.tensor(a) - b):abs():max() < 1e-5 end
      close(loss(v.\(given)), v["\(name).value"]), close(g, v["\(name).gradient"])
      """)
    #expect(bench.message == "")
    #expect(bench.shown == "true\ttrue\n")
  }

  @Test(arguments: [
    ("sgd", "optim.sgd(w, {lr = 0.1})"),
    ("momentum", "optim.sgd(w, {lr = 0.1, momentum = 0.9, weight_decay = 0.01})"),
    ("nesterov", "optim.sgd(w, {lr = 0.1, momentum = 0.9, nesterov = true, weight_decay = 0.01})"),
    ("adam", "optim.adam(w, {lr = 0.01, betas = {0.8, 0.99}, weight_decay = 0.1})"),
    ("adamw", "optim.adamw(w, {lr = 0.01, weight_decay = 0.1})"),
  ])
  func anOptimiserIsPyTorchs(_ name: String, _ make: String) throws {
    let bench = try ScriptBench(
      """
      local optim, v = gfnet.optim, gfnet.tensor.load("\(Fixtures.path("layers"))/optimisers.npz")
      local w = v.start:clone()
      local opt = \(make)
      for i = 1, 3 do opt:step(v["g" .. i]) end
      -- Another one goes on where this one was.
      local state = opt:state()
      opt = \(make)
      opt:load_state(state)
      for i = 4, 6 do opt:step(v["g" .. i]) end
      (w - v.\(name)):abs():max() < 1e-5
      """)
    #expect(bench.message == "")
    #expect(bench.shown == "true\n")
  }

  @Test(arguments: [
    ("local r = gfnet.optim.cosine{steps = 4}\nr(1), r(3), r(5)", "1.0\t0.5\t0.0"),
    ("local r = gfnet.optim.linear{steps = 5, warmup = 1, least = 0.2}\nr(1), r(2), r(6)", "1.0\t1.0\t0.2"),
    (
      "local r = gfnet.optim.step{every = 2, factor = 0.5, warmup = 2}\nr(1), r(2), r(3), r(5)",
      "0.5\t1.0\t1.0\t0.5"
    ),
    ("local r = gfnet.optim.constant{steps = 9, warmup = 4}\nr(1), r(9)", "0.25\t1.0"),
    (
      "local w, o = T{1}, gfnet.optim.sgd\nlocal opt = o({{params = w, lr = 0.5}, {params = T{2}}}, {lr = 0.1})\nopt.lr, opt.groups",
      "{0.5, 0.1}\t2"
    ),
    (
      "local w = T{1}\nlocal opt = gfnet.optim.sgd(w, {lr = 0.1})\nopt.lr = 0.5\nopt:step(T{1}, 0.5)\nw, opt.lr, opt",
      "1 [0.75]\t0.5\toptimizer sgd of 1 parameter"
    ),
    ("gfnet.optim.clip_norm({T{3, 4}}, 1)", "{2 [0.6, 0.8]}\t5.0"),
    (
      "local l = gfnet.nn.linear(2, 1)\nlocal g = gfnet.grad(function(m) return m(T{{3, 4}}):sum() end, l)\nlocal c, n = gfnet.optim.clip_norm(g, 1)\nlocal h = (g + g) / 2\nh.weight, n > 5, c:norm() < 1.001, (g * 2).bias",
      "1×2 [[3, 4]]\ttrue\ttrue\t1 [2]"
    ),
  ])
  func optimisersShowTheirValues(_ source: String, _ expected: String) throws {
    let bench = try ScriptBench("local T = gfnet.tensor\n" + source)
    #expect(bench.message == "")
    #expect(bench.shown == expected + "\n")
  }

  @Test(arguments: [
    ("gfnet.nn.cross_entropy({{1, 2}}, {3})", "label 1 is 3.0, expected a class from 1 to 2"),
    ("gfnet.nn.cross_entropy({{1, 2}}, {0})", "label 1 is 0.0, expected a class from 1 to 2"),
    ("gfnet.nn.cross_entropy({{1, 2}}, {1, 2})", "2 labels for"),
    ("gfnet.optim.sgd(gfnet.nn.relu())", "has no parameters"),
    ("gfnet.optim.sgd(T{1}, {nesterov = true})", "nesterov needs a momentum above 0"),
    ("gfnet.optim.sgd(T{1}):step(T{1, 2})", "has shape 2, its parameter 1"),
    ("gfnet.optim.sgd({T{1}}):step{T{1}, T{2}}", "2 entries for 1 parameters"),
    ("gfnet.optim.sgd(T{{1, 2}}:transpose():reshape(2, 1):expand(2, 3))", "do not lie in order"),
    ("gfnet.optim.sgd{{params = T{1}, rate = 1}}", "group 1 has the field 'rate'"),
    ("local w = T{1} gfnet.optim.sgd{{params = w}, {params = {w}}}", "are the same tensor, or parts of one"),
    ("local o = gfnet.optim.sgd(T{1}) o.lr = -1", "optimizer.lr must be a number from 0 on, got -1"),
    ("gfnet.optim.sgd(T{1}):load_state{x = T{1}}", "'x' is no state of this optimiser's parameters"),
    ("gfnet.optim.cosine{steps = 4}(0)", "takes a step, a whole number from 1 on, got 0"),
  ])
  func mistakesAreNamed(_ source: String, _ expected: String) throws {
    let bench = try ScriptBench("local T = gfnet.tensor\n" + source)
    #expect(bench.message.contains(expected), "\(bench.message)")
  }
}
