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
-- Every stage keeps its state after each epoch: run this script again and it goes on where it was stopped. Results of
-- baselines are kept in the model file, from which `scripts/motion.lua` shows them. Baselines alone, for a model that is
-- there already (those whose state is complete are only measured):
--
--     gfnet-lab scripts/train_motion.lua only=baselines save=models/clutter-motion.safetensors
--
-- Each seed has a state and a model file of its own:
--
--     gfnet-lab scripts/train_motion.lua seed=2 save=models/clutter-motion-2.safetensors

-- %% [parameters]
local p = gfnet.params{
  backbone = { default = "resnet_tiny_16", help = "the encoders (gfnet.backbones.list() names them)" },
  patch    = { default = 48, min = 8, help = "side of the glance and of the patches" },
  steps    = { default = 3, min = 2, help = "the most steps" },
  clips    = { default = 50000, min = 20, help = "training clips" },
  held_out = { default = 10000, min = 20, help = "test clips" },
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
  only     = { default = "all", choices = { "all", "network", "baselines" },
               help = "train the network and its baselines, or one of both" },
  state    = { default = "models/training", help = "folder of the resumable state" },
  save     = { default = "models/clutter-motion-new.safetensors",
               help = "where the model goes; the one that comes with the project is models/clutter-motion.safetensors" },
}

-- %% Data
local train = gfnet.dataset("clutter-motion", { split = "train", limit = p.clips })
local test = gfnet.dataset("clutter-motion", { split = "test", limit = p.held_out })
print(("%d training and %d test clips of %d frames"):format(#train, #test, train.frames))

-- %% The network
local is_trained = p.only ~= "baselines"
local model
if is_trained then
  model = gfnet.model{
    backbone = p.backbone, patch_size = p.patch, steps = p.steps, dataset = train, seed = p.seed,
  }
  -- A slip in the path is told now and not after the training, which makes no folder but that of its state.
  if p.save:match("^(.*)/[^/]*$") ~= p.state then model:save(p.save, { check = true }) end
else
  local found
  found, model = pcall(gfnet.load, p.save)
  if not found then
    error(("only=baselines adds their results to a model file, save=%s, and that cannot be read: %s"):format(
      p.save, (tostring(model):gsub("^[^ ]*:%d+: ", ""))), 0)
  end
end
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

if is_trained then
  stage(1, "1-encoders", p.first, { rate = p.rate, classifier_rate = p.rate, weight_decay = 1e-4 })
  for round = 1, #p.tune do
    stage(2, ("2-policy-%d"):format(round), p.policy[round],
      { ppo_rate = 1e-3, ppo_epochs = 4, reset_policy = round == 1, reward = p.reward })
    stage(3, ("3-fine-tune-%d"):format(round), p.tune[round],
      { rate = p.tune_rate, classifier_rate = p.tune_rate, weight_decay = 1e-4 })
  end
end

-- %% Samplers
-- A model whose baselines alone are asked for keeps what its file says.
local results = is_trained and {} or model.info.results or {}
if is_trained then
  results.samplers = {}
  local rows, columns = {}, { "sampler" }
  for i, name in ipairs{ "learned", "random", "center" } do
    local accuracy = model:trace(test, { sampler = gfnet.samplers[name]{} }):accuracy()
    results.samplers[name], rows[i] = accuracy, { name, table.unpack(accuracy) }
  end
  for step = 1, p.steps do columns[step + 1] = ("step %d"):format(step) end
  gfnet.report.table{
    name = "samplers", caption = "Anytime top-1 (%) on the test split.", columns = columns, rows = rows, digits = 2,
  }
end

-- %% The model file
local epochs, policy_epochs = p.first, 0
for _, n in ipairs(p.tune) do epochs = epochs + n end
for _, n in ipairs(p.policy) do policy_epochs = policy_epochs + n end
if is_trained then
  results.dataset, results.clips, results.seed = train.name, #test, p.seed
  results.anytime, results.madds = results.samplers.learned, model.madds
  results.epochs = { encoders = epochs, policy = policy_epochs }
  model:save(p.save, { results = results })
elseif not results.anytime then
  results.anytime, results.madds = model:trace(test):accuracy(), model.madds
end
local learned = results.anytime

-- %% Baselines
-- The same backbone with its own classifier, and as many epochs as the encoders above. Frames that are encoded each by
-- itself need not all be there to learn from: as in TSN, that network learns from two of a clip's, and is measured on all.
-- The file gets each one's results as soon as they are there, in place of those that it had of the same name.
local whole = model.image_size
local kinds = {
  average = { caption = "whole frames, averaged", size = whole, shift = false, learns_from = 2 },
  glance = { caption = "glance, shift", size = p.patch, shift = true },
  full = { caption = "whole frames, shift", size = whole, shift = true },
}

local function baseline(name)
  local kind = assert(kinds[name], "baselines are average, glance and full, not " .. name)
  local function network_of(frames)
    return gfnet.model{
      backbone = p.backbone, patch_size = kind.size, steps = 1, classifier = "cascade", dataset = train, seed = p.seed,
      temporal_shift = kind.shift, glance_frames = frames,
    }
  end
  local network = network_of(kind.learns_from)
  gfnet.train{
    model = network, dataset = train, stage = 1, epochs = epochs, batch = p.batch, schedule = "one-cycle",
    rate = p.rate, classifier_rate = p.rate, weight_decay = 1e-4, aux_weight = 0, seed = p.seed,
    checkpoint = prefix .. "static-" .. name .. ".safetensors",
  }
  if kind.learns_from then
    -- The policy, which one step has no use for, has the frames side by side: its weights are of another shape.
    local all, weights = network_of(train.frames), {}
    for name, values in pairs(network:state()) do
      if not name:find("^policy%.") then weights[name] = values end
    end
    all:load_state(weights)
    network = all
  end
  return {
    name = name, caption = kind.caption, size = kind.size, shift = kind.shift, madds = network.madds[1],
    accuracy = network:trace(test):accuracy()[1], epochs = epochs, frames = kind.learns_from or train.frames,
    clips = #test, seed = p.seed,
  }
end

local static = {}
for _, network in ipairs(results.static or {}) do static[#static + 1] = network end
for _, name in ipairs(p.only ~= "network" and p.baselines or {}) do
  local measured, place = baseline(name), #static + 1
  for i, network in ipairs(static) do
    if network.name == name then place = i end
  end
  static[place] = measured
  results.static = static
  model:save(p.save, { results = results })
end

local rows = {}
for i, network in ipairs(static) do rows[i] = { network.caption, network.size, network.madds, network.accuracy } end
rows[#rows + 1] = { "Glance-and-Focus, all steps", model.patch_size, model.madds[#model.madds], learned[#learned] }
for _, row in ipairs(rows) do row[5] = 100 * row[3] / rows[#rows][3] end
gfnet.report.table{
  name = "baselines", caption = "Networks on the test split; what leaves early is in scripts/motion.lua.",
  columns = { "network", "side", "Multiply-Adds", "top-1 (%)", "of the cost of all steps (%)" }, rows = rows,
  digits = { ["top-1 (%)"] = 2, ["of the cost of all steps (%)"] = 0 },
}

-- %% Training curves
if #history > 0 then
  local curve = gfnet.plot.figure{
    xlabel = "epoch", xintegers = true, ylabel = "training top-1 (%)", title = "Accuracy after each step" }
  for step = 1, p.steps do
    local x, y = {}, {}
    for i, metrics in ipairs(history) do
      x[i], y[i] = i, metrics.accuracy[step]
    end
    curve:line(x, y, { label = ("step %d"):format(step) })
  end
  gfnet.report.figure(curve)
end

-- %% In short
local summary = { accuracy_glance_step = learned[1], accuracy_last_step = learned[#learned] }
for _, network in ipairs(static) do
  summary[network.name == "average" and "average" or "shift_" .. network.name] = network.accuracy
end
gfnet.report.results(summary)
