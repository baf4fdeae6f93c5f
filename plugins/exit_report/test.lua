-- The numbers that the report returns, for all that it can be about.
local labels = {}
for i = 1, 12 do labels[i] = i % 3 + 1 end
local data = gfnet.dataset("tensors", {
  images = gfnet.random.rand(12, 3, 128, 128), labels = labels, classes = { "ant", "bee", "cat" } })
local model = gfnet.model{ backbone = "resnet_tiny_16", dataset = data, steps = 3 }
local trace = model:trace(data)

local rule = trace.confidence[1][5]
local evaluation = trace:evaluate(rule)
local about = gfnet.reports.exit_report(evaluation)
local steps = 0
for step, images in ipairs(evaluation.exits) do steps = steps + step * images / #data end
assert(math.abs(about.steps - steps) < 1e-9)
assert(math.abs(about.accuracy - evaluation.accuracy) < 1e-6 and about.madds == evaluation.madds)

-- A trace is evaluated under thresholds for q: with a small one nearly all leave at once.
assert(gfnet.reports.exit_report(trace, { q = 0.001 }).steps < gfnet.reports.exit_report(trace, { q = 1000 }).steps)
-- Fewer classes are shown where that is asked for.
gfnet.reports.exit_report(trace, { classes = 1 })

-- What it cannot be about, it says.
local ok, message = pcall(gfnet.reports.exit_report, data)
assert(not ok and message:find("exit_report is about a trace", 1, true), message)
