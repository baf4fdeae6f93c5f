-- The rule on a network with random weights, beside the same rule worked out by hand.
local labels = {}
for i = 1, 12 do labels[i] = i % 4 + 1 end
local data = gfnet.dataset("tensors", {
  images = gfnet.random.rand(12, 3, 128, 128), labels = labels, classes = { "a", "b", "c", "d" } })
local trace = gfnet.model{ backbone = "resnet_tiny_16", dataset = data, steps = 4 }:trace(data)

local rule = gfnet.exits.entropy_patience{ bound = 0.7, patience = 3 }
assert(rule.params.bound == 0.7 and rule.params.patience == 3 and rule.params.same == true)

-- A bound that about half of all answers meet.
local all = {}
for step = 1, trace.steps do
  for _, entropy in ipairs(trace.entropy[step]) do all[#all + 1] = entropy end
end
table.sort(all)
local bound = all[#all // 2]

local function certain(i, step, patience, same)
  for earlier = step - patience + 1, step do
    if earlier < 1 or trace.entropy[earlier][i] > bound then return false end
    if same and trace.prediction[earlier][i] ~= trace.prediction[step][i] then return false end
  end
  return true
end

for patience = 1, 3 do
  for _, same in ipairs{ true, false } do
    local result = trace:evaluate(gfnet.exits.entropy_patience{ bound = bound, patience = patience, same = same })
    for i, image in ipairs(result.per_image) do
      local expected = trace.steps
      for step = trace.steps - 1, 1, -1 do
        if certain(i, step, patience, same) then expected = step end
      end
      assert(image.steps == expected, ("image %d left after step %d, expected %d"):format(i, image.steps, expected))
    end
  end
end

-- No bound is met by all, at the step that patience asks for.
local loose = trace:evaluate(gfnet.exits.entropy_patience{ bound = 100, patience = 2, same = false })
assert(loose.exits[2] == 12)
-- A bound of 0 nobody meets.
assert(trace:evaluate(gfnet.exits.entropy_patience{ bound = 0 }).exits[4] == 12)
