-- %% [markdown]
-- # Glance and focus on moving articles
--
-- What a trained Glance-and-Focus Network of clips gives for its cost, on clutter-motion: one article moves to the right
-- or to the left among moving clutter, and its class is what it is and where it goes. Accuracy after each step, and
-- against mean Multiply-Adds where clips leave early, beside the networks that `scripts/train_motion.lua` trained with it;
-- what the places are worth; and what the network looked at. Thresholds are chosen on the validation split; everything
-- shown is measured on the test split.
--
-- With models of several seeds, means and 95 % intervals over them:
--
--     gfnet-lab scripts/motion.lua models=motion-1.safetensors,motion-2.safetensors,motion-3.safetensors

-- %% [parameters]
local p = gfnet.params{
  model  = { default = "clutter-motion", help = "a name under models/ or a file" },
  models = { default = {}, type = "list of strings", help = "models of other seeds; the first stands in for model" },
  limit  = { default = 10000, min = 10, help = "clips of the test and of the validation split" },
  points = { default = 39, min = 3, help = "budgets of the curves" },
  shown  = { default = 2, min = 1, max = 10, help = "clips that are shown for each step after which clips leave" },
}

-- %% Model and traces
-- A trace holds every step of every clip. Rules and thresholds are replayed on it; no network runs twice.
local function load(name)
  local found, model = pcall(gfnet.load, name)
  if not found then
    error(("%s; a model is trained, in some hours, by gfnet-lab scripts/train_motion.lua "
      .. "save=models/clutter-motion.safetensors, and another file is named by model=FILE"):format(
      (tostring(model):gsub("^[^ ]*:%d+: ", ""))), 0)
  end
  if model.frames == 1 then
    error(name .. " is a model of images; scripts/threshold_sweep.lua shows those", 0)
  end
  if model.dataset ~= "clutter-motion" then
    error(("%s was made for the data set '%s', this script is about clutter-motion"):format(name, model.dataset), 0)
  end
  return model
end

local test = gfnet.dataset("clutter-motion", { split = "test", limit = p.limit })
local validation = gfnet.dataset("clutter-motion", { split = "validation", limit = p.limit })
local model = load(#p.models > 0 and p.models[1] or p.model)
local trace, held_out = model:trace(test), model:trace(validation)
local steps, clips = model.steps, trace.images
local results = model.info.results or {}
local static = results.static or {}
model

-- %% Anytime prediction
-- `right[step][clip]` is 1 or 0; all comparisons below are of the same clips.
local function judged(of)
  local right = {}
  for step = 1, of.steps do
    right[step] = {}
    for i, prediction in ipairs(of.prediction[step]) do right[step][i] = prediction == of.labels[i] and 1 or 0 end
  end
  return right
end

-- Mean of a list and half of its 95 % interval, by the normal distribution.
local function mean_and_half(values)
  local sum, squares = 0, 0
  for _, value in ipairs(values) do sum, squares = sum + value, squares + value * value end
  local n = #values
  local mean = sum / n
  return mean, 1.96 * math.sqrt(math.max(0, squares / n - mean * mean) / math.max(1, n - 1))
end

local right, anytime, validated = judged(trace), trace:accuracy(), held_out:accuracy()
-- Classes are twice what it is, and where it goes: both are answered by one prediction.
local function parts(step)
  local article, direction = 0, 0
  for i, prediction in ipairs(trace.prediction[step]) do
    local a, b = prediction - 1, trace.labels[i] - 1
    if a // 2 == b // 2 then article = article + 1 end
    if a % 2 == b % 2 then direction = direction + 1 end
  end
  return 100 * article / clips, 100 * direction / clips
end

local rows, articles, directions = {}, {}, {}
for step = 1, steps do
  articles[step], directions[step] = parts(step)
  local _, half = mean_and_half(right[step])
  rows[step] = { step, model.madds[step] / 1e6, anytime[step], 100 * half, validated[step], articles[step], directions[step] }
end
gfnet.report.table{
  name = "anytime",
  caption = ("Accuracy (%%) if every clip stops after the same step, on %d test clips, with 95 %% intervals of that "
    .. "number of clips; and of the predictions' two parts, what moves and where it goes."):format(clips),
  columns = { "step", "Multiply-Adds (M)", "test top-1", "±", "validation top-1", "article", "direction" }, rows = rows,
  digits = { ["Multiply-Adds (M)"] = 1, ["test top-1"] = 2, ["±"] = 2, ["validation top-1"] = 2, article = 2, direction = 2 },
}

local names, whole = {}, {}
for step = 1, steps do names[step], whole[step] = step == 1 and "glance" or ("step %d"):format(step), anytime[step] end
local known = gfnet.plot.figure{ ylabel = "right (%)", ymin = 0, title = "What each step knows", legend = "outside",
  size = { 4.6, 2.6 }, caption = "One prediction says what moves and where it goes." }
known:bar(names, {
  { label = "article", values = articles }, { label = "direction", values = directions }, { label = "both", values = whole },
}, { show_values = true })
known

-- %% Where it looks, and by chance
-- The same network with its places drawn at random, and with the middle of the frames.
local samplers = { { name = "learned", right = right, accuracy = anytime } }
for _, name in ipairs{ "random", "center" } do
  local other = model:trace(test, { sampler = gfnet.samplers[name]{} })
  samplers[#samplers + 1] = { name = name, right = judged(other), accuracy = other:accuracy() }
end
local table_rows, columns, digits = {}, { "places" }, {}
for step = 1, steps do
  columns[#columns + 1] = ("step %d"):format(step)
  digits[columns[#columns]] = 2
end
for step = 2, steps do columns[#columns + 1] = ("learned is better at step %d by"):format(step) end
for i, sampler in ipairs(samplers) do
  local row = { sampler.name, table.unpack(sampler.accuracy) }
  for step = 2, steps do
    local differences = {}
    for clip = 1, clips do differences[clip] = right[step][clip] - sampler.right[step][clip] end
    local mean, half = mean_and_half(differences)
    row[#row + 1] = i == 1 and "–" or ("%.2f ± %.2f"):format(100 * mean, 100 * half)
  end
  table_rows[i] = row
end
gfnet.report.table{
  name = "samplers", caption = "Anytime top-1 (%) by where the patches are cut, and differences in points with 95 % "
    .. "intervals, clip by clip.",
  columns = columns, rows = table_rows, digits = digits,
}

local places = gfnet.plot.figure{
  xlabel = "step", xintegers = true, ylabel = "top-1 (%)", title = "What the places are worth" }
local x = {}
for step = 1, steps do x[step] = step end
for i, sampler in ipairs(samplers) do
  places:line(x, sampler.accuracy, { label = sampler.name, marker = ({ "circle", "square", "diamond" })[i] })
end
places

-- %% Budgeted batch classification
-- The paper's thresholds come from one number, q; the optimal ones maximise accuracy on the validation split for each
-- mean cost. The other networks have the same encoder, and learned as long.
local paper   = trace:budgeted{ points = p.points, calibration = held_out }
local optimal = trace:budgeted{ points = p.points, calibration = held_out, method = "optimal" }

local budget = gfnet.plot.figure{
  xlabel = "mean Multiply-Adds per clip", ylabel = "top-1 (%)", title = "Budgeted batch classification", size = { 4.6, 3.2 } }
budget:line(paper.madds, paper.accuracy, { label = "paper's thresholds" })
-- Where one step serves best whatever the budget, the optimal thresholds are a point.
local is_point = math.max(table.unpack(optimal.madds)) == math.min(table.unpack(optimal.madds))
if is_point then
  budget:scatter({ optimal.madds[1] }, { optimal.accuracy[1] }, { label = "optimal thresholds" })
else
  budget:line(optimal.madds, optimal.accuracy, { label = "optimal thresholds" })
end
budget:step(model.madds, anytime, { label = "anytime" })
local markers = { "square", "diamond", "triangle" }
for i, network in ipairs(static) do
  budget:scatter({ network.madds }, { network.accuracy },
    { label = network.caption or network.name, marker = markers[(i - 1) % #markers + 1], marker_size = 6 })
end
budget

-- %% Beside other networks
-- Of the optimal thresholds, the dearest budget that does not cost more: chosen by cost, not by what came out.
local function best_within(curve, most)
  local best
  for i, madds in ipairs(curve.madds) do
    if madds <= most * (1 + 1e-9) and (not best or madds > curve.madds[best]) then best = i end
  end
  return best
end

-- The cheapest budget that is as accurate, or all steps: cost and accuracy, or nothing.
local full = model.madds[steps]
local function cheapest(curve, accuracy)
  local madds, reached
  if anytime[steps] >= accuracy then madds, reached = full, anytime[steps] end
  for i, found in ipairs(curve.accuracy) do
    if found >= accuracy and (not madds or curve.madds[i] < madds) then madds, reached = curve.madds[i], found end
  end
  return madds, reached
end

local summary = {}
for _, network in ipairs(static) do
  summary[#summary + 1] = { network.caption or network.name, network.madds / 1e6, 100 * network.madds / full, network.accuracy }
end
for step = 1, steps do
  summary[#summary + 1] = {
    ("Glance-and-Focus, all clips leave after step %d"):format(step), model.madds[step] / 1e6,
    100 * model.madds[step] / full, anytime[step] }
end
local said
for _, share in ipairs{ 0.4, 0.5, 0.6, 0.8 } do
  local i = best_within(optimal, full * share)
  -- Where no budget lies between two shares, the smaller one says it all.
  if i and i ~= said then
    said = i
    summary[#summary + 1] = {
      ("Glance-and-Focus, exits, at most %.0f %% of all steps"):format(100 * share), optimal.madds[i] / 1e6,
      100 * optimal.madds[i] / full, optimal.accuracy[i] }
  end
end
table.sort(summary, function(a, b) return a[2] < b[2] or a[2] == b[2] and a[1] < b[1] end)
gfnet.report.table{
  name = "summary", caption = "Test accuracy by mean cost.",
  columns = { "network", "Multiply-Adds (M)", "of all steps (%)", "top-1 (%)" }, rows = summary,
  digits = { ["Multiply-Adds (M)"] = 1, ["of all steps (%)"] = 0, ["top-1 (%)"] = 2 },
}
for _, network in ipairs(static) do
  local madds, reached = cheapest(optimal, network.accuracy)
  local caption = network.caption or network.name
  if madds then
    gfnet.report.markdown((
      "- As accurate as *%s* (%.2f %%) from %.1f M Multiply-Adds on: %.2f %%, at %.2f times the cost."
    ):format(caption, network.accuracy, madds / 1e6, reached, madds / network.madds))
  else
    gfnet.report.markdown(("- *%s* (%.2f %%) is reached by no budget."):format(caption, network.accuracy))
  end
end
if #static == 0 then
  gfnet.report.markdown[[
The model file has no results of other networks. `gfnet-lab scripts/train_motion.lua only=baselines save=FILE` trains and
measures them, and keeps them in it.]]
end

-- %% Where clips stop
local labels, picked = {}, {}
for _, i in ipairs{ 1, math.ceil(p.points / 4), math.ceil(p.points / 2), math.ceil(3 * p.points / 4), p.points } do
  if picked[#picked] ~= i then
    picked[#picked + 1] = i
    labels[#labels + 1] = ("%.0f M"):format(paper.madds[i] / 1e6)
  end
end
local stops = gfnet.plot.figure{ xlabel = "mean Multiply-Adds", ylabel = "clips", title = "Exits by step", legend = "outside" }
local series = {}
for step = 1, steps do
  local counts = {}
  for column, i in ipairs(picked) do counts[column] = paper.exits[i][step] end
  series[step] = { label = names[step], values = counts }
end
stops:bar(labels, series, { mode = "stacked" })
stops

-- %% Where it looks
-- Places are those of the patch's top-left pixel, the same in all frames of a clip.
local span, cells = model.image_size - model.patch_size + 1, 9
local maps = gfnet.plot.figure{
  columns = steps, size = { 7.16, 2.3 }, title = "Where patches lie", xlabel = "column", ylabel = "row",
  caption = "How many clips have their patch there (top-left pixels), and how far the last two places are apart." }
local ticks = {}
for cell = 1, cells do ticks[cell] = ("%.0f"):format((cell - 0.5) * span / cells) end
for step = 2, steps do
  local counts = {}
  for row = 1, cells do
    counts[row] = {}
    for column = 1, cells do counts[row][column] = 0 end
  end
  for _, place in ipairs(trace.coordinates[step]) do
    local row = math.min(cells, math.max(1, (place[1] - 1) * cells // span + 1))
    local column = math.min(cells, math.max(1, (place[2] - 1) * cells // span + 1))
    row, column = math.tointeger(row), math.tointeger(column)
    counts[row][column] = counts[row][column] + 1
  end
  maps[step - 1]:set{ title = ("step %d"):format(step) }
  maps[step - 1]:heatmap(counts, { colors = "viridis", rows = ticks, columns = ticks, square = true, low = 0 })
end
if steps > 2 then
  local distances = {}
  for i, place in ipairs(trace.coordinates[steps]) do
    local before = trace.coordinates[steps - 1][i]
    distances[i] = math.sqrt((place[1] - before[1]) ^ 2 + (place[2] - before[2]) ^ 2)
  end
  maps[steps]:set{ title = ("from step %d to %d"):format(steps - 1, steps), xlabel = "pixels", ylabel = "clips" }
  maps[steps]:hist(distances, { bins = 20 })
end
maps

-- %% What it looked at
-- Early and late leavers. Green boxes: the prediction after that step is right; red: wrong. The glance sees whole frames.
local middle = paper.thresholds[math.ceil(p.points / 2)]
gfnet.plot.glimpses(trace, { name = "clips", rows = p.shown, by = "exit", thresholds = middle, dataset = test })

-- %% A clip as it moves
-- The first of those that leave last and are answered right; boxes are the places of its steps.
local evaluated = trace:evaluate(middle).per_image
local chosen = 1
for i, clip in ipairs(evaluated) do
  if clip.prediction == clip.label and clip.steps > evaluated[chosen].steps
    or evaluated[chosen].prediction ~= evaluated[chosen].label and clip.prediction == clip.label then chosen = i end
end
local moving, correct = {}, {}
for step = 2, evaluated[chosen].steps do
  moving[#moving + 1] = trace.coordinates[step][chosen]
  correct[#correct + 1] = right[step][chosen] == 1
end
gfnet.plot.animate(test[chosen].clip, {
  name = "moving", places = moving, patch = model.patch_size, correct = correct, fps = 8, dim = 0.4,
  title = trace.class_names[trace.labels[chosen]],
  caption = ("Test clip %d, which leaves after step %d."):format(chosen, evaluated[chosen].steps),
})

-- %% Several seeds
-- Student's t at 97.5 % by degrees of freedom: what half of a 95 % interval has of standard errors.
local quantiles = { 12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131 }
local function over_seeds(values)
  local n, sum, squares = #values, 0, 0
  for _, value in ipairs(values) do sum = sum + value end
  for _, value in ipairs(values) do squares = squares + (value - sum / n) ^ 2 end
  local half = n > 1 and (quantiles[n - 1] or 1.96) * math.sqrt(squares / (n - 1) / n) or nil
  return n, sum / n, half, math.min(table.unpack(values)), math.max(table.unpack(values))
end

if #p.models > 1 then
  local order, lists = {}, {}
  local function add(what, value)
    if not lists[what] then
      lists[what], order[#order + 1] = {}, what
    end
    table.insert(lists[what], value)
  end
  for _, name in ipairs(p.models) do
    local other = load(name)
    if other.steps ~= steps or other.madds[steps] ~= full then
      error(("%s is another network than %s; seeds are compared of the same one"):format(name, p.models[1]), 0)
    end
    local own, kept = other:trace(test), other:trace(validation)
    for step, accuracy in ipairs(own:accuracy()) do add(("all clips leave after step %d"):format(step), accuracy) end
    local curve = own:budgeted{ points = p.points, calibration = kept, method = "optimal" }
    for _, share in ipairs{ 0.4, 0.5, 0.6, 0.8 } do
      local i = best_within(curve, full * share)
      if i then add(("exits, at most %.0f %% of all steps"):format(100 * share), curve.accuracy[i]) end
    end
    for _, network in ipairs(other.info.results and other.info.results.static or {}) do
      add(network.caption or network.name, network.accuracy)
    end
  end
  local over = {}
  for i, what in ipairs(order) do
    local n, mean, half, least, most = over_seeds(lists[what])
    over[i] = { what, n, mean, half or "–", least, most }
  end
  gfnet.report.table{
    name = "seeds", caption = "Test top-1 (%) over seeds: mean, half of the 95 % interval (Student's t), least and most.",
    columns = { "network", "seeds", "mean", "±", "least", "most" }, rows = over,
    digits = { mean = 2, ["±"] = 2, least = 2, most = 2 },
  }
else
  gfnet.report.text("One seed: models=FILE,FILE,… gives means and intervals over several.\n")
end

-- %% In short
local half_cost = best_within(optimal, full / 2)
gfnet.report.results{
  clips = clips, accuracy_glance_step = anytime[1], accuracy_last_step = anytime[steps], madds_last_step = full,
  accuracy_random_places = samplers[2].accuracy[steps], accuracy_center_places = samplers[3].accuracy[steps],
  accuracy_half_cost = half_cost and optimal.accuracy[half_cost] or nil,
}
