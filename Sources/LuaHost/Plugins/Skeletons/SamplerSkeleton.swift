extension PluginSkeleton {
  static let sampler = PluginSkeleton(
    word: "sampler", kind: .samplers,
    summary: "a sampler that looks around the brightest place of the glance",
    capabilities: [],
    initialise: """
      -- An environment of its own: what this file changes, no script and no other plugin sees.
      gfnet.samplers.define{
        name = "ITEM",
        -- One line, which `gfnet-lab help ITEM` shows.
        summary = "around the brightest place of the glance",
        -- The type of a parameter is that of its default; min, max and choices are checked before propose is called.
        params = {
          spread = { default = 0.15, min = 0, max = 0.5, help = "standard deviation of the places, in fractions" },
        },
        -- Asked of every image before every step but the first. `s` is what is known of the image
        -- (gfnet-lab help gfnet.samplers.define lists its fields), `p` the parameters. Row and column are fractions of
        -- the room that a patch has: 0, 0 is the top left corner, 1, 1 the bottom right.
        -- Random numbers come from rng: they depend on the image, the step and the seed alone, so that a run repeats.
        propose = function(s, p, rng)
          -- s.glance is 3 × P × P; the mean over its channels is the brightness of each pixel.
          local light = s.glance:mean(1)
          local side = light.shape[2]
          local place = light:reshape(side * side):argmax() - 1
          local row, column = place // side / (side - 1), place % side / (side - 1)
          local function near(centre) return math.min(math.max(centre + p.spread * rng:normal(), 0), 1) end
          return near(row), near(column)
        end,
      }
      """,
    test: testSetup + """

      local model = gfnet.model{ backbone = "resnet_tiny_16", dataset = data, steps = 3 }
      local room = model.image_size - model.patch_size

      -- Parameters are read and have their defaults.
      assert(gfnet.samplers.ITEM{}.params.spread == 0.15)

      -- Without spread every patch lies where the glance is brightest, so all patches of an image are the same.
      local still = model:trace(data, { sampler = gfnet.samplers.ITEM{ spread = 0 } })
      for i = 1, #data do
        local a, b = still.coordinates[2][i], still.coordinates[3][i]
        assert(a[1] == b[1] and a[2] == b[2])
      end

      -- With it they lie elsewhere, inside the image, and the same seed gives the same places.
      local sampler = gfnet.samplers.ITEM{ spread = 0.3 }
      local once, twice = model:trace(data, { sampler = sampler }), model:trace(data, { sampler = sampler })
      local moved = 0
      for i = 1, #data do
        local a, b = once.coordinates[2][i], twice.coordinates[2][i]
        assert(a[1] == b[1] and a[2] == b[2])
        assert(a[1] >= 1 and a[1] <= room + 1 and a[2] >= 1 and a[2] <= room + 1)
        if a[1] ~= still.coordinates[2][i][1] then moved = moved + 1 end
      end
      assert(moved > 0)
      """,
    use: """
      local model = gfnet.load("clutter-fashion")
      local data = gfnet.dataset(model.dataset, { limit = 100 })
      print(model:trace(data, { sampler = gfnet.samplers.ITEM{ spread = 0.2 } }):accuracy()[4])
      """)
}
