-- Where the patches of a network with random weights lie.
local data = gfnet.dataset("tensors", {
  images = gfnet.random.rand(3, 3, 128, 128), labels = { 1, 2, 1 }, classes = { "a", "b" } })
local model = gfnet.model{ backbone = "resnet_tiny_16", dataset = data, steps = 5 }
local sampler = gfnet.samplers.spiral{ spread = 0.3 }
assert(sampler.name == "spiral" and sampler.params.spread == 0.3)

local trace = model:trace(data, { sampler = sampler })
local room = model.image_size - model.patch_size
local last = 0
for step = 2, model.steps do
  local row, column = table.unpack(trace.coordinates[step][1])
  -- From the centre, in fractions of the room; pixels are whole, so that a place is off by less than one.
  local down, right = (row - 1) / room - 0.5, (column - 1) / room - 0.5
  local radius = math.sqrt(down ^ 2 + right ^ 2)
  assert(math.abs(radius - 0.3 * math.sqrt((step - 1) / (model.steps - 1))) < 2 / room)
  assert(radius > last, "the patches do not go outwards")
  local turn = math.pi * (3 - math.sqrt(5)) * (step - 1)
  assert(math.abs(down - radius * math.cos(turn)) < 3 / room and math.abs(right - radius * math.sin(turn)) < 3 / room)
  last = radius
  -- The same places in every image.
  for image = 2, #data do
    local other = trace.coordinates[step][image]
    assert(other[1] == row and other[2] == column)
  end
end

-- Without spread all patches are the centre.
local centred = model:trace(data, { sampler = gfnet.samplers.spiral{ spread = 0 } })
for step = 2, model.steps do
  local place = centred.coordinates[step][1]
  assert(place[1] - 1 == room // 2 and place[2] - 1 == room // 2)
end
