/// The objects that calls are made on and with.
enum Prelude {
  /// A function for each class that makes an object of it. What takes long to make is made once, and again where a case
  /// released it.
  static let text = """
    local kept = {}
    local function once(name, make)
      return function()
        local object = kept[name]
        if object == nil or tostring(object):find("(freed)", 1, true) then object = make() kept[name] = object end
        return object
      end
    end
    local T = gfnet.tensor
    hook, o = false, false
    function tensor(n)
      n = n or 1
      if n == 2 then return T.arange(1, 24):reshape(2, 3, 4) end
      if n == 3 then return T.zeros(0, 3) end
      if n == 4 then return T.ones(1, 1):expand(1 << 20, 1 << 20) end
      if n == 5 then return T(3) end
      if n == 6 then return T{1, 0/0, 1/0, -1/0, 1e38} end
      if n == 7 then return T.zeros(3, 5):transpose() end
      if n == 8 then local t = T{1, 2} t:free() return t end
      if n == 9 then return T.zeros(0, 1 << 39) end
      if n == 10 then return T.rand(2, 3, 16, 16) end
      return T{{1, 2, 3}, {4, 5, 6}}
    end
    function layer() return gfnet.nn.sequential{gfnet.nn.conv(3, 4, {stride = 8}), gfnet.nn.relu()} end
    function backbone() return gfnet.nn.backbone{body = layer()} end
    function generator() return gfnet.random.generator{name = "hostile"} end
    function figure() return gfnet.plot.figure{rows = 1, columns = 2}:line({1, 2, 3}, {3, 1, 2}, {label = "a"}) end
    function axes() return figure()[2] end
    function picture() return gfnet.plot.images{T.rand(4, 4), T.rand(3, 4, 4)} end
    dataset = once("dataset", function()
      return gfnet.dataset("tensors", {images = T.rand(6, 3, 32, 32), labels = {1, 2, 3, 1, 2, 3}})
    end)
    model = once("model", function()
      return gfnet.model{backbone = backbone(), patch_size = 16, image_size = 32, steps = 2, classes = 3,
        dataset = dataset()}
    end)
    trace = once("trace", function() return model():trace(dataset()) end)
    evaluation = once("evaluation", function() return trace():evaluate(0.5) end)
    curve = once("curve", function() return trace():budgeted{points = 4} end)
    inference = once("inference", function() return model():infer(dataset(), {exit = 0.5}) end)
    function stream() return model():stream(dataset(), {exit = 0.5, batch = 2}) end
    function definition(kind) return gfnet[kind or "exits"][kind == "samplers" and "grid" or "confidence"] end
    function configured() return definition(){} end
    -- What only callbacks get is used in them: "hook" is the case's.
    local watch = once("watch", function()
      return gfnet.exits.define{name = "watch", decide_batch = function(b) return hook(b) end}
    end)
    local wander = once("wander", function()
      return gfnet.samplers.define{name = "wander", propose = function(s, p, r) return hook(r, s) end}
    end)
    function in_rule(f) hook = f return trace():evaluate(watch(){}) end
    function in_sampler(f) hook = f return model():infer(dataset(), {sampler = wander(){}}) end
    function encoder() return tensor(8) end
    function batch() return tensor(8) end
    rng = batch
    function batches() return dataset():batches{size = 2} end
    function image_batch() return batches()() end
    cyclic = {} cyclic[1] = cyclic cyclic.self = cyclic cyclic[cyclic] = cyclic
    shared = {1, 2, 3} for _ = 1, 40 do shared = {shared, shared} end
    odd = setmetatable({}, {
      __index = function(t, k) return k == 1 and 1 or nil end, __len = function() return math.maxinteger end,
      __call = function() error("called") end, __tostring = function() return ("x"):rep(100) end,
      __pairs = function() return function() return nil end end, __eq = function() return true end,
      __lt = function() return true end, __concat = function() return "" end, __unm = function() return odd end})
    raising = setmetatable({}, {__index = function() error("read", 0) end, __tostring = function() error("text", 0) end})
    long = ("long "):rep(20000)

    """
}
