-- The pacer on many images, whose costs are known: it must come close to its budget, wherever that lies.
local labels = {}
for i = 1, 24 do labels[i] = i % 4 + 1 end
local data = gfnet.dataset("tensors", {
  images = gfnet.random.rand(24, 3, 128, 128), labels = labels, classes = { "a", "b", "c", "d" } })
local model = gfnet.model{ backbone = "resnet_tiny_16", dataset = data, steps = 4 }
local trace = model:trace(data)

local rule = gfnet.exits.budget_pacer{ budget = 0.25, gain = 0.2 }
assert(rule.params.budget == 0.25 and rule.params.start == 0.7)

-- The share of what lies between the glance and all steps that was spent.
local function spent(pacer)
  local result = trace:evaluate(pacer)
  return (result.madds - trace.madds[1]) / (trace.madds[trace.steps] - trace.madds[1])
end

-- The ends of the range: nothing but glances, and every step of every image.
assert(spent(gfnet.exits.budget_pacer{ budget = 0, start = 0 }) == 0)
assert(spent(gfnet.exits.budget_pacer{ budget = 1, start = 1 }) == 1)
-- A larger budget is spent, a smaller is not, from the same start.
local start = trace.confidence[1][1]
local low = spent(gfnet.exits.budget_pacer{ budget = 0.1, start = start, gain = 0.5 })
local high = spent(gfnet.exits.budget_pacer{ budget = 0.9, start = start, gain = 0.5 })
assert(low < 0.5 and high > 0.5 and low < high, ("spent %.2f and %.2f"):format(low, high))
-- Each run begins with a purse of its own.
assert(low == spent(gfnet.exits.budget_pacer{ budget = 0.1, start = start, gain = 0.5 }))

-- Nobody waits longer than it takes: no time at all lets all leave after the glance. That needs no clock of the plugin.
local times = 0
trace:evaluate(function(s) if s.elapsed then times = times + 1 end return true end)
assert(times == 0, "traces know no time")
