-- %% [markdown]
-- # Training a Glance-and-Focus Network on clutter-fashion
--
-- One Fashion-MNIST article lies somewhere in a cluttered 128 × 128 canvas. The glance (48 × 48) shows it about ten
-- pixels wide; a 48 × 48 patch in the right place shows all of it. The network learns in the paper's three stages,
-- of which the last two alternate: once the policy points at the article, the local encoder has something to learn
-- from, and a better encoder gives the policy better rewards.
--
-- The full-resolution baseline is the same backbone trained on whole images for as many epochs as the encoders of the
-- Glance-and-Focus Network had. Thresholds are not touched here: they are calibrated on the validation split when they
-- are used.
--
-- Every stage keeps its state after each epoch: run this script again and it goes on where it was stopped.
--
-- With pictures of your own, in a folder that holds train, validation and test and in each a folder for each class:
--
--     gfnet-lab scripts/train_clutter.lua data=pets size=128 state=pets/training save=pets.safetensors

-- %% [parameters]
local p = gfnet.params{
  backbone = { default = "resnet_tiny_16", help = "the encoders (gfnet.backbones.list() names them)" },
  patch    = { default = 48, min = 8, help = "side of the glance and of the patches" },
  steps    = { default = 4, min = 2, help = "the most steps" },
  images   = { default = 50000, min = 256, help = "training images" },
  held_out = { default = 10000, min = 100, help = "validation and test images" },
  first    = { default = 6, min = 1, help = "epochs of stage 1" },
  policy   = { default = { 2, 2 }, min = 1, help = "epochs of each stage 2" },
  tune     = { default = { 6, 12 }, min = 1, help = "epochs of the stage 3 after each" },
  batch    = { default = 128, min = 2, help = "images per step" },
  rate     = { default = 0.3, help = "learning rate of stage 1 and of the baselines" },
  tune_rate = { default = 0.2, help = "learning rate of stage 3" },
  seed     = { default = 1, help = "of weights, order and actions" },
  state    = { default = "models/training", help = "folder of the resumable state" },
  save     = { default = "models/clutter-fashion-new.safetensors",
               help = "where the model goes; the one that comes with the project is models/clutter-fashion.safetensors" },
  data     = { default = "", help = "folder of pictures; if empty, clutter-fashion" },
  size     = { default = 128, min = 16, help = "of data: side that its pictures are resized and cropped to" },
  labels   = { default = "", help = "of data: text file that names the class folders in order; if empty, by their names" },
}

-- %% Data
local function open(split, limit)
  if p.data == "" then return gfnet.dataset("clutter-fashion", { split = split, limit = limit }) end
  return gfnet.dataset("folder", {
    path = p.data, split = split, limit = limit, crop = p.size, labels = p.labels ~= "" and p.labels or nil,
    augment = split == "train" })
end
local train, validation, test = open("train", p.images), open("validation", p.held_out), open("test", p.held_out)
print(("%d training, %d validation, %d test images"):format(#train, #validation, #test))

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
local seen = 0 -- epochs of fresh canvases used so far: no stage sees a canvas twice

local function stage(number, name, epochs, options)
  options.model, options.dataset = model, train
  options.stage, options.epochs, options.batch = number, epochs, p.batch
  options.schedule, options.seed, options.first_epoch = "one-cycle", p.seed, seen
  options.checkpoint = ("%s/%s.safetensors"):format(p.state, name)
  for _, metrics in ipairs(gfnet.train(options)) do
    metrics.name = name
    history[#history + 1] = metrics
  end
  seen = seen + epochs
end

stage(1, "1-encoders", p.first, { rate = p.rate, classifier_rate = p.rate, weight_decay = 1e-4 })
for round = 1, #p.tune do
  stage(2, ("2-policy-%d"):format(round), p.policy[round],
    { ppo_rate = 1e-3, ppo_epochs = 4, reset_policy = round == 1 })
  stage(3, ("3-fine-tune-%d"):format(round), p.tune[round],
    { rate = p.tune_rate, classifier_rate = p.tune_rate, weight_decay = 1e-4 })
end

-- %% Static baselines
-- The same backbone on whole images at full resolution, and on the glance alone, both with its own classifier and as
-- many epochs as the encoders above.
local epochs, policy_epochs = p.first, 0
for _, n in ipairs(p.tune) do epochs = epochs + n end
for _, n in ipairs(p.policy) do policy_epochs = policy_epochs + n end

local function static(name, size)
  local baseline = gfnet.model{
    backbone = p.backbone, patch_size = size, steps = 1, classifier = "cascade", dataset = train, seed = p.seed,
  }
  gfnet.train{
    model = baseline, dataset = train, stage = 1, epochs = epochs, batch = p.batch, schedule = "one-cycle",
    rate = p.rate, classifier_rate = p.rate, weight_decay = 1e-4, aux_weight = 0, seed = p.seed,
    checkpoint = ("%s/%s.safetensors"):format(p.state, name),
  }
  local trace = baseline:trace(test)
  return { name = name, size = size, madds = baseline.madds[1], accuracy = trace:accuracy()[1] }
end

local full   = static("static-full", model.image_size)
local glance = static("static-glance", p.patch)
gfnet.report.table{
  name = "baselines", caption = "Static networks on the test split.",
  columns = { "network", "input", "Multiply-Adds", "top-1 (%)" },
  rows = { { "whole image", full.size, full.madds, full.accuracy },
           { "glance", glance.size, glance.madds, glance.accuracy } },
  digits = { ["top-1 (%)"] = 2 },
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

-- %% Samplers
local rows, learned = {}, nil
for _, name in ipairs{ "learned", "random", "center", "corners" } do
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
model:save(p.save, { results = {
  dataset = train.name, images = #test, anytime = learned, madds = model.madds,
  static = { full, glance }, epochs = { encoders = epochs, policy = policy_epochs },
} })
gfnet.report.results{
  accuracy_last_step = learned[p.steps], accuracy_full_resolution = full.accuracy, accuracy_glance = glance.accuracy,
}
