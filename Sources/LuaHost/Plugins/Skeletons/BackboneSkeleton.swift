extension PluginSkeleton {
  static let backbone = PluginSkeleton(
    word: "backbone", kind: .backbones, summary: "a small residual network", capabilities: [],
    initialise: """
      -- An environment of its own: what this file changes, no script and no other plugin sees.

      -- A 3×3 convolution (or one of another size) with what usually follows it.
      local function unit(nn, inputs, outputs, stride)
        return nn.sequential{ nn.conv(inputs, outputs, { stride = stride }), nn.batch_norm(outputs), nn.relu() }
      end

      -- Two convolutions and a way around them; the way around has a convolution of its own where the size changes.
      local function block(nn, inputs, outputs, stride)
        local body = nn.sequential{ unit(nn, inputs, outputs, stride), nn.conv(outputs, outputs), nn.batch_norm(outputs) }
        local shortcut
        if stride > 1 or inputs ~= outputs then
          shortcut = nn.sequential{ nn.conv(inputs, outputs, { kernel = 1, stride = stride }), nn.batch_norm(outputs) }
        end
        return nn.residual(body, { shortcut = shortcut, activation = "relu" })
      end

      gfnet.backbones.define{
        name = "ITEM",
        -- One line, which `gfnet-lab help ITEM` shows.
        summary = "a stem and three residual stages",
        -- The type of a parameter is that of its default; min, max and choices are checked before build is called.
        params = {
          width = { default = 16, min = 4, max = 128, help = "channels of the first stage; each stage has twice as many" },
        },
        -- Asked once per model. `nn` is gfnet.nn (gfnet-lab help gfnet.nn lists the layers), `p` the parameters.
        -- The body goes from an image of 3 channels to the last feature map; the classifier is added by the core. The
        -- network is then built, trained and run without Lua, and a model file keeps its layers.
        build = function(nn, p)
          local w = p.width
          return nn.backbone{ body = nn.sequential{
            unit(nn, 3, w, 2), block(nn, w, w, 2), block(nn, w, 2 * w, 2), block(nn, 2 * w, 4 * w, 2),
          } }
        end,
      }
      """,
    test: testSetup + """

      local function made(width)
        return gfnet.model{ backbone = gfnet.backbones.ITEM{ width = width }, dataset = data, patch_size = 48, steps = 2 }
      end
      local narrow, wide = made(4), made(8)

      -- The model knows its backbone, and a wider one has more weights and costs more.
      assert(narrow.backbone == "ITEM")
      assert(wide.parameters > narrow.parameters and wide.madds[1] > narrow.madds[1])

      -- It answers, with probabilities that are some: logits are finite.
      local logits = narrow:trace(data).logits
      assert(logits.shape[1] == 2 and logits.shape[3] == 4)
      assert(logits:abs():max() < math.huge)
      """,
    use: """
      local data = gfnet.dataset("clutter-fashion", { split = "train", limit = 64 })
      local model = gfnet.model{ backbone = gfnet.backbones.ITEM{ width = 8 }, dataset = data, patch_size = 48, steps = 3 }
      gfnet.train{ model = model, dataset = data, stage = 1, epochs = 1, batch = 16, checkpoint = false }
      """)
}
