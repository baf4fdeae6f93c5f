extension PluginSkeleton {
  static let scheduler = PluginSkeleton(
    word: "scheduler", kind: .schedulers,
    summary: "a scheduler that spends a budget by one margin for all steps",
    capabilities: [],
    initialise: """
      -- An environment of its own: what this file changes, no script and no other plugin sees.

      -- The mean cost of an image when images leave from this margin on.
      local function cost(trace, margin)
        return trace:evaluate(gfnet.exits.margin{ threshold = margin }).madds
      end

      gfnet.schedulers.define{
        name = "ITEM",
        -- One line, which `gfnet-lab help ITEM` shows.
        summary = "the least margin for all steps that keeps to a budget",
        -- The type of a parameter is that of its default; min, max and choices are checked before fit is called.
        params = {
          madds = { default = 0.0, min = 0, help = "mean Multiply-Adds of an image; 0: half of what all steps cost" },
        },
        -- Called as gfnet.schedulers.ITEM(trace, {…}): `trace` has the answers of all steps (gfnet-lab help trace), `p` the
        -- parameters. It returns an exit rule, one of the program's or one that this plugin defines by
        -- gfnet.exits.define; what is learned goes into the rule's parameters, so that the rule can be saved.
        fit = function(trace, p)
          local budget = p.madds > 0 and p.madds or trace.madds[trace.steps] / 2
          local low, high = 0.0, 1.0
          -- A larger margin lets fewer images leave, and costs more.
          for _ = 1, 40 do
            local middle = (low + high) / 2
            if cost(trace, middle) > budget then high = middle else low = middle end
          end
          return gfnet.exits.margin{ threshold = low }
        end,
      }
      """,
    test: testSetup + """

      local model = gfnet.model{ backbone = "resnet_tiny_16", dataset = data, steps = 4 }
      local trace = model:trace(data)

      -- The rule keeps to the budget, and a little more margin would not.
      local budget = trace.madds[2]
      local rule = gfnet.schedulers.ITEM(trace, { madds = budget })
      assert(trace:evaluate(rule).madds <= budget)

      -- A larger budget is never spent worse.
      local richer = gfnet.schedulers.ITEM(trace, { madds = trace.madds[3] })
      assert(richer.params.threshold >= rule.params.threshold)
      """,
    use: """
      local model = gfnet.load("clutter-fashion")
      local trace = model:trace(gfnet.dataset(model.dataset, { split = "validation", limit = 500 }))
      local rule = gfnet.schedulers.ITEM(trace, { madds = 15e6 })
      print(model:infer(gfnet.dataset(model.dataset, { limit = 100 }), { exit = rule }))
      """)
}
