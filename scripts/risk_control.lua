-- %% [markdown]
-- # Thresholds with a promise
--
-- Thresholds that are chosen on some images lose more on others than was seen. Risk control chooses them so that the loss
-- on new images stays below ε: on average over draws of the images (`crc`), or but for a probability of δ (`ucb`, `ltt`).
-- Here the promises are put to the test: a thousand times some images of a trace are drawn, thresholds are chosen
-- on them, and the loss of the others tells whether the promise was kept. The thresholds that the program calls `naive` are
-- those of the same path that kept the loss below ε on the images that were drawn.
--
--     gfnet-lab scripts/risk_control.lua epsilon=0.02 images=500
--     gfnet-lab scripts/risk_control.lua trace=mine.safetensors

-- %% [parameters]
local p = gfnet.params{
  model   = { default = "clutter-fashion", help = "a name under models/ or a file" },
  trace   = { default = "", help = "a file that trace:save wrote, instead of the model's trace" },
  split   = { default = "test", help = "the split that is traced" },
  limit   = { default = 10000, min = 60, help = "images that are traced" },
  images  = { default = 1000, min = 10, help = "images that thresholds are chosen on, each time" },
  trials  = { default = 1000, min = 10, help = "how often" },
  epsilon = { default = 0.01, min = 0.0001, max = 0.5, help = "the largest risk: 0.01 is a point of accuracy" },
  delta   = { default = 0.1, min = 0.0001, max = 0.5, help = "how probable a larger risk may be" },
  path    = { default = "paper", choices = { "paper", "optimal", "single" }, help = "the thresholds that are tried" },
}

-- %% Trace
-- A fifth of the images is set aside, and the path of thresholds is solved on it, so that no image tests thresholds that
-- it has made itself.
local trace
if p.trace ~= "" then
  trace = gfnet.trace(p.trace)
else
  local model = gfnet.load(p.model)
  trace = model:trace(gfnet.dataset(model.dataset, { split = p.split, limit = p.limit }))
end
local points = p.path == "optimal" and 39 or 200
local full = trace.madds[#trace.madds]
trace

-- %% Thresholds for one draw
-- What a user gets who has these images and no others. The promise is about images that are not among them.
local losses = trace.labels and { "accuracy", "consistency", "brier" } or { "consistency" }
local bounds = { "crc", "ucb", "ltt" }
local chosen = {}
for _, loss in ipairs(losses) do
  for _, bound in ipairs(bounds) do
    local control = trace:risk_control{
      loss = loss, bound = bound, epsilon = p.epsilon, delta = bound ~= "crc" and p.delta or nil, path = p.path,
      points = points }
    chosen[#chosen + 1] = {
      loss, bound, control.images, control.risk, control.madds / 1e6, 100 * (1 - control.madds / full) }
  end
end
gfnet.report.table{
  name = "chosen", caption = "Thresholds chosen on all images that are not set aside.",
  columns = { "loss", "bound", "images", "risk seen", "Multiply-Adds (M)", "saved (%)" }, rows = chosen,
  digits = { ["risk seen"] = 5, ["Multiply-Adds (M)"] = 2, ["saved (%)"] = 1 },
}

-- %% Promises put to the test
-- A promise with probability is broken too often where more draws exceed ε than δ and chance allow; one on average where the
-- mean risk is above ε. "p" is the probability of what was seen, or worse, if the promise just held.
local rows, results, broken = {}, {}, 0
for _, loss in ipairs(losses) do
  results[loss] = {}
  for _, bound in ipairs{ "crc", "ucb", "ltt", "naive" } do
    local with_probability = bound == "ucb" or bound == "ltt"
    local t = trace:risk_trials{
      loss = loss, bound = bound, epsilon = p.epsilon, delta = with_probability and p.delta or nil,
      images = p.images, trials = p.trials, path = p.path, points = points }
    results[loss][bound] = t
    local verdict = bound == "naive" and "no promise" or t.p < 0.001 and "no" or "yes"
    if verdict == "no" then broken = broken + 1 end
    rows[#rows + 1] = {
      loss, bound, t.risk, gfnet.stats.wilson(t.exceeded, t.trials),
      with_probability and 100 * p.delta or nil, t.p, verdict,
      gfnet.stats.value(t.madds.value / 1e6, t.madds.uncertainty / 1e6), 100 * (1 - t.madds.value / full) }
  end
end
gfnet.report.table{
  name = "trials",
  caption = ("%d draws of %d images; risk and cost are those of the other images, ε = %g.")
    :format(p.trials, p.images, p.epsilon),
  columns = { "loss", "bound", "mean risk", "draws above ε (%)", "allowed (%)", "p", "kept", "Multiply-Adds (M)", "saved (%)" },
  rows = rows, digits = { p = 3, ["saved (%)"] = 1, ["allowed (%)"] = 1 },
}

-- %% Risks on the other images
-- Each curve says in how many draws the risk stayed below x. Where a promise holds with probability 1 − δ, it is above
-- that share at ε.
local fig = gfnet.plot.figure{
  columns = #losses, share_y = true, size = "two-columns", title = "Risk on images that were not drawn" }
for i, loss in ipairs(losses) do
  local panel = fig[i]
  panel:set{ xlabel = ("risk (%s)"):format(loss), ylabel = i == 1 and "draws with at most that risk (%)" or "" }
  for _, bound in ipairs{ "crc", "ucb", "ltt", "naive" } do
    local risks, shares = {}, {}
    for k, risk in ipairs(results[loss][bound].risks) do risks[k] = risk end
    table.sort(risks)
    for k = 1, #risks do shares[k] = 100 * k / #risks end
    panel:step(risks, shares, { label = i == 1 and bound or nil })
  end
  panel:vline(p.epsilon, { dash = "dashed", label = i == 1 and "ε" or nil })
  panel:hline(100 * (1 - p.delta), { dash = "dotted", label = i == 1 and "1 − δ" or nil })
end
fig

-- %% Result
local words = broken == 0 and "Every promise was kept." or ("%d promises were broken."):format(broken)
gfnet.report.results{ promises_broken = broken, trials = p.trials }
words
