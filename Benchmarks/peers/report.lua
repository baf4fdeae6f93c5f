-- %% [markdown]
-- # gfnet-lab against PyTorch, ONNX Runtime and OpenVINO
--
-- Every side ran in a process of its own with as many threads, and all took turns. Times are medians in milliseconds; a
-- ratio is the other side's median over ours at the same precision: above 1 gfnet-lab is faster. `results.json` has every
-- run; `results.csv` the least times and 95th percentiles too. Networks and weights are the same on all sides of a
-- comparison, and their results were compared before anything was timed.

-- %% [parameters]
local p = gfnet.params{
  images  = { default = 1000, min = 10, help = "for the times of accuracy against time; twice as many in batches" },
  points  = { default = 9, min = 2, help = "budgets of those curves" },
  rounds  = { default = 5, min = 1, help = "in which all budgets have a turn; medians are shown" },
}

-- %% Machine
-- make bench copies this script to where it writes results.lua.
local results = require("results")
gfnet.report.table{ name = "machine", columns = { "", "value" }, rows = results.machine }

-- %% Rows
-- cells[part][network][patch][batch][side][stage] is a row of results.csv.
local cells, absent = {}, {}
local function at(place, ...)
  for _, key in ipairs{ ... } do
    if not place then return nil end
    place = place[key]
  end
  return place
end
for _, row in ipairs(results.rows) do
  if row.unavailable then
    local reason = row.side .. ": " .. row.unavailable
    absent[reason] = (absent[reason] or 0) + 1
  else
    local place = cells
    local part = row.frames > 1 and "clips " .. row.part or row.part
    for _, key in ipairs{ part, row.network, row.patch, row.batch, row.side } do
      place[key] = place[key] or {}
      place = place[key]
    end
    place[row.stage] = row
  end
end
for reason, count in pairs(absent) do print(("not measured in %d cells: %s"):format(count, reason)) end

local networks = { "mobilenetv3_large_100", "resnet50", "densenet121", "regnety_600m", "efficientnet_b2" }
local own_side = { efficientnet_b2 = 128, resnet_tiny_16 = 48, resnet_tiny_32 = 48 }
local titles = {
  mobilenetv3_large_100 = "MobileNetV3-L", resnet50 = "ResNet-50", densenet121 = "DenseNet-121",
  regnety_600m = "RegNetY-600MF", efficientnet_b2 = "EfficientNet-B2", resnet_tiny_16 = "ResNet-tiny-16",
  resnet_tiny_32 = "ResNet-tiny-32",
}
local with_own = { table.unpack(networks) }
with_own[#with_own + 1] = "resnet_tiny_16"
local sides = {
  "gfnet-lab f32", "gfnet-lab bf16", "PyTorch eager f32", "PyTorch compiled f32", "ONNX Runtime f32", "OpenVINO f32",
  "OpenVINO bf16",
}
-- The same colour for a side in all figures.
local colors = {
  ["gfnet-lab f32"] = "#0072b2", ["gfnet-lab bf16"] = "#d55e00", ["PyTorch eager f32"] = "#009e73",
  ["PyTorch compiled f32"] = "#cc79a7", ["ONNX Runtime f32"] = "#000000", ["OpenVINO f32"] = "#e69f00",
  ["OpenVINO bf16"] = "#56b4e9",
}
local peers = { table.unpack(sides, 3) }
local function digits(names, count)
  local result = {}
  for _, name in ipairs(names) do result[name] = count end
  return result
end

-- %% [markdown]
-- ## Encoders

-- %% Encoders
-- A row for every network, size and batch that was measured.
local function tabulate(part, list, stage, name, caption)
  local times, ratios = {}, {}
  for _, network in ipairs(list) do
    for _, patch in ipairs{ 48, 96, 128, 224 } do
      for _, batch in ipairs{ 1, 8, 32 } do
        local cell = at(cells, part, network, patch, batch)
        if cell then
          local line, ratio = { titles[network], patch, batch }, { titles[network], patch, batch }
          for i, side in ipairs(sides) do
            local row = at(cell, side, stage)
            line[3 + i] = row and row.median_ms or "–"
            if i > 2 then ratio[1 + i] = row and row.ratio or "–" end
          end
          times[#times + 1], ratios[#ratios + 1] = line, ratio
        end
      end
    end
  end
  if #times == 0 then return print("not measured") end
  gfnet.report.table{
    name = name .. "-times", caption = caption .. " Milliseconds.", rows = times, digits = digits(sides, 2),
    columns = { "network", "side", "batch", table.unpack(sides) } }
  gfnet.report.table{
    name = name .. "-ratios", caption = caption .. " Times over ours at the same precision.", rows = ratios,
    digits = digits(peers, 2), columns = { "network", "side", "batch", table.unpack(peers) } }
end
tabulate("encoder", with_own, "1", "encoders", "The encoder alone.")

-- Where nothing was measured there is no bar.
local absent_bar = 0 / 0

-- Grouped bars with their numbers above them, and the line where both sides are equally fast.
local function bars(panel, names, series)
  local top = 1
  for _, one in ipairs(series) do
    for _, value in ipairs(one.values) do if value > top then top = value end end
  end
  panel:set{ ymax = 1.15 * top }
  panel:bar(names, series, { mode = "grouped", show_values = true })
  panel:hline(1, { color = "black", width = 0.8, dash = "solid" })
end

-- Bars of `of` over ours, a panel for each batch; nothing where nothing was measured.
local function ratios(part, list, stage, candidates, batches, options)
  local shown, of = {}, {}
  for _, side in ipairs(candidates) do
    local found = false
    for _, network in ipairs(list) do
      for _, batch in ipairs(batches) do
        found = found or at(cells, part, network, own_side[network] or 96, batch, side) ~= nil
      end
    end
    if found then of[#of + 1] = side end
  end
  for _, batch in ipairs(batches) do
    local names, series = {}, {}
    for i, side in ipairs(of) do series[i] = { label = side, values = {}, color = colors[side] } end
    for _, network in ipairs(list) do
      local cell = at(cells, part, network, own_side[network] or 96, batch)
      if cell then
        names[#names + 1] = titles[network]
        for i, side in ipairs(of) do series[i].values[#names] = (at(cell, side, stage) or {}).ratio or absent_bar end
      end
    end
    if #names > 0 then shown[#shown + 1] = { batch = batch, names = names, series = series } end
  end
  if #shown == 0 or #of == 0 then return end
  local fig = gfnet.plot.figure{
    rows = #shown, size = { 7, 0.9 + 1.75 * #shown }, ylabel = "time over ours", name = options.name,
    title = options.title, caption = options.caption, share_legend = true, legend = "above", grid = "y" }
  for i, panel in ipairs(shown) do
    fig[i]:set{ title = "batch " .. panel.batch }
    bars(fig[i], panel.names, panel.series)
  end
  gfnet.report.figure(fig)
end
ratios("encoder", networks, "1", { "ONNX Runtime f32", "OpenVINO f32", "OpenVINO bf16" }, { 1, 8, 32 }, {
  name = "encoders-runtimes", title = "Encoders: inference libraries",
  caption = "At the paper's size; above the line gfnet-lab is faster. bf16 is compared with our bf16." })
ratios("encoder", networks, "1", { "PyTorch eager f32", "PyTorch compiled f32" }, { 1, 32 }, {
  name = "encoders-pytorch", title = "Encoders: PyTorch", caption = "At the paper's size." })

-- %% [markdown]
-- ## Episodes
--
-- All steps without exits: glance, then policy, crop, encoder and classifier for every further step.

-- %% Episodes
local rows = {}
for _, network in ipairs(with_own) do
  for _, batch in ipairs{ 1, 32 } do
    local cell = at(cells, "episode", network, own_side[network] or 96, batch)
    for _, side in ipairs(cell and sides or {}) do
      local measured = cell[side]
      if measured then
        local steps, step = {}, 1
        while measured[tostring(step)] do
          steps[step] = ("%.2f"):format(measured[tostring(step)].median_ms)
          step = step + 1
        end
        local further = measured.further
        rows[#rows + 1] = {
          titles[network], batch, side, table.concat(steps, " / "), further.median_ms, further.ratio or "–" }
      end
    end
  end
end
if #rows > 0 then
  gfnet.report.table{
    name = "episodes", rows = rows, digits = { ["a further step"] = 2, ratio = 2 },
    caption = "Milliseconds from the start to the end of step 1, 2, …; the ratio is that of a further step.",
    columns = { "network", "batch", "side", "after each step", "a further step", "ratio" } }
else
  print("not measured")
end
-- PyTorch has float32 here; our bfloat16 is shown against the same times.
local function speedups(batch)
  local names, series = {}, {
    { label = "f32 against eager", values = {}, color = colors["gfnet-lab f32"] },
    { label = "f32 against compiled encoders", values = {}, color = colors["PyTorch compiled f32"] },
    { label = "bf16 against eager f32", values = {}, color = colors["gfnet-lab bf16"] } }
  for _, network in ipairs(with_own) do
    local cell = at(cells, "episode", network, own_side[network] or 96, batch)
    if cell then
      names[#names + 1] = titles[network]
      local function median(side) return (at(cell, side, "further") or {}).median_ms end
      local function over(theirs, own) return theirs and own and theirs / own or absent_bar end
      series[1].values[#names] = over(median("PyTorch eager f32"), median("gfnet-lab f32"))
      series[2].values[#names] = over(median("PyTorch compiled f32"), median("gfnet-lab f32"))
      series[3].values[#names] = over(median("PyTorch eager f32"), median("gfnet-lab bf16"))
    end
  end
  local shown = {}
  for _, one in ipairs(series) do
    local found = false
    for _, value in ipairs(one.values) do found = found or value > 0 end
    if found then shown[#shown + 1] = one end
  end
  return names, shown
end
if cells.episode then
  local fig = gfnet.plot.figure{
    rows = 2, size = { 7, 4.4 }, ylabel = "PyTorch's time over ours", name = "episodes", legend = "above", grid = "y",
    share_legend = true, title = "A further step" }
  for i, batch in ipairs{ 1, 32 } do
    local names, series = speedups(batch)
    fig[i]:set{ title = "batch " .. batch }
    if #names > 0 then bars(fig[i], names, series) end
  end
  gfnet.report.figure(fig)
end

-- %% [markdown]
-- ## Clips
--
-- Encoders whose frames exchange channels, and episodes of clips: all steps, without exits. Of PyTorch eager the arrangement
-- of maps in memory is the faster one.

-- %% Clips
local clip_times, clip_ratios = {}, {}
for _, row in ipairs(results.rows) do
  if row.frames > 1 and row.side == "gfnet-lab f32" and not row.unavailable and row.stage ~= "further" then
    local cell = at(cells, "clips " .. row.part, row.network, row.patch, row.batch)
    local title = { row.part, row.network, row.frames, row.patch, row.batch, row.stage }
    local line, ratio = { table.unpack(title) }, { table.unpack(title) }
    for i, side in ipairs(sides) do
      local other = at(cell, side, row.stage)
      line[6 + i] = other and other.median_ms or "–"
      if i > 2 then ratio[#ratio + 1] = other and other.ratio or "–" end
    end
    clip_times[#clip_times + 1], clip_ratios[#clip_ratios + 1] = line, ratio
  end
end
if #clip_times > 0 then
  local first = { "part", "network", "frames", "side", "batch", "step" }
  local function named(others)
    local all = { table.unpack(first) }
    for _, name in ipairs(others) do all[#all + 1] = name end
    return all
  end
  gfnet.report.table{
    name = "clips-times", caption = "Clips. Milliseconds from the start to the end of a step.", rows = clip_times,
    digits = digits(sides, 2), columns = named(sides) }
  gfnet.report.table{
    name = "clips-ratios", caption = "Clips. Times over ours at the same precision.", rows = clip_ratios,
    digits = digits(peers, 2), columns = named(peers) }
else
  print("not measured")
end

-- %% [markdown]
-- ## Training
--
-- A step of stage 1 on 32 images, with the losses of all steps of the sequence, in float32; in gfnet-lab the preparation of
-- the images is part of it.

-- %% Training
local steps = {}
for _, network in ipairs{ "mobilenetv3_large_100", "resnet50", "resnet_tiny_16", "resnet_tiny_32" } do
  local cell = at(cells, "train", network, own_side[network] or 96, 32)
  local own, eager = at(cell, "gfnet-lab f32", "1"), at(cell, "PyTorch eager f32", "1")
  if own then
    steps[#steps + 1] = {
      titles[network], own.median_ms, eager and eager.median_ms or "–", eager and eager.ratio or "–", own.percent_of_peak }
  end
end
if #steps > 0 then
  gfnet.report.table{
    name = "training", rows = steps, columns = { "network", "gfnet-lab", "PyTorch eager", "ratio", "of peak (%)" },
    digits = { ["gfnet-lab"] = 1, ["PyTorch eager"] = 1, ratio = 2, ["of peak (%)"] = 0 }, caption = "Milliseconds." }
else
  print("not measured")
end

-- %% [markdown]
-- ## Accuracy against time
--
-- The model that comes with the project, on the test split. Its curve: the paper's thresholds for a range of budgets, each
-- run for real by `model:infer`, the preparation of the images included. PyTorch's curve: its time after each step, weighted
-- with the shares of images that leave there. Static: the same encoder on the whole image at 48 and at 128 pixels.

-- %% Accuracy against time
local model = gfnet.load("clutter-fashion")
local held_out = model:trace(gfnet.dataset(model.dataset, { split = "validation" }))
local trace = model:trace(gfnet.dataset(model.dataset, { split = "test" }))
local curve = trace:budgeted{ points = p.points, calibration = held_out }

local function median(times)
  table.sort(times)
  return times[(#times + 1) // 2]
end

-- Milliseconds per image for each budget: measured[precision][point].
local precisions = { "f32", "bf16" }
local function measure(batch)
  local test = gfnet.dataset(model.dataset, { split = "test", limit = batch == 1 and p.images or 2 * p.images })
  local times = {}
  for _, precision in ipairs(precisions) do
    local options = { batch = batch, precision = precision, exit = curve.thresholds[1] }
    local ok, reason = pcall(model.infer, model, test, options)
    if ok then times[precision] = {} else print(("without %s: %s"):format(precision, reason)) end
  end
  for _ = 1, p.rounds do
    for point, thresholds in ipairs(curve.thresholds) do
      for precision, list in pairs(times) do
        local seconds = model:infer(test, { batch = batch, precision = precision, exit = thresholds }).seconds
        list[point] = list[point] or {}
        table.insert(list[point], 1000 * seconds / #test)
      end
    end
  end
  for _, list in pairs(times) do
    for point = 1, #list do list[point] = median(list[point]) end
  end
  return times
end

-- PyTorch's mean milliseconds per image where so many images leave after each step.
local function weighted(cell, exits)
  local sum, images = 0, 0
  for step, count in ipairs(exits) do
    sum, images = sum + count * cell[tostring(step)].median_ms, images + count
  end
  return sum / images
end

local static = model.info.results.static
local fig = gfnet.plot.figure{
  columns = 2, size = { 7, 3.8 }, ylabel = "top-1 (%)", xlabel = "milliseconds per image", xscale = "log", share_y = true,
  share_legend = true, legend = "lower", legend_columns = 3, title = "Accuracy against time", name = "accuracy-time" }
local points = {}
for i, batch in ipairs{ 1, 32 } do
  local panel, times = fig[i], measure(batch)
  panel:set{ title = "batch " .. batch, ylabel = i == 1 and "top-1 (%)" or "" }
  for _, precision in ipairs(precisions) do
    if times[precision] then
      local side = "gfnet-lab " .. precision
      panel:line(times[precision], curve.accuracy, {
        label = "GFNet, " .. side, marker = "circle", dash = "solid", color = colors[side] })
    end
  end
  local episode = at(cells, "episode", "resnet_tiny_16", 48, batch, "PyTorch eager f32")
  local eager = {}
  if episode then
    for point, exits in ipairs(curve.exits) do eager[point] = weighted(episode, exits) / batch end
    panel:line(eager, curve.accuracy, {
      label = "GFNet, PyTorch eager f32", marker = "circle", dash = "solid", color = colors["PyTorch eager f32"] })
  end
  for _, side in ipairs(sides) do
    local x, y = {}, {}
    for _, network in ipairs(static) do
      local row = at(cells, "encoder", "resnet_tiny_16", network.size, batch, side, "1")
      if row then x[#x + 1], y[#y + 1] = row.median_ms / batch, network.accuracy end
    end
    if #x > 0 then
      panel:line(x, y, {
        label = "static, " .. side, marker = "square", marker_size = 4, dash = "dotted", width = 1,
        color = colors[side] })
    end
  end
  for point, accuracy in ipairs(curve.accuracy) do
    points[#points + 1] = {
      batch, curve.madds[point] / 1e6, accuracy, times.f32 and times.f32[point] or "–",
      times.bf16 and times.bf16[point] or "–", eager[point] or "–" }
  end
end
gfnet.report.figure(fig, { caption = "In batches PyTorch's curve supposes that survivors always fill one." })
gfnet.report.table{
  name = "accuracy-time", rows = points,
  columns = { "batch", "Multiply-Adds (M)", "top-1 (%)", "gfnet-lab f32", "gfnet-lab bf16", "PyTorch eager f32" },
  digits = { ["Multiply-Adds (M)"] = 1, ["top-1 (%)"] = 2, ["gfnet-lab f32"] = 3, ["gfnet-lab bf16"] = 3,
    ["PyTorch eager f32"] = 3 },
  caption = "Milliseconds per image." }
