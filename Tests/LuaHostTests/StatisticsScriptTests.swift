import Foundation
import LuaHost
import Reports
import TestSupport
import Testing

/// Uncertainties in scripts: `gfnet.stats`, intervals of results, and comparisons.
@Suite struct StatisticsScriptTests {
  private func shown(_ source: String) throws -> String {
    let bench = try ScriptBench(source)
    #expect(bench.message == "")
    return bench.shown
  }

  @Test func estimatesAreNumbersWithTwoDigitsOfDoubt() throws {
    let output = try shown(
      """
      local w = gfnet.stats.wilson(9042, 10000)
      print(w, w.value, w.count, w.level, w.p)
      print(("%.4f %.4f %.4f %.4f"):format(w.lower, w.upper, w.half_width, w.uncertainty))
      print(gfnet.stats.value(90.42, 0.29), gfnet.stats.value(90.42, 0.29, {digits = 1}))
      local m = gfnet.stats.mean{90.1, 90.6, 90.3, 89.8}
      print(m, ("%.6f %.6f"):format(m.lower, m.upper), gfnet.stats.mean{3}, gfnet.stats.mean{3}.uncertainty)
      print(("%.6f"):format(gfnet.stats.difference({90.1, 90.6, 90.3}, {89.7, 90.0, 89.9, 89.2}).p))
      print(("%.6f %.6f"):format(gfnet.stats.mcnemar(31, 52), gfnet.stats.mcnemar(31, 52, {test = "exact"})))
      print(("%.6f"):format(gfnet.stats.binomial_test(117, 1000, 0.1, {alternative = "greater"})))
      local a = gfnet.stats.paired({1, 0, 1, 1, 0}, {1, 0, 0, 1, 0}, {resamples = 1000})
      local b = gfnet.stats.bootstrap(gfnet.tensor{0, 0, 1, 0, 0}, {resamples = 1000})
      print(a.value, a.lower == b.lower and a.upper == b.upper and a.uncertainty == b.uncertainty)
      """)
    #expect(
      output == """
        90.42(29)\t90.42\t10000\t0.95\tnil
        89.8275 90.9814 0.5769 0.2943
        90.42(29)\t90.4(3)
        90.20(17)\t89.664314 90.735686\t3\tnan
        0.039986
        0.021383 0.027534
        0.043344
        0.2\ttrue

        """)
  }

  @Test func aCellShowsTheInterval() throws {
    #expect(
      try shown("gfnet.stats.wilson(9042, 10000)") == "90.42(29), 95 % interval 89.83 to 90.98\n")
    #expect(try shown("gfnet.stats.mean{3}") == "3\n")
    #expect(try shown("gfnet.stats.difference({1, 2, 3}, {1, 2, 4}).p < 1") == "true\n")
  }

  @Test func tablesAndResultsTakeEstimates() throws {
    let bench = try ScriptBench(
      """
      gfnet.report.table{columns = {"network", "top-1 (%)"}, rows = {{"a", gfnet.stats.value(90.42, 0.29)}, {"b", 88}}}
      gfnet.report.results{accuracy = gfnet.stats.value(90.42, 0.29)}
      """)
    #expect(bench.message == "")
    guard case .table(let table) = bench.notebook.cells[0].outputs.first else {
      Issue.record("no table")
      return
    }
    #expect(table.rows[0][1] == .uncertain(90.42, uncertainty: 0.29, digits: nil))
    #expect(table.csv.contains("a,90.42,0.29\r\nb,88,\r\n"))
    let refused = try ScriptBench("gfnet.report.table{columns = {'a'}, rows = {{gfnet.tensor{1}}}}").message
    #expect(refused.contains("must be a number, an estimate, a string or a boolean"), "\(refused)")
  }

  @Test(arguments: [
    ("gfnet.stats.wilson(5, 3)", "gfnet.stats.wilson: 5 of 3: expected 0 to 3"),
    ("gfnet.stats.wilson(1, 0)", "argument 2 'n' must be"),
    ("gfnet.stats.mean{}", "gfnet.stats.mean: the mean of an empty list"),
    ("gfnet.stats.paired({1, 2}, {1})", "gfnet.stats.paired: lists of 2 and 1 numbers"),
    ("gfnet.stats.difference({1}, {2, 3})", "gfnet.stats.difference: lists of 1 and 2 numbers"),
    ("gfnet.stats.wilson(1, 2, {level = 95})", "level"),
    ("gfnet.stats.value(1, -1)", "uncertainty"),
    ("gfnet.stats.bootstrap({1}, {resamples = 10})", "resamples"),
  ])
  func whatCannotBeComputedIsSaid(_ call: String, _ expected: String) throws {
    let message = try ScriptBench(call).message
    #expect(message.contains(expected) && message.hasPrefix("test.lua:1: "), "\(message)")
    #expect(!message.contains("\n"))
  }

  @Test func resultsHaveIntervalsAndAreCompared() throws {
    let output = try LuaHostTests.shown(
      """
      local trace = model:trace(data)
      local a, b = trace:evaluate(0.105), trace:evaluate(1)
      local i = a:interval()
      assert(math.abs(i.value - a.accuracy) < 1e-9 and i.lower < i.value and i.count == 12)
      assert(a:interval{method = "exact"}.lower < i.lower)
      assert(a:interval{method = "bootstrap", resamples = 500}.value == a.accuracy)
      assert(math.abs(a:interval{of = "madds"}.value - a.madds) < 1e-3)
      local list = trace:accuracy{interval = true}
      for step = 1, 4 do assert(math.abs(list[step].value - trace:accuracy()[step]) < 1e-9) end
      local c = a:compare(b, {resamples = 500})
      assert(c.images == 12 and c.madds.value == a.madds - b.madds and c.madds.upper < 0)
      assert(math.abs(c.accuracy.value - (a.accuracy - b.accuracy)) < 1e-9)
      assert(c.p == gfnet.stats.mcnemar(c.only_first, c.only_second))
      assert(c.differs == (c.p < 0.05))
      local live = model:infer(data, {exit = 0.105})
      local same = live:compare(a, {resamples = 500})
      print(same.verdict, same.p, same.differs)
      print(pcall(a.compare, a, model:trace(gfnet.dataset("clutter-fashion", {split = "validation", limit = 12})):evaluate(1)))
      print(pcall(a.interval, a, {method = "student"}))
      local curve = trace:budgeted{points = 5}
      local lower, upper = curve:band()
      for k = 1, 5 do assert(lower[k] <= curve.accuracy[k] and curve.accuracy[k] <= upper[k]) end
      c
      """)
    let lines = output.split(separator: "\n").map(String.init)
    #expect(lines[0].hasPrefix("no difference in accuracy is shown (0(0) points, p = 1"), "\(lines)")
    #expect(lines[0].hasSuffix("both cost the same\t1.0\tfalse"), "\(lines)")
    #expect(lines[1].contains("is a result of other images than the first"), "\(lines)")
    #expect(lines[2].contains("evaluation:interval: option 'method': \"student\" is for means"), "\(lines)")
    #expect(lines.last == "table:comparison")
  }
}
