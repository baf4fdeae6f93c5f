-- %% [markdown]
-- # What is seen when, and where
--
-- A Glance-and-Focus Network goes through a film. At moments spread evenly over it, however long it is, the network
-- glances at the picture, looks at one patch after the other, and stops when it is sure. Shown are the classes over time,
-- the segments of the film that they make, how many steps each moment took, and where the network looked.
--
--     gfnet-lab scripts/video.lua file=clip.mp4 model=imagenet
--     gfnet-lab scripts/video.lua file=clip.mp4 model=mine.safetensors
--
-- A network of images sees a single picture at each moment; a network of clips sees the pictures of a window around it.
-- `model=imagenet` fetches an encoder that knows the 1000 classes of ImageNet, which suits films of everyday things.

-- %% [parameters]
local p = gfnet.params{
  file       = { default = "", help = "the film: MP4, Matroska, WebM, AVI, MPEG, QuickTime, GIF and others" },
  model      = { default = "clutter-fashion",
                 help = "a name under models/ or a file, of images or of clips; imagenet: an encoder that is fetched" },
  samples    = { default = 64, min = 2, max = 2000, help = "moments of the film, spread evenly" },
  from       = { default = 0.0, min = 0, help = "second at which the part begins that is looked at" },
  to         = { default = 0.0, min = 0, help = "second at which it ends; 0: the end of the film" },
  window     = { default = 2.0, min = 0.01, help = "of a network of clips: seconds that the pictures of a clip are taken from" },
  view       = { default = "centre", choices = { "centre", "whole" },
                 help = "what of the pictures is seen: the square in the middle, or all of it with black edges" },
  confidence = { default = 0.8, min = 0, max = 1, help = "confidence at which a moment is answered" },
  steps      = { default = 0, min = 0, max = 16, help = "the most steps; 0: the model's" },
  sampler    = { default = "", help = "what says where to look: random, center, …; if empty, the model's policy" },
  smooth     = { default = 3, min = 1, max = 99, help = "moments whose probabilities are averaged before segments are made" },
  top        = { default = 5, min = 1, max = 10, help = "classes that are drawn" },
  shown      = { default = 12, min = 1, max = 60, help = "moments that are shown as pictures" },
}
if p.file == "" then error("name a film: file=clip.mp4", 0) end

-- %% The film
local video = gfnet.video(p.file)
local function clock(seconds)
  local hours, minutes = seconds // 3600, seconds % 3600 // 60
  if hours > 0 then return ("%d:%02d:%04.1f"):format(hours, minutes, seconds % 60) end
  return ("%d:%04.1f"):format(minutes, seconds % 60)
end
gfnet.report.table{
  name = "film", columns = { "film", "" },
  rows = {
    { "file", p.file:match("[^/]*$") }, { "container", video.container }, { "code", video.codec },
    { "pictures", ("%d × %d pixels, %d of them"):format(video.width, video.height, video.frames) },
    { "duration", ("%s (%.2f s), %.4g pictures a second"):format(clock(video.duration), video.duration, video.rate) },
    { "damage", video.damage or "none seen" },
  },
}
if video.damage then
  gfnet.report.markdown(("**The film %s.** What follows is about the part that is there."):format(video.damage))
end

-- %% The network
local is_fetched = p.model == "imagenet"
local function imagenet()
  -- What the weights were trained with: bicubic resizing, and pixels from -1 to 1.
  local pictures = gfnet.dataset("files", {
    paths = { gfnet.fetch("photographs") .. "/chelsea.png" }, resize = 448, crop = 448, interpolation = "bicubic",
    labels = "imagenet", mean = { 0.498, 0.498, 0.498 }, std = { 0.502, 0.502, 0.502 },
  })
  return gfnet.model{
    backbone = "tf_efficientnet_lite0", encoder = gfnet.fetch("efficientnet-lite0") .. "/efficientnet-lite0.pth",
    classifier = "average", patch_size = 224, steps = p.steps > 0 and p.steps or 3, dataset = pictures,
  }
end
local model   = is_fetched and imagenet() or gfnet.load(p.model)
local steps   = p.steps > 0 and math.min(p.steps, model.steps) or model.steps
local sampler = p.sampler ~= "" and p.sampler or is_fetched and "saliency" or "learned"
local is_clip, is_grey = model.frames > 1, model.dataset:find("^clutter%-") ~= nil
local side    = model.image_size

if is_grey then
  gfnet.report.markdown(([[
> **These labels say little about a real film.** `%s` was made to show the method: it learned grey pictures of
> %s, pasted into clutter, and knows no other thing. It names one of those at every moment, whatever is there.
> How it looks, when it stops and what that costs can be seen; *what* it says cannot be relied on. `model=imagenet` fetches
> weights that know 1000 everyday things, `model=FILE` takes a network of your own.]]):format(
    p.model, is_clip and "moving articles of clothing" or "articles of clothing"))
elseif is_fetched then
  gfnet.report.markdown[[
EfficientNet-Lite0, trained on ImageNet, serves as both encoders without any further training; saliency of the glance says
where to look, and the answer is the mean of the probabilities so far. It knows 1000 classes of ImageNet, among
them no people: it names the thing that it knows and that resembles the picture most.]]
end
print(("%s, %d × %d; patches %d × %d, places: %s; at most %d steps; %d classes"):format(
  is_clip and ("clips of %d pictures"):format(model.frames) or "single pictures", side, side, model.patch_size,
  model.patch_size, sampler, steps, model.classes))

-- %% Looking
-- Each moment stands for an equal part of the film and lies in its middle.
local first, last = 1, video.frames
local times = video.times
if p.from > 0 or p.to > 0 then
  while first < last and times[first] < p.from do first = first + 1 end
  while last > first and p.to > 0 and times[last] > p.to do last = last - 1 end
end
local span, count = last - first + 1, math.min(p.samples, last - first + 1)
local moments = {}
for i = 1, count do
  local picture = first + math.tointeger((i - 0.5) * span // count)
  moments[i] = { picture = picture, seconds = times[picture] }
end
local function boundary(i)
  if i == 0 then return times[first] end
  if i == count then return last < video.frames and times[last + 1] or math.max(video.duration, times[last]) end
  return (moments[i].seconds + moments[i + 1].seconds) / 2
end

-- The pictures that the network is given at a moment. Where glance and patches see pictures of their own, each gets some
-- from all of the window.
local function pictures_of(moment)
  if not is_clip then return { moment.picture } end
  local begin = moment.seconds - p.window / 2
  local numbers, start = {}, moment.picture
  while start > 1 and times[start] > begin do start = start - 1 end
  for _, part in ipairs(model.frame_parts) do
    local at = start
    for k = 1, part do
      local wanted = begin + (k - 0.5) * p.window / part
      while at < video.frames and times[at + 1] <= wanted do at = at + 1 end
      numbers[#numbers + 1] = at
    end
  end
  return numbers
end

-- Which of them the glance sees, and which patches are cut from: their own, or the middles of equal parts of all.
local function seen_by(pictures, behind)
  local numbers = {}
  for k = 1, pictures do
    numbers[k] = #model.frame_parts > 1 and behind + k or (2 * k - 1) * model.frames // (2 * pictures) + 1
  end
  return numbers
end
local glance_sees, patches_see = seen_by(model.glance_frames, 0), seen_by(model.focus_frames, model.glance_frames)
-- Of a clip the picture in the middle of those is shown that patches are cut from.
local middle = (#patches_see + 1) // 2

-- A picture as it is shown, the square of it that the network sees, and where that lies in it. Pictures are read once, for
-- both, at the size of the larger.
local reading = math.max(side, 240)
local function read(numbers)
  local film = video:clip{ at = numbers, size = reading }
  local height, width = film:size(3), film:size(4)
  local seen, shown, top, left
  if p.view == "whole" then
    local square = math.max(height, width)
    top, left = (square - height) // 2, (square - width) // 2
    shown = gfnet.tensor.zeros(#numbers, 3, square, square)
    shown[{ {}, {}, { top + 1, top + height }, { left + 1, left + width } }] = film
    seen, top, left = shown, 0, 0
  else
    top, left = (height - reading) // 2, (width - reading) // 2
    seen = film[{ {}, {}, { top + 1, top + reading }, { left + 1, left + reading } }]
    -- What lies beside the square is not seen: it is shown dark.
    shown = film * 0.35
    shown[{ {}, {}, { top + 1, top + reading }, { left + 1, left + reading } }] = seen
  end
  -- Shown are pictures of some 240 lines, whatever the network sees.
  local part = math.max(1, reading // 224)
  if part > 1 then
    local high, wide = shown:size(3) // part, shown:size(4) // part
    shown = shown[{ {}, {}, { 1, high * part }, { 1, wide * part } }]:reshape(#numbers, 3, high, part, wide, part):mean({ 4, 6 })
  end
  local scale = seen:size(3) / side / part
  -- A resize may overshoot the range at sharp edges.
  if seen:size(3) ~= side then seen = model:resize(seen, side):reshape(-1, 3, side, side):clamp(0, 1) end
  if is_grey then
    seen = seen[{ {}, { 1, 1 } }] * 0.299 + seen[{ {}, { 2, 2 } }] * 0.587 + seen[{ {}, { 3, 3 } }] * 0.114
  end
  return seen, { pictures = shown, top = top / part, left = left / part, scale = scale }
end

-- Which moments are kept to be shown: a film of any length leaves as many pictures.
local function spread(n, most)
  local chosen = {}
  for k = 1, math.min(n, most) do chosen[math.tointeger((k - 0.5) * n // math.min(n, most)) + 1] = true end
  return chosen
end
local in_grid, in_animation = spread(count, p.shown), spread(count, 48)

local answered, unread = {}, {}

-- Has the network look at moments, whose pictures are `inputs`.
local function look(group, inputs)
  local batch = gfnet.tensor.stack(inputs)
  local episode = model:episode(batch, { exit = p.confidence, sampler = sampler, steps = steps })
  for step in episode do
    local leaving, images, confidence = step.leaving, step.image, step.confidence
    for row = 1, step.count do
      local moment = group[images[row]]
      moment.confidences[step.step] = confidence[row]
      if leaving[row] ~= 0 then moment.probabilities = step.probabilities[row]:totable() end
    end
  end
  for i = 1, #episode do
    local result = episode[i]
    local moment = group[result.image]
    moment.prediction, moment.confidence, moment.steps = result.prediction, result.confidence, result.steps
    moment.madds, moment.path = result.madds, result.path
  end
end

local group, inputs, waiting, surest = {}, {}, {}, nil
local at_once = is_clip and 4 or 16
for i in gfnet.progress(count, { label = "moments" }) do
  local moment = moments[i]
  -- A picture that cannot be decoded leaves its moment out; it is named below.
  local done, seen, shown = pcall(read, pictures_of(moment))
  if done then
    answered[#answered + 1], group[#group + 1], inputs[#inputs + 1] = moment, moment, is_clip and seen or seen[1]
    moment.number, moment.confidences = i, {}
    if in_grid[i] or in_animation[i] then
      local picture = shown.pictures[patches_see[middle]]:clone()
      moment.shown = { picture = picture, top = shown.top, left = shown.left, scale = shown.scale }
    end
    if is_clip then waiting[#waiting + 1] = { moment = moment, shown = shown } end
  else
    unread[#unread + 1] = { clock(moment.seconds), moment.picture, (tostring(seen):gsub("^[^ ]*:%d+: ", "")) }
  end
  if #group > 0 and (#group == at_once or i == count) then
    look(group, inputs)
    -- Of the clips, that of the surest moment is kept.
    for _, clip in ipairs(waiting) do
      if not surest or clip.moment.confidence > surest.moment.confidence then surest = clip end
    end
    group, inputs, waiting = {}, {}, {}
  end
end
if #answered == 0 then error(("no picture of %s can be read: %s"):format(p.file, unread[1][3]), 0) end
if #unread > 0 then
  gfnet.report.table{
    name = "unread", columns = { "moment", "picture", "why" }, rows = unread,
    caption = ("%d of %d moments could not be read and are left out."):format(#unread, count),
  }
end

-- %% What is seen
local function name_of(class)
  local name = model.labels[class] or ("class %d"):format(class)
  return #name > 28 and name:match("^[^,]*") or name
end

-- Probabilities of the moments around one, averaged.
local n, reach = #answered, p.smooth // 2
for i, moment in ipairs(answered) do
  local sum, from, to = {}, math.max(1, i - reach), math.min(n, i + reach)
  for class = 1, model.classes do sum[class] = 0 end
  for k = from, to do
    for class, probability in ipairs(answered[k].probabilities) do sum[class] = sum[class] + probability end
  end
  local best = 1
  for class = 1, model.classes do
    sum[class] = sum[class] / (to - from + 1)
    if sum[class] > sum[best] then best = class end
  end
  moment.smoothed, moment.class = sum, best
end

-- Classes by their probability over the whole film.
local totals, classes = {}, {}
for class = 1, model.classes do
  totals[class], classes[class] = 0, class
  for _, moment in ipairs(answered) do totals[class] = totals[class] + moment.smoothed[class] / n end
end
table.sort(classes, function(a, b) return totals[a] > totals[b] or totals[a] == totals[b] and a < b end)

local seconds, taken = {}, {}
for i, moment in ipairs(answered) do seconds[i], taken[i] = moment.seconds, moment.steps end
local unit, per = "seconds", 1
if video.duration > 600 then unit, per = "minutes", 60 end
local x = {}
for i, at in ipairs(seconds) do x[i] = at / per end

local over_time = gfnet.plot.figure{
  rows = 2, columns = 1, share_x = true, size = { 7.16, 4.4 }, xlabel = unit, name = "over-time",
  caption = ("Probabilities of the classes that are seen most, averaged over %d moments, and the steps that each moment took.")
    :format(p.smooth),
}
over_time[1]:set{ ylabel = "probability", ymin = 0, ymax = 1, legend = "above", legend_columns = 3 }
for rank = 1, math.min(p.top, #classes) do
  local y = {}
  for i, moment in ipairs(answered) do y[i] = moment.smoothed[classes[rank]] end
  over_time[1]:line(x, y, { label = name_of(classes[rank]), width = rank == 1 and 1.8 or 1.1 })
end
over_time[2]:set{ ylabel = "steps", ymin = 0.5, ymax = steps + 0.5, yintegers = true, legend = "none" }
over_time[2]:step(x, taken, { color = "#555555", width = 0.8 })
over_time[2]:scatter(x, taken, { color = "#D55E00", marker_size = 3 })
over_time

-- %% Segments
local segments = {}
for i, moment in ipairs(answered) do
  local current = segments[#segments]
  if not current or current.class ~= moment.class then
    current = { class = moment.class, start = boundary(moment.number - 1), probability = 0, steps = 0, madds = 0, moments = 0 }
    segments[#segments + 1] = current
  end
  current.stop = boundary(moment.number)
  current.probability = current.probability + moment.probabilities[moment.class]
  current.steps, current.madds, current.moments =
    current.steps + moment.steps, current.madds + moment.madds, current.moments + 1
end
local most_rows, listed = 30, {}
for i = 1, #segments do listed[i] = segments[i] end
table.sort(listed, function(a, b)
  local one, other = a.stop - a.start, b.stop - b.start
  return one > other or one == other and a.start < b.start
end)
for i = #listed, most_rows + 1, -1 do listed[i] = nil end
table.sort(listed, function(a, b) return a.start < b.start end)
local rows = {}
for i, s in ipairs(listed) do
  rows[i] = { clock(s.start), clock(s.stop), s.stop - s.start, name_of(s.class), 100 * s.probability / s.moments, s.moments,
    s.steps / s.moments, s.madds / 1e9 }
end
gfnet.report.table{
  name = "segments",
  caption = ("Parts of the film in which one class is the most probable%s. Multiply-Adds are those of the segment's moments.")
    :format(#segments > #listed and (": the %d longest of %d"):format(#listed, #segments) or ""),
  columns = { "from", "to", "seconds", "class", "probability (%)", "moments", "mean steps", "Multiply-Adds (G)" }, rows = rows,
  digits = { seconds = 1, ["probability (%)"] = 1, ["mean steps"] = 2, ["Multiply-Adds (G)"] = 2 },
}

-- %% What it looked at
-- A box for each patch with the step's number and confidence; without a box the glance was enough. Beside the square
-- that the network sees, pictures are dark.
local function places_of(position)
  -- Some samplers look at a place of its own in each picture.
  return type(position[1]) == "table" and position or { position }
end
local function place(shown, position)
  local all = places_of(position)
  position = all[math.min(middle, #all)]
  return shown.top + (position[1] - 1) * shown.scale, shown.left + (position[2] - 1) * shown.scale,
    model.patch_size * shown.scale
end
local gallery = {}
for _, moment in ipairs(answered) do
  if in_grid[moment.number] then
    local look_steps = { { confidence = moment.confidences[1] } }
    for k, position in ipairs(moment.path) do
      local row, column, size = place(moment.shown, position)
      look_steps[k + 1] = { row = row + 1, column = column + 1, size = size, confidence = moment.confidences[k + 1] }
    end
    gallery[#gallery + 1] = {
      image = moment.shown.picture, steps = look_steps,
      title = ("%s  %s, %.0f %%"):format(clock(moment.seconds), name_of(moment.prediction), 100 * moment.confidence),
    }
  end
end
gfnet.report.figure(gfnet.plot.glimpses(gallery, { columns = math.min(4, #gallery) }), {
  name = "moments", caption = "Moments of the film, with the answer and its confidence where the network stopped."
    .. (is_clip and " Shown is the middle one of the pictures that patches are cut from." or ""),
})
if surest then
  local places, titles, seen, patch = { false }, { "glance" }, { glance_sees }, 1
  for k, position in ipairs(surest.moment.path) do
    local drawn = {}
    for i, own in ipairs(places_of(position)) do
      local row, column, size = place(surest.shown, own)
      drawn[i], patch = { row + 1, column + 1 }, math.max(1, size // 1)
    end
    places[k + 1], titles[k + 1], seen[k + 1] = #drawn > 1 and drawn or drawn[1], ("step %d"):format(k + 1), patches_see
  end
  for k, confidence in ipairs(surest.moment.confidences) do titles[k] = ("%s: %.0f %%"):format(titles[k], 100 * confidence) end
  gfnet.report.figure(gfnet.plot.filmstrip(surest.shown.pictures, {
    places = places, patch = math.tointeger(patch), titles = titles, frames = seen, columns = math.min(8, model.frames),
    title = ("%s  %s"):format(clock(surest.moment.seconds), name_of(surest.moment.prediction)),
  }), { name = "surest", caption = "The pictures of the surest moment, with the place of each step." })
end

-- %% Where it looks
local heat, cells = {}, 16
for row = 1, cells do
  heat[row] = {}
  for column = 1, cells do heat[row][column] = 0 end
end
local rows_at, columns_at, when, looked = {}, {}, {}, 0
for i, moment in ipairs(answered) do
  for _, step in ipairs(moment.path) do
    for _, position in ipairs(places_of(step)) do
      looked = looked + 1
      -- Every cell that the patch covers by its middle.
      for row = 1, cells do
        local y = (row - 0.5) * side / cells - (position[1] - 1)
        for column = 1, cells do
          local across = (column - 0.5) * side / cells - (position[2] - 1)
          if y >= 0 and y < model.patch_size and across >= 0 and across < model.patch_size then
            heat[row][column] = heat[row][column] + 1
          end
        end
      end
    end
  end
  local final = moment.path[#moment.path]
  if final then
    local all = places_of(final)
    final = all[math.min(middle, #all)]
    local half = (model.patch_size - 1) / 2
    rows_at[#rows_at + 1], columns_at[#columns_at + 1] = (final[1] + half) / side, (final[2] + half) / side
    when[#when + 1] = x[i]
  end
end
if looked > 0 then
  for row = 1, cells do
    for column = 1, cells do heat[row][column] = 100 * heat[row][column] / looked end
  end
  local where = gfnet.plot.figure{
    columns = 2, size = { 7.16, 3 }, name = "places",
    caption = "On the left, of all patches the share that shows a place of the square; on the right, over time, the middle of "
      .. "the last patch of each moment that was not answered by its glance.",
  }
  local tick_names = {}
  for cell = 1, cells do tick_names[cell] = cell % 8 == 1 and ("%d"):format((cell - 1) * side // cells) or "" end
  where[1]:set{ title = "patches that show it (%)", xlabel = "column", ylabel = "row" }
  where[1]:heatmap(heat, { colors = "magma", low = 0, square = true, rows = tick_names, columns = tick_names })
  where[2]:set{ title = "middle of the last patch", xlabel = unit, ylabel = "part of the side", ymin = 0, ymax = 1,
    legend = "above" }
  where[2]:line(when, rows_at, { label = "from the top", marker = "circle", marker_size = 3, width = 0.8 })
  where[2]:line(when, columns_at, { label = "from the left", marker = "square", marker_size = 3, width = 0.8 })
  gfnet.report.figure(where)
else
  gfnet.report.markdown("All moments were answered by their glance: no patch was looked at. A higher `confidence` asks for more.")
end

-- %% As it moves
-- The last patch is orange, those before it are blue; the line below says how far the film has come.
local function frame_box(picture, row, column, size, color)
  local height, width = picture:size(2), picture:size(3)
  local function whole(value, most) return math.max(1, math.min(most, math.tointeger(math.floor(value + 0.5)))) end
  local top, left = whole(row + 1, height), whole(column + 1, width)
  local bottom, right = whole(row + size, height), whole(column + size, width)
  local thick = 2
  for channel = 1, 3 do
    picture[{ channel, { top, math.min(top + thick, height) }, { left, right } }] = color[channel]
    picture[{ channel, { math.max(1, bottom - thick), bottom }, { left, right } }] = color[channel]
    picture[{ channel, { top, bottom }, { left, math.min(left + thick, width) } }] = color[channel]
    picture[{ channel, { top, bottom }, { math.max(1, right - thick), right } }] = color[channel]
  end
end
local orange, blue = { 0.90, 0.45, 0.0 }, { 0.34, 0.71, 0.91 }
local film = {}
for _, moment in ipairs(answered) do
  if in_animation[moment.number] then
    local picture = moment.shown.picture:clone()
    for k, position in ipairs(moment.path) do
      local row, column, size = place(moment.shown, position)
      frame_box(picture, row, column, size, k == #moment.path and orange or blue)
    end
    local height, width = picture:size(2), picture:size(3)
    local reached = math.max(1, math.tointeger(moment.number * width // count))
    picture[{ {}, { height - 3, height } }] = 0.15
    picture[{ {}, { height - 3, height }, { 1, reached } }] = 0.95
    film[#film + 1] = picture
  end
end
gfnet.plot.animate(film, {
  name = "film", fps = 4, scale = 1, caption = ("%d moments of the film, four a second."):format(#film) })

-- %% Cost
local exits, spent = {}, 0
for step = 1, steps do exits[step] = 0 end
for _, moment in ipairs(answered) do
  exits[moment.steps], spent = exits[moment.steps] + 1, spent + moment.madds
end
local cost_rows, share_names = {}, {}
for step = 1, steps do
  share_names[step] = step == 1 and "glance" or ("step %d"):format(step)
  cost_rows[step] = { share_names[step], exits[step], 100 * exits[step] / n, model.madds[step] / 1e6 }
end
gfnet.report.table{
  name = "exits", caption = ("Moments by the step after which they were answered with a confidence of at least %g, or "
    .. "after the last one."):format(p.confidence),
  columns = { "answered after", "moments", "of all (%)", "Multiply-Adds each (M)" }, rows = cost_rows,
  digits = { ["of all (%)"] = 1, ["Multiply-Adds each (M)"] = 1 },
}
local mean = spent / n
gfnet.report.markdown(([[
A moment took %.1f M Multiply-Adds on average, %.0f %% of what all %d steps cost (%.1f M). %d moments took %.2f G in all.]])
  :format(mean / 1e6, 100 * mean / model.madds[steps], steps, model.madds[steps] / 1e6, n, spent / 1e9)
  .. (is_clip and "" or (" Every picture of the film looked at so would take %.2f G."):format(mean * video.frames / 1e9)))

-- %% In short
local steps_taken = 0
for _, moment in ipairs(answered) do steps_taken = steps_taken + moment.steps end
gfnet.report.results{
  moments = n, unread = #unread, segments = #segments, most_seen = name_of(classes[1]), mean_steps = steps_taken / n,
  mean_madds = mean, share_of_all_steps = mean / model.madds[steps],
}
