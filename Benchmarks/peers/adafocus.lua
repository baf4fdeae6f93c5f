-- %% [markdown]
-- # What a network of AdaFocus says of clips
--
-- Reads clips from a file and writes what the model finds after the glance and after the patches, for comparison with
-- another program: step by step, and by the adaptive loop.

-- %% [parameters]
local p = gfnet.params{
  model  = { default = "model.safetensors", help = "what gfnet-lab models import wrote, or the checkpoint itself" },
  patch  = { default = 0, help = "side of the patches, of a checkpoint" },
  image  = { default = 0, help = "side of the images, of a checkpoint" },
  focus  = { default = 0, help = "frames that patches are cut from, of a checkpoint" },
  input  = { default = "input.npz", help = "clips, clips × frames × 3 × height × width, from 0 to 1" },
  output = { default = "output.npz", help = "what was found" },
}

-- %%
local model = gfnet.load(p.model, p.patch > 0 and {
  patch_size = p.patch, image_size = p.image, focus_frames = p.focus,
} or {})
local clips = gfnet.tensor.load(p.input).clips
local seen = model:glance(clips)
local places = model:propose(seen.memory)
local after = model:focus(model:crop(clips, places), seen.memory)

local labels, classes = {}, {}
for i = 1, clips:size(1) do labels[i] = 1 end
for i = 1, model.classes do classes[i] = "class " .. i end
local trace = model:trace(gfnet.dataset("tensors", { clips = clips, labels = labels, classes = classes }), { batch = 3 })
gfnet.tensor.save(p.output, {
  glance_logits = seen.logits, actions = places, logits = after.logits, coordinates = gfnet.tensor(trace.coordinates[2]) - 1,
  trace = trace.logits, madds = gfnet.tensor(model.madds) / 1e9,
})
model
