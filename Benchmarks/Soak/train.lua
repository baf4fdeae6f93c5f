-- %% [markdown]
-- # Training without end
--
-- The three stages in turn, on clutter-fashion, each with its checkpoint.

-- %% [parameters]
local p = gfnet.params{ minutes = { default = 30, min = 0.01, help = "after which the stage at hand is the last" } }

-- %% Training
local data = gfnet.dataset("clutter-fashion", { split = "train", limit = 1024 })
local model = gfnet.model{ backbone = "resnet_tiny_16", dataset = data, steps = 4, seed = 1 }
local start, runs = gfnet.clock(), 0
while gfnet.clock() - start < 60 * p.minutes do
  gfnet.train{
    model = model, dataset = data, stage = runs % 3 + 1, epochs = 2, batch = 32, rate = 0.001, seed = runs,
    reset_policy = false,
  }
  runs = runs + 1
  print(("%d stages, %.0f s"):format(runs, gfnet.clock() - start))
end
