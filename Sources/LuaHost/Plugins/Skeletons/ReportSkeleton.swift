extension PluginSkeleton {
  static let report = PluginSkeleton(
    word: "report", kind: .reports, summary: "a report on how sure the answers are after each step",
    capabilities: [.report],
    initialise: """
      -- An environment of its own: what this file changes, no script and no other plugin sees.
      gfnet.reports.define{
        name = "ITEM",
        -- One line, which `gfnet-lab help ITEM` shows.
        summary = "how sure the answers are after each step",
        -- The type of a parameter is that of its default; min, max and choices are checked before build is called.
        params = {
          bins = { default = 10, min = 2, max = 100, help = "bars of the histogram" },
        },
        -- Called as gfnet.reports.ITEM(data, {…}): `data` is what the script passes, here a trace, `p` the parameters.
        -- What it writes by gfnet.report stands in the cell that called it; that needs the capability "report". What
        -- it returns is returned to the script.
        build = function(trace, p)
          local rows, means = {}, {}
          for step = 1, trace.steps do
            local sum, right = 0, 0
            for i, confidence in ipairs(trace.confidence[step]) do
              sum = sum + confidence
              if trace.labels and trace.prediction[step][i] == trace.labels[i] then right = right + 1 end
            end
            means[step] = sum / trace.images
            rows[step] = { step, means[step], trace.labels and 100 * right / trace.images or nil }
          end
          gfnet.report.markdown("### How sure the answers are")
          gfnet.report.table{
            name = "ITEM", caption = "Mean confidence and accuracy after each step",
            columns = { "step", "confidence", "accuracy / %" }, rows = rows, digits = { confidence = 3, ["accuracy / %"] = 1 } }
          local figure = gfnet.plot.figure{ xlabel = "confidence after the last step", ylabel = "images" }
          figure:hist(trace.confidence[trace.steps], { bins = p.bins })
          gfnet.report.figure(figure, { name = "ITEM", caption = "Confidence after the last step" })
          return means
        end,
      }
      """,
    test: testSetup + """

      local model = gfnet.model{ backbone = "resnet_tiny_16", dataset = data, steps = 3 }
      local trace = model:trace(data)

      -- One mean for each step, each a probability.
      local means = gfnet.reports.ITEM(trace, { bins = 4 })
      assert(#means == trace.steps)
      for _, mean in ipairs(means) do assert(mean > 0 and mean <= 1) end
      """,
    use: """
      local model = gfnet.load("clutter-fashion")
      local trace = model:trace(gfnet.dataset(model.dataset, { limit = 500 }))
      gfnet.reports.ITEM(trace, { bins = 20 })
      """)
}
