-- %% [markdown]
-- # Thresholds and rules on a large trace
--
-- 50,000 images × 5 steps of a small network with random weights: the time of a search does not depend on what it said.
-- The trace is kept between runs, so only the first one computes it.

-- %% [parameters]
local p = gfnet.params{
  images = { default = 50000, min = 100, max = 50000, help = "of the training split of clutter-fashion" },
  runs   = { default = 20, min = 1, help = "of each; medians and minima are shown" },
}

-- %% Times
local model = gfnet.model{ backbone = "resnet_tiny_16", image_size = 128, patch_size = 16, steps = 5, classes = 10, seed = 1 }
local trace = model:trace(gfnet.dataset("clutter-fashion", { split = "train", limit = p.images }))
local never = 2  -- above every probability: the rule is asked at every step of every image

local batch_rule = gfnet.exits.define{
  name = "never_batch", decide_batch = function(b) return b.confidence:ge(never) end,
}
local searches = {
  { "thresholds of the paper for 39 budgets", function() trace:budgeted{ points = 39 } end },
  { "built-in rule", function() trace:evaluate(gfnet.exits.confidence{ threshold = never }) end },
  { "rule in Lua, image by image", function() trace:evaluate(function(s) return s.confidence >= never end) end },
  { "rule in Lua, whole batches", function() trace:evaluate(batch_rule{}) end },
}
local rows = {}
for _, search in ipairs(searches) do
  local times = {}
  for run = 0, p.runs do
    local start = gfnet.clock()
    search[2]()
    if run > 0 then times[run] = 1e3 * (gfnet.clock() - start) end
  end
  table.sort(times)
  rows[#rows + 1] = { search[1], times[(#times + 1) // 2], times[1] }
end
gfnet.report.table{
  name = "search", caption = "Milliseconds for " .. trace.images .. " images and " .. trace.steps .. " steps.", rows = rows,
  digits = { median = 1, least = 1 }, columns = { "search", "median", "least" },
}
