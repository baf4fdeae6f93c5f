-- Draws an explorer, and says what the program counts for it; check_explorer.py looks whether the page counts the same.
local p = gfnet.params{ limit = { default = 1000, help = "test images" } }
local model = gfnet.load("clutter-fashion")
local trace = model:trace(gfnet.dataset("clutter-fashion", { split = "test", limit = p.limit }))
local paper, optimal = trace:budgeted{ points = 15 }, trace:budgeted{ points = 15, method = "optimal" }
local margin = trace:evaluate(gfnet.exits.margin{ threshold = 0.4 })
gfnet.report.explorer(trace, {
  rules = { { "paper's", paper }, { "optimal", optimal }, { "margin <0.4>", margin } },
  caption = "Rules on the test images.",
})

local rows = {}
local function count(rule, evaluation)
  local right, wrong = {}, {}
  for step = 1, model.steps do right[step], wrong[step] = 0, 0 end
  for _, image in ipairs(evaluation.per_image) do
    local list = image.prediction == image.label and right or wrong
    list[image.steps] = list[image.steps] + 1
  end
  rows[#rows + 1] = {
    rule, evaluation.accuracy, evaluation.madds, table.concat(right, " "), table.concat(wrong, " ") }
end
for _, thresholds in ipairs(paper.thresholds) do count("paper's", trace:evaluate(thresholds)) end
for _, thresholds in ipairs(optimal.thresholds) do count("optimal", trace:evaluate(thresholds)) end
count("margin <0.4>", margin)
gfnet.report.table{ name = "counts", columns = { "rule", "accuracy", "madds", "right", "wrong" }, rows = rows }
