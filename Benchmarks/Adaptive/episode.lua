-- %% [markdown]
-- # What a loop in Lua costs: `model:episode` against `model:infer`
--
-- The same images by the same rule, in turn: the adaptive loop of the program, and a loop in Lua that goes from step to step.
-- "for" looks at nothing, "reads" reads four fields of each step and lets images leave by them, as the rule does,
-- "whole batches" ends a batch before the next one begins. Ratios are medians of the rounds' ratios to model:infer; below 1.1 the
-- loop in Lua costs less than a tenth.

-- %% [parameters]
local p = gfnet.params{
  model     = { default = "clutter-fashion", help = "a name under models/ or a file; fresh: an untrained MobileNetV3" },
  images    = { default = 1024, min = 1, help = "of the test split" },
  batch     = { default = 32, min = 1, help = "images that are run together" },
  threshold = { default = 0.9, min = 0, max = 1, help = "confidence at which images leave" },
  rounds    = { default = 7, min = 1, help = "of all, in turn" },
}

-- %% Times
local model = p.model == "fresh"
    and gfnet.model{ backbone = "mobilenetv3_large_100", dataset = gfnet.dataset("clutter-fashion", { limit = 10 }) }
  or gfnet.load(p.model)
local test = gfnet.dataset("clutter-fashion", { split = "test", limit = p.images })

local function options(exit, refill) return { batch = p.batch, exit = exit, refill = refill } end

local function reading(s)
  if s.last then return end
  local sure = s.confidence:ge(p.threshold)
  local _ = { s.margin, s.entropy, s.prediction }
  s:decide(sure)
end

local function loop(exit, refill, body)
  local episode = model:episode(test, options(exit, refill))
  for s in episode do if body then body(s) end end
  return episode
end

local ways = {
  { "all steps: for", nil, function() return loop(nil) end },
  { "exits: for", p.threshold, function() return loop(p.threshold) end },
  { "exits: reads", p.threshold, function() return loop(nil, nil, reading) end },
  { "exits: whole batches", p.threshold, function() return loop(p.threshold, false) end },
}

local function seconds(run)
  local start = gfnet.clock()
  local result = run()
  return gfnet.clock() - start, result
end

local function median(values)
  table.sort(values)
  return values[(#values + 1) // 2]
end

local rows = {}
for _, way in ipairs(ways) do
  local name, exit, run = way[1], way[2], way[3]
  local ratios, own, theirs = {}, {}, {}
  for round = 0, p.rounds do
    local a, infer = seconds(function() return model:infer(test, options(exit)) end)
    local b, episode = seconds(run)
    assert(#infer == #episode and infer.madds == episode.madds, "the two loops differ")
    if round > 0 then ratios[round], own[round], theirs[round] = b / a, b, a end
  end
  rows[#rows + 1] = { name, 1e6 * median(theirs) / #test, 1e6 * median(own) / #test, median(ratios) }
end
gfnet.report.table{
  name = "episode", caption = "Microseconds per image.", rows = rows,
  columns = { "loop", "model:infer", "model:episode", "ratio" },
  digits = { ["model:infer"] = 0, ["model:episode"] = 0, ratio = 3 },
}
