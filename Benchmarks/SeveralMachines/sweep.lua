-- %% [markdown]
-- # A run of a sweep that takes seconds, for `sweep_faults.py` to break

-- %% [parameters]
local p = gfnet.params{
  seed   = { default = 1, help = "of weights and order" },
  epochs = { default = 12, min = 1 },
  state  = { default = "state.safetensors", help = "the resumable state" },
  save   = { default = "model.safetensors", help = "the model" },
}

-- %%
local data = gfnet.dataset("clutter-fashion", { split = "train", limit = 64 })
local model = gfnet.model{ backbone = "resnet_tiny_16", dataset = data, steps = 2, patch_size = 32, seed = p.seed }
local history = gfnet.train{
  model = model, dataset = data, stage = 1, epochs = p.epochs, batch = 16, schedule = "constant", seed = p.seed,
  checkpoint = p.state,
}
model:save(p.save)
gfnet.report.results{ loss = history[#history].loss, accuracy = model:trace(data):accuracy()[2] }
