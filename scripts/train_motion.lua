-- %% [markdown]
-- # Training a Glance-and-Focus Network on clips
--
-- In each clip of clutter-motion, 8 frames of 128 × 128, one Fashion-MNIST article moves to the right or to the left among
-- moving clutter; its class is what it is and where it goes. No single frame tells the direction, and neither does the mean
-- over frames: encoders whose frames exchange channels (a temporal shift) see it. What the article is wants full
-- resolution, and a patch of 48 × 48 at one place holds it in all frames.
--
-- The network learns in the paper's three stages, of which the last two alternate. Three baselines learn as long:
-- frames by themselves, whose answers are averaged; the shift on the glance alone; the shift on whole frames.
--
-- Every stage keeps its state after each epoch: run this script again and it goes on where it was stopped.

-- %% [parameters]
local p = gfnet.params{
  backbone = { default = "resnet_tiny_16", help = "the encoders (gfnet.backbones.list() names them)" },
  patch    = { default = 48, min = 8, help = "side of the glance and of the patches" },
  steps    = { default = 3, min = 2, help = "the most steps" },
  clips    = { default = 50000, min = 256, help = "training clips" },
  held_out = { default = 10000, min = 100, help = "test clips" },
  first    = { default = 4, min = 1, help = "epochs of stage 1" },
  policy   = { default = { 1, 1 }, min = 1, help = "epochs of each stage 2" },
  tune     = { default = { 3, 6 }, min = 1, help = "epochs of the stage 3 after each" },
  batch    = { default = 64, min = 2, help = "clips per step" },
  rate     = { default = 0.2, help = "learning rate of stage 1 and of the baselines" },
  tune_rate = { default = 0.15, help = "learning rate of stage 3" },
  reward   = { default = "increments", choices = { "increments", "contrastive" }, help = "of the policy" },
  seed     = { default = 1, help = "of weights, order and actions" },
  baselines = { default = { "average", "glance", "full" },
                help = "those that are trained: average (frames by themselves, whole), glance, full (both with shift)" },
  state    = { default = "models/training", help = "folder of the resumable state" },
  save     = { default = "models/clutter-motion-new.safetensors",
               help = "where the model goes; the one that comes with the project is models/clutter-motion.safetensors" },
}

-- %% Data
local train = gfnet.dataset("clutter-motion", { split = "train", limit = p.clips })
local test = gfnet.dataset("clutter-motion", { split = "test", limit = p.held_out })
print(("%d training and %d test clips of %d frames"):format(#train, #test, train.frames))

-- %% The network
local model = gfnet.model{
  backbone = p.backbone, patch_size = p.patch, steps = p.steps, dataset = train, seed = p.seed,
}
-- A slip in the path is told now and not after the training, which makes no folder but that of its state.
if p.save:match("^(.*)/[^/]*$") ~= p.state then model:save(p.save, { check = true }) end
model

-- %% Stages
assert(#p.policy == #p.tune, "policy and tune need a number of epochs for each round")
local history = {}
local seen = 0 -- epochs of fresh clips used so far: no stage sees a clip twice
local prefix = ("%s/motion-%d-"):format(p.state, p.seed)

local function stage(number, name, epochs, options)
  options.model, options.dataset = model, train
  options.stage, options.epochs, options.batch = number, epochs, p.batch
  options.schedule, options.seed, options.first_epoch = "one-cycle", p.seed, seen
  options.checkpoint = prefix .. name .. ".safetensors"
  for _, metrics in ipairs(gfnet.train(options)) do
    metrics.name = name
    history[#history + 1] = metrics
  end
  seen = seen + epochs
end

stage(1, "1-encoders", p.first, { rate = p.rate, classifier_rate = p.rate, weight_decay = 1e-4 })
for round = 1, #p.tune do
  stage(2, ("2-policy-%d"):format(round), p.policy[round],
    { ppo_rate = 1e-3, ppo_epochs = 4, reset_policy = round == 1, reward = p.reward })
  stage(3, ("3-fine-tune-%d"):format(round), p.tune[round],
    { rate = p.tune_rate, classifier_rate = p.tune_rate, weight_decay = 1e-4 })
end

-- %% Samplers
local rows, learned = {}, nil
for _, name in ipairs{ "learned", "random", "center" } do
  local accuracy = model:trace(test, { sampler = gfnet.samplers[name]{} }):accuracy()
  if name == "learned" then learned = accuracy end
  rows[#rows + 1] = { name, table.unpack(accuracy) }
end
local columns = { "sampler" }
for step = 1, p.steps do columns[step + 1] = ("step %d"):format(step) end
gfnet.report.table{
  name = "samplers", caption = "Anytime top-1 (%) on the test split.", columns = columns, rows = rows, digits = 2,
}

-- %% The model file
local epochs, policy_epochs = p.first, 0
for _, n in ipairs(p.tune) do epochs = epochs + n end
for _, n in ipairs(p.policy) do policy_epochs = policy_epochs + n end
model:save(p.save, { results = {
  dataset = train.name, clips = #test, anytime = learned, madds = model.madds,
  epochs = { encoders = epochs, policy = policy_epochs },
} })

-- %% Baselines
-- The same backbone with its own classifier, and as many epochs as the encoders above.
local whole = model.image_size
local kinds = {
  average = { caption = "whole frames, averaged", size = whole, shift = false },
  glance = { caption = "glance, shift", size = p.patch, shift = true },
  full = { caption = "whole frames, shift", size = whole, shift = true },
}
local static, results = {}, {}
for _, name in ipairs(p.baselines) do
  local kind = assert(kinds[name], "baselines are average, glance and full, not " .. name)
  local baseline = gfnet.model{
    backbone = p.backbone, patch_size = kind.size, steps = 1, classifier = "cascade", dataset = train, seed = p.seed,
    temporal_shift = kind.shift,
  }
  gfnet.train{
    model = baseline, dataset = train, stage = 1, epochs = epochs, batch = p.batch, schedule = "one-cycle",
    rate = p.rate, classifier_rate = p.rate, weight_decay = 1e-4, aux_weight = 0, seed = p.seed,
    checkpoint = prefix .. "static-" .. name .. ".safetensors",
  }
  results[name] = baseline:trace(test):accuracy()[1]
  static[#static + 1] = { kind.caption, kind.size, baseline.madds[1], results[name] }
end
static[#static + 1] = { "Glance-and-Focus, all steps", p.patch, model.madds[p.steps], learned[p.steps] }
gfnet.report.table{
  name = "baselines", caption = "Networks on the test split; what leaves early is in scripts/motion.lua.",
  columns = { "network", "side", "Multiply-Adds", "top-1 (%)" }, rows = static, digits = { ["top-1 (%)"] = 2 },
}

-- %% Training curves
local curve = gfnet.plot.figure{
  xlabel = "epoch", xintegers = true, ylabel = "training top-1 (%)", title = "Accuracy after each step" }
for step = 1, p.steps do
  local x, y = {}, {}
  for i, metrics in ipairs(history) do
    x[i], y[i] = i, metrics.accuracy[step]
  end
  curve:line(x, y, { label = ("step %d"):format(step) })
end
curve

-- %% In short
gfnet.report.results{
  accuracy_glance_step = learned[1], accuracy_last_step = learned[p.steps], average = results.average,
  shift_glance = results.glance, shift_full = results.full,
}
