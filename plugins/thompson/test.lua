-- Where the patches of a network with random weights lie, and that evidence moves them.
local data = gfnet.dataset("tensors", {
  images = gfnet.random.rand(16, 3, 128, 128), labels = { 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2 },
  classes = { "a", "b" } })
local model = gfnet.model{ backbone = "resnet_tiny_16", dataset = data, patch_size = 48, steps = 4 }
local room = model.image_size - model.patch_size
assert(gfnet.samplers.thompson{}.params.cells == 7)

local function places(options, run)
  run = run or {}
  run.sampler = gfnet.samplers.thompson(options)
  return model:trace(data, run).coordinates
end

-- The same seed gives the same places, also image by image; another seed gives others.
local once, alone, other = places({}), places({}, { batch = 1 }), places({}, { seed = 7 })
local differs = 0
for step = 2, model.steps do
  for i = 1, #data do
    for axis = 1, 2 do
      assert(once[step][i][axis] == alone[step][i][axis])
      if once[step][i][axis] ~= other[step][i][axis] then differs = differs + 1 end
      assert(once[step][i][axis] >= 1 and once[step][i][axis] <= room + 1)
    end
  end
end
assert(differs > #data)

-- Hardly any doubt and a strong belief in the centre: all look there, until evidence would say otherwise.
local centred = places{ spread = 0.001, centre = 10 }
for i = 1, #data do
  local row, column = centred[2][i][1], centred[2][i][2]
  assert(math.abs(row - 1 - room / 2) <= 1 and math.abs(column - 1 - room / 2) <= 1)
end
-- The opposite belief sends them into the corners.
local corners = places{ spread = 0.001, centre = -10 }
for i = 1, #data do
  for axis = 1, 2 do
    local place = corners[2][i][axis]
    assert(place == 1 or place == room + 1)
  end
end
