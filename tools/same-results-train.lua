-- %% [markdown]
-- # A short training
-- For `tools/same-results`: two epochs of each of the paper's stages, with what they leave behind.

-- %% [parameters]
local p = gfnet.params{
  images = { default = 256, min = 32, help = "training images" },
  epochs = { default = 2, min = 1, help = "of each stage" },
}

-- %% Training
local data = gfnet.dataset("clutter-fashion", { split = "train", limit = p.images })
local model = gfnet.model{ backbone = "resnet_tiny_16", dataset = data, steps = 3 }
for stage = 1, 3 do
  local metrics = gfnet.train{
    model = model, dataset = data, stage = stage, epochs = p.epochs, batch = 64, checkpoint = false }
  for _, epoch in ipairs(metrics) do print(stage, epoch.epoch, epoch.loss, epoch.reward, table.unpack(epoch.accuracy)) end
end
model:save("trained.safetensors")

-- %% Traces
local test = gfnet.dataset("clutter-fashion", { split = "test", limit = p.images })
local trace = model:trace(test)
trace:save("trace.safetensors")
model:trace(test, { sampler = gfnet.samplers.random{}, precision = "f32", batch = 7 }):save("trace-random.safetensors")

-- %% Live
local live = model:infer(test, { exit = gfnet.exits.margin{ threshold = 0.02 } })
print(live.accuracy, live.madds, table.concat(live.exits, " "))
gfnet.report.table{ name = "anytime", columns = { "step 1", "step 2", "step 3" }, rows = { trace:accuracy() } }
