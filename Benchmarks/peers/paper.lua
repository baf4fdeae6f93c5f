-- %% [markdown]
-- # Tables and figures for a paper
--
-- What check_reports.py plays with and check_latex.py sets: all that a cell of a table can be, and figures beside them. A
-- threshold $\eta_t$ lets an image leave after step $t$:
--
-- $$\hat{y} = y_t,\quad t = \min \{ t : \max_k p_{t,k} \geq \eta_t \}$$

-- %% [parameters]
local p = gfnet.params{ seeds = { default = 5, min = 1, help = "runs of each rule" } }

-- %% Tables
local e = gfnet.stats.value
gfnet.report.table{
  name = "rules", caption = "Rules at the same cost; $ % & # _ { } ~ ^ \\ are signs as any other.",
  columns = { "rule", "top-1 (%)", "Multiply-Adds (M)", "p", "images", "note" },
  best = { ["top-1 (%)"] = "max", ["Multiply-Adds (M)"] = "min" },
  rows = {
    { "paper's", e(75.93, 0.08, { digits = 2 }), 16.674, 3.3e-10, 12345678, "η₁ ≤ 0.5" },
    { "margin", e(75.9, 1.2), 9.5, 0.05, 900, "100 % & more_$#" },
    { "[entropy]", e(-3.25, 0.04), 120, 1, -7, "–" },
    { "*patience", e(76.5, 0.12), 9.5, 0 / 0, 10000, "\\end{tabular} \\input{x}" },
    { "none", nil, 1e12, 1 / 0, 9007199254740993, "a ~ b ^ c | \"d\" <e>" },
  } }
local rows = {}
for i = 1, 300 do rows[i] = { i, i * i / 7 } end
gfnet.report.table{ name = "long", caption = "More rows than a page shows.", columns = { "n", "value" }, rows = rows }

-- %% Figures
local curve = gfnet.plot.figure{
  name = "curve", caption = "Accuracy against cost.", xlabel = "Multiply-Adds", ylabel = "top-1 (%)" }
curve:line({ 1e8, 2e8, 3e8 }, { 70.5, 72, 75 }, { label = "GFNet" })
curve:scatter({ 1.5e8 }, { 71 }, { label = "static" })
gfnet.report.figure(curve)
gfnet.plot.figure{ name = "bars", ylabel = "images (%)" }:bar({ "step 1", "step 2" }, { 60, 40 }, { show_values = true })

-- %% A value
{ seeds = p.seeds, text = ("word "):rep(60) }

-- %% An error
local function inner(t) return t.missing.field end
local function outer() return inner({}) end
outer()
