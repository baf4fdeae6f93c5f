-- The network's size, worked out by hand, and that it answers.
local labels = {}
for i = 1, 8 do labels[i] = i % 2 + 1 end
local data = gfnet.dataset("tensors", {
  images = gfnet.random.rand(8, 3, 128, 128), labels = labels, classes = { "a", "b" } })
local function made(options)
  return gfnet.model{ backbone = gfnet.backbones.depthwise_tiny(options), dataset = data, patch_size = 48, steps = 2 }
end

-- Weights of one encoder, without its classifier: convolutions, and two for each channel of a batch norm.
local function weights(width, depth)
  local count = 3 * width * 9 + 2 * width
  local function block(inputs, outputs) return 9 * inputs + 2 * inputs + inputs * outputs + 2 * outputs end
  for _ = 1, 3 do
    count = count + block(width, 2 * width)
    width = 2 * width
    count = count + (depth - 1) * block(width, width)
  end
  return count
end
local a, b = made{ width = 8, depth = 1 }, made{ width = 8, depth = 3 }
assert(a.backbone == "depthwise_tiny")
-- Both encoders of a model have them; all else is the same in both models.
assert(b.parameters - a.parameters == 2 * (weights(8, 3) - weights(8, 1)))
assert(b.madds[1] > a.madds[1])

local logits = a:trace(data).logits
assert(logits.shape[1] == 2 and logits.shape[2] == 8 and logits.shape[3] == 2)
assert(logits:abs():max() < math.huge)
