-- The training of gates on a trace, whose answers are given: what is learned is when to leave. The weight λ of the cost is
-- searched so that the gates spend the budget.
local gates = require("gates")
local nn, optim = gfnet.nn, gfnet.optim

--- What a fit reads of a trace: measures made even (mean 0, deviation 1), the cross-entropy of each answer, costs as shares.
local function prepare(trace)
  local raw = gates.of_trace(trace)
  local mean = raw:mean(2, { keepdim = true })
  local spread = (raw - mean):square():mean(2, { keepdim = true }):sqrt():clamp(1e-6, math.huge)
  local labels, losses = gfnet.tensor(trace.labels, { dtype = "int32" }), {}
  for k = 1, trace.steps do
    losses[k] = nn.cross_entropy(trace.logits[k], labels, { reduction = "none" })
  end
  local costs = gfnet.tensor(trace.madds) * (1 / trace.madds[trace.steps])
  return {
    raw = raw, measures = (raw - mean) / spread, mean = mean:reshape(-1, gates.inputs),
    spread = spread:reshape(-1, gates.inputs), losses = gfnet.tensor.stack(losses, 2), costs = costs,
    steps = trace.steps, images = trace.images,
  }
end

--- The log-odds of leaving at each gate, (steps - 1) × n.
local function log_odds(net, measures)
  return measures:matmul(net.slope:reshape(-1, gates.inputs, 1)):squeeze(3) + net.constant
end

--- The gates' own objective: at the exit that is best for an image, loss and cost together, and at all later ones, a gate is to
--- open, at earlier ones it is not to.
local function towards_targets(data, lambda, balance)
  local best = (data.losses + data.costs * lambda):argmin(2):reshape(1, -1)
  local gate = gfnet.tensor.arange(1, data.steps - 1):reshape(-1, 1)
  local open = gate:ge(best):float()
  local ones = open:sum()
  local zeros = open.count - ones
  -- Both answers count alike, however rare one is; where there is one answer alone, each counts 1.
  local weight = balance and ones > 0 and zeros > 0 and open * (zeros / ones) + (1 - open) or open * 0 + 1
  local scale = 1 / weight:sum()
  return function(net, rows)
    local z = log_odds(net, data.measures:index(2, rows))
    local wanted, w = open:index(2, rows), weight:index(2, rows)
    local wrong = z:relu() - z * wanted + ((-z:abs()):exp() + 1):log()
    return (wrong * w):sum() * (scale * data.images / #rows)
  end
end

--- The joint loss itself: loss and cost that are to be expected when images leave with the gates' probabilities.
local function towards_expectation(data, lambda)
  local price = data.losses + data.costs * lambda
  return function(net, rows)
    local open = log_odds(net, data.measures:index(2, rows)):sigmoid()
    local own = price:index(1, rows)
    local staying, total = 1, 0
    for k = 1, data.steps - 1 do
      total = total + staying * open[k] * own[{ {}, k }]
      staying = staying * (1 - open[k])
    end
    return (total + staying * own[{ {}, data.steps }]):mean()
  end
end

local function train(net, objective, data, p, updates, stream)
  local optimizer, rate = optim.adam(net, { lr = p.rate }), optim.cosine{ steps = updates }
  local size = math.min(p.batch, data.images)
  local order, at, epoch = nil, data.images, 0
  for i = 1, updates do
    if at + size > data.images then
      order, at, epoch = stream:child(epoch):permutation(data.images), 0, epoch + 1
    end
    local rows = table.move(order, at + 1, at + size, 1, {})
    at = at + size
    optimizer:step(gfnet.grad(function(n) return objective(n, rows) end, net), rate(i))
  end
end

--- The mean cost as a share of all steps', when gates open from these log-odds on; `z` has a list for each gate.
local function spent(z, least, costs, images)
  local sum = 0
  for i = 1, images do
    local step = #costs
    for k = 1, #costs - 1 do
      if z[k][i] >= least then step = k break end
    end
    sum = sum + costs[step]
  end
  return sum / images
end

--- What a rule needs: five weights for each gate in one list, the log-odds from which gates open, and λ.
return function(trace, p)
  local madds, steps = trace.madds, trace.steps
  if not trace.labels then error("JEI-DNN learns from losses: the trace has no labels", 0) end
  if steps < 2 then error("JEI-DNN schedules exits: the trace has one step", 0) end
  local whole = madds[steps]
  local budget = p.madds > 0 and p.madds or math.max(madds[1], whole / 2)
  if p.lambda < 0 and (budget < madds[1] or budget > whole) then
    error(("madds is %.4g, expected %.4g (the glance) to %.4g (all steps)"):format(budget, madds[1], whole), 0)
  end
  local data = prepare(trace)
  local costs, stream = data.costs:totable(), gfnet.random.counter("jei_dnn", { seed = p.seed })
  local net = {
    slope = gfnet.tensor.zeros(steps - 1, gates.inputs), constant = gfnet.tensor.zeros(steps - 1, 1) }

  local function fit(lambda, updates, k)
    train(net, towards_targets(data, lambda, p.balance), data, p, updates, stream:child(2 * k))
    if p.objective == "expected" then
      train(net, towards_expectation(data, lambda), data, p, updates, stream:child(2 * k + 1))
    end
    return log_odds(net, data.measures):totable()
  end

  local lambda, z = p.lambda, nil
  if lambda >= 0 then
    z = fit(lambda, p.updates, 0)
  else
    -- The dearer a step, the sooner images leave. Each try goes on from the gates of the one before.
    local low, high = -8.0, 4.0
    for k = 1, p.tries do
      local middle = (low + high) / 2
      lambda = math.exp(middle)
      z = fit(lambda, k < p.tries and math.max(1, p.updates // 2) or p.updates, k)
      if spent(z, 0, costs, data.images) > budget / whole then low = middle else high = middle end
    end
  end

  -- The gates that the rule has read raw measures.
  local slope, weights = net.slope / data.spread, {}
  local constant = net.constant:reshape(-1) - (slope * data.mean):sum(2)
  for k = 1, steps - 1 do
    for _, w in ipairs(slope[k]:totable()) do weights[#weights + 1] = w end
    weights[#weights + 1] = constant[k]
    z[k] = gates.open(data.raw[k], gfnet.tensor(table.move(weights, #weights - gates.inputs, #weights, 1, {}))):totable()
  end
  if p.lambda >= 0 then return weights, 0.0, lambda end

  -- What the search has left over is made up for by where all gates open.
  local low, high = -60.0, 60.0
  for _ = 1, 60 do
    local middle = (low + high) / 2
    if spent(z, middle, costs, data.images) > budget / whole then high = middle else low = middle end
  end
  return weights, low, lambda
end
