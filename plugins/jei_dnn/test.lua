-- A network with random weights, whose sure answers are wrong and whose unsure ones are right: gates that have learned it let the
-- unsure images leave.
local images = gfnet.random.rand(40, 3, 128, 128)
for i = 1, 40 do images[i] = images[i] * (i / 40) end
local function open(labels)
  return gfnet.dataset("tensors", { images = images, labels = labels, classes = { "a", "b", "c", "d" } })
end
local labels = {}
for i = 1, 40 do labels[i] = i % 4 + 1 end
local model = gfnet.model{ backbone = "resnet_tiny_16", dataset = open(labels), steps = 3 }
local first = model:trace(open(labels))
local sorted = table.move(first.confidence[1], 1, 40, 1, {})
table.sort(sorted)
local unsure = {}
for i = 1, 40 do
  local answer = first.prediction[1][i]
  unsure[i] = first.confidence[1][i] <= sorted[20]
  labels[i] = unsure[i] and answer or answer % 4 + 1
end
local trace = model:trace(open(labels))
local glance, whole = trace.madds[1], trace.madds[trace.steps]

-- The budget is kept, for both objectives.
for _, objective in ipairs{ "targets", "expected" } do
  for _, share in ipairs{ 0, 0.4, 1 } do
    local budget = glance + share * (whole - glance)
    local rule = gfnet.schedulers.jei_dnn(
      trace, { madds = budget, updates = 30, tries = 4, objective = objective })
    local madds = trace:evaluate(rule).madds
    assert(madds <= budget * (1 + 1e-9), ("%s: %g of %g"):format(objective, madds, budget))
    assert(madds >= budget - (whole - glance) / 8, ("%s: %g of %g is too little"):format(objective, madds, budget))
  end
end

-- The dearer a step, the sooner images leave; when steps cost nothing that counts, losses alone decide.
local function spent(lambda, objective)
  return trace:evaluate(gfnet.schedulers.jei_dnn(trace, { lambda = lambda, updates = 100, objective = objective })).madds
end
assert(spent(1000) == glance and spent(1000, "targets") == glance)
assert(spent(0) >= spent(0.5) and spent(0.5) >= spent(1000))

-- Gates learn from losses, not from confidence: of those that leave at once most are unsure, and right.
local rule = gfnet.schedulers.jei_dnn(trace, { madds = glance + 0.5 * (whole - glance), updates = 200 })
local left, right = 0, 0
for i, image in ipairs(trace:evaluate(rule).per_image) do
  if image.steps == 1 then
    left = left + 1
    if unsure[i] then right = right + 1 end
  end
end
assert(left >= 5 and right >= 0.8 * left, ("%d of %d that leave at once are right"):format(right, left))

-- The same seed gives the same rule.
local again = gfnet.schedulers.jei_dnn(trace, { madds = glance + 0.5 * (whole - glance), updates = 200 })
assert(tostring(again) == tostring(rule))

-- Without weights a gate is the confidence's log-odds: 0 is a confidence of one half.
local sure = trace:evaluate(gfnet.exits.jei_dnn{})
local same = trace:evaluate(gfnet.exits.confidence{ threshold = 0.5 })
assert(table.concat(sure.exits, " ") == table.concat(same.exits, " "))

-- What does not fit is said.
local function message(f, ...)
  local ok, text = pcall(f, ...)
  assert(not ok, "no error")
  return tostring(text)
end
assert(message(gfnet.schedulers.jei_dnn, trace, { madds = whole * 2 }):find("expected .* %(the glance%) to .* %(all steps%)"))
local other = gfnet.exits.jei_dnn{ weights = { 1, 2, 3 } }
assert(message(trace.evaluate, trace, other):find("3 weights are not those of the 2 gates of 3 steps", 1, true))
