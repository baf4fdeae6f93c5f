-- %% [markdown]
-- # The 2025 recipe: encoders and policy learn together
--
-- AdaptiveNN (Wang et al., 2025) trains a network that looks at an image in steps differently from the three stages of the
-- Glance-and-Focus paper. This script is that recipe, written in Lua on the parts of a Glance-and-Focus Network:
--
-- * One loop: every batch moves encoders and classifier, and every few batches the policy as well, on the same episodes.
-- * A patch earns the drop of the **cross-entropy** that it brought, not the rise of a probability.
-- * Advantages are **generalised** (γ 0.5, λ 0.84), and each batch of episodes makes five PPO updates.
-- * Actions spread widely at first and less later: their deviation goes from **0.25 to 0.10** by a cosine.
-- * Two regularisers: the patch encoder also classifies the **whole image** (weight 2), and early answers are **distilled**
--   from the last one (weight 1).
-- * An image leaves when the critic **expects too little** of another look.
--
-- What differs from that paper: the networks are those of the Glance-and-Focus Network, and the critic shares its trunk with
-- the policy. The built-in recipe, three stages of `gfnet.train`, has as many epochs and the same images, rates and start.
-- The numbers are what they are: a small network, few images, one seed. With `images=50000 epochs=12,4,24 every=10` the
-- comparison is closer to what is trained in earnest.

-- %% [parameters]
local p = gfnet.params{
  images   = { default = 4000, min = 16, help = "training images" },
  test     = { default = 1000, min = 16, help = "test images" },
  epochs   = { default = { 3, 1, 2 }, min = 1, help = "of the built-in stages 1, 2, 3; the recipe has as many in all" },
  batch    = { default = 32, min = 2, help = "images of an update" },
  steps    = { default = 3, min = 2, max = 6, help = "the glance and the patches after it" },
  rate     = { default = 0.1, min = 0, help = "learning rate of encoders and classifier, of both recipes" },
  ppo_rate = { default = 1e-3, min = 0, help = "learning rate of the policy, of both recipes" },
  every    = { default = 4, min = 1, help = "the policy is updated after so many batches (AdaptiveNN: 10)" },
  updates  = { default = 5, min = 1, help = "PPO updates on a batch of episodes" },
  gamma    = { default = 0.5, min = 0, max = 1, help = "discount of later rewards" },
  lambda   = { default = 0.84, min = 0, max = 1, help = "of generalised advantage estimation" },
  sigma    = { default = { 0.25, 0.1 }, min = 0.01, max = 1, help = "deviation of the actions, at first and at last" },
  whole    = { default = 2.0, min = 0, help = "weight of the patch encoder's answer to the whole image" },
  whole_size = { default = 64, min = 16, help = "side of the whole image for it" },
  distill  = { default = 1.0, min = 0, help = "weight of the distillation from the last answer" },
  backbone = { default = "resnet_tiny_16", help = "one of gfnet.backbones.list()" },
  seed     = { default = 1, help = "of weights, order and draws" },
}
assert(#p.epochs == 3, "epochs needs three numbers, one for each built-in stage")
assert(#p.sigma == 2, "sigma needs two numbers, the first and the last")

local nn, optim = gfnet.nn, gfnet.optim
local train = gfnet.dataset("clutter-fashion", { split = "train", limit = p.images })
local test  = gfnet.dataset("clutter-fashion", { split = "test", limit = p.test })
local epochs = p.epochs[1] + p.epochs[2] + p.epochs[3]
local function fresh()
  return gfnet.model{ backbone = p.backbone, dataset = train, steps = p.steps, seed = p.seed }
end

-- %% [markdown]
-- ## An episode
--
-- One pass over a batch is both: what the loss of encoders and classifier is computed from, and the episode that the policy
-- learns from. What the policy is to learn from is kept without its history.

-- %%
local function play(model, batch, numbers, deviation)
  local labels = batch.labels
  local function errors(seen) return nn.cross_entropy(seen.logits, labels, { reduction = "none" }) end
  local episode = { maps = {}, places = {}, logs = {}, rewards = {} }
  local seen = model:glance(batch, { auxiliary = true, rng = numbers:child(0), compiled = false })
  local all, before = { seen }, errors(seen)
  local losses = { before:mean() + nn.cross_entropy(seen.auxiliary, labels) }
  for t = 2, model.steps do
    local places, _, means = model:propose(seen.memory, { rng = numbers:child(t - 1), deviation = deviation })
    episode.maps[t - 1], episode.places[t - 1] = seen.map:detach(), places
    episode.logs[t - 1] = model.policy:log_prob(places, means, { deviation = deviation })
    seen = model:focus(model:crop(batch, places), seen.memory, { auxiliary = true })
    local after = errors(seen)
    episode.rewards[t - 1] = (before - after):detach()
    all[t], before = seen, after
    losses[t] = after:mean() + nn.cross_entropy(seen.auxiliary, labels)
  end
  return all, losses, episode
end

-- %% [markdown]
-- ## The loss of encoders and classifier

-- %%
local function loss_of(model, batch, all, losses)
  local total = 0
  for _, loss in ipairs(losses) do total = total + loss end
  total = total / #losses
  if p.whole > 0 then
    local features = model.local_encoder(model:resize(batch, p.whole_size))
    local answer = model.local_encoder:classify(features)
    total = total + p.whole * nn.cross_entropy(answer, batch.labels)
  end
  if p.distill > 0 then
    local teacher, sum = all[#all].logits:detach(), 0
    for t = 1, #all - 1 do sum = sum + nn.kl_div(all[t].logits, teacher) end
    total = total + p.distill * sum / (#all - 1)
  end
  return total
end

-- %% [markdown]
-- ## The policy
--
-- `gae` is Schulman et al.'s: δ = r + γV′ − V, summed backwards with γλ. Returns are advantages plus values; the advantages are
-- then standardised over the batch.

-- %%
local clip, value_weight = 0.2, 0.5

local function judge(policy, episode)
  local logs, values, memory = {}, {}, nil
  for k, map in ipairs(episode.maps) do
    local means
    means, values[k], memory = policy(map, memory)
    logs[k] = policy:log_prob(episode.places[k], means, { deviation = episode.deviation })
  end
  return logs, values
end

local function gae(rewards, values)
  local advantages, returns, last = {}, {}, nil
  for k = #rewards, 1, -1 do
    local surprise = rewards[k] - values[k]
    if last then surprise = surprise + p.gamma * values[k + 1] + p.gamma * p.lambda * last end
    last = surprise
    advantages[k], returns[k] = surprise, surprise + values[k]
  end
  local all = gfnet.tensor.stack(advantages)
  local mean = all:mean()
  local deviation = math.sqrt((all - mean):square():mean()) + 1e-5
  for k, advantage in ipairs(advantages) do advantages[k] = (advantage - mean) / deviation end
  return advantages, returns
end

local function reinforce(policy, episode, opt, factor)
  local _, values = judge(policy, episode)
  local advantages, returns = gae(episode.rewards, values)
  for _ = 1, p.updates do
    local _, g = gfnet.value_and_grad(function()
      local logs, expected = judge(policy, episode)
      local gain, fault = 0, 0
      for k, advantage in ipairs(advantages) do
        local ratio = (logs[k] - episode.logs[k]):exp()
        gain = gain + (ratio * advantage):minimum(ratio:clamp(1 - clip, 1 + clip) * advantage):mean()
        fault = fault + (expected[k] - returns[k]):square():mean()
      end
      return (value_weight * fault - gain) / #advantages
    end, policy)
    opt:step(g, factor)
  end
end

-- %% [markdown]
-- ## The loop

-- %%
local function recipe(model)
  local encoders, classifier = { model.global_encoder, model.local_encoder }, model.sequence_classifier
  local policy = model.policy
  local opt = optim.sgd({ { params = encoders }, { params = classifier } },
    { lr = p.rate, momentum = 0.9, nesterov = true, weight_decay = 1e-4 })
  local policy_opt = optim.adam(policy, { lr = p.ppo_rate })
  local numbers = gfnet.random.counter("recipe", { seed = p.seed })
  local count = #train:batches{ size = p.batch }
  local factor = optim.cosine{ steps = epochs * count }
  local history, i = {}, 0
  model:train()
  for epoch = 1, epochs do
    local sum, earned = 0, 0
    for batch in train:batches{ size = p.batch, shuffle = true, seed = p.seed, epoch = epoch } do
      i = i + 1
      local deviation = p.sigma[2] + (p.sigma[1] - p.sigma[2]) * factor(i)
      local loss, of_encoders, of_classifier, episode = gfnet.value_and_grad(function()
        local all, losses, episode = play(model, batch, numbers:child(i), deviation)
        return loss_of(model, batch, all, losses), episode
      end, encoders, classifier)
      opt:step({ of_encoders, of_classifier }, factor(i))
      episode.deviation = deviation
      if i % p.every == 0 then reinforce(policy, episode, policy_opt, factor(i)) end
      sum = sum + loss
      for _, reward in ipairs(episode.rewards) do earned = earned + reward:mean() / #episode.rewards end
    end
    history[epoch] = { loss = sum / count, reward = earned / count }
    print(("recipe: epoch %d of %d: loss %.3f, a patch earned %.3f nats"):format(
      epoch, epochs, history[epoch].loss, history[epoch].reward))
  end
  model:eval()
  return history
end

local models, seconds = {}, {}
local start = gfnet.clock()
models.recipe = fresh()
local history = recipe(models.recipe)
seconds.recipe = gfnet.clock() - start

-- %% The built-in recipe
start = gfnet.clock()
models.stages = fresh()
local seen = 0
for stage = 1, 3 do
  local options = { model = models.stages, dataset = train, stage = stage, epochs = p.epochs[stage], batch = p.batch,
    seed = p.seed, first_epoch = seen, checkpoint = false }
  if stage == 2 then options.ppo_rate = p.ppo_rate
  else options.rate, options.classifier_rate = p.rate, p.rate end
  gfnet.train(options)
  seen = seen + p.epochs[stage]
end
seconds.stages = gfnet.clock() - start

-- %% [markdown]
-- ## Accuracy after each step

-- %%
local names = { recipe = "this recipe", stages = "three stages" }
local traces, rows = {}, {}
for _, name in ipairs{ "stages", "recipe" } do traces[name] = models[name]:trace(test, { sampler = "learned" }) end
local anytime = { recipe = traces.recipe:accuracy(), stages = traces.stages:accuracy() }
for t = 1, p.steps do
  rows[t] = { t, models.recipe.madds[t], anytime.stages[t], anytime.recipe[t], anytime.recipe[t] - anytime.stages[t] }
end
gfnet.report.table{
  name = "anytime", caption = ("Top-1 (%%) on %d test images after %d epochs over %d."):format(#test, epochs, #train),
  columns = { "step", "Multiply-Adds", names.stages, names.recipe, "difference" }, rows = rows }

-- %% [markdown]
-- ## Leaving early
--
-- Every rule is applied at thresholds from its most eager to its most patient, and none is chosen by its accuracy. They are
-- quantiles of what the rule reads, so that recipes whose critics or confidences differ in scale are compared at like costs.

-- %%
local function quantiles(columns)
  local all = {}
  for t = 1, p.steps - 1 do
    for _, value in ipairs(columns[t]) do all[#all + 1] = value end
  end
  table.sort(all)
  local found = {}
  for k = 0, 12 do found[#found + 1] = all[1 + math.floor(k / 12 * (#all - 1) + 0.5)] end
  return found
end

local rules = {
  confidence = function(trace, threshold) return trace:evaluate(gfnet.exits.confidence{ threshold = threshold }) end,
  value = function(trace, threshold) return trace:evaluate(gfnet.exits.value{ threshold = threshold }) end,
}
local curves, exits = {}, {}
for _, name in ipairs{ "stages", "recipe" } do
  for _, rule in ipairs{ "confidence", "value" } do
    local points = {}
    for k, threshold in ipairs(quantiles(traces[name][rule])) do
      local e = rules[rule](traces[name], threshold)
      points[k] = { e.madds, e.accuracy }
      if k % 3 == 1 then exits[#exits + 1] = { names[name], rule, threshold, e.madds, e.accuracy } end
    end
    table.sort(points, function(a, b) return a[1] < b[1] end)
    curves[#curves + 1] = { label = names[name] .. ", " .. rule, points = points }
  end
end
gfnet.report.table{
  name = "exits", caption = "Every third of the thresholds that were applied; the figure has all.",
  columns = { "recipe", "rule", "threshold", "Multiply-Adds", "top-1 (%)" }, rows = exits, digits = { threshold = 4 } }

local fig = gfnet.plot.figure{
  xlabel = "mean Multiply-Adds per image", ylabel = "top-1 (%)", title = "The recipe beside the three stages" }
for _, curve in ipairs(curves) do
  local x, y = {}, {}
  for k, point in ipairs(curve.points) do x[k], y[k] = point[1], point[2] end
  fig:line(x, y, { label = curve.label })
end
fig

-- %% Training
rows = {}
for epoch, m in ipairs(history) do rows[epoch] = { epoch, m.loss, m.reward } end
gfnet.report.table{
  name = "training", caption = "The recipe by epoch; the reward is the mean drop of cross-entropy per patch, in nats.",
  columns = { "epoch", "loss", "reward" }, rows = rows, digits = { loss = 3, reward = 4 } }
gfnet.report.results{
  accuracy_stages = anytime.stages[p.steps], accuracy_recipe = anytime.recipe[p.steps],
  seconds_stages = seconds.stages, seconds_recipe = seconds.recipe }
