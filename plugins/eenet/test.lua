-- A network with random weights, whose sure answers are wrong and whose unsure ones are right: thresholds of confidence let the
-- wrong images leave, and a score that has learned who is right does not.
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

-- The budget is kept, and more is spent where there is more.
local last = 0
for _, share in ipairs{ 0, 0.25, 0.5, 0.75, 1 } do
  local budget = glance + share * (whole - glance)
  local madds = trace:evaluate(gfnet.schedulers.eenet(trace, { madds = budget, updates = 60 })).madds
  assert(madds <= budget * (1 + 1e-9) and madds >= last, ("%g of %g"):format(madds, budget))
  assert(madds >= budget - (whole - glance) / 20, ("%g of %g is too little"):format(madds, budget))
  last = madds
end

-- Those that leave after the glance are right.
local rule = gfnet.schedulers.eenet(trace, { madds = glance + 0.4 * (whole - glance), updates = 200, rate = 0.1 })
local left, right = 0, 0
for i, image in ipairs(trace:evaluate(rule).per_image) do
  if image.steps == 1 then
    left = left + 1
    if unsure[i] then right = right + 1 end
  end
end
assert(left >= 5 and right >= 0.9 * left, ("%d of %d that leave at once are right"):format(right, left))

-- The same seed gives the same rule; live it does what it does on the trace.
local again = gfnet.schedulers.eenet(trace, { madds = glance + 0.4 * (whole - glance), updates = 200, rate = 0.1 })
assert(tostring(again) == tostring(rule))

-- Without weights the score is the confidence's log-odds: 2 is a confidence of 0.88.
local sure = trace:evaluate(gfnet.exits.eenet{ thresholds = 2 })
local same = trace:evaluate(gfnet.exits.confidence{ threshold = 1 / (1 + math.exp(-2)) })
assert(table.concat(sure.exits, " ") == table.concat(same.exits, " "))

-- What does not fit is said.
local function message(f, ...)
  local ok, text = pcall(f, ...)
  assert(not ok, "no error")
  return tostring(text)
end
assert(message(gfnet.schedulers.eenet, trace, { madds = whole * 2 }):find("expected .* %(the glance%) to .* %(all steps%)"))
local other = gfnet.exits.eenet{ weights = { 1, 2, 3 } }
assert(message(trace.evaluate, trace, other):find("3 weights are not those of 3 steps and 4 classes", 1, true))
