-- %% [markdown]
-- # Exits that boost each other
--
-- A network with several exits is usually trained on the sum of the losses of all exits: each learns to answer alone, and
-- early exits pull at the features that later ones need. *Boosted* exits (Yu et al., AAAI 2023) are trained as an additive
-- model instead: exit k answers with its own logits plus those of the exits before it, which stay as they are
-- (`:detach()`), so that it learns what they got wrong. Gradients are weighed by depth, so that early exits do not
-- dominate.
--
-- Both objectives train the same fresh network on the same images for as many steps; the objective is a function that
-- `gfnet.train` calls instead of its own loss.

-- %% [parameters]
local p = gfnet.params{
  images   = { default = 1000, min = 50, help = "training images" },
  test     = { default = 500, min = 50, help = "test images" },
  epochs   = { default = 6, min = 1, help = "passes over the training images" },
  steps    = { default = 3, min = 2, max = 6, help = "the glance and the patches after it" },
  share    = { default = 0.5, min = 0, max = 1, help = "of the earlier exits' logits in an answer" },
  depth    = { default = 0.7, min = 0.1, max = 1, help = "weight of an exit's gradient, once for each exit after it" },
  backbone = { default = "resnet_tiny_16", help = "one of gfnet.backbones.list()" },
}

-- %% The objectives
-- Logits with the exits before them, as training and evaluation both see them.
local share, depth = p.share, p.depth
local function boosted(logits)
  local sums = { logits[1] }
  for k = 2, #logits do sums[k] = logits[k] + share * sums[k - 1]:detach() end
  return sums
end

local objectives = {
  plain = function(logits, labels)
    local total = 0
    for _, answer in ipairs(logits) do total = total + gfnet.nn.cross_entropy(answer, labels) end
    return total / #logits
  end,
  boosted = function(logits, labels)
    local total, weights = 0, 0
    for k, answer in ipairs(boosted(logits)) do
      local weight = depth ^ (#logits - k)
      total = total + weight * gfnet.nn.cross_entropy(answer, labels)
      weights = weights + weight
    end
    return total / weights
  end,
};

-- %% Training
local train = gfnet.dataset("clutter-fashion", { split = "train", limit = p.images })
local test  = gfnet.dataset("clutter-fashion", { split = "test", limit = p.test })
local models = {}
for _, name in ipairs{ "plain", "boosted" } do
  local model = gfnet.model{ backbone = p.backbone, dataset = train, steps = p.steps, seed = 1 }
  gfnet.train{ model = model, dataset = train, stage = 1, epochs = p.epochs, batch = 16, rate = 0.05, seed = 1,
    loss = objectives[name], checkpoint = false }
  models[name] = model
end

-- %% Evaluation
-- Patches are at random places, the same for both: what is compared is the training of the exits.
local labels
local accuracy, madds = {}, nil
for _, name in ipairs{ "plain", "boosted" } do
  local trace = models[name]:trace(test, { sampler = "random", seed = 1 })
  labels, madds = gfnet.tensor(trace.labels), models[name].madds
  local logits = {}
  for k = 1, p.steps do logits[k] = gfnet.tensor(trace.logits[k]) end
  local answers = name == "boosted" and boosted(logits) or logits
  accuracy[name] = {}
  for k = 1, p.steps do accuracy[name][k] = 100 * answers[k]:argmax(2):eq(labels):float():mean() end
end

local rows = {}
for k = 1, p.steps do
  rows[k] = { k, madds[k], accuracy.plain[k], accuracy.boosted[k], accuracy.boosted[k] - accuracy.plain[k] }
end
gfnet.report.table{
  name = "exits", caption = "Accuracy by exit (%)",
  columns = { "exit", "Multiply-Adds", "plain", "boosted", "difference" }, rows = rows }

-- %%
local fig = gfnet.plot.figure{ xlabel = "Multiply-Adds", ylabel = "top-1 (%)", title = "Plain and boosted exits" }
fig:line(madds, accuracy.plain, { label = "plain" })
fig:line(madds, accuracy.boosted, { label = "boosted" })
fig
