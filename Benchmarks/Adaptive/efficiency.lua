-- %% [markdown]
-- # What an exit saves: wall-clock time against Multiply-Adds
--
-- The live loop with and without exits, in turn, on the same images, their preparation included. Efficiency is the
-- ratio of the times over the ratio of the Multiply-Adds: 1 when every Multiply-Add that is saved saves its time.

-- %% [parameters]
local p = gfnet.params{
  model   = { default = "clutter-fashion", help = "a name under models/ or a file" },
  images  = { default = 4000, min = 100, help = "of the test split" },
  q       = { default = 0.7, min = 0.01, help = "of the paper's thresholds: smaller exits earlier" },
  batches = { default = { 1, 32, 64 }, min = 1, help = "images that are run together" },
  rounds  = { default = 7, min = 1, help = "of both, in turn; medians are shown" },
}

-- %% Times
local model = gfnet.load(p.model)
local thresholds = model:trace(gfnet.dataset(model.dataset, { split = "validation", limit = p.images }))
  :thresholds{ q = p.q }

local function median(times)
  table.sort(times)
  return times[(#times + 1) // 2]
end

local rows = {}
for _, batch in ipairs(p.batches) do
  local test = gfnet.dataset(model.dataset, { split = "test", limit = batch == 1 and p.images // 5 or p.images })
  local all, some, full, adaptive = {}, {}, nil, nil
  for round = 0, p.rounds do
    full     = model:infer(test, { batch = batch })
    adaptive = model:infer(test, { batch = batch, exit = thresholds })
    if round > 0 then all[round], some[round] = full.seconds, adaptive.seconds end
  end
  local gain, saved = median(all) / median(some), full.madds / adaptive.madds
  rows[#rows + 1] = { batch, 1e6 * median(all) / #test, 1e6 * median(some) / #test, gain, saved, gain / saved }
end
gfnet.report.table{
  name = "efficiency", caption = "Microseconds per image.", rows = rows,
  digits = { batch = 0, ["all steps"] = 0, ["with exits"] = 0, ["speed-up"] = 2, ["fewer Multiply-Adds"] = 2, efficiency = 2 },
  columns = { "batch", "all steps", "with exits", "speed-up", "fewer Multiply-Adds", "efficiency" },
}

-- %% [markdown]
-- ## A large network whose images leave by half
--
-- MobileNetV3-L at 96 × 96 with random weights, as a stream; after each step every other image leaves, whatever was said.

-- %% MobileNetV3-L, synthetic exits
local large = gfnet.model{ backbone = "mobilenetv3_large_100", image_size = 224, steps = 3, classes = 1000, seed = 1 }
local labels = {}
for i = 1, 64 do labels[i] = i end
local names = {}
for i = 1, 1000 do names[i] = tostring(i) end
local pictures = gfnet.dataset("tensors", { images = gfnet.tensor.rand(64, 3, 224, 224), labels = labels, classes = names })
local function by_half(s) return (s.image - 1) // 2 ^ (s.step - 1) % 2 == 0 end
local function stream(options)
  local answers = large:stream(pictures, options)
  for _ in answers do end
  return answers
end
rows = {}
for _, batch in ipairs(p.batches) do
  local all, some, full, adaptive = {}, {}, nil, nil
  local passes = batch == 1 and 2 or 24
  for round = 0, p.rounds do
    full     = stream{ batch = batch, passes = passes }
    local whole = full.seconds
    adaptive = stream{ batch = batch, passes = passes, exit = by_half }
    if round > 0 then all[round], some[round] = whole, adaptive.seconds end
  end
  local gain, saved = median(all) / median(some), full.madds / adaptive.madds
  rows[#rows + 1] = { batch, 1e6 * median(all) / full.images, 1e6 * median(some) / full.images, gain, saved, gain / saved }
end
gfnet.report.table{
  name = "synthetic", caption = "Microseconds per image.", rows = rows,
  digits = { batch = 0, ["all steps"] = 0, ["with exits"] = 0, ["speed-up"] = 2, ["fewer Multiply-Adds"] = 2, efficiency = 2 },
  columns = { "batch", "all steps", "with exits", "speed-up", "fewer Multiply-Adds", "efficiency" },
}

-- %% [markdown]
-- ## The same rule in Lua
--
-- The confidence rule, built in and written in Lua, in turn.

-- %% A rule in Lua
local function lua_rule(s) return s.confidence >= thresholds[s.step] end
rows = {}
for _, batch in ipairs(p.batches) do
  local test = gfnet.dataset(model.dataset, { split = "test", limit = batch == 1 and p.images // 5 or p.images })
  local ratios = {}
  for round = 0, 3 * p.rounds do
    local native = model:infer(test, { batch = batch, exit = thresholds })
    local script = model:infer(test, { batch = batch, exit = lua_rule })
    assert(native.madds == script.madds, "both rules decide the same")
    if round > 0 then ratios[round] = 100 * (script.seconds / native.seconds - 1) end
  end
  rows[#rows + 1] = { batch, median(ratios) }
end
gfnet.report.table{
  name = "lua-rule", caption = "What the rule in Lua costs, per cent of the time of the built-in one; medians of pairs.",
  rows = rows, digits = { batch = 0, ["per cent"] = 1 }, columns = { "batch", "per cent" },
}
