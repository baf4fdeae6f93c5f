import Foundation
import LuaHost
import Testing

/// Arguments whose reading calls back into the script, and numbers at the ends of their range.
@Suite struct PlotReentryTests {
  /// `totable` draws into the very figure, reads it, and takes its panels, for each method that takes numbers.
  @Test func aCallbackMayReachIntoItsOwnFigure() throws {
    let bench = try ScriptBench(
      """
      local f = gfnet.plot.figure{rows = 1, columns = 2}
      local calls = 0
      local function mine(list)
        return setmetatable({}, {__index = {totable = function()
          calls = calls + 1
          f:hline(1) f[1]:set{title = "t" .. calls} f:panel(1, 2):vline(2)
          local _ = #f, f.rows, tostring(f), f[2].figure
          return list
        end}})
      end
      for _, holder in ipairs{f, f[1], f[2]} do
        holder:set{xticks = mine{1, 2}, yticks = mine{1}, ytick_labels = {"one"}}
        holder:line(mine{1, 2}, mine{1, 2}) holder:step(mine{1, 2}, mine{1, 2})
        holder:scatter(mine{1, 2}, mine{1, 2}) holder:band(mine{1, 2}, mine{1, 2}, mine{2, 3})
        holder:hist(mine{1, 2, 3}, {edges = mine{0, 1, 4}}) holder:hist({{label = "a", values = mine{1, 2}}})
        holder:bins(mine{0, 1, 2}, mine{1, 2})
      end
      f[1]:bar({"a"}, mine{1}) f[2]:heatmap(mine{{1, 2}, {3, 4}})
      gfnet.plot.figure{xticks = mine{1, 2}, size = {3, 3}}
      print(calls)
      f
      """)
    #expect(bench.message == "")
    #expect(bench.shown.hasPrefix("51\n"))
  }

  @Test func numbersAtTheEndsOfTheirRangeAreRefusedOrDrawn() throws {
    let bench = try ScriptBench(
      """
      local f = gfnet.plot.figure{}
      f:bar({-2^63, math.mininteger + 1, math.maxinteger}, {1, 2, 3})
      for _, i in ipairs{math.mininteger, math.maxinteger, 0, 2} do
        print(select(2, pcall(function() return f[i] end)))
      end
      print(select(2, pcall(gfnet.report.table, {columns = {"a"}, rows = {{[math.mininteger] = 1}}})))
      print(select(2, pcall(f.heatmap, f, gfnet.tensor.zeros(3, 0))))
      gfnet.plot.figure{}:heatmap{{0.3, 0.1 + 0.2}};
      gfnet.report.figure(gfnet.plot.figure{}:heatmap{{0.3, 0.1 + 0.2}})
      gfnet.report.figure(gfnet.plot.figure{ymin = 0.3, ymax = 0.1 + 0.2}:line({1, 2}, {0.3, 0.3}))
      gfnet.report.figure(gfnet.plot.figure{ymin = 1.7e18, ymax = 1.7e18 + 300}:bar({"a"}, {1.7e18}))
      gfnet.report.figure(gfnet.plot.figure{yscale = "log", ymin = 3, ymax = 3 + 1e-15}:line({1, 2}, {3, 3}))
      """)
    #expect(bench.message == "")
    let lines = bench.shown.split(separator: "\n")
    try #require(lines.count >= 6)
    #expect(lines.prefix(4).allSatisfy { $0.contains("expected 1 to 1") })
    #expect(lines[4].contains("the table has 1 columns"))
    #expect(lines[5].contains("heat map: there are no values"))
  }

  /// As docs/reports.md says.
  @Test func namesAreReducedToHarmlessCharacters() throws {
    let bench = try ScriptBench(
      """
      gfnet.report.table{columns = {"step"}, rows = {{1}}, name = "val/acc@1"}
      gfnet.report.figure(gfnet.plot.figure{}:line({1, 2}, {1, 2}), {name = "train/loss v1.5"})
      gfnet.plot.figure{name = "../../etc/passwd"}:line({1, 2}, {1, 2})
      -- %%
      gfnet.plot.figure{name = "精度"}:line({1, 2}, {1, 2})
      """)
    #expect(bench.message == "")
    var names: [String] = []
    for output in bench.notebook.cells.flatMap(\.outputs) {
      if case .figure(let picture) = output { names.append(picture.name) }
      if case .table(let table) = output { names.append(table.name) }
    }
    #expect(names == ["val-acc-1", "train-loss-v1.5", "etc-passwd", "figure"])
  }
}
