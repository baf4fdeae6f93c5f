-- %% [markdown]
-- # When to leave: thresholds and learned schedulers
--
-- An exit rule that spends a mean budget can be solved or learned on the answers of a validation set:
--
-- - **paper**: thresholds of confidence, the share of images that leaves after step k being proportional to q^k (GFNet);
-- - **optimal**: the thresholds of confidence that are most accurate on the validation set;
-- - **EENet** (Ilhan and others, WACV 2024, `plugins/eenet`): scores that say how probably an answer is right, and the share of
--   images that leaves after each step, learned for the budget;
-- - **JEI-DNN** (Chataoui and others, ICLR 2024, `plugins/jei_dnn`): gates that learn whether what an answer would gain by going
--   on is worth its cost: by the expected loss and cost, or by the targets that the authors train gates with.
--
-- All are made for the same mean cost on the validation images and measured on test images, which none has seen. The network
-- and its answers are the same throughout: what differs is who leaves when.
--
--     gfnet-lab scripts/schedulers.lua limit=2000 seeds=1
--     gfnet-lab scripts/schedulers.lua model=mine.safetensors

-- %% [parameters]
local p = gfnet.params{
  model   = { default = "clutter-fashion", help = "a name under models/ or a file" },
  limit   = { default = 10000, min = 60, help = "images of each split" },
  shares  = { default = { 0.1, 0.2, 0.3, 0.4, 0.5, 0.65, 0.8 }, min = 0, max = 1,
    help = "budgets: shares of what lies between the cost of the glance and that of all steps" },
  epsilon = { default = { 0.005, 0.01, 0.02 }, min = 0.0001, max = 0.5,
    help = "risks of the thresholds with a promise: 0.01 is a point of accuracy" },
  updates = { default = 300, min = 1, max = 1000, help = "steps of Adam of EENet; JEI-DNN takes a third for each try" },
  seeds   = { default = 3, min = 1, max = 100, help = "seeds of the schedulers at one budget, which show how far chance goes" },
}

-- %% Traces
local model = gfnet.load(p.model)
local function trace(split) return model:trace(gfnet.dataset(model.dataset, { split = split, limit = p.limit })) end
local validation, test = trace("validation"), trace("test")
local glance, whole = test.madds[1], test.madds[test.steps]

-- %% Rules for a budget
-- Each is a function of the mean Multiply-Adds that may be spent, and of a seed where there is chance in it.
local third = math.max(1, p.updates // 3)
local rules = {
  { name = "paper", make = function(madds) return validation:thresholds{ madds = madds } end },
  { name = "optimal", make = function(madds) return validation:thresholds{ madds = madds, method = "optimal" } end },
  { name = "EENet", learned = true, make = function(madds, seed)
    return gfnet.schedulers.eenet(validation, { madds = madds, seed = seed, updates = p.updates })
  end },
  { name = "JEI-DNN", learned = true, make = function(madds, seed)
    return gfnet.schedulers.jei_dnn(validation, { madds = madds, seed = seed, updates = third })
  end },
  { name = "JEI-DNN, targets", learned = true, make = function(madds, seed)
    return gfnet.schedulers.jei_dnn(
      validation, { madds = madds, seed = seed, updates = third, objective = "targets" })
  end },
}
local results, budgets = {}, {}
for k, share in gfnet.progress(p.shares, { label = "budgets" }) do
  budgets[k] = glance + share * (whole - glance)
  results[k] = {}
  for i, rule in ipairs(rules) do results[k][i] = test:evaluate(rule.make(budgets[k], 1)) end
end

-- %% Accuracy at the same cost
-- Digits in parentheses are one standard deviation. "beside the paper's" is the difference in points on the same images, p its
-- p-value by McNemar's test; "cost" is the difference in mean Multiply-Adds: test images are others than those that the rule was
-- made on, and the optimal thresholds leave money unspent where more of it made nothing more accurate there.
local rows, compared = {}, {}
for k = 1, #budgets do
  compared[k] = {}
  for i, rule in ipairs(rules) do
    local result, difference = results[k][i], nil
    if i > 1 then
      difference = result:compare(results[k][1], { resamples = 2000 })
      compared[k][i] = difference
    end
    rows[#rows + 1] = {
      budgets[k] / 1e6, rule.name, result.madds / 1e6, result:interval(),
      difference and difference.accuracy, difference and difference.p,
      difference and 100 * difference.madds.value / results[k][1].madds }
  end
end
gfnet.report.table{
  name = "accuracy", caption = ("Accuracy on %d test images at the same mean cost on %d validation images.")
    :format(test.images, validation.images),
  columns = { "budget (M)", "rule", "Multiply-Adds (M)", "top-1 (%)", "beside the paper's", "p", "cost (%)" },
  rows = rows, digits = { ["budget (M)"] = 2, ["Multiply-Adds (M)"] = 2, p = 4, ["cost (%)"] = 1 },
}

-- %% The curves
-- On the right the difference to the paper's thresholds, with the paired bootstrap's 95 % interval: below 0 the paper's are
-- better.
local fig = gfnet.plot.figure{ columns = 2, size = "two-columns", title = "Learned exits at the same cost" }
fig[1]:set{ xlabel = "mean Multiply-Adds (M)", ylabel = "top-1 (%)" }
fig[2]:set{ xlabel = "budget (mean Multiply-Adds, M)", ylabel = "points beside the paper's" }
local money = {}
for k, budget in ipairs(budgets) do money[k] = budget / 1e6 end
for i, rule in ipairs(rules) do
  local x, y, lower, upper, points, low, high = {}, {}, {}, {}, {}, {}, {}
  for k = 1, #budgets do
    local interval = results[k][i]:interval()
    x[k], y[k], lower[k], upper[k] = results[k][i].madds / 1e6, interval.value, interval.lower, interval.upper
    if i > 1 then
      local difference = compared[k][i].accuracy
      points[k], low[k], high[k] = difference.value, difference.lower, difference.upper
    end
  end
  fig[1]:line(x, y, { label = rule.name })
  -- All have the same images and hardly differ in the width of their interval: one band is enough to see it.
  if i == 1 then fig[1]:band(x, lower, upper) end
  if i == 1 then
    -- The paper's own, in its colour.
    for k = 1, #budgets do points[k] = 0 end
    fig[2]:line(money, points)
  else
    fig[2]:line(money, points):band(money, low, high)
  end
end
fig

-- %% Chance in the learning
-- The same budget with other seeds: of the first weights, of the order of the images. Thresholds have no chance in them.
local middle = (#budgets + 1) // 2
local spread = {}
for i, rule in gfnet.progress(rules, { label = "seeds" }) do
  if rule.learned then
    local accuracy = { results[middle][i].accuracy }
    for seed = 2, p.seeds do accuracy[seed] = test:evaluate(rule.make(budgets[middle], seed)).accuracy end
    spread[#spread + 1] = { rule.name, p.seeds, gfnet.stats.mean(accuracy), math.min(table.unpack(accuracy)),
      math.max(table.unpack(accuracy)) }
  end
end
gfnet.report.table{
  name = "seeds", caption = ("Means over seeds at %.1f M."):format(budgets[middle] / 1e6),
  columns = { "rule", "seeds", "top-1 (%)", "least", "largest" }, rows = spread, digits = { least = 2, largest = 2 },
}

-- %% Thresholds with a promise
-- Those that lose at most ε of accuracy beside going all steps, but for a probability of 0.1 that the validation images misled
-- (`bound = "ucb"`). The schedulers are made for what these spend on the validation set: they promise nothing, and may lose less.
local full = test:evaluate(gfnet.exits.length{ steps = test.steps })
local promised = {}
for _, epsilon in gfnet.progress(p.epsilon, { label = "risks" }) do
  local control = validation:risk_control{ loss = "accuracy", epsilon = epsilon, bound = "ucb" }
  local spent = validation:evaluate(control.thresholds).madds
  local function add(name, rule)
    local result = test:evaluate(rule)
    local lost = full:compare(result, { resamples = 2000 }).accuracy
    promised[#promised + 1] = { 100 * epsilon, name, result.madds / 1e6, lost, lost.value <= 100 * epsilon and "yes" or "no" }
  end
  add("risk control", control.thresholds)
  for _, rule in ipairs(rules) do add(rule.name, rule.make(spent, 1)) end
end
gfnet.report.table{
  name = "risk", caption = "Points of accuracy lost beside all steps, on the test images.",
  columns = { "ε (points)", "rule", "Multiply-Adds (M)", "lost", "within ε" }, rows = promised,
  digits = { ["Multiply-Adds (M)"] = 2 },
}

-- %% Result
-- How often a rule differs from another by more than chance. With seven budgets and p below 0.05, one in three such rows shows a
-- difference that is none.
local function count(i, j)
  local better, worse = 0, 0
  for k = 1, #budgets do
    local difference = j == 1 and compared[k][i] or results[k][i]:compare(results[k][j], { resamples = 1000 })
    if difference.differs then
      if difference.accuracy.value > 0 then better = better + 1 else worse = worse + 1 end
    end
  end
  return better, worse
end
local verdicts, numbers = {}, {}
for i = 2, #rules do
  local better, worse = count(i, 1)
  local than, below = nil, nil
  if i > 2 then than, below = count(i, 2) end
  verdicts[#verdicts + 1] = { rules[i].name, better, worse, than, below }
  numbers[rules[i].name:gsub("[^%w]+", "_"):lower() .. "_better_than_paper"] = better
end
gfnet.report.table{
  name = "verdicts", caption = ("Of %d budgets: how many at which accuracies differ by more than chance."):format(#budgets),
  columns = { "rule", "better than the paper's", "worse", "better than the optimal", "worse than it" }, rows = verdicts,
}
gfnet.report.results(numbers)
local best = {}
for k = 1, #budgets do
  local first = 1
  for i = 2, #rules do if results[k][i].accuracy > results[k][first].accuracy then first = i end end
  best[k] = ("%.1f M: %s (%.2f %%)"):format(budgets[k] / 1e6, rules[first].name, results[k][first].accuracy)
end
local words = "Most accurate, whether by chance or not: " .. table.concat(best, "; ") .. "."
words
