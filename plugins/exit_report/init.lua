-- Who leaves when: a table and a figure by step, and by class where the classes are known.

-- The steps, answers and true classes of all images, out of whatever the report is about.
local function gather(data, p)
  local kind = tostring(data):match("^%w+")
  local result = { rows = {}, names = {} }
  if kind == "trace" then
    data = data:evaluate(data:thresholds{ q = p.q })
    kind = "evaluation"
  end
  if kind == "evaluation" then
    for _, image in ipairs(data.per_image) do result.rows[#result.rows + 1] = image end
    result.madds, result.names = data.madds, data.trace.class_names
  elseif kind == "inference" then
    for i = 1, #data do result.rows[i] = data[i] end
    result.madds, result.names = data.madds, data.class_names
  else
    error("exit_report is about a trace, an evaluation or the results of model:infer, got " .. tostring(data), 0)
  end
  result.exits = data.exits
  return result
end

-- For every group of images: how many there are, how many are right, how many leave after which step.
local function count(rows, steps, group_of)
  local groups, order = {}, {}
  for _, row in ipairs(rows) do
    local name = group_of(row)
    local group = groups[name]
    if not group then
      group = { images = 0, right = 0, taken = 0, exits = {} }
      for step = 1, steps do group.exits[step] = 0 end
      groups[name], order[#order + 1] = group, name
    end
    group.images, group.taken = group.images + 1, group.taken + row.steps
    group.exits[row.steps] = group.exits[row.steps] + 1
    if row.label and row.prediction == row.label then group.right = group.right + 1 end
  end
  table.sort(order)
  return groups, order
end

local function by_step(found, steps, labelled)
  local groups = count(found.rows, steps, function(row) return row.steps end)
  local rows, xs, shares = {}, {}, {}
  for step = 1, steps do
    local group = groups[step] or { images = 0, right = 0 }
    local share = 100 * group.images / #found.rows
    local accuracy = labelled and group.images > 0 and 100 * group.right / group.images or nil
    rows[step] = { step, group.images, share, accuracy }
    xs[step], shares[step] = tostring(step), share
  end
  gfnet.report.table{
    name = "exits_by_step", caption = "Images that leave after each step",
    columns = { "step", "images", "share / %", "accuracy / %" }, rows = rows,
    digits = { ["share / %"] = 1, ["accuracy / %"] = 1 } }
  local figure = gfnet.plot.figure{ xlabel = "left after step", ylabel = "images (%)", ymin = 0 }
  figure:bar(xs, shares)
  gfnet.report.figure(figure, { name = "exits_by_step", caption = "Share of the images that leave after each step" })
end

local function by_class(found, steps, most)
  local groups, order = count(found.rows, steps, function(row) return row.label end)
  -- Those that need the most steps come first: they are what one wants to look at.
  table.sort(order, function(a, b)
    local x, y = groups[a].taken / groups[a].images, groups[b].taken / groups[b].images
    if x ~= y then return x > y end
    return a < b
  end)
  local shown = math.min(#order, most)
  local rows, map, names = {}, {}, {}
  for i = 1, shown do
    local group = groups[order[i]]
    local name = found.names[order[i]] or ("class " .. order[i])
    rows[i] = { name, group.images, group.taken / group.images, 100 * group.right / group.images }
    names[i], map[i] = name, {}
    for step = 1, steps do map[i][step] = 100 * group.exits[step] / group.images end
  end
  local more = shown < #order and (", the %d of %d that need the most"):format(shown, #order) or ""
  gfnet.report.table{
    name = "exits_by_class", caption = "Steps and accuracy of each class" .. more,
    columns = { "class", "images", "mean steps", "accuracy / %" }, rows = rows,
    digits = { ["mean steps"] = 2, ["accuracy / %"] = 1 } }
  local columns = {}
  for step = 1, steps do columns[step] = tostring(step) end
  local figure = gfnet.plot.figure{ xlabel = "left after step" }
  figure:heatmap(map, { rows = names, columns = columns, low = 0, high = 100, label = "images of the class (%)" })
  gfnet.report.figure(figure, { name = "exits_by_class", caption = "When the images of each class leave" .. more })
end

gfnet.reports.define{
  name = "exit_report",
  summary = "who leaves when, by class, of a trace, an evaluation or the results of model:infer",
  params = {
    q = { default = 0.5, min = 0.001, max = 1000,
      help = "of a trace: shares after step k are proportional to q^k" },
    classes = { default = 20, min = 1, max = 1000, help = "the most classes that are shown" },
  },
  build = function(data, p)
    local found = gather(data, p)
    local steps = #found.exits
    local taken, right, labelled = 0, 0, true
    for _, row in ipairs(found.rows) do
      taken = taken + row.steps
      if not row.label then labelled = false elseif row.label == row.prediction then right = right + 1 end
    end
    local mean = taken / #found.rows
    local accuracy = labelled and 100 * right / #found.rows or nil
    local line = ("%d images took %.2f steps and %.3g Multiply-Adds on average"):format(#found.rows, mean, found.madds)
    if accuracy then line = line .. (", and %.1f %% of the answers are right"):format(accuracy) end
    gfnet.report.markdown("### Who leaves when\n\n" .. line .. ".")
    by_step(found, steps, labelled)
    if labelled then by_class(found, steps, p.classes) end
    return { steps = mean, accuracy = accuracy, madds = found.madds }
  end,
}
