-- # A figure of every kind
-- check_figures.py compares the formats that the run keeps of each.

local plot = gfnet.plot
local function labelled(name, options)
  options = options or {}
  options.name, options.title = name, options.title or name
  options.xlabel, options.ylabel = options.xlabel or "average budget (Multiply-Adds)", options.ylabel or "top-1 (%)"
  return plot.figure(options)
end

-- %%
labelled("line"):line({1e8, 2e8, 3e8}, {71.2, 74.0, 75.1}, {label = "GFNet", yerr = {0.4, 0.2, 0.2}})
-- %%
labelled("step", {style = "screen"}):step({1, 2, 3}, {70, 73, 74}, {label = "anytime"})
-- %%
labelled("scatter"):scatter({1, 2, 3}, {4, 2, 9}, {label = "static <b>&amp;</b>", xerr = 0.2})
-- %%
labelled("errorbar"):errorbar({1, 2, 3}, {4, 2, 9}, {0.5, 1, 0.25}, {label = "seeds"})
-- %%
labelled("band"):line({1, 2, 3}, {2, 4, 3}, {label = "mean"}):band({1, 2, 3}, {1, 3, 2}, {3, 5, 4})
-- %%
-- The limits cut the band, and one of its lines has no extent.
labelled("cut", {xmin = 2, xmax = 3, ymax = 6}):band({0, 5}, {0, 5}, {1, 9}):line({2.5, 2.5}, {2, 2}, {marker = "none"})
-- %%
labelled("bar"):bar({"MobileNetV3", "RegNetY"},
  {{label = "static", values = {75.4, 76.3}}, {label = "GFNet", values = {75.5, 76.5}}}, {show_values = true})
-- %%
labelled("hist"):hist({1, 2, 2, 3, 3, 3, 4, 4, 5}, {bins = 5, label = "confidence"})
-- %%
labelled("bins"):bins({0, 1, 3, 4}, {4, 2, 5}, {label = "exits"})
-- %%
labelled("heatmap", {xlabel = "column", ylabel = "row"}):heatmap({{1, 2, 3}, {4, 5, 6}}, {digits = 0})
-- %%
labelled("rules"):hline(7, {label = "level η_{1}"}):vline(3, {label = "budget"}):line({1, 5}, {5, 9})
-- %%
labelled("annotate"):line({1, 2, 3}, {1, 4, 2}):annotate("here, 10^{8} & more", 2, 4, {arrow = true})
  :annotate(" two  blanks ☃ after all ", 1, 1)
-- %%
local panels = plot.figure{name = "panels", rows = 2, columns = 2, title = "Four panels", share_legend = true}
for i = 1, 4 do
  panels[i]:line({1, 2, 3}, {i, 2 * i, i * i}, {label = "one"}):line({1, 2, 3}, {3, 2, 1}, {label = "two"})
end
panels
-- %%
local photograph = {}
for c = 1, 3 do
  photograph[c] = {}
  for y = 1, 48 do
    photograph[c][y] = {}
    for x = 1, 48 do photograph[c][y][x] = 0.5 + 0.5 * math.sin(x * c / 9) * math.cos(y / (5 + c)) end
  end
end
plot.images({gfnet.tensor(photograph), gfnet.tensor(photograph)}, {name = "images", titles = {"one", "two"}})
-- %%
local clip = gfnet.dataset("clutter-motion", {limit = 1})[1].clip
plot.filmstrip(clip, {name = "filmstrip", places = {false, {30, 41}}, patch = 48, titles = {"glance", "step 2"}})
-- %%
-- A million points.
local x, y = gfnet.tensor.arange(1, 1000000), gfnet.random.randn(1000000)
labelled("million"):line(x, y, {label = "a million"})
