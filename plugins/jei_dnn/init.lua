-- JEI-DNN (Chataoui, Coates and others, ICLR 2024): gates that decide after each step whether an image leaves, learned so
-- that loss and cost together are small. Here the network and its answers are given, and the gates are what is learned.
local gates = require("gates")

-- Each run has a table of parameters of its own; what is made of it is kept as long as the table.
local made = setmetatable({}, { __mode = "k" })

local function weights_of(b, p)
  local known = made[p]
  if not known then
    local size = gates.inputs + 1
    if #p.weights ~= size * (b.steps - 1) then
      error(("its %d weights are not those of the %d gates of %d steps: it was fitted on another network"):format(
        #p.weights, b.steps - 1, b.steps), 0)
    end
    known = {}
    for k = 1, b.steps - 1 do
      known[k] = gfnet.tensor(table.move(p.weights, (k - 1) * size + 1, k * size, 1, {}))
    end
    made[p] = known
  end
  return known[b.step]
end

gfnet.exits.define{
  name = "jei_dnn",
  summary = "leave when the learned gate of the step is open",
  params = {
    weights = { default = {}, type = "list of numbers",
      help = "of the gates, as gfnet.schedulers.jei_dnn fits them; none: a gate is the confidence's log-odds" },
    threshold = { default = 0.0, help = "least log-odds of leaving from which a gate is open" },
  },
  decide_batch = function(b, p)
    if #p.weights == 0 then
      return (b.confidence:log() - (1 - b.confidence):clamp(1e-7, 1):log()):ge(p.threshold)
    end
    local measures = gates.measures(b.probabilities, b.confidence, b.entropy, b.margin)
    return gates.open(measures, weights_of(b, p)):ge(p.threshold)
  end,
}

gfnet.schedulers.define{
  name = "jei_dnn",
  summary = "JEI-DNN: gates that weigh loss against cost",
  params = {
    madds = { default = 0.0, min = 0,
      help = "mean Multiply-Adds of an image that may be spent; 0: half of what all steps cost" },
    lambda = { default = -1.0, min = -1, max = 1e6,
      help = "the loss that all steps cost, at whatever budget comes of it; below 0: found for madds" },
    objective = { default = "expected", choices = { "expected", "targets" },
      help = "expected: the expected loss and cost; targets: to open from each image's best exit on, as the authors' gates" },
    balance = { default = true, help = "of targets: open and shut count alike, however rare one is" },
    updates = { default = 100, min = 1, max = 1000, help = "steps of Adam" },
    batch = { default = 2000, min = 1, max = 10000000, help = "images of each" },
    rate = { default = 0.05, min = 0, max = 1, help = "its rate, which falls by a cosine" },
    tries = { default = 8, min = 1, max = 20, help = "values of lambda that are tried for a budget" },
    seed = { default = 1, min = 0, max = 2147483647, help = "of the order of the images" },
  },
  fit = function(trace, p)
    local weights, threshold = require("fit")(trace, p)
    return gfnet.exits.jei_dnn{ weights = weights, threshold = threshold }
  end,
}
