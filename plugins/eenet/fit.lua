-- The training of EENet's scores and shares on a trace. Two small networks a step, as in the paper: a score q (how probable
-- it is that the answer is right) and an assignment r (which of all exits an image should take). q learns from who is right,
-- most where the assignment would have the image leave; r learns to prefer exits that are right, at a mean cost.
local features = require("features")
local shares = require("shares")
local optim = gfnet.optim

--- Parameters of all steps, drawn by `seed`.
local function fresh(counts, hidden, seed)
  local net = { q = {}, r = {} }
  for step, count in ipairs(counts) do
    local units = math.max(1, math.ceil(hidden * count))
    local numbers = gfnet.random.counter("eenet", { seed = seed }):child(step)
    net.q[step] = gfnet.tensor.zeros(count + 1)
    net.r[step] = {
      inner = numbers:child(1):normal(count, units) * (1 / math.sqrt(count)), shift = gfnet.tensor.zeros(units),
      outer = numbers:child(2):normal(units, 1) * (1 / math.sqrt(units)), constant = gfnet.tensor.zeros(1),
    }
  end
  return net
end

--- The assignment of each image to the exits, n × steps.
local function assignment(net, xs)
  local columns = {}
  for step, x in ipairs(xs) do
    local r = net.r[step]
    columns[step] = (x:matmul(r.inner) + r.shift):sigmoid():matmul(r.outer) + r.constant
  end
  return gfnet.tensor.concatenate(columns, 2):softmax(2)
end

-- log(1 + e^x), which is the cross-entropy of log-odds; -softplus(-x) is the logarithm of their probability.
local function softplus(x) return x:relu() + ((-x:abs()):exp() + 1):log() end

local function loss(net, data, p)
  local r = assignment(net, data.xs)
  -- What q learns is weighted by where images are sent; what r learns from q is a target. Neither moves the other otherwise.
  local sent = r:detach()
  local total, certainties = nil, {}
  for step, x in ipairs(data.xs) do
    local z = features.score(x, net.q[step])
    local weight = sent[{ {}, step }]
    local wrong = softplus(z) - z * data.right[step]
    local error = (wrong * weight):sum() / weight:sum()
    total = total and total + error or error
    certainties[step] = -softplus(-z:detach())
  end
  total = total * (1 / #data.xs)
  local target = (gfnet.tensor.stack(certainties, 2) * p.sharpness):softmax(2)
  local divergence = (target * (target:clamp(1e-12, 1):log() - r:clamp(1e-12, 1):log())):sum() * (1 / data.images)
  local cost = (r:mean(1) * data.costs):sum()
  local excess = (cost - data.budget):abs() * (1 / data.budget)
  return total + divergence * p.assignment_weight + excess * p.budget_weight
end

--- A function that gives the next batch of the images, in an order drawn anew for each pass.
local function batches(data, p)
  local numbers, size = gfnet.random.counter("eenet.order", { seed = p.seed }), math.min(p.batch, data.images)
  local order, at, epoch = nil, data.images, 0
  return function()
    if at + size > data.images then
      order, at, epoch = numbers:child(epoch):permutation(data.images), 0, epoch + 1
    end
    local rows = table.move(order, at + 1, at + size, 1, {})
    at = at + size
    local some = { xs = {}, right = {}, images = size, budget = data.budget, costs = data.costs }
    for step = 1, #data.xs do
      some.xs[step], some.right[step] = data.xs[step]:index(1, rows), data.right[step]:index(1, rows)
    end
    return some
  end
end

--- What a rule needs: the weights of all steps but the last in one list, and thresholds.
return function(trace, p)
  local madds, steps = trace.madds, trace.steps
  if not trace.labels then error("EENet learns who is right: the trace has no labels", 0) end
  if steps < 2 then error("EENet schedules exits: the trace has one step", 0) end
  local budget = p.madds > 0 and p.madds or math.max(madds[1], madds[steps] / 2)
  if budget < madds[1] or budget > madds[steps] then
    error(("madds is %.4g, expected %.4g (the glance) to %.4g (all steps)"):format(budget, madds[1], madds[steps]), 0)
  end

  local data = { xs = {}, right = {}, images = trace.images, budget = budget / madds[steps] }
  local counts, raw, scales, labels = {}, {}, {}, gfnet.tensor(trace.labels)
  for step = 1, steps do
    -- What is learned from has mean 0 and deviation 1; the rule reads raw numbers.
    raw[step] = features.of_trace(trace, step)
    local mean = raw[step]:mean(1)
    local spread = (raw[step] - mean):square():mean(1):sqrt():clamp(1e-4, math.huge)
    scales[step] = { mean = mean, spread = spread }
    data.xs[step] = (raw[step] - mean) / spread
    data.right[step] = gfnet.tensor(trace.prediction[step]):eq(labels):float()
    counts[step] = features.count(step, trace.classes)
  end
  data.costs = gfnet.tensor(madds) * (1 / madds[steps])

  local net = fresh(counts, p.hidden, p.seed)
  local optimizer, rate = optim.adam(net, { lr = p.rate }), optim.cosine{ steps = p.updates }
  local take = batches(data, p)
  for i = 1, p.updates do
    local some = take()
    optimizer:step(gfnet.grad(function(n) return loss(n, some, p) end, net), rate(i))
  end

  local assigned = assignment(net, data.xs):mean(1):totable()
  local weights, scores = {}, {}
  for step = 1, steps - 1 do
    local slope = net.q[step][{ { 1, counts[step] } }] / scales[step].spread
    local own = slope:totable()
    own[#own + 1] = net.q[step][counts[step] + 1] - (slope * scales[step].mean):sum()
    table.move(own, 1, #own, #weights + 1, weights)
    scores[step] = features.score(raw[step], gfnet.tensor(own)):totable()
  end
  local p_exit = shares.tilted(assigned, madds, budget)
  return weights, shares.thresholds(p_exit, scores)
end
