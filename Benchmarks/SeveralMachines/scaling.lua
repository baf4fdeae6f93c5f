-- %% [markdown]
-- # Epochs of stage 1 on random images, for `scaling.py`
--
-- Prints the seconds of each epoch and how many numbers a step adds up over the ranks.

-- %% [parameters]
local p = gfnet.params{
  backbone = { default = "resnet_tiny_16", help = "both encoders" },
  side     = { default = 128, min = 16, help = "of the images" },
  patch    = { default = 48, min = 8, help = "of glance and patches" },
  images   = { default = 64, min = 2, help = "of an epoch" },
  batch    = { default = 32, min = 2, help = "of a step, over all ranks" },
  epochs   = { default = 3, min = 2, help = "the first one warms up" },
}

-- %%
local labels = {}
for i = 1, p.images do labels[i] = (i - 1) % 10 + 1 end
local data = gfnet.dataset("tensors", { images = gfnet.tensor.rand(p.images, 3, p.side, p.side), labels = labels })
local model = gfnet.model{ backbone = p.backbone, dataset = data, steps = 2, patch_size = p.patch, seed = 1 }
model:save("scaling-model.safetensors")
gfnet.train{
  model = model, dataset = data, stage = 1, epochs = p.epochs, batch = p.batch, schedule = "constant", checkpoint = false,
  log = function(m) print(("epoch %d seconds %.6f"):format(m.epoch, m.seconds)) end,
}
