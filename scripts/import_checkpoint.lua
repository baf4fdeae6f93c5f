-- %% [markdown]
-- # Import a checkpoint
--
-- Reads a checkpoint of the authors' PyTorch code, shows what it holds, and writes it as one file of gfnet-lab with its
-- thresholds, costs and stored results. Nothing in the checkpoint is run. `gfnet-lab models import` does the same
-- without a report, and takes encoders of timm and torchvision too.

-- %% [parameters]
local p = gfnet.params{
  checkpoint = { default = "checkpoint.pth.tar", help = "a file of torch.save, new or old" },
  out        = { default = "", help = "file to write; models/<name of the checkpoint>.safetensors if empty" },
}

-- %% The network
local model = gfnet.load(p.checkpoint)
local name = p.checkpoint:match("([^/]+)$")
for _, ending in ipairs{ "%.tar$", "%.pth$", "%.pt$" } do name = name:gsub(ending, "") end
local out = p.out ~= "" and p.out or ("models/%s.safetensors"):format(name)
model:save(out, { check = true })
model

-- %% What it costs
-- Counted here from the operations, beside what the file says.
local results = model.info.results or {}
local stored  = results.costs and results.costs.madds or results.madds or {}
local anytime = results.anytime or {}
local rows = {}
for step, madds in ipairs(model.madds) do
  rows[step] = { step, madds / 1e6, stored[step] and stored[step] / 1e6, anytime[step] }
end
gfnet.report.table{
  name = "steps", caption = "Cumulative cost and stored accuracy by step.",
  columns = { "step", "Multiply-Adds (M)", "stored (M)", "stored top-1 (%)" }, rows = rows,
  digits = { ["Multiply-Adds (M)"] = 1, ["stored (M)"] = 1, ["stored top-1 (%)"] = 2 },
}

-- %% Stored results
local curve = results.budgeted
if curve then
  local fig = gfnet.plot.figure{
    xlabel = "mean Multiply-Adds", ylabel = "top-1 (%)", title = "Stored results of the checkpoint" }
  fig:line(curve.madds, curve.accuracy, { label = "budgeted batch classification" })
  if #anytime > 0 then fig:step(model.madds, anytime, { label = "anytime prediction" }) end
  gfnet.report.figure(fig, { name = "stored-results", caption = "As the checkpoint records them." })
else
  print("The checkpoint holds no results: it is one of the training program.")
end

-- %% Stored thresholds
if results.thresholds then
  local header, lines, digits = { "q" }, {}, { q = 2 }
  for step = 1, model.steps do
    header[step + 1] = ("step %d"):format(step)
    digits[header[step + 1]] = 4
  end
  for point, thresholds in ipairs(results.thresholds) do
    lines[point] = { point / 20, table.unpack(thresholds) }
  end
  gfnet.report.table{
    name = "thresholds", caption = "Confidence thresholds by budget.", columns = header, rows = lines,
    digits = digits }
end

-- %% The file
model:save(out)
print(("%s: %s"):format(out, tostring(gfnet.load(out))))
