-- %% [markdown]
-- # A training of three stages that takes seconds, for `faults.py` to break

-- %% [parameters]
local p = gfnet.params{
  epochs = { default = 2, min = 1, help = "of each stage" },
  limit  = { default = 24, min = 8, help = "training images" },
  traced = { default = 24, min = 1, help = "images of the trace" },
  save   = { default = "model.safetensors", help = "the model; its trace lies beside it" },
  state  = { default = "state", help = "how files of state begin" },
  fails  = { default = "", help = "where rank 1 raises an error: start, loss, alone; memory: where it asks for too much" },
}

-- %%
local function fail(place) if p.fails == place and gfnet.rank == 1 then error("no light", 0) end end
fail("start")
local data = gfnet.dataset("clutter-fashion", { split = "train", limit = p.limit })
local model = gfnet.model{ backbone = "resnet_tiny_16", dataset = data, steps = 2, patch_size = 32, seed = 3 }
for stage = 1, 3 do
  gfnet.train{
    model = model, dataset = data, stage = stage, epochs = p.epochs, batch = 8, schedule = "constant",
    checkpoint = p.state .. stage .. ".safetensors",
    loss = p.fails == "loss" and stage == 1 and function(logits, labels)
      fail("loss")
      return gfnet.nn.cross_entropy(logits[1], labels)
    end or nil,
    log = function(m) print(("stage %d, epoch %d is done"):format(stage, m.epoch)) end,
  }
  fail("alone")
  if p.fails == "memory" and gfnet.rank == 1 then gfnet.tensor.zeros(1 << 20, 1 << 12) end
end
model:save(p.save)
print("evaluation begins")
local traced = gfnet.dataset("clutter-fashion", { split = "test", limit = p.traced })
local trace = model:trace(traced, { batch = 4 })
trace:save(p.save .. ".trace")
print("evaluation is done", trace:accuracy()[2], #model:infer(traced, { exit = 0.5 }))
