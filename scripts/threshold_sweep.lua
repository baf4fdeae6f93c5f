-- %% [markdown]
-- # Threshold sweep
--
-- What a trained Glance-and-Focus Network gives for its cost: accuracy after each step, accuracy against mean
-- Multiply-Adds as the exit threshold moves, and where each image stopped. Thresholds are chosen on the validation
-- split; everything shown is measured on the test split. Digits in parentheses are one standard deviation, shaded bands
-- 95 % intervals: what another draw of as many test images may change.
--
-- With a model and pictures of your own, in a folder that holds a folder for each split and in it one for each class:
--
--     gfnet-lab scripts/threshold_sweep.lua model=mine.safetensors data=pets test=val validation=train

-- %% [parameters]
local p = gfnet.params{
  model      = { default = "clutter-fashion", help = "a name under models/ or a file" },
  data       = { default = "", help = "a folder of class folders; if empty, the data set that the model was trained on" },
  test       = { default = "test", help = "the split, or the folder in data, that results are measured on" },
  validation = { default = "validation", help = "the split, or the folder in data, that thresholds are chosen on" },
  labels     = { default = "", help = "of data: text file that names the class folders in order; if empty, by their names" },
  limit      = { default = 10000, min = 10, help = "images of the test and of the validation split" },
  points     = { default = 39, min = 3, help = "budgets of the curves" },
}

-- %% Model and traces
-- A trace holds every step of every image. Rules and thresholds are replayed on it; no network runs twice.
local model      = gfnet.load(p.model)
local function open(split)
  if p.data == "" and (model.dataset == "folder" or model.dataset == "files" or model.dataset == "tensors") then
    error(p.model .. " was made for pictures of one's own: name their folder by data=FOLDER", 0)
  end
  if p.data == "" then return gfnet.dataset(model.dataset, { split = split, limit = p.limit }) end
  return gfnet.dataset("folder", {
    path = p.data, split = split, crop = model.image_size, labels = p.labels ~= "" and p.labels or nil, limit = p.limit })
end
local test, validation = open(p.test), open(p.validation)
local trace      = model:trace(test)
local held_out   = model:trace(validation)
model

-- %% Anytime prediction
local anytime = trace:accuracy()
local rows = {}
local measured, validated = trace:accuracy{ interval = true }, held_out:accuracy{ interval = true }
for step = 1, model.steps do
  rows[step] = { step, model.madds[step] / 1e6, measured[step], validated[step] }
end
gfnet.report.table{
  name = "anytime", caption = "Accuracy if every image stops after the same step.",
  columns = { "step", "Multiply-Adds (M)", "test top-1 (%)", "validation top-1 (%)" }, rows = rows,
  digits = { ["Multiply-Adds (M)"] = 2 },
}

local fig = gfnet.plot.figure{ xlabel = "Multiply-Adds", ylabel = "top-1 (%)", title = "Anytime prediction" }
local below, above = {}, {}
for step, accuracy in ipairs(measured) do
  below[step], above[step] = accuracy.value - accuracy.lower, accuracy.upper - accuracy.value
end
fig:step(model.madds, anytime, { label = "GFNet", yerr = { below, above } })
fig

-- %% One threshold for all steps
local thresholds, accuracy, cost = {}, {}, {}
for i = 0, 50 do
  local result = trace:evaluate(i / 50)
  thresholds[#thresholds + 1], accuracy[#accuracy + 1], cost[#cost + 1] = i / 50, result.accuracy, result.madds
end

local sweep = gfnet.plot.figure{
  columns = 2, share_y = true, size = "two-columns", ylabel = "top-1 (%)", title = "One threshold for all steps" }
sweep[1]:set{ xlabel = "confidence threshold" }
sweep[1]:line(thresholds, accuracy)
sweep[2]:set{ xlabel = "mean Multiply-Adds", ylabel = "" }
sweep[2]:line(cost, accuracy)
sweep

-- %% Budgeted batch classification
-- The paper's thresholds come from one number, q; the optimal ones maximise accuracy on the validation split for each
-- mean cost. Static networks are the same backbone without the sequence.
local paper   = trace:budgeted{ points = p.points, calibration = held_out }
local optimal = trace:budgeted{ points = p.points, calibration = held_out, method = "optimal" }

local budget = gfnet.plot.figure{
  xlabel = "mean Multiply-Adds", ylabel = "top-1 (%)", title = "Budgeted batch classification", size = { 4.4, 3.1 } }
budget:line(paper.madds, paper.accuracy, { label = "paper's thresholds" })
local lower, upper = paper:band()
budget:band(paper.madds, lower, upper, { label = "its 95 % interval" })
budget:line(optimal.madds, optimal.accuracy, { label = "optimal thresholds" })
budget:step(model.madds, anytime, { label = "anytime" })
local static = model.info.results and model.info.results.static or {}
for _, network in ipairs(static) do
  budget:scatter({ network.madds }, { network.accuracy },
    { label = ("static, %d × %d"):format(network.size, network.size) })
end
budget

-- %% Results
-- The dearest budget that does not cost more: chosen by cost, not by what came out on the test split.
local function best_within(curve, limit)
  local best
  for i, madds in ipairs(curve.madds) do
    if madds <= limit and (not best or madds > curve.madds[best]) then best = i end
  end
  return best
end

local summary = {}
for _, network in ipairs(static) do
  summary[#summary + 1] = {
    network.size == model.image_size and "static, full resolution" or "static glance", network.madds / 1e6,
    network.accuracy }
end
local function shown_p(p) return p < 0.001 and "< 0.001" or ("%.3f"):format(p) end
local function measure(curve, i) return trace:evaluate(curve.thresholds[i]) end
local differences = {}
for _, share in ipairs{ 2, 3, 5, 7 } do
  local full = static[1] and static[1].madds or model.madds[#model.madds]
  local results = {}
  for _, method in ipairs{ { "paper's", paper }, { "optimal", optimal } } do
    local name, curve = table.unpack(method)
    local i = best_within(curve, full / share)
    if i then
      results[name] = measure(curve, i)
      summary[#summary + 1] = {
        ("GFNet, %s thresholds, at most 1/%d"):format(name, share), curve.madds[i] / 1e6, results[name]:interval() }
    end
  end
  if results.optimal and results["paper's"] then
    local difference = results.optimal:compare(results["paper's"])
    differences[#differences + 1] = {
      ("1/%d"):format(share), difference.accuracy, shown_p(difference.p),
      gfnet.stats.value(difference.madds.value / 1e6, difference.madds.uncertainty / 1e6),
      difference.differs and "yes" or "not shown" }
  end
end
table.sort(summary, function(a, b) return a[2] < b[2] end)
gfnet.report.table{
  name = "summary", caption = "Test accuracy by mean cost.",
  columns = { "network", "Multiply-Adds (M)", "top-1 (%)" }, rows = summary,
  digits = { ["Multiply-Adds (M)"] = 2 },
}
if #differences > 0 then
  gfnet.report.table{
    name = "differences",
    caption = "Optimal less the paper's thresholds on the same images; p by McNemar's test on those that one alone has right.",
    columns = { "at most", "top-1 (points)", "p", "Multiply-Adds (M)", "more accurate" }, rows = differences,
  }
end

-- %% Where images stop
local names, shown = {}, {}
for _, i in ipairs{ 1, math.ceil(p.points / 4), math.ceil(p.points / 2), math.ceil(3 * p.points / 4), p.points } do
  if #shown == 0 or shown[#shown] ~= i then
    shown[#shown + 1] = i
    names[#names + 1] = ("%.1f M"):format(paper.madds[i] / 1e6)
  end
end
local stops = gfnet.plot.figure{ xlabel = "mean Multiply-Adds", ylabel = "images", title = "Exits by step" }
local series = {}
for step = 1, model.steps do
  local counts = {}
  for column, i in ipairs(shown) do
    counts[column] = trace:evaluate(paper.thresholds[i]).exits[step]
  end
  series[step] = { label = ("step %d"):format(step), values = counts }
end
stops:bar(names, series, { mode = "stacked" })
stops

-- %% What it looked at
-- Green boxes: the prediction after that step is right; red: wrong. The whole frame is the glance.
local middle = paper.thresholds[math.ceil(p.points / 2)]
gfnet.plot.glimpses(trace, { rows = 2, by = "exit", thresholds = middle, dataset = test })

-- %% To play with
-- Move the budget, choose rules, and see which images leave where.
gfnet.report.explorer(trace, {
  rules = { { "paper's thresholds", paper }, { "optimal thresholds", optimal } }, dataset = test,
  caption = "Accuracy against mean cost, on the test images; in the page, move the budget.",
})
