-- EENet (Ilhan and others, WACV 2024): the scores by which images leave, and the share of them that leaves after each step,
-- are learned for a budget from the answers of a trace.
local features = require("features")

-- Each run has a table of parameters of its own; what is made of it is kept as long as the table.
local made = setmetatable({}, { __mode = "k" })

local function weights_of(b, p)
  local known = made[p]
  if not known then
    local classes = b.probabilities:size(2)
    known = features.unpack(p.weights, b.steps, classes)
    if not known then
      error(("its %d weights are not those of %d steps and %d classes: it was fitted on another network"):format(
        #p.weights, b.steps, classes), 0)
    end
    made[p] = known
  end
  return known[b.step]
end

gfnet.exits.define{
  name = "eenet",
  summary = "leave when the learned score, the log-odds that the answer is right, reaches the threshold of the step",
  params = {
    weights = { default = {}, type = "list of numbers",
      help = "of the scores, as gfnet.schedulers.eenet fits them; none: the score is the confidence's log-odds" },
    thresholds = { default = 2.2, type = "number or list of numbers", help = "least score, or a list by step" },
  },
  decide_batch = function(b, p)
    local least = p.thresholds
    if type(least) == "table" then least = least[b.step] or -math.huge end
    local score
    if #p.weights == 0 then
      score = b.confidence:log() - (1 - b.confidence):clamp(1e-7, 1):log()
    else
      local x = features.of(b.step, b.probabilities, b.confidences, b.entropies, b.predictions)
      score = features.score(x, weights_of(b, p))
    end
    return score:ge(least)
  end,
}

gfnet.schedulers.define{
  name = "eenet",
  summary = "EENet: scores and shares of exits that are learned for a budget",
  params = {
    madds = { default = 0.0, min = 0,
      help = "mean Multiply-Adds of an image that may be spent; 0: half of what all steps cost" },
    updates = { default = 300, min = 1, max = 1000, help = "steps of Adam" },
    batch = { default = 2000, min = 1, max = 10000000, help = "images of each" },
    rate = { default = 0.03, min = 0, max = 1, help = "its rate, which falls by a cosine" },
    hidden = { default = 0.5, min = 0.01, max = 10, help = "units of the assignment, as a share of what it reads" },
    sharpness = { default = 8.0, min = 0, max = 100,
      help = "power of the scores in the target of the assignment: large ones prefer the surest exit" },
    assignment_weight = { default = 0.03, min = 0, max = 1000, help = "of the assignment's divergence from its target" },
    budget_weight = { default = 10.0, min = 0, max = 1000, help = "of what the assignment's cost is off the budget" },
    seed = { default = 1, min = 0, max = 2147483647, help = "of the assignment's first weights and the order of images" },
  },
  fit = function(trace, p)
    local weights, thresholds = require("fit")(trace, p)
    return gfnet.exits.eenet{ weights = weights, thresholds = thresholds }
  end,
}
