-- # The figures that check_matplotlib.py draws with Matplotlib, too
-- Numbers come from the same formulas on both sides. Times are seconds of the processor for layout, drawing and the PNG file,
-- of the fastest of several runs.

-- %% [parameters]
local p = gfnet.params{
  folder = { default = ".", help = "where the pictures go" },
  runs   = { default = 7, min = 1, help = "of each, of which the fastest counts" },
}

local function timed(name, draw)
  local best = math.huge
  for _ = 1, p.runs do
    local start = os.clock()
    draw()
    best = math.min(best, os.clock() - start)
  end
  print(("time %s %.6f"):format(name, best))
end

-- %% Four series
local names = { "random", "centre", "learned", "oracle" }
local function series(axes, bare)
  for i, name in ipairs(names) do
    local x, y = {}, {}
    for k = 0, 11 do x[k + 1], y[k + 1] = 4e7 + 1.5e7 * k, 66 + i + 9 * (1 - math.exp(-k / (2 + i))) end
    axes:line(x, y, { label = not bare and name or nil, marker = bare and "none" or nil })
  end
  return axes
end
local function four()
  return series(gfnet.plot.figure{
    size = { 3.5, 2.6 }, xlabel = "mean Multiply-Adds", ylabel = "top-1 (%)", title = "Budgeted classification" })
end
timed("four", function() four():save(p.folder .. "/ours-four.png", { dpi = 300 }) end)
four():save(p.folder .. "/ours-four-150.png", { dpi = 150 })
four():save(p.folder .. "/ours-four-2400.png", { dpi = 2400 })

-- %% The same lines without texts: what the rasteriser alone does
local function bare()
  return series(gfnet.plot.figure{ size = { 3.5, 2.6 }, xticks = {}, yticks = {}, grid = "none", legend = "none" }, true)
end
bare():save(p.folder .. "/ours-bare-150.png", { dpi = 150 })
bare():save(p.folder .. "/ours-bare-2400.png", { dpi = 2400 })

-- %% Bars, a distribution, a matrix
local bars = gfnet.plot.figure{ size = { 3.5, 2.6 }, ylabel = "top-1 (%)", legend = "above" }
bars:bar({ "MobileNetV3", "RegNetY", "EfficientNet" }, {
  { label = "static", values = { 75.4, 76.3, 79.8 } }, { label = "GFNet", values = { 75.5, 76.5, 79.8 } } })
bars:save(p.folder .. "/ours-bars.png", { dpi = 300 })
local values = {}
for i = 0, 1999 do values[i + 1] = 1 - ((i + 0.5) / 2000) ^ 3 end
gfnet.plot.figure{ size = { 3.5, 2.6 }, xlabel = "confidence", ylabel = "images" }:hist(values, { bins = 20 })
  :save(p.folder .. "/ours-hist.png", { dpi = 300 })
local matrix = {}
for r = 1, 24 do
  matrix[r] = {}
  for c = 1, 24 do matrix[r][c] = math.exp(-((r - 9) ^ 2) / 60 - ((c - 14) ^ 2) / 30) end
end
gfnet.plot.figure{ size = { 3.5, 2.6 }, xlabel = "column", ylabel = "row" }:heatmap(matrix, { label = "share" })
  :save(p.folder .. "/ours-heatmap.png", { dpi = 300 })

-- %% Forty panels of glimpses
local panels = {}
for i = 1, 40 do
  local rows = {}
  for y = 1, 128 do
    local row = {}
    for x = 1, 128 do row[x] = 0.5 + 0.5 * math.sin(x * (i % 7 + 1) / 20) * math.cos(y / (5 + i % 5)) end
    rows[y] = row
  end
  panels[i] = { image = gfnet.tensor(rows), title = ("%d – class"):format(i), steps = {
    { confidence = 0.41, correct = false },
    { confidence = 0.62, correct = i % 2 == 0, row = 1 + i * 41 % 80, column = 1 + i * 67 % 80, size = 48 },
    { confidence = 0.93, correct = true, row = 1 + i * 29 % 80, column = 1 + i * 31 % 80, size = 48 },
  } }
end
timed("grid", function()
  gfnet.plot.glimpses(panels, { columns = 8 }):save(p.folder .. "/ours-grid.png", { dpi = 300 })
end)
