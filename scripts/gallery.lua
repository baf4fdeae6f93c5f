-- %% [markdown]
-- # Gallery
--
-- One figure of each kind that `gfnet.plot` draws, of a model's trace where that has what the kind shows. With
-- `--formats png,svg,pdf` each is kept as vectors too; `dpi=100,150` saves further PNG files of these resolutions to the
-- folder `save`, which must be there.
-- docs/figures.md says what the options are.

-- %% [parameters]
local p = gfnet.params{
  model = { default = "clutter-fashion", help = "a name under models/ or a file" },
  limit = { default = 2000, min = 50, help = "images of the trace" },
  style = { default = "paper", choices = { "paper", "paper2", "screen", "web", "slides" }, help = "how all figures look" },
  dpi   = { default = {}, type = "list of integers", min = 20, max = 2400, help = "further resolutions, in pixels per inch" },
  save  = { default = ".", help = "the folder of their files" },
}

-- %% The trace
local plot = gfnet.plot
local model = gfnet.load(p.model)
if model.frames > 1 then error(p.model .. " is a model of clips; scripts/motion.lua draws those", 0) end
local test = gfnet.dataset(model.dataset, { split = "test", limit = p.limit })
local trace = model:trace(test)
local steps, images = trace.steps, trace.images
local step_names, right = {}, {}
for step = 1, steps do
  step_names[step], right[step] = step == 1 and "glance" or ("step %d"):format(step), {}
  for i, prediction in ipairs(trace.prediction[step]) do right[step][i] = prediction == trace.labels[i] end
end
local curve = trace:budgeted{ points = 15 }
local anytime = trace:accuracy()

-- A figure in the style that was asked for.
local function figure(name, options)
  options.name, options.style = name, p.style
  return plot.figure(options)
end

-- Shows a figure, and saves it at the other resolutions.
local function done(fig, name)
  for _, dpi in ipairs(p.dpi) do fig:save(("%s/%s-%d.png"):format(p.save, name, dpi), { dpi = dpi }) end
  gfnet.report.figure(fig)
end

-- %% Line and band
local line = figure("line", { xlabel = "mean Multiply-Adds", ylabel = "top-1 (%)", title = "A curve and its 95 % band" })
local lower, upper = curve:band()
line:band(curve.madds, lower, upper):line(curve.madds, curve.accuracy, { label = "GFNet" })
line:hline(anytime[steps], { label = "all steps", dash = "dashed" })
done(line, "line")

-- %% Step
local step_figure = figure("step", { xlabel = "Multiply-Adds", ylabel = "top-1 (%)", title = "Anytime prediction" })
step_figure:step(model.madds, anytime, { label = "GFNet" })
done(step_figure, "step")

-- %% Scatter, with an inset
local scatter = figure("scatter", {
  xlabel = "confidence of the glance", ylabel = "entropy of the glance (nats)", title = "A point for each image" })
local few = math.min(400, images)
for _, kind in ipairs{ { true, "right" }, { false, "wrong" } } do
  local x, y = {}, {}
  for i = 1, few do
    if right[1][i] == kind[1] then x[#x + 1], y[#y + 1] = trace.confidence[1][i], trace.entropy[1][i] end
  end
  scatter:scatter(x, y, { label = kind[2], marker_size = 3, opacity = 0.6 })
end
scatter:inset{ zoom = true, place = "upper-right", xmin = 0.9, xmax = 1, ymin = 0, ymax = 0.4 }
done(scatter, "scatter")

-- %% Error bars
local bars = figure("errorbar", { xlabel = "step", xintegers = true, ylabel = "top-1 (%)", title = "95 % intervals" })
local measured, below, above, x = trace:accuracy{ interval = true }, {}, {}, {}
for step, accuracy in ipairs(measured) do
  x[step], below[step], above[step] = step, accuracy.value - accuracy.lower, accuracy.upper - accuracy.value
end
bars:errorbar(x, anytime, { below, above }, { label = "test images" })
done(bars, "errorbar")

-- %% Bars: grouped, stacked, level
local grouped = figure("bar", { columns = 2, size = "two-columns", title = "Bars" })
local counts, shares = {}, {}
for i = 1, 4 do
  local point = 1 + (i - 1) * (#curve.exits - 1) // 3
  counts[i] = ("%.0f M"):format(curve.madds[point] / 1e6)
  for step = 1, steps do
    shares[step] = shares[step] or { label = step_names[step], values = {} }
    shares[step].values[i] = curve.exits[point][step]
  end
end
grouped[1]:set{ title = "stacked", xlabel = "mean Multiply-Adds", ylabel = "images", legend = "below", legend_columns = 4 }
grouped[1]:bar(counts, shares, { mode = "stacked" })
grouped[2]:set{ title = "level, with values", xlabel = "top-1 (%)" }
grouped[2]:barh(step_names, anytime, { show_values = true })
done(grouped, "bar")

-- %% Histogram, box, violin
local spread = figure("distributions", { columns = 3, size = "two-columns", title = "Distributions" })
spread[1]:set{ title = "histogram", xlabel = "confidence", ylabel = "images" }
spread[1]:hist(trace.confidence[1], { bins = 20, label = "glance", mode = "overlaid" })
spread[1]:hist(trace.confidence[steps], { bins = 20, label = "last step", mode = "overlaid" })
spread[2]:set{ title = "box", ylabel = "entropy (nats)" }
local entropies, names = {}, {}
for step = 1, steps do entropies[step], names[step] = trace.entropy[step], ("%d"):format(step) end
spread[2]:box(names, entropies, { mean = true })
spread[3]:set{ title = "violin", ylabel = "margin" }
spread[3]:violin(names, trace.margin)
done(spread, "distributions")

-- %% Heat map and contour
local span, cells = model.image_size - model.patch_size + 1, 12
local places = {}
for row = 1, cells do
  places[row] = {}
  for column = 1, cells do places[row][column] = 0 end
end
for step = 2, steps do
  for _, place in ipairs(trace.coordinates[step]) do
    local row = math.tointeger(math.min(cells, (place[1] - 1) * cells // span + 1))
    local column = math.tointeger(math.min(cells, (place[2] - 1) * cells // span + 1))
    places[row][column] = places[row][column] + 1
  end
end
-- The plane of two thresholds: one of the glance, one of all later steps.
local grid, plane = {}, {}
for i = 0, 15 do grid[i + 1] = 0.25 + 0.05 * i end
for i, later in ipairs(grid) do
  plane[i] = {}
  for j, first in ipairs(grid) do
    local thresholds = { first }
    for step = 2, steps - 1 do thresholds[step] = later end
    plane[i][j] = trace:evaluate(thresholds).accuracy
  end
end
local maps = figure("maps", { columns = 2, size = "two-columns", title = "Planes" })
maps[1]:set{ title = "where patches begin", xlabel = "column", ylabel = "row" }
maps[1]:heatmap(places, { square = true, label = "patches" })
maps[2]:set{ title = "top-1 (%) by thresholds", xlabel = "of the glance", ylabel = "of later steps" }
maps[2]:contour(plane, { x = grid, y = grid })
done(maps, "maps")

-- %% Pareto front
local pareto = figure("pareto", { xlabel = "mean Multiply-Adds", ylabel = "top-1 (%)", title = "What no other threshold beats" })
local cost, accuracy = {}, {}
local function add(rule)
  local result = trace:evaluate(rule)
  cost[#cost + 1], accuracy[#accuracy + 1] = result.madds, result.accuracy
end
for i = 0, 30 do
  add(gfnet.exits.confidence{ threshold = i / 30 })
  add(gfnet.exits.margin{ threshold = i / 30 })
  add(gfnet.exits.entropy{ threshold = 2.3 * i / 30 })
end
for count = 2, steps do add(gfnet.exits.patience{ count = count }) end
pareto:pareto(cost, accuracy, { label = "rules" })
done(pareto, "pareto")

-- %% Reliability and confusion
local judged = figure("judged", { columns = 2, size = { 7.16, 3.2 }, title = "Whether it may be believed, and what it confuses" })
judged[1]:reliability(trace.confidence[steps], right[steps], { label = "last step", bins = 10 })
judged[2]:confusion(trace.labels, { predicted = trace.prediction[steps], names = trace.class_names })
done(judged, "judged")

-- %% Two axes, a logarithm, marks
local twin = figure("twin", { columns = 2, size = "two-columns", title = "Further axes" })
twin[1]:set{ title = "two scales", xlabel = "step", xintegers = true, ylabel = "top-1 (%)", legend = "lower-right" }
twin[1]:line(x, anytime, { label = "accuracy" })
twin[1]:twin{ ylabel = "Multiply-Adds", yformat = "M" }:line(x, model.madds, { label = "cost", dash = "dashed" })
local wrong = {}
for step = 1, steps do wrong[step] = 100 - anytime[step] end
twin[2]:set{ title = "a logarithm", xlabel = "Multiply-Adds", xscale = "log", yscale = "log", ylabel = "wrong (%)" }
twin[2]:vspan(model.madds[1], model.madds[2], { label = "one more look" })
twin[2]:line(model.madds, wrong, { label = "GFNet" })
twin[2]:annotate("all steps", model.madds[steps], wrong[steps], { anchor = "above-left", arrow = true })
done(twin, "twin")

-- %% Glimpses
plot.glimpses(trace, { name = "glimpses", rows = 2, thresholds = 0.9, dataset = test })

-- %% Pictures
local pictures, titles = {}, {}
for i = 1, math.min(6, images) do
  pictures[i], titles[i] = test[i].image, trace.class_names[trace.labels[i]] or ("class " .. trace.labels[i])
end
plot.images(pictures, { name = "images", titles = titles })

-- %% A clip
local clip = gfnet.dataset("clutter-motion", { split = "test", limit = 1 })[1].clip
plot.filmstrip(clip, { name = "filmstrip", places = { false, { 7, 32 } }, patch = 48, titles = { "glance", "step 2" } })
