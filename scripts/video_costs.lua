-- %% [markdown]
-- # What glance and focus on clips costs
--
-- Published networks of clips that look twice, at a whole frame with a small encoder and at patches with a large one,
-- beside what this program counts for the same encoders, frames and patches. Accuracies of other people's networks are
-- published ones: nothing of them was measured here. The last panel is a network of this project on a data set of its
-- own, with axes of its own: its accuracies compare with no other panel's.

-- %% [parameters]
local p = gfnet.params{
  model = { default = "clutter-motion", help = "a network of clips for the last panel: a name under models/ or a file" },
  limit = { default = 10000, min = 10, help = "its test clips, and its validation clips, of which thresholds are chosen" },
  own   = { default = true, help = "the last panel; without it no network runs" },
}

-- %% Published
-- Top-1 (%) on Something-Something V1 and V2 and on Jester, and GFLOPs as the papers count them, which are Multiply-Adds:
-- read off the figures in the README of LeapLabTHU/Uni-AdaFocus; those of TSM are in mit-han-lab/temporal-shift-module,
-- those of AdaFocus in blackfeather-wang/AdaFocus and LeapLabTHU/AdaFocusV2, too. false: not published.
--
-- `glance` and `focus` are how many frames MobileNetV2 sees at 224 × 224 and ResNet-50 at `side` × `side`.
local published = {
  { method = "TSN",           v1 = 19.7, v2 = 27.8, jester = 82.6,  gf = 33.2, glance = 0, focus = 8,  side = 224 },
  { method = "TSM",           v1 = 46.1, v2 = 59.1, jester = 96.0,  gf = 32.7, glance = 0, focus = 8,  side = 224 },
  { method = "TSM+",          v1 = 47.0, v2 = 59.6, jester = 96.2,  gf = 35.1, glance = 8, focus = 8,  side = 224 },
  { method = "AdaFocus-TSM",  v1 = 47.0, v2 = 59.7, jester = false, gf = 23.5, glance = 8, focus = 12, side = 144 },
  { method = "AdaFocus-TSM",  v1 = 47.6, v2 = 60.2, jester = false, gf = 27.5, glance = 8, focus = 12, side = 160 },
  { method = "AdaFocus-TSM",  v1 = 48.1, v2 = 60.7, jester = false, gf = 33.7, glance = 8, focus = 12, side = 176 },
  { method = "AdaFocusV2",    v1 = 47.0, v2 = 59.6, jester = 96.6,  gf = 18.5, glance = 8, focus = 12, side = 128 },
  { method = "AdaFocusV2",    v1 = 48.2, v2 = 60.5, jester = false, gf = 23.5, glance = 8, focus = 12, side = 144 },
  { method = "AdaFocusV2",    v1 = 48.6, v2 = 60.8, jester = false, gf = 27.5, glance = 8, focus = 12, side = 160 },
  { method = "AdaFocusV2",    v1 = 49.6, v2 = 61.3, jester = 96.9,  gf = 33.7, glance = 8, focus = 12, side = 176 },
  { method = "Uni-AdaFocus",  v1 = 47.5, v2 = 60.8, jester = false, gf = 8.8,  glance = 8, focus = 8,  side = 96 },
  { method = "Uni-AdaFocus",  v1 = 49.5, v2 = 62.6, jester = false, gf = 11.8, glance = 8, focus = 12, side = 96 },
  { method = "Uni-AdaFocus",  v1 = 50.5, v2 = 63.2, jester = 97.1,  gf = 18.8, glance = 8, focus = 12, side = 128 },
  { method = "Uni-AdaFocus",  v1 = 51.5, v2 = 64.2, jester = false, gf = 24.2, glance = 8, focus = 16, side = 128 },
  -- What leaves after the glance is cheaper, so that these are means: no sum of frames gives them.
  { method = "Uni-AdaFocus, exits", v1 = 48.9, v2 = 62.5, jester = false, gf = 8.8 },
  { method = "Uni-AdaFocus, exits", v1 = 51.0, v2 = 64.2, jester = false, gf = 18.8 },
}

-- %% Counted
-- The Multiply-Adds of one frame, counted by running a blank one through the encoder. A frame costs the same in a clip: a
-- temporal shift moves channels and multiplies nothing. Policies and classifiers are left out on our side.
local counted = {}
local function frame_cost(backbone, side)
  local key = ("%s %d"):format(backbone, side)
  if not counted[key] then
    -- Of each network the cost alone is kept. A small policy will do: the paper's for ResNet-50 has more weights than its
    -- encoders, up to 0.8 GB at 224 pixels.
    counted[key] = gfnet.model{
      backbone = backbone, image_size = 224, patch_size = side, steps = 1, policy = "convolution", policy_units = 16,
    }.costs.glance
    collectgarbage()
  end
  return counted[key]
end

local rows, furthest = {}, 0
for _, network in ipairs(published) do
  local row = { network.method, network.v1, network.v2, network.jester or nil, network.gf }
  if network.focus then
    local cost = network.focus * frame_cost("resnet50", network.side)
    if network.glance > 0 then cost = cost + network.glance * frame_cost("mobilenetv2_100", 224) end
    local difference = 100 * (cost / 1e9 / network.gf - 1)
    furthest = math.max(furthest, math.abs(difference))
    if network.glance > 0 then row[6] = ("%d×224"):format(network.glance) end
    row[7] = ("%d×%d"):format(network.focus, network.side)
    row[8], row[9] = cost / 1e9, difference
  end
  rows[#rows + 1] = row
end
gfnet.report.table{
  name = "costs",
  caption = "Published top-1 (%) and cost, and the cost that is counted here for the same frames: MobileNetV2 glances, "
    .. "ResNet-50 focuses; what that is more than published.",
  columns = { "network", "Sth-V1", "Sth-V2", "Jester", "published, G", "glance", "focus", "counted, G", "more, %" },
  rows = rows,
  digits = { ["Sth-V1"] = 1, ["Sth-V2"] = 1, Jester = 1, ["published, G"] = 1, ["counted, G"] = 2, ["more, %"] = 1 },
}
gfnet.report.markdown[[
What is published of TSM, AdaFocus and AdaFocusV2 is met to a hundredth part. TSN has TSM's encoder and frames and
is published with a little more. Uni-AdaFocus is published with 0.4 G more whatever its frames and patches: that part is not
its encoders', and its policies, convolutions over the maps of all frames, are not counted here.]]

-- %% A network of our own
-- Curves of the last panel; thresholds are chosen on the validation split.
local own
if p.own then
  local found, model = pcall(gfnet.load, p.model)
  if found then
    local function open(split) return gfnet.dataset(model.dataset, { split = split, limit = p.limit }) end
    local trace, held_out = model:trace(open("test")), model:trace(open("validation"))
    local results = model.info.results or {}
    own = {
      dataset = model.dataset, madds = model.madds, anytime = trace:accuracy(), static = results.static or {},
      budgeted = trace:budgeted{ calibration = held_out, method = "optimal" },
    }
  else
    gfnet.report.markdown(([[
**The panel of our own network is left out:** %s

`gfnet-lab scripts/train_motion.lua save=models/clutter-motion.safetensors` trains it in some hours; `model=FILE` names
another one.]]):format((tostring(model):gsub("^[^ ]*:%d+: ", ""))))
  end
end

-- %% Accuracy by cost
-- TSN, whose frames exchange nothing, is far below the others: it is named at the panel's lower edge.
local panels = {
  { key = "v1", title = "Something-Something V1", ymin = 41 }, { key = "v2", title = "Something-Something V2", ymin = 55 },
  { key = "jester", title = "Jester", ymin = 95 },
}
local styles = {
  { "TSM", "black", "diamond" }, { "TSM+", "#D55E00", "triangle" },
  { "AdaFocus-TSM", "#E69F00", "circle" }, { "AdaFocusV2", "#009E73", "square" }, { "Uni-AdaFocus", "#0072B2", "circle" },
  { "Uni-AdaFocus, exits", "#CC79A7", "diamond" },
}
local fig = gfnet.plot.figure{
  rows = own and 2 or 1, columns = own and 2 or 3, size = own and { 7.16, 5.4 } or { 7.16, 3 }, share_legend = not own,
  xlabel = "GFLOPs (Multiply-Adds) per clip", ylabel = "top-1 (%)",
  name = "accuracy-by-cost",
  caption = "Published accuracies of three data sets, each in its panel"
    .. (own and "; below on the right our network on clutter-motion, measured here, with axes of its own." or "."),
}
for i, panel in ipairs(panels) do
  local axes = fig[i]
  axes:set{
    title = panel.title, xmin = 0, xmax = 38, ymin = panel.ymin,
    legend = own and (i == 1 and "lower-left" or "none") or nil,
  }
  axes:annotate(("TSN: %.1f, below"):format(published[1][panel.key]), published[1].gf, panel.ymin, { anchor = "above",
    color = "gray" })
  for _, style in ipairs(styles) do
    local name, color, marker = table.unpack(style)
    local x, y = {}, {}
    for _, network in ipairs(published) do
      if network.method == name and network[panel.key] then
        x[#x + 1], y[#y + 1] = network.gf, network[panel.key]
      end
    end
    if #x > 1 then
      axes:line(x, y, { label = name, color = color, marker = marker })
    elseif #x == 1 then
      axes:scatter(x, y, { label = name, color = color, marker = marker })
    end
  end
end
if own then
  local axes = fig[4]
  axes:set{ title = "Ours on " .. own.dataset, xlabel = "mean Multiply-Adds per clip", xmin = 0 }
  axes:line(own.budgeted.madds, own.budgeted.accuracy, {
    label = "Glance-and-Focus", color = "#0072B2", marker = "circle", marker_size = 2.5 })
  axes:step(own.madds, own.anytime, { label = "anytime", color = "#56B4E9" })
  local looks = { { "#D55E00", "square" }, { "black", "diamond" }, { "#009E73", "triangle" } }
  for i, network in ipairs(own.static) do
    local look = looks[(i - 1) % #looks + 1]
    axes:scatter({ network.madds }, { network.accuracy }, {
      label = network.caption or network.name, color = look[1], marker = look[2] })
  end
end
fig

-- %% In short
gfnet.report.results{
  networks = #published, largest_difference_percent = furthest,
  own_anytime = own and own.anytime[#own.anytime] or nil,
}
