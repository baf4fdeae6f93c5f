-- %% [markdown]
-- # What an exit saves on clips: wall-clock time against Multiply-Adds
--
-- The live loop on clutter-motion with and without exits, in turn, on the same clips, their preparation included. Efficiency is
-- the ratio of the speed-up over that of the Multiply-Adds, "saved" that of what is saved of both: 1
-- when every Multiply-Add that is saved saves its time.
--
-- Times depend on how many clips leave at each step, not on what the weights are: without a model of its own a network with
-- random weights is taken, whose clips leave by their number, every other one at each step.

-- %% [parameters]
local p = gfnet.params{
  model   = { default = "", help = "a name under models/ or a file; empty: random weights" },
  backbone = { default = "resnet_tiny_16", help = "of the network with random weights" },
  patch   = { default = 48, min = 8, help = "of the network with random weights: side of glance and patches" },
  steps   = { default = 3, min = 2, help = "of the network with random weights" },
  clips   = { default = 1024, min = 64, help = "of the test split; an eighth of them at batch 1" },
  q       = { default = 0.7, min = 0.01, help = "of the paper's thresholds, for a trained model: smaller exits earlier" },
  batches = { default = { 1, 32 }, min = 1, help = "clips that are run together" },
  rounds  = { default = 7, min = 1, help = "of both, in turn; medians are shown" },
  precision = { default = "f32", choices = { "f32", "bf16" } },
}

-- %% The network
local is_trained = p.model ~= ""
local set = gfnet.dataset("clutter-motion", { split = "test", limit = p.clips })
local model = is_trained and gfnet.load(p.model)
  or gfnet.model{ backbone = p.backbone, patch_size = p.patch, steps = p.steps, dataset = set, seed = 1 }
-- By number half of the clips leave at each step; by the paper's thresholds those that are sure.
local exit = function(s) return (s.image - 1) // 2 ^ (s.step - 1) % 2 == 0 end
if is_trained then
  exit = model:trace(gfnet.dataset("clutter-motion", { split = "validation", limit = p.clips })):thresholds{ q = p.q }
end

local function median(times)
  table.sort(times)
  return times[(#times + 1) // 2]
end

-- %% Times
local rows = {}
for _, batch in ipairs(p.batches) do
  local clips = batch == 1
    and gfnet.dataset("clutter-motion", { split = "test", limit = math.max(p.clips // 8, 64) }) or set
  local all, some, full, adaptive = {}, {}, nil, nil
  for round = 0, p.rounds do
    full     = model:infer(clips, { batch = batch, precision = p.precision })
    adaptive = model:infer(clips, { batch = batch, precision = p.precision, exit = exit })
    if round > 0 then all[round], some[round] = full.seconds, adaptive.seconds end
  end
  local whole, exited = median(all), median(some)
  local gain, saved = whole / exited, full.madds / adaptive.madds
  rows[#rows + 1] = {
    batch, 1e6 * whole / #clips, 1e6 * exited / #clips, gain, saved, gain / saved,
    (1 - 1 / gain) / (1 - 1 / saved),
  }
end
gfnet.report.table{
  name = "clip-exits", rows = rows,
  caption = "Microseconds per clip. Saved: the share of the time that exits save over that of the Multiply-Adds.",
  digits = { batch = 0, ["all steps"] = 0, ["with exits"] = 0, ["speed-up"] = 2, ["fewer Multiply-Adds"] = 2, efficiency = 2,
    saved = 2 },
  columns = { "batch", "all steps", "with exits", "speed-up", "fewer Multiply-Adds", "efficiency", "saved" },
}
