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
