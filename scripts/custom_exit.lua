-- %% [markdown]
-- # Your own exit rule and sampler
--
-- A rule says when an image may leave, a sampler where to look next. Both are a few lines of Lua, here in the script
-- or as plugins in `plugins/`, and are compared with the built-in ones on the same images.
--
-- With a model and pictures of your own, in a folder with a folder for each class:
--
--     gfnet-lab scripts/custom_exit.lua model=mine.safetensors data=pets split=val

-- %% [parameters]
local p = gfnet.params{
  model  = { default = "clutter-fashion", help = "a name under models/ or a file" },
  data   = { default = "", help = "a folder of class folders; if empty, the data set that the model was trained on" },
  split  = { default = "test", help = "the split, or the folder in data; if empty, data itself" },
  labels = { default = "", help = "of data: text file that names the class folders in order; if empty, by their names" },
  limit  = { default = 2000, min = 10, help = "images" },
}

-- %% Model
local model = gfnet.load(p.model)
local function open(limit)
  if p.data == "" and (model.dataset == "folder" or model.dataset == "files" or model.dataset == "tensors") then
    error(p.model .. " was made for pictures of one's own: name their folder by data=FOLDER", 0)
  end
  if p.data == "" then return gfnet.dataset(model.dataset, { split = p.split, limit = limit }) end
  return gfnet.dataset("folder", {
    path = p.data, split = p.split, crop = model.image_size, labels = p.labels ~= "" and p.labels or nil, limit = limit })
end
local test  = open(p.limit)
local trace = model:trace(test)

-- %% An exit rule
-- Leave when the two best classes are far enough apart, and sooner the more has been spent.
local impatient = gfnet.exits.define{
  name = "impatient",
  summary = "leave on a margin that shrinks with every step",
  params = { margin = { default = 0.9, min = 0, max = 1 }, decay = { default = 0.8, min = 0, max = 1 } },
  decide = function(s, p) return s.margin >= p.margin * p.decay ^ (s.step - 1) end,
};

-- %% Rules compared
local rules = {
  confidence = function(x) return gfnet.exits.confidence{ threshold = x } end,
  margin     = function(x) return gfnet.exits.margin{ threshold = x } end,
  entropy    = function(x) return gfnet.exits.entropy{ threshold = (1 - x) * math.log(model.classes) } end,
  impatient  = function(x) return impatient{ margin = x } end,
  settled    = function(x) return gfnet.exits.settled{ threshold = x } end, -- plugins/settled
}
local fig = gfnet.plot.figure{ xlabel = "mean Multiply-Adds", ylabel = "top-1 (%)", title = "Exit rules" }
for _, name in ipairs{ "confidence", "margin", "entropy", "impatient", "settled" } do
  local madds, accuracy = {}, {}
  for i = 0, 20 do
    local result = trace:evaluate(rules[name](i / 20))
    madds[#madds + 1], accuracy[#accuracy + 1] = result.madds, result.accuracy
  end
  fig:line(madds, accuracy, { label = name })
end
fig

-- %% A sampler
-- Look where the glance is brightest: no learning at all.
local brightest = gfnet.samplers.define{
  name = "brightest",
  summary = "the brightest place of the glance that has not been looked at",
  propose = function(s, p, rng)
    local grey = s.glance:mean(1)                     -- P × P
    local size, best, row, column = grey:size(1), -math.huge, 0.5, 0.5
    local cells = 6
    for i = 0, cells - 1 do
      for j = 0, cells - 1 do
        local a, b = i / (cells - 1), j / (cells - 1)
        local taken = false
        for _, place in ipairs(s.locations) do
          if math.abs(place[1] - a) + math.abs(place[2] - b) < 0.2 then taken = true end
        end
        if not taken then
          local top, left = math.floor(a * size * 5 / 8) + 1, math.floor(b * size * 5 / 8) + 1
          local window = grey[{ { top, top + size * 3 // 8 - 1 }, { left, left + size * 3 // 8 - 1 } }]
          local light = window:mean()
          if light > best then best, row, column = light, a, b end
        end
      end
    end
    return row, column
  end,
};

-- %% Samplers compared
local few = open(math.min(p.limit, 500))
local samplers = {
  learned = gfnet.samplers.learned{}, random = gfnet.samplers.random{}, center = gfnet.samplers.center{},
  corners = gfnet.samplers.corners{}, brightest = brightest{}, spiral = gfnet.samplers.spiral{}, -- plugins/spiral
}
local steps, rows = {}, {}
for step = 1, model.steps do steps[step] = step end
local places = gfnet.plot.figure{ xlabel = "step", xintegers = true, ylabel = "top-1 (%)", title = "Samplers" }
for _, name in ipairs{ "learned", "brightest", "spiral", "corners", "center", "random" } do
  local accuracy = model:trace(few, { sampler = samplers[name] }):accuracy()
  places:line(steps, accuracy, { label = name })
  rows[#rows + 1] = { name, table.unpack(accuracy) }
end
places

-- %% Numbers
local columns = { "sampler" }
for step = 1, model.steps do columns[step + 1] = ("step %d"):format(step) end
gfnet.report.table{ name = "samplers", caption = "Anytime top-1 (%).", columns = columns, rows = rows, digits = 1 }
