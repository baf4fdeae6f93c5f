-- %% [markdown]
-- # What an encoder says of clips
--
-- Reads clips from a file and writes the encoder's features and logits, for comparison with another program.

-- %% [parameters]
local p = gfnet.params{
  encoder = { default = "encoder.safetensors", help = "what gfnet-lab models import wrote" },
  input   = { default = "input.safetensors", help = "clips, clips × frames × 3 × height × width, normalised" },
  output  = { default = "output.safetensors", help = "frame_features, frame_logits and logits of each" },
}

-- %%
local encoder = gfnet.encoder(p.encoder)
local results = {}
for name, clips in pairs(gfnet.tensor.load(p.input)) do
  results[name .. ".frame_features"] = encoder:features(clips)
  results[name .. ".frame_logits"] = encoder:frame_logits(clips)
  results[name .. ".logits"] = encoder:logits(clips)
end
gfnet.tensor.save(p.output, results)
encoder
