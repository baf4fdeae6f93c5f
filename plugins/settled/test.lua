-- The rule on a network with random weights, beside the same rule worked out by hand.
local labels = {}
for i = 1, 12 do labels[i] = i % 4 + 1 end
local data = gfnet.dataset("tensors", {
  images = gfnet.random.rand(12, 3, 128, 128), labels = labels, classes = { "a", "b", "c", "d" } })
local model = gfnet.model{ backbone = "resnet_tiny_16", dataset = data, steps = 4 }
local trace = model:trace(data)

-- Around what the network answers with, so that images leave after different steps.
local sorted = {}
for i, confidence in ipairs(trace.confidence[1]) do sorted[i] = confidence end
table.sort(sorted)
local threshold, relief = sorted[9], sorted[9] - sorted[4]

local rule = gfnet.exits.settled{ threshold = threshold, relief = relief }
assert(rule.name == "settled" and rule.params.threshold == threshold and rule.params.relief == relief)
for i, image in ipairs(trace:evaluate(rule).per_image) do
  local expected = trace.steps
  for step = trace.steps - 1, 1, -1 do
    local repeats = step > 1 and trace.prediction[step][i] == trace.prediction[step - 1][i]
    local enough = repeats and threshold - relief or threshold
    if trace.confidence[step][i] >= enough then expected = step end
  end
  assert(image.steps == expected, ("image %d left after step %d, expected %d"):format(i, image.steps, expected))
end

-- No threshold lets all leave after the glance; certainty without relief keeps all to the end.
assert(trace:evaluate(gfnet.exits.settled{ threshold = 0 }).exits[1] == 12)
assert(trace:evaluate(gfnet.exits.settled{ threshold = 1, relief = 0 }).exits[4] == 12)
-- Relief as large as the threshold: whoever repeats an answer leaves.
for i, image in ipairs(trace:evaluate(gfnet.exits.settled{ threshold = 1, relief = 1 }).per_image) do
  local expected = trace.steps
  for step = trace.steps - 1, 2, -1 do
    if trace.prediction[step][i] == trace.prediction[step - 1][i] then expected = step end
  end
  assert(image.steps == expected)
end
