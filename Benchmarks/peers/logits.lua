-- %% [markdown]
-- # Logits of an encoder
--
-- Reads images from a file and writes the encoder's logits, for comparison with another program.

-- %% [parameters]
local p = gfnet.params{
  encoder = { default = "encoder.safetensors", help = "what gfnet-lab models import wrote" },
  input   = { default = "input.safetensors", help = "tensors of images, batch × 3 × height × width, normalised" },
  output  = { default = "output.safetensors", help = "logits under the same names" },
}

-- %%
local encoder = gfnet.encoder(p.encoder)
local logits = {}
for name, images in pairs(gfnet.tensor.load(p.input)) do
  logits[name] = encoder:logits(images)
end
gfnet.tensor.save(p.output, logits)
encoder
