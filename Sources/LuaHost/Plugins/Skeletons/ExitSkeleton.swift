extension PluginSkeleton {
  static let exit = PluginSkeleton(
    word: "exit", kind: .exits, summary: "an exit rule that leaves when the best answer is far ahead",
    capabilities: [],
    initialise: """
      -- An environment of its own: what this file changes, no script and no other plugin sees.
      gfnet.exits.define{
        name = "ITEM",
        -- One line, which `gfnet-lab help ITEM` shows.
        summary = "leave when the best answer is far ahead of the second",
        -- The type of a parameter is that of its default; min, max and choices are checked before decide is called.
        params = {
          lead  = { default = 0.3, min = 0, max = 1, help = "how far ahead is enough, as a difference of probabilities" },
          first = { default = 1, min = 1, max = 64, help = "no image leaves before this step" },
        },
        -- Asked of every image after every step but the last, at which all leave. `s` is what is known of the image
        -- (gfnet-lab help gfnet.exits.define lists its fields), `p` the parameters; true lets the image leave.
        -- The answer must not depend on other images or on earlier calls: batches would then decide differently.
        decide = function(s, p)
          if s.step < p.first then return false end
          return s.margin >= p.lead
        end,
      }
      """,
    test: testSetup + """

      local model = gfnet.model{ backbone = "resnet_tiny_16", dataset = data, steps = 4 }
      local trace = model:trace(data)

      -- Parameters are read and have their defaults.
      local rule = gfnet.exits.ITEM{ lead = 0.5 }
      assert(rule.params.lead == 0.5 and rule.params.first == 1)

      -- What every image does, worked out by hand from the trace.
      local lead = trace.margin[1][3]
      for i, image in ipairs(trace:evaluate(gfnet.exits.ITEM{ lead = lead }).per_image) do
        local expected = trace.steps
        for step = trace.steps - 1, 1, -1 do
          if trace.margin[step][i] >= lead then expected = step end
        end
        assert(image.steps == expected, ("image %d left after step %d, expected %d"):format(i, image.steps, expected))
      end

      -- The ends of the range: no lead lets all leave at once, and never before `first`.
      assert(trace:evaluate(gfnet.exits.ITEM{ lead = 0 }).exits[1] == #data)
      assert(trace:evaluate(gfnet.exits.ITEM{ lead = 0, first = 3 }).exits[3] == #data)
      """,
    use: """
      local model = gfnet.load("clutter-fashion")
      local trace = model:trace(gfnet.dataset(model.dataset, { limit = 500 }))
      print(trace:evaluate(gfnet.exits.ITEM{ lead = 0.5 }))
      """)
}
