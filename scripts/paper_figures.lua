-- %% [markdown]
-- # The paper's figures, and ours in the same manner
--
-- Accuracy against mean Multiply-Adds of the five families of encoders, anytime prediction, latency on a telephone, and what
-- the policy is worth: drawn anew from the numbers of Wang et al., *Glance and Focus* (NeurIPS 2020) and Huang et al., *Glance
-- and Focus Networks for Dynamic Visual Recognition* (T-PAMI 2023). Most of them were read off the figures, to about a tenth of
-- a percent; those of the text are exact. Beside them stands what a model of ours measures, and the overview of the system is
-- drawn from that model at work on one image.
--
--     gfnet-lab scripts/paper_figures.lua model=mine.safetensors image=12

-- %% [parameters]
local p = gfnet.params{
  model  = { default = "clutter-fashion", help = "a name under models/ or a file" },
  limit  = { default = 10000, min = 20, help = "images of the test and of the validation split" },
  points = { default = 39, min = 3, help = "budgets of our curves" },
  image  = { default = 0, min = 0, help = "the test image of the overview; 0: the first that leaves last and is right" },
}

-- %% Published numbers
-- Pairs of cost and ImageNet top-1 (%). Costs of budgeted curves are millions of Multiply-Adds, of latency milliseconds.
local published = {
  { name = "MobileNetV3",
    gfnet = { { 45, 66.8 }, { 50, 68.0 }, { 55, 69.1 }, { 60, 70.0 }, { 70, 71.0 }, { 80, 71.5 }, { 90, 72.4 }, { 99, 73.1 },
      { 109, 73.5 }, { 128, 73.8 }, { 138, 74.2 }, { 148, 74.7 }, { 157, 75.0 }, { 167, 75.3 }, { 177, 75.4 }, { 186, 75.5 } },
    static = { { 44, 65.4 }, { 57, 67.5 }, { 69, 68.8 }, { 91, 70.4 }, { 155, 73.5 }, { 217, 75.4 } } },
  { name = "RegNetY",
    gfnet = { { 153, 70.4 }, { 180, 71.7 }, { 200, 72.5 }, { 235, 73.4 }, { 273, 73.9 }, { 311, 74.4 }, { 367, 74.9 },
      { 424, 75.1 }, { 480, 75.2 }, { 532, 75.8 }, { 595, 76.1 }, { 657, 76.4 }, { 740, 76.5 } },
    static = { { 201, 70.4 }, { 400, 74.1 }, { 600, 75.4 }, { 800, 76.3 } } },
  { name = "EfficientNet",
    gfnet = { { 227, 75.95 }, { 260, 76.8 }, { 300, 77.4 }, { 344, 77.7 }, { 390, 78.2 }, { 436, 78.7 }, { 481, 78.9 },
      { 527, 79.15 }, { 573, 79.4 }, { 619, 79.6 }, { 665, 79.7 }, { 745, 79.8 } },
    static = { { 390, 76.8 }, { 701, 78.8 }, { 1000, 79.8 } } },
  { name = "ResNet",
    gfnet = { { 800, 69.7 }, { 850, 70.5 }, { 954, 72.0 }, { 1062, 73.1 }, { 1170, 73.8 }, { 1278, 74.4 }, { 1493, 75.0 },
      { 1817, 75.4 }, { 2032, 75.9 }, { 2248, 76.3 }, { 2464, 76.45 }, { 2787, 76.7 }, { 3003, 76.7 } },
    static = { { 891, 62.9 }, { 1820, 69.8 }, { 2741, 71.4 }, { 3670, 73.3 }, { 4107, 76.1 } } },
  { name = "DenseNet",
    gfnet = { { 546, 69.0 }, { 605, 70.0 }, { 688, 71.6 }, { 772, 72.7 }, { 856, 73.5 }, { 939, 73.9 }, { 1107, 74.6 },
      { 1274, 75.1 }, { 1525, 75.6 }, { 1860, 76.05 }, { 2111, 76.3 }, { 2362, 76.45 } },
    static = { { 1275, 66.4 }, { 1640, 71.0 }, { 2523, 73.1 }, { 2847, 74.5 }, { 3360, 76.0 } } },
}
local anytime_published = {
  accuracy = { 68.9, 72.7, 73.9, 74.2, 74.5 }, -- DenseNet-121 at 96 × 96; its costs are counted below
  msdnet = { { 500, 62.4 }, { 1340, 70.0 }, { 2230, 73.0 }, { 2960, 74.1 }, { 3250, 74.7 } },
  ensemble = { { 1080, 61.6 }, { 2360, 66.6 }, { 4000, 71.3 }, { 6520, 74.1 } },
}
local latency = {
  { name = "MobileNetV3",
    gfnet = { { 5.5, 69.4 }, { 7.0, 72.2 }, { 8.0, 73.1 }, { 9.05, 73.6 }, { 10.1, 74.3 }, { 11.1, 74.8 }, { 12.2, 75.3 },
      { 12.8, 75.4 } },
    static = { { 4.1, 65.4 }, { 5.4, 67.5 }, { 6.2, 68.8 }, { 7.5, 70.4 }, { 11.3, 73.5 }, { 16.3, 75.4 } } },
  { name = "ResNet",
    gfnet = { { 40.6, 69.7 }, { 50, 72.5 }, { 60, 73.9 }, { 74, 75.4 }, { 86, 76.1 }, { 100, 76.5 } },
    static = { { 78, 69.8 }, { 117, 71.4 }, { 155, 73.3 }, { 167, 76.1 } } },
}
local policy_published = { -- ResNet-50 at 96 × 96, five steps
  { "random", 74.46 }, { "centre, then corners", 75.12 }, { "learned", 75.93 },
}

-- Two lists of pairs' first and second numbers, the first times `unit`.
local function columns(pairs_of, unit)
  local x, y = {}, {}
  for i, pair in ipairs(pairs_of) do x[i], y[i] = pair[1] * (unit or 1), pair[2] end
  return x, y
end

-- The cost at which a piecewise linear curve reaches an accuracy, or nothing.
local function cost_at(curve, accuracy)
  for i = 2, #curve do
    local a, b = curve[i - 1], curve[i]
    if a[2] <= accuracy and accuracy <= b[2] then
      return b[2] == a[2] and a[1] or a[1] + (b[1] - a[1]) * (accuracy - a[2]) / (b[2] - a[2])
    end
  end
end

-- GFNet a solid black curve, the networks that it is made of dotted with signs of their own.
local GFNET = { color = "black", width = 1.6, dash = "solid" }
local function curve_of(axes, family, unit, label)
  local x, y = columns(family.gfnet, unit)
  axes:line(x, y, { label = label or "GFNet", color = GFNET.color, width = GFNET.width, dash = GFNET.dash })
  x, y = columns(family.static, unit)
  axes:line(x, y, { label = family.name, dash = "dotted", marker = "square", marker_size = 4 })
end

-- How much less GFNet costs where it is as accurate as a static network: an arrow from that to the curve.
local function saving(axes, family, index, unit)
  local network = family.static[index]
  local cost = cost_at(family.gfnet, network[2])
  if not cost then return end
  axes:arrow(network[1] * unit, network[2], cost * unit, network[2], { color = "gray", width = 0.8 })
  axes:annotate(("%.1f×"):format(network[1] / cost), network[1] * unit, network[2],
    { anchor = "below-right", font_size = 7, color = "gray" })
end

-- %% Figure 4: accuracy against cost
-- Budgeted batch classification (a–e), where thresholds share a budget over all images, and anytime prediction (f), where
-- all leave after the same step. Arrows say how many times cheaper the same accuracy is.
local densenet = gfnet.model{ backbone = "densenet121", patch_size = 96, image_size = 224, steps = 5, classes = 1000 }
local four = gfnet.plot.figure{
  name = "figure-4", rows = 2, columns = 3, size = { 7.16, 4.4 }, legend = "lower-right",
  xlabel = "mean Multiply-Adds", ylabel = "ImageNet top-1 (%)", title = "Published: accuracy against cost",
  caption = "After figure 4 of the paper: budgeted batch classification (a–e) and anytime prediction (f).",
}
local wanted = { 4, 3, 2, 4, 4 }
for i, family in ipairs(published) do
  four[i]:set{
    title = ("(%s) %s"):format(("abcde"):sub(i, i), family.name),
    ylabel = (i - 1) % 3 == 0 and "ImageNet top-1 (%)" or "", xlabel = i > 3 and "mean Multiply-Adds" or "",
  }
  curve_of(four[i], family, 1e6)
  saving(four[i], family, wanted[i], 1e6)
end
four[6]:set{ title = "(f) DenseNet, anytime", xlabel = "Multiply-Adds", ylabel = "" }
four[6]:step(densenet.madds, anytime_published.accuracy,
  { label = "GFNet", color = GFNET.color, width = GFNET.width, dash = GFNET.dash })
local x, y = columns(anytime_published.msdnet, 1e6)
four[6]:step(x, y, { label = "MSDNet", dash = "dashed", marker = "triangle", marker_size = 4 })
x, y = columns(anytime_published.ensemble, 1e6)
four[6]:step(x, y, { label = "ensemble", dash = "dotted", marker = "diamond", marker_size = 4 })
four

-- %% Figure 5: latency
-- On an iPhone XS Max, batch 1.
local five = gfnet.plot.figure{
  name = "figure-5", columns = 2, size = { 5.4, 2.5 }, legend = "lower-right", xlabel = "mean latency (ms)",
  ylabel = "ImageNet top-1 (%)", title = "Published: accuracy against latency on an iPhone XS Max",
  caption = "After figure 5 of the paper.",
}
for i, family in ipairs(latency) do
  five[i]:set{ title = ("(%s) %s"):format(("ab"):sub(i, i), family.name), ylabel = i == 1 and "ImageNet top-1 (%)" or "" }
  curve_of(five[i], family)
  saving(five[i], family, i == 1 and 5 or 3, 1)
end
five

-- %% What is saved
local rows = {}
for _, family in ipairs(published) do
  for _, network in ipairs(family.static) do
    local cost = cost_at(family.gfnet, network[2])
    if cost then rows[#rows + 1] = { family.name, network[2], network[1], cost, network[1] / cost } end
  end
end
gfnet.report.table{
  name = "saved",
  caption = "Multiply-Adds of static networks and of GFNet at the same accuracy, on lines between published points.",
  columns = { "family", "ImageNet top-1 (%)", "static (M)", "GFNet (M)", "times less" }, rows = rows,
  digits = { ["ImageNet top-1 (%)"] = 1, ["static (M)"] = 0, ["GFNet (M)"] = 0, ["times less"] = 2 },
}

-- %% The model
-- A trace holds every step of every image; all of our figures below are of the same traces.
local model = gfnet.load(p.model)
if model.frames > 1 then error(p.model .. " is a model of clips; scripts/motion.lua draws those", 0) end
local test = gfnet.dataset(model.dataset, { split = "test", limit = p.limit })
local validation = gfnet.dataset(model.dataset, { split = "validation", limit = p.limit })
local trace, held_out = model:trace(test), model:trace(validation)
local static = model.info.results and model.info.results.static or {}
model

-- %% Ours, in the manner of figure 4
-- The same encoder by itself at several sizes stands for the static networks, where the model file tells of such.
local curve = trace:budgeted{ points = p.points, calibration = held_out, method = "optimal" }
local measured = trace:accuracy{ interval = true }
local ours = gfnet.plot.figure{
  name = "ours-4", columns = 2, share_y = true, size = { 7.16, 2.8 }, legend = "lower-right",
  ylabel = "test top-1 (%)", title = ("%s on %s"):format(model.backbone, test.name),
  caption = ("Thresholds from the validation split, %d test images; bands are 95 %% intervals of that number of images.")
    :format(trace.images),
}
ours[1]:set{ title = "(a) budgeted batch classification", xlabel = "mean Multiply-Adds" }
local lower, upper = curve:band()
ours[1]:band(curve.madds, lower, upper, { color = "black", opacity = 0.15 })
ours[1]:line(curve.madds, curve.accuracy, { label = "GFNet", color = GFNET.color, width = GFNET.width, dash = GFNET.dash })
local networks = {}
for i, network in ipairs(static) do networks[i] = { network.madds, network.accuracy, network.size } end
table.sort(networks, function(a, b) return a[1] < b[1] end)
if #networks > 0 then
  x, y = columns(networks)
  ours[1]:line(x, y, { label = "static encoder", dash = "dotted", marker = "square", marker_size = 4 })
  for _, network in ipairs(networks) do
    ours[1]:annotate(("%d²"):format(network[3]), network[1], network[2], { anchor = "below-left", font_size = 7 })
  end
end
ours[2]:set{ title = "(b) anytime prediction", xlabel = "Multiply-Adds", ylabel = "" }
local below, above, anytime = {}, {}, {}
for step, accuracy in ipairs(measured) do
  anytime[step], below[step], above[step] = accuracy.value, accuracy.value - accuracy.lower, accuracy.upper - accuracy.value
end
ours[2]:step(model.madds, anytime,
  { label = "GFNet", color = GFNET.color, width = GFNET.width, dash = GFNET.dash, yerr = { below, above } })
ours

-- %% The policy
-- The last step's accuracy by what chooses the places, published and ours.
local names, values, errors = {}, {}, { {}, {} }
for i, sampler in ipairs{ "random", "corners", "learned" } do
  local by = sampler == "learned" and trace or model:trace(test, { sampler = gfnet.samplers[sampler]{} })
  local accuracy = by:accuracy{ interval = true }[model.steps]
  names[i], values[i] = sampler == "corners" and "centre, then corners" or sampler, accuracy.value
  errors[1][i], errors[2][i] = accuracy.value - accuracy.lower, accuracy.upper - accuracy.value
end
local function from(list, room)
  return math.floor(math.min(table.unpack(list)) - room)
end
local policy = gfnet.plot.figure{
  name = "policy", columns = 2, size = { 7.16, 2.4 }, title = "What the policy is worth",
  caption = ("Accuracy after the last step by what chooses the patches: the paper's ResNet-50 on ImageNet (96 × 96, five steps), "
    .. "and %s on %s (%d × %d, %d steps). Axes do not begin at zero."):format(
    model.backbone, test.name, model.patch_size, model.patch_size, model.steps),
}
local published_names, published_values = {}, {}
for i, row in ipairs(policy_published) do published_names[i], published_values[i] = row[1], row[2] end
policy[1]:set{ title = "(a) published", ylabel = "ImageNet top-1 (%)", ymin = from(published_values, 1) }
policy[1]:bar(published_names, published_values, { show_values = true })
policy[2]:set{ title = "(b) ours", ylabel = "test top-1 (%)", ymin = from(values, 2) }
policy[2]:bar(names, values, { show_values = true, yerr = errors })
policy

-- %% Figure 2: the overview
-- The system at work on one image: what each part sees, what it costs, and what the classifier says after each step.
local chosen = p.image
if chosen == 0 then
  for i = 1, trace.images do
    if trace.prediction[model.steps][i] == trace.labels[i] and trace.prediction[1][i] ~= trace.labels[i] then
      chosen = i
      break
    end
  end
  if chosen == 0 then chosen = 1 end
end
if chosen > trace.images then
  error(("there is no image %d: there are %d"):format(chosen, trace.images), 0)
end

local steps, patch = model.steps, model.patch_size
local pictures = test[chosen].image:unsqueeze(1)
local sights = { model:resize(pictures)[1] }
for step = 2, steps do
  local place = gfnet.tensor{ { trace.places[step - 1][chosen][1], trace.places[step - 1][chosen][2] } }
  sights[step] = model:crop(pictures, place)[1]
end

-- A picture within the axes, by its lower left corner and width in parts of theirs.
local wide, high = 7.16, 3.4
local overview = gfnet.plot.figure{
  name = "overview", size = { wide, high }, xmin = 0, xmax = 1, ymin = 0, ymax = 1, xticks = {}, yticks = {}, grid = "none",
  legend = "none", title = "Glance, then focus",
  caption = ("Test image %d (%s) in the model at work. The encoders f_G and f_L see the glance and the patches, at so many "
    .. "Multiply-Adds a step; the policy π says where to look next; the classifier f_C remembers earlier steps (dashed), and "
    .. "after each of them a rule may leave."):format(
    chosen, trace.class_names[trace.labels[chosen]] or ("class " .. trace.labels[chosen])),
}
local function picture(image, left, lower_side, width)
  local inset = overview:inset{ x = left, y = lower_side, width = width, height = width * wide / high, xticks = {}, yticks = {},
    grid = "none" }
  inset:heatmap({ { 0, 0 }, { 0, 0 } }, { image = image, range = { 0, 1 }, opacity = 0, colorbar = false, square = true })
  return inset
end
-- The map under a picture has two rows and columns, whose centres are 1 and 2.
local function boxed(inset, place)
  local function along(pixel) return 0.5 + 2 * pixel / model.image_size end
  local top, left = along(place[1] - 1), along(place[2] - 1)
  local bottom, right = along(place[1] - 1 + patch), along(place[2] - 1 + patch)
  inset:line({ left, right, right, left, left }, { top, top, bottom, bottom, top },
    { color = "orange", width = 0.8, dash = "solid", marker = "none" })
end
local size = 0.11
local gap = (1 - 0.02) / (steps + 1)
local function middle(column) return 0.02 + gap * (column + 0.5) end
local picture_y, height = 0.64, size * wide / high

local whole = picture(test[chosen].image, middle(0) - size / 2, picture_y, size)
overview:text(("image, %d × %d"):format(model.image_size, model.image_size), middle(0), picture_y + height + 0.02,
  { anchor = "above", font_size = 8 })
for step = 1, steps do
  local at = middle(step)
  picture(sights[step], at - size / 2, picture_y, size)
  overview:text(("%s, %d × %d"):format(step == 1 and "glance" or ("patch %d"):format(step - 1), patch, patch),
    at, picture_y + height + 0.02, { anchor = "above", font_size = 8 })
  local place = step > 1 and trace.coordinates[step][chosen]
  local encoder = step == 1 and "f_{G}" or "f_{L}"
  overview:text(encoder, at, 0.49, { anchor = "center", font_size = 11 })
  overview:arrow(at, picture_y - 0.02, at, 0.54)
  overview:arrow(at, 0.45, at, 0.36)
  local cost = (model.madds[step] - (model.madds[step - 1] or 0)) / 1e6
  overview:text(("%.1f M"):format(cost), at + 0.012, 0.565, { anchor = "right", font_size = 7, color = "gray" })
  overview:text("f_{C}", at, 0.31, { anchor = "center", font_size = 11 })
  overview:arrow(at, 0.27, at, 0.2)
  local prediction = trace.prediction[step][chosen]
  local right = prediction == trace.labels[chosen]
  overview:text(("%s, %.0f %%"):format(trace.class_names[prediction] or ("class " .. prediction),
    100 * trace.confidence[step][chosen]), at, 0.15, { anchor = "center", font_size = 8, color = right and "green" or "red" })
  if step > 1 then
    overview:arrow(middle(step - 1) + 0.03, 0.31, at - 0.03, 0.31, { dash = "dashed" })
    overview:arrow(middle(step - 1) + 0.03, 0.49, at - size / 2 - 0.004, picture_y + 0.06, { color = "gray" })
    overview:text("π", (middle(step - 1) + at) / 2 - 0.025, 0.625, { anchor = "center", font_size = 11 })
    overview:text(("from row %d, column %d"):format(place[1], place[2]), at, 0.07,
      { anchor = "center", font_size = 7, color = "gray" })
    boxed(whole, place)
  end
end
overview:arrow(middle(0) + size / 2 + 0.004, picture_y + height / 2, middle(1) - size / 2 - 0.004, picture_y + height / 2)
overview

-- %% In short
gfnet.report.results{
  images = trace.images, accuracy_last_step = anytime[steps], accuracy_random_places = values[1],
  accuracy_corner_places = values[2], madds_last_step = model.madds[steps],
}
