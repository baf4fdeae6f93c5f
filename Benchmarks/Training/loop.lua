-- %% [markdown]
-- # What a training loop in Lua costs: one's own loop against `gfnet.train`
--
-- Epochs of stage 1 and of stage 2 on the same images from the same weights, in turn: by `gfnet.train`, and by the loops of
-- `scripts/three_stages.lua`, shortened. Both end at the same weights, which is checked. A ratio is the median of the rounds'
-- ratios of the time of an update; the bar is 1.05. Setting up, the first epoch of each and what is checked are not counted.

-- %% [parameters]
local p = gfnet.params{
  images   = { default = 256, min = 8, help = "training images" },
  batch    = { default = 32, min = 2, help = "images of an update" },
  steps    = { default = 3, min = 2, max = 6, help = "the glance and the patches after it" },
  backbone = { default = "resnet_tiny_16", help = "one of gfnet.backbones.list(), no mobile one: their glance does not learn" },
  rounds   = { default = 7, min = 1, help = "of all, in turn; one more warms up" },
}

local nn, optim = gfnet.nn, gfnet.optim
local train = gfnet.dataset("clutter-fashion", { split = "train", limit = p.images })
local function fresh() return gfnet.model{ backbone = p.backbone, dataset = train, steps = p.steps, seed = 1 } end

-- %% One epoch of each stage in Lua
local function epoch(stage, number, step)
  local numbers, i = gfnet.random.counter("train.stage" .. stage, { seed = number }), 0
  local batches = train:batches{ size = p.batch, shuffle = true, seed = number }
  local rate = optim.cosine{ steps = #batches }
  local start = gfnet.clock()
  for batch in batches do
    i = i + 1
    step(batch, numbers:child(i - 1), rate(i))
  end
  return gfnet.clock() - start
end

local function encoders(model, number)
  local nets, classifier = { model.global_encoder, model.local_encoder }, model.sequence_classifier
  local opt = optim.sgd({ { params = nets, lr = 0.01 }, { params = classifier, lr = 0.1 } },
    { momentum = 0.9, nesterov = true, weight_decay = 1e-4 })
  model:train()
  local seconds = epoch(1, number, function(batch, numbers, rate)
    local labels = batch.labels
    local _, g, h = gfnet.value_and_grad(function()
      local seen = model:glance(batch, { auxiliary = true, rng = numbers:child(0), compiled = false })
      local total = nn.cross_entropy(seen.logits, labels) + nn.cross_entropy(seen.auxiliary, labels)
      for t = 2, model.steps do
        seen = model:focus(model:crop(batch, numbers:child(t - 1):uniform(#batch, 2)), seen.memory, { auxiliary = true })
        total = total + (nn.cross_entropy(seen.logits, labels) + nn.cross_entropy(seen.auxiliary, labels))
      end
      return total * (1 / model.steps)
    end, nets, classifier)
    opt:step({ g, h }, rate)
  end)
  model:eval()
  return seconds
end

local function standardised_returns(rewards)
  local sums, all, mean, squares = {}, {}, 0, 0
  for k = #rewards, 1, -1 do sums[k] = k == #rewards and rewards[k] or rewards[k] + 0.7 * sums[k + 1] end
  for _, row in ipairs(sums) do
    for _, value in ipairs(row:totable()) do all[#all + 1] = value end
  end
  for _, value in ipairs(all) do mean = mean + value / #all end
  for _, value in ipairs(all) do squares = squares + (value - mean) ^ 2 end
  local deviation = math.sqrt(squares / (#all - 1)) + 1e-5
  for k, row in ipairs(sums) do sums[k] = (row - mean) / deviation end
  return sums
end

local function policy_stage(model, number)
  local policy = model.policy
  policy:reset{ seed = number }
  local opt = optim.adam(policy, { lr = 3e-4 })
  return epoch(2, number, function(batch, numbers, rate)
    local labels = batch.labels:reshape(#batch, 1)
    local function confidence(seen) return seen.probabilities:gather(2, labels):reshape(#batch) end
    local maps, places, logs, rewards = {}, {}, {}, {}
    local seen = model:glance(batch, { compiled = false })
    for k = 1, model.steps - 1 do
      local drawn, _, means = model:propose(seen.memory, { rng = numbers:child(k) })
      places[k], maps[k], logs[k] = drawn, seen.map, policy:log_prob(drawn, means)
      local before = confidence(seen)
      seen = model:focus(model:crop(batch, places[k]), seen.memory)
      rewards[k] = confidence(seen) - before
    end
    local targets = standardised_returns(rewards)
    opt:step(gfnet.grad(function()
      local total, memory = 0, nil
      for k, map in ipairs(maps) do
        local means, value
        means, value, memory = policy(map, memory)
        local advantage = targets[k] - value:detach()
        local ratio = (policy:log_prob(places[k], means) - logs[k]):exp()
        total = total + 0.5 * (value - targets[k]):square():sum()
          - (ratio * advantage):minimum(ratio:clamp(0.8, 1.2) * advantage):sum()
      end
      return total * (1 / (#maps * #batch))
    end, policy), rate)
  end)
end

-- %% Rounds
local function median(values)
  table.sort(values)
  return values[(#values + 1) // 2]
end

local rows, updates = {}, #train:batches{ size = p.batch }
for stage, run in ipairs{ encoders, policy_stage } do
  local a, b = fresh(), fresh()
  local ratios, own, theirs = {}, {}, {}
  for round = 0, p.rounds do
    -- The one that comes second finds the machine as the first one left it: they take turns.
    local lua, built_in
    local function ours() lua = run(a, round) end
    local function native()
      built_in = gfnet.train{ model = b, dataset = train, stage = stage, epochs = 1, batch = p.batch, seed = round,
        aux_weight = 1, checkpoint = false }[1].seconds
    end
    if round % 2 == 0 then ours() native() else native() ours() end
    if round > 0 then ratios[round], own[round], theirs[round] = lua / built_in, lua, built_in end
  end
  local apart, state = 0, b:state()
  for name, value in pairs(a:state()) do apart = math.max(apart, (value - state[name]):abs():max()) end
  assert(apart <= (stage == 1 and 0 or 5e-4), ("stage %d: the two loops differ by %g"):format(stage, apart))
  rows[stage] = { stage, 1e3 * median(theirs) / updates, 1e3 * median(own) / updates, median(ratios), apart }
end
gfnet.report.table{
  name = "loop", caption = "Milliseconds per update.", rows = rows,
  columns = { "stage", "gfnet.train", "Lua", "ratio", "weights: largest difference" },
  digits = { ["gfnet.train"] = 2, Lua = 2, ratio = 3 },
}
