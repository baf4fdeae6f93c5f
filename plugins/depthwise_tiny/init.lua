-- Depthwise-separable convolutions (MobileNet) with a way around each block where its size stays: few weights and few
-- Multiply-Adds for what they see.

local function unit(nn, layer, channels, activation)
  local layers = { layer, nn.batch_norm(channels) }
  if activation then layers[3] = activation end
  return nn.sequential(layers)
end

-- Each channel by itself, then all channels of a pixel: the last without an activation, as in MobileNetV2.
local function block(nn, inputs, outputs, stride)
  local body = nn.sequential{
    unit(nn, nn.conv(inputs, inputs, { kernel = 3, stride = stride, groups = inputs }), inputs, nn.relu6()),
    unit(nn, nn.conv(inputs, outputs, { kernel = 1 }), outputs),
  }
  if stride == 1 and inputs == outputs then return nn.residual(body) end
  return body
end

gfnet.backbones.define{
  name = "depthwise_tiny",
  summary = "a stem and depthwise-separable blocks, some with a way around",
  params = {
    width  = { default = 16, min = 4, max = 64, help = "channels after the stem; twice as many after each halving" },
    depth  = { default = 2, min = 1, max = 6, help = "blocks of each of the three sizes" },
  },
  build = function(nn, p)
    local layers = { unit(nn, nn.conv(3, p.width, { kernel = 3, stride = 2 }), p.width, nn.relu6()) }
    local channels = p.width
    for _ = 1, 3 do
      layers[#layers + 1] = block(nn, channels, 2 * channels, 2)
      channels = 2 * channels
      for _ = 2, p.depth do layers[#layers + 1] = block(nn, channels, channels, 1) end
    end
    layers[#layers + 1] = nn.relu6()
    return nn.backbone{ body = nn.sequential(layers) }
  end,
}
