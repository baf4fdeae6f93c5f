-- %% [markdown]
-- # The three stages of training, written in Lua
--
-- A Glance-and-Focus Network learns in three stages (Wang et al., NeurIPS 2020): the encoders and the classifier on patches
-- at random places; then the policy alone, by proximal policy optimisation; then encoders and classifier again, on the
-- policy's patches. `gfnet.train` does all of it. Here the same three stages are written out, line by line, as a start for
-- recipes of one's own: every loss, every draw and every update stands in this file.
--
-- Both train the same fresh network on the same images. They are compared after each stage: the losses of every epoch, and
-- all weights. Orders, draws and arithmetic are the same, so the weights agree to the last bit.

-- %% [parameters]
local p = gfnet.params{
  images   = { default = 512, min = 4, help = "training images" },
  epochs   = { default = { 2, 2, 2 }, min = 1, help = "passes over the training images in stage 1, 2, 3" },
  batch    = { default = 32, min = 2, help = "images of an update" },
  steps    = { default = 3, min = 2, max = 6, help = "the glance and the patches after it" },
  ppo      = { default = 2, min = 1, help = "updates of the policy on each batch" },
  backbone = { default = "resnet_tiny_16", help = "one of gfnet.backbones.list(), no mobile one: their glance does not learn" },
  seed     = { default = 1, help = "of weights, order and draws" },
}
assert(#p.epochs == 3, "epochs needs three numbers, one for each stage")

local nn, optim = gfnet.nn, gfnet.optim
local train = gfnet.dataset("clutter-fashion", { split = "train", limit = p.images })

-- %% [markdown]
-- ## An epoch
--
-- `data:batches` gives the batches that `gfnet.train` would train on: shuffled by seed and epoch, as even as they can be,
-- prepared ahead on a thread, with the images that the data set draws for this epoch. Random numbers are counters: those of
-- update `i` of a stage are child `i − 1` of the stage's stream, of which child 0 is for dropout, and child `t − 1` for the
-- patches of step `t`. So a number does not depend on what was drawn before it.

-- %%
local function run(stage, step)
  local numbers = gfnet.random.counter("train.stage" .. stage, { seed = p.seed })
  local losses, i, rate = {}, 0, nil
  for epoch = 1, p.epochs[stage] do
    local batches = train:batches{ size = p.batch, shuffle = true, seed = p.seed, epoch = epoch }
    rate = rate or optim.cosine{ steps = p.epochs[stage] * #batches }
    local sum = 0
    for batch in batches do
      i = i + 1
      sum = sum + step(batch, numbers:child(i - 1), rate(i))
    end
    losses[epoch] = sum / #batches
    print(("Lua: stage %d, epoch %d of %d: loss %.3f"):format(stage, epoch, p.epochs[stage], losses[epoch]))
  end
  return losses
end

-- %% [markdown]
-- ## Stages 1 and 3: encoders and classifier
--
-- The loss is the mean over the steps of the cross-entropy after each, that of the encoder's own classifier added. Patches are
-- uniform in stage 1, and drawn around the policy's proposals in stage 3. The policy is not among what gradients are asked
-- of, so it stays as it is; `compiled = false` has every part evaluated op by op, as in training, not by plans.

-- %%
local function descend(model, stage, rates)
  local encoders, classifier = { model.global_encoder, model.local_encoder }, model.sequence_classifier
  local opt = optim.sgd({ { params = encoders, lr = rates.encoders }, { params = classifier, lr = rates.classifier } },
    { momentum = 0.9, nesterov = true, weight_decay = 1e-4 })

  local function look(memory, numbers)
    if stage == 1 then return numbers:uniform(#memory, 2) end
    return (model:propose(memory, { rng = numbers }))
  end

  model:train()
  local losses = run(stage, function(batch, numbers, rate)
    local labels = batch.labels
    local function cost(seen)
      return nn.cross_entropy(seen.logits, labels) + nn.cross_entropy(seen.auxiliary, labels)
    end
    local loss, of_encoders, of_classifier = gfnet.value_and_grad(function()
      local seen = model:glance(batch, { auxiliary = true, rng = numbers:child(0), compiled = false })
      local total = cost(seen)
      for t = 2, model.steps do
        local places = look(seen.memory, numbers:child(t - 1))
        seen = model:focus(model:crop(batch, places), seen.memory, { auxiliary = true })
        total = total + cost(seen)
      end
      return total * (1 / model.steps)
    end, encoders, classifier)
    opt:step({ of_encoders, of_classifier }, rate)
    return loss
  end)
  model:eval()
  return losses
end

-- %% [markdown]
-- ## Stage 2: the policy
--
-- The network plays a batch of episodes as it is. What a patch earned is how much the probability of the true class rose. The
-- returns are discounted sums of these, standardised over the batch; an advantage is what a return is above the critic's
-- value. The policy is then updated on the maps that it saw: by the clipped surrogate, the critic's squared error and the
-- entropy, which is constant, as the deviation of the actions is.

-- %%
local discount, clip, value_weight, entropy_weight = 0.7, 0.2, 0.5, 0.01

local function play(model, batch, numbers)
  local labels = batch.labels:reshape(#batch, 1)
  local function confidence(seen) return seen.probabilities:gather(2, labels):reshape(#batch) end
  local episode = { maps = {}, places = {}, logs = {}, rewards = {} }
  local seen = model:glance(batch, { compiled = false })
  for t = 2, model.steps do
    local places, _, means = model:propose(seen.memory, { rng = numbers:child(t - 1) })
    local k, before = t - 1, seen
    seen = model:focus(model:crop(batch, places), seen.memory)
    episode.maps[k], episode.places[k] = before.map, places
    episode.logs[k] = model.policy:log_prob(places, means)
    episode.rewards[k] = confidence(seen) - confidence(before)
  end
  return episode
end

local function returns(rewards)
  local sums = {}
  for k = #rewards, 1, -1 do
    sums[k] = k == #rewards and rewards[k] or rewards[k] + discount * sums[k + 1]
  end
  -- Sums over all steps and images in double precision, as the trainer has them.
  local all, mean, squares = {}, 0, 0
  for k, row in ipairs(sums) do
    for _, value in ipairs(row:totable()) do all[#all + 1] = value end
  end
  for _, value in ipairs(all) do mean = mean + value end
  mean = mean / #all
  for _, value in ipairs(all) do squares = squares + (value - mean) * (value - mean) end
  local deviation, size = math.sqrt(squares / (#all - 1)), #all // #sums
  for k = 1, #sums do
    local row = {}
    for image = 1, size do row[image] = (all[(k - 1) * size + image] - mean) / (deviation + 1e-5) end
    sums[k] = gfnet.tensor(row)
  end
  return sums
end

local function surrogate(policy, episode, targets)
  local gain, fault, memory, count = nil, nil, nil, 0
  for k, map in ipairs(episode.maps) do
    local means, value
    means, value, memory = policy(map, memory)
    local advantage = targets[k] - value:detach()
    local ratio = (policy:log_prob(episode.places[k], means) - episode.logs[k]):exp()
    local step_gain = (ratio * advantage):minimum(ratio:clamp(1 - clip, 1 + clip) * advantage):sum()
    local step_fault = (value - targets[k]):square():sum()
    gain, fault = gain and gain + step_gain or step_gain, fault and fault + step_fault or step_fault
    count = count + #targets[k]
  end
  local entropy = 1 + math.log(2 * math.pi) + 2 * math.log(policy.deviation)
  return fault * (value_weight / count) - entropy_weight * entropy - gain * (1 / count)
end

local function reinforce(model)
  local policy = model.policy
  policy:reset{ seed = p.seed }
  local opt = optim.adam(policy, { lr = 3e-4 })
  return run(2, function(batch, numbers, rate)
    local episode = play(model, batch, numbers)
    local targets, first = returns(episode.rewards), nil
    for _ = 1, p.ppo do
      local loss, g = gfnet.value_and_grad(function() return surrogate(policy, episode, targets) end, policy)
      opt:step(g, rate)
      first = first or loss
    end
    return first
  end)
end

-- %% [markdown]
-- ## Side by side

-- %%
local function fresh()
  return gfnet.model{ backbone = p.backbone, dataset = train, steps = p.steps, seed = p.seed }
end
local own, built_in = fresh(), fresh()

local stages = {
  { name = "1: encoders", lua = function() return descend(own, 1, { encoders = 0.01, classifier = 0.1 }) end },
  { name = "2: policy", lua = function() return reinforce(own) end, options = { ppo_epochs = p.ppo } },
  { name = "3: fine-tuning", lua = function() return descend(own, 3, { encoders = 0.01, classifier = 0.01 }) end },
}

-- The largest difference of two models' arrays: weights, and running statistics of batch norm.
local function distance()
  local most, theirs = 0, built_in:state()
  for name, value in pairs(own:state()) do
    most = math.max(most, (value - theirs[name]):abs():max())
  end
  return most
end

local rows = {}
for stage, it in ipairs(stages) do
  local losses = it.lua()
  local options = { model = built_in, dataset = train, stage = stage, epochs = p.epochs[stage], batch = p.batch,
    seed = p.seed, aux_weight = 1, checkpoint = false }
  for name, value in pairs(it.options or {}) do options[name] = value end
  local metrics = gfnet.train(options)
  local apart = 0
  for epoch, m in ipairs(metrics) do apart = math.max(apart, math.abs(m.loss - losses[epoch])) end
  rows[stage] = { it.name, losses[#losses], metrics[#metrics].loss, apart, distance() }
end
gfnet.report.table{
  name = "comparison", caption = "The loop in Lua beside gfnet.train, on the same images from the same weights.",
  columns = { "stage", "last loss, Lua", "last loss, gfnet.train", "losses: largest difference",
              "weights: largest difference" },
  rows = rows, digits = { ["last loss, Lua"] = 4, ["last loss, gfnet.train"] = 4 } }

-- %%
for stage, row in ipairs(rows) do
  assert(row[5] == 0, ("stage %s: weights differ by %g"):format(row[1], row[5]))
  -- The trainer adds the constant entropy to the loss of stage 2 in the op that weighs the critic's error, rounded once.
  assert(row[4] <= (stage == 2 and 1e-6 or 0), ("stage %s: losses differ by %g"):format(row[1], row[4]))
end
print("weights are the same to the last bit")
gfnet.report.results{ largest_difference = math.max(rows[1][5], rows[2][5], rows[3][5]) }
