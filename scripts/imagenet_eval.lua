-- %% [markdown]
-- # Evaluation on ImageNet
--
-- What the authors' program reports of a checkpoint, in its three modes:
--
-- 1. `stored`: the results that the checkpoint holds. No pictures are needed.
-- 2. `thresholds`: the thresholds that it holds, applied to a folder of validation pictures.
-- 3. `calibrate`: thresholds determined on a folder of training pictures, applied to the validation pictures.
--
-- ```
-- gfnet-lab run scripts/imagenet_eval.lua checkpoint=mobilenetv3.pth.tar data=/data/imagenet
-- ```
--
-- Pictures are resized and cropped as the paper does it for the network. `all` does what the checkpoint and the folder
-- allow, and says what is missing for the rest. Traces are kept between runs, so that only the first one is long; while
-- it runs, a trace takes 0.2 GB per step and 50,000 pictures of 1000 classes.

-- %% [parameters]
local p = gfnet.params{
  checkpoint  = { default = "", help = "a file of the authors' program, a model file, or a name under models/" },
  data        = { default = "", help = "folder that holds the folders of validation and training pictures" },
  mode        = { default = "all", choices = { "all", "stored", "thresholds", "calibrate" },
                  help = "what to evaluate" },
  validation  = { default = "val", help = "the folder under data to evaluate on, with a folder for each class" },
  train       = { default = "train", help = "the folder under data to determine thresholds on" },
  labels      = { default = "", help = "text file that names the class folders in order; if empty, by their names" },
  limit       = { default = 50000, min = 1, help = "validation pictures, of each class its share" },
  calibration = { default = 20000, min = 1, help = "training pictures, likewise" },
  resize      = { default = 0, min = 0, help = "shorter side of the pictures before the crop; 0: the paper's" },
  batch       = { default = 64, min = 1, help = "pictures that are run together" },
  published   = { default = true, help = "draw the published curves of the network's family too" },
}

-- %% The network
if p.checkpoint == "" then
  error("name a checkpoint: checkpoint=FILE, as the authors publish it or as gfnet-lab models import writes it", 0)
end
local model   = gfnet.load(p.checkpoint)
local results = model.info.results or {}
model

-- %% What can be evaluated
local lacking = {}

-- True if `mode` is to be shown. Where something lacks, the only mode asked for ends the run, any other is left out.
local function can_show(mode, have, lack)
  if p.mode ~= "all" and p.mode ~= mode then return false end
  if not have and p.mode == mode then error(("mode=%s: %s"):format(mode, lack), 0) end
  if not have then lacking[#lacking + 1] = ("%s: left out, %s"):format(mode, lack) end
  return have
end

-- As the paper prepares pictures for the network.
local preparation = model.pictures
local shorter = p.resize > 0 and p.resize or preparation.resize

-- The pictures of a folder under data, or nil and what is wrong.
local function open(split, limit)
  if p.data == "" then
    return nil, ("there are no pictures: give data=FOLDER that holds %s/ with a folder for each class"):format(split)
  end
  local ok, pictures = pcall(gfnet.dataset, "folder", {
    path = p.data, split = split, resize = shorter, crop = model.image_size,
    interpolation = preparation.interpolation, labels = p.labels ~= "" and p.labels or nil, limit = limit,
  })
  -- Without the place in this script, which says nothing of the pictures.
  if not ok then return nil, (tostring(pictures):gsub("^.-:%d+: ", "")) end
  if pictures.classes ~= model.classes then
    return nil, ("%s/%s has %d classes, the network %d"):format(p.data, split, pictures.classes, model.classes)
  end
  return pictures
end

local validation, training, no_validation, no_training
if p.mode ~= "stored" then validation, no_validation = open(p.validation, p.limit) end
if p.mode == "all" or p.mode == "calibrate" then training, no_training = open(p.train, p.calibration) end

local shows_stored = can_show("stored", results.anytime ~= nil or results.budgeted ~= nil,
  "the checkpoint holds no results (one of the training program holds weights alone)")
-- Why the thresholds that the checkpoint holds cannot be applied; nil if they can.
local function no_thresholds()
  local calibrates = p.mode == "all" and validation and training
  if not results.thresholds then
    return "the checkpoint holds no thresholds" .. (calibrates and "" or "; mode=calibrate determines them")
  end
  for _, thresholds in ipairs(results.thresholds) do
    if #thresholds ~= model.steps and #thresholds ~= model.steps - 1 then
      return ("the checkpoint's thresholds are for %d steps, and the network has %d%s"):format(
        #thresholds, model.steps, calibrates and "" or "; mode=calibrate determines others")
    end
  end
end
local no_stored_thresholds = no_thresholds()
local shows_thresholds = can_show("thresholds", not no_stored_thresholds and validation ~= nil,
  no_stored_thresholds or no_validation)
local shows_calibrated = can_show("calibrate", validation ~= nil and training ~= nil, no_validation or no_training)
if shows_calibrated and table.concat(validation.labels, "\n") ~= table.concat(training.labels, "\n") then
  error(("the class folders of %s and %s are not the same"):format(p.validation, p.train), 0)
end
if not (shows_stored or shows_thresholds or shows_calibrated or validation) then
  error("nothing can be evaluated: " .. table.concat(lacking, "; "), 0)
end
for _, line in ipairs(lacking) do print(line) end
if validation then
  print(("%d validation pictures%s, %s to %d, centre of %d × %d"):format(
    #validation, training and (", %d training pictures"):format(#training) or "", preparation.interpolation,
    shorter, model.image_size, model.image_size))
end

-- %% Traces
-- Every step of every picture, once; thresholds are replayed on it.
local trace, held_out
if validation then trace = model:trace(validation, { batch = p.batch }) end
if shows_calibrated then held_out = model:trace(training, { batch = p.batch }) end

local function tell_damaged(pictures, seen)
  if seen.images == #pictures then return end
  local first = pictures.damaged[1] -- none where the trace was kept from an earlier run
  print(("%s: %d of %d pictures cannot be read and are left out%s"):format(
    pictures.split, #pictures - seen.images, #pictures, first and ", the first: " .. first.reason or ""))
end
if trace then tell_damaged(validation, trace) end
if held_out then tell_damaged(training, held_out) end
trace

-- %% Anytime prediction
-- All pictures stop after the same step. Costs are counted here from the operations, beside what the file says.
local measured = trace and trace:accuracy() or {}
local anytime  = shows_stored and results.anytime or {}
-- The authors' files hold costs of the parts beside, those of scripts/train_clutter.lua only these.
local costs    = results.costs and results.costs.madds or results.madds or {}
local rows = {}
for step, madds in ipairs(model.madds) do
  rows[step] = { step, madds / 1e6, costs[step] and costs[step] / 1e6, anytime[step], measured[step] }
end
gfnet.report.table{
  name = "anytime", caption = "Anytime prediction: cost and accuracy by step.",
  columns = { "step", "Multiply-Adds (M)", "stored (M)", "stored top-1 (%)", "top-1 (%)" }, rows = rows,
  digits = { ["Multiply-Adds (M)"] = 1, ["stored (M)"] = 1, ["stored top-1 (%)"] = 2, ["top-1 (%)"] = 2 },
}
if #measured > 0 or #anytime > 0 then
  local fig = gfnet.plot.figure{ xlabel = "Multiply-Adds", ylabel = "top-1 (%)", title = "Anytime prediction" }
  if #measured > 0 then fig:step(model.madds, measured, { label = "measured here" }) end
  if #anytime == #model.madds then fig:step(model.madds, anytime, { label = "stored in the checkpoint" }) end
  gfnet.report.figure(fig, { name = "anytime", caption = "Accuracy if the network is stopped at any moment." })
end

-- %% Budgeted batch classification
-- A point for each q = 1/20, 2/20, …: the share of pictures that leave after step k is proportional to q^k on the
-- pictures that the thresholds were determined on.
local curves = {}
if shows_stored and results.budgeted then
  curves[#curves + 1] = {
    name = "stored", label = "stored results", madds = results.budgeted.madds, accuracy = results.budgeted.accuracy,
  }
end
if shows_thresholds then
  local curve = {
    name = "thresholds", label = "stored thresholds", madds = {}, accuracy = {}, thresholds = results.thresholds }
  for point, thresholds in ipairs(results.thresholds) do
    local evaluation = trace:evaluate(thresholds)
    curve.madds[point], curve.accuracy[point] = evaluation.madds, evaluation.accuracy
  end
  curves[#curves + 1] = curve
end
if shows_calibrated then
  local curve = trace:budgeted{ points = 39, calibration = held_out }
  curves[#curves + 1] = {
    name = "calibrated", label = "thresholds of the training pictures", madds = curve.madds,
    accuracy = curve.accuracy, thresholds = curve.thresholds,
  }
end

local columns, digits, lines = { "q" }, { q = 2 }, {}
for _, curve in ipairs(curves) do
  local cost, accuracy = curve.name .. " (M)", curve.name .. " (%)"
  columns[#columns + 1], columns[#columns + 2] = cost, accuracy
  digits[cost], digits[accuracy] = 1, 2
  for point, madds in ipairs(curve.madds) do
    lines[point] = lines[point] or { q = point / 20 }
    lines[point][cost], lines[point][accuracy] = madds / 1e6, curve.accuracy[point]
  end
end
if #curves > 0 then
  gfnet.report.table{
    name = "budgeted", columns = columns, rows = lines, digits = digits,
    caption = "Budgeted batch classification: mean Multiply-Adds (M) and top-1 (%) by mode." }
end

-- %% Beside the published curves
-- GFNet and the static networks of its family, read off the figures of the paper (±0.1 points, ±1 %): Multiply-Adds
-- in millions, top-1 in percent.
local published = {
  { "^mobilenetv3_large", "MobileNetV3",
    { 45, 66.8, 50, 68.0, 55, 69.1, 60, 70.0, 70, 71.0, 80, 71.5, 90, 72.4, 99, 73.1, 109, 73.5, 128, 73.8, 138, 74.2,
      148, 74.7, 157, 75.0, 167, 75.3, 177, 75.4, 186, 75.5 },
    { 44, 65.4, 57, 67.5, 69, 68.8, 91, 70.4, 155, 73.5, 217, 75.4 } },
  { "^regnety", "RegNetY",
    { 153, 70.4, 180, 71.7, 200, 72.5, 235, 73.4, 273, 73.9, 311, 74.4, 367, 74.9, 424, 75.1, 480, 75.2, 532, 75.8,
      595, 76.1, 657, 76.4, 740, 76.5 },
    { 201, 70.4, 400, 74.1, 600, 75.4, 800, 76.3 } },
  { "^efficientnet_b", "EfficientNet",
    { 227, 75.95, 260, 76.8, 300, 77.4, 344, 77.7, 390, 78.2, 436, 78.7, 481, 78.9, 527, 79.15, 573, 79.4, 619, 79.6,
      665, 79.7, 745, 79.8 },
    { 390, 76.8, 701, 78.8, 1000, 79.8 } },
  { "^resnet%d", "ResNet",
    { 800, 69.7, 850, 70.5, 954, 72.0, 1062, 73.1, 1170, 73.8, 1278, 74.4, 1493, 75.0, 1817, 75.4, 2032, 75.9, 2248,
      76.3, 2464, 76.45, 2787, 76.7, 3003, 76.7 },
    { 891, 62.9, 1820, 69.8, 2741, 71.4, 3670, 73.3, 4107, 76.1 } },
  { "^densenet", "DenseNet",
    { 546, 69.0, 605, 70.0, 688, 71.6, 772, 72.7, 856, 73.5, 939, 73.9, 1107, 74.6, 1274, 75.1, 1525, 75.6, 1860,
      76.05, 2111, 76.3, 2362, 76.45 },
    { 1275, 66.4, 1640, 71.0, 2523, 73.1, 2847, 74.5, 3360, 76.0 } },
}

-- x, y, x, y, … as two lists.
local function points(list)
  local x, y = {}, {}
  for i = 1, #list, 2 do x[#x + 1], y[#y + 1] = list[i] * 1e6, list[i + 1] end
  return x, y
end

if #curves > 0 then
  local fig = gfnet.plot.figure{
    xlabel = "mean Multiply-Adds", ylabel = "top-1 (%)", title = "Budgeted batch classification", size = { 4.8, 3.3 } }
  for _, curve in ipairs(curves) do fig:line(curve.madds, curve.accuracy, { label = curve.label }) end
  for _, entry in ipairs(published) do
    local pattern, family, gfnets, static = table.unpack(entry)
    if p.published and model.classes == 1000 and model.backbone:find(pattern) then
      local x, y = points(gfnets)
      fig:line(x, y, { label = "published, GFNet-" .. family, dash = "dashed" })
      x, y = points(static)
      fig:line(x, y, { label = "published, " .. family, dash = "dotted" })
    end
  end
  gfnet.report.figure(fig, {
    name = "budgeted", caption = "Accuracy against mean cost, as the budget of a set of pictures grows." })
end

-- %% Where pictures stop
local last = curves[#curves]
if last and last.thresholds then
  local names, shown = {}, { 1, 10, 20, 30, 39 }
  for column, point in ipairs(shown) do
    shown[column] = math.min(point, #last.madds)
    names[column] = ("%.1f M"):format(last.madds[shown[column]] / 1e6)
  end
  local series = {}
  for step = 1, model.steps do
    local counts = {}
    for column, point in ipairs(shown) do counts[column] = trace:evaluate(last.thresholds[point]).exits[step] end
    series[step] = { label = ("step %d"):format(step), values = counts }
  end
  local stops = gfnet.plot.figure{ xlabel = "mean Multiply-Adds", ylabel = "pictures", title = "Exits by step" }
  stops:bar(names, series, { mode = "stacked" })
  gfnet.report.figure(stops, {
    name = "exits", caption = ("Pictures that left after each step, at five budgets; %s."):format(last.label) })
end

-- %% What it looked at
-- Green boxes: the prediction after that step is right; red: wrong. The whole frame is the glance.
if trace then
  local middle = last and last.thresholds and last.thresholds[math.min(20, #last.thresholds)]
  gfnet.report.figure(
    gfnet.plot.glimpses(trace, { rows = 2, by = "exit", thresholds = middle, dataset = validation }),
    { name = "glimpses", caption = "The sequence of patches, by the step after which the picture left." })
end

-- %% Results
local summary = { pictures = trace and trace.images, anytime_top1 = measured[#measured] or anytime[#anytime] }
for _, curve in ipairs(curves) do
  local best = 1
  for point, accuracy in ipairs(curve.accuracy) do
    if accuracy > curve.accuracy[best] then best = point end
  end
  summary[curve.name .. "_best_top1"], summary[curve.name .. "_best_madds"] = curve.accuracy[best], curve.madds[best]
end
gfnet.report.results(summary)
