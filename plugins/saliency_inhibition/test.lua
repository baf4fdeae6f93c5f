-- Images that are grey but for one noisy corner: the first patch must go there, and the second must not.
local images = gfnet.tensor.full(0.5, 4, 3, 128, 128)
local corners = { { 1, 1 }, { 1, 97 }, { 97, 1 }, { 97, 97 } }
for i, corner in ipairs(corners) do
  local noise = gfnet.random.rand(3, 32, 32)
  images[{ i, {}, { corner[1], corner[1] + 31 }, { corner[2], corner[2] + 31 } }] = noise
end
local data = gfnet.dataset("tensors", { images = images, labels = { 1, 2, 1, 2 }, classes = { "a", "b" } })
local model = gfnet.model{ backbone = "resnet_tiny_16", dataset = data, patch_size = 48, steps = 4 }
local sampler = gfnet.samplers.saliency_inhibition{ window = 0.375 }
assert(sampler.params.cells == 9)
local trace = model:trace(data, { sampler = sampler })
local room = model.image_size - model.patch_size

for i, corner in ipairs(corners) do
  local row, column = table.unpack(trace.coordinates[2][i])
  -- The patch of 48 pixels holds the noisy square of 32.
  assert(row <= corner[1] and row + 48 >= corner[1] + 32, ("image %d: row %d"):format(i, row))
  assert(column <= corner[2] and column + 48 >= corner[2] + 32, ("image %d: column %d"):format(i, column))
  -- Inhibition of return: no later patch is where an earlier one was.
  for step = 3, model.steps do
    for earlier = 2, step - 1 do
      local a, b = trace.coordinates[step][i], trace.coordinates[earlier][i]
      assert(math.abs(a[1] - b[1]) + math.abs(a[2] - b[2]) > room / 8, "a patch returned to where one was")
    end
  end
end

-- The places follow from the image: another batch gives the same.
local again = model:trace(data, { sampler = sampler, batch = 1 })
for i = 1, #data do
  for step = 2, model.steps do
    local a, b = trace.coordinates[step][i], again.coordinates[step][i]
    assert(a[1] == b[1] and a[2] == b[2])
  end
end
