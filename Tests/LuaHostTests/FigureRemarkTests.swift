import Foundation
import LuaHost
import Reports
import TestSupport
import Testing

/// What figures say about what they cannot show, as a script's user meets it.
@Suite struct FigureRemarkTests {
  private final class Notes { var lines: [String] = [] }

  private func run(_ source: String) throws -> (notes: [String], pictures: [Notebook.Picture]) {
    let notes = Notes()
    let bench = try ScriptBench(source) { context in context.showRemark = { notes.lines.append($0) } }
    #expect(bench.message == "")
    let pictures = bench.notebook.cells.flatMap(\.outputs).compactMap {
      if case .figure(let picture) = $0 { picture } else { nil }
    }
    return (notes.lines, pictures)
  }

  @Test func valuesThatALogarithmicAxisLacksAreCounted() throws {
    let (notes, _) = try run(
      """
      gfnet.plot.figure{yscale = "log", name = "log"}:line({1, 2, 3, 4, 5}, {10, -1, 0, 5, 3})
      -- %%
      gfnet.plot.figure{name = "plain"}:line({1, 2, 3}, {10, -1, 0 / 0})
      -- %%
      gfnet.plot.figure{name = "infinite"}:line({1, 2, 3}, {1, math.huge, 2})
      """)
    #expect(
      notes == [
        "figure log: 2 values ≤ 0 left out: the y axis is logarithmic",
        "figure infinite: 1 value left out: infinite",
      ])
  }

  @Test func whatIsInABreakIsSaid() throws {
    let (notes, pictures) = try run(
      """
      gfnet.plot.figure{name = "one", ybreaks = {10, 290}}:line({1, 2, 3}, {5, 50, 300})
      -- %%
      gfnet.plot.figure{name = "two", xbreaks = {{2, 8}, {12, 98}}}:line({1, 10, 100}, {5, 50, 300})
      -- %%
      gfnet.plot.figure{name = "none", ybreaks = {10, 290}}:line({1, 2, 3}, {5, 50, 300}):set{ybreaks = {}}
      """)
    #expect(notes == ["figure one: 1 value not seen: in a break of the y axis"])
    #expect(pictures.count == 3)
  }

  /// Equal marks are one, and so are marks that no page can tell apart.
  @Test func equalTicksAreOne() throws {
    let (notes, pictures) = try run(
      """
      gfnet.plot.figure{xticks = {1, 1}, yticks = {2, 1, 2, 1}}:line({1, 2}, {1, 2})
      -- %%
      gfnet.plot.figure{xticks = {1, 1 + 1e-12, 2}, xtick_labels = {"a", "a", "b"}}:line({1, 2}, {1, 2})
      -- %%
      gfnet.plot.figure{xscale = "log", xticks = {10, 10, 100}}:line({1, 1000}, {1, 2})
      """)
    #expect(notes == [] && pictures.count == 3)
  }

  @Test func everyLayerCountsWhatItLeavesOut() throws {
    let (notes, _) = try run(
      """
      gfnet.plot.figure{name = "counted"}:hist({1 / 0, 1, 2, 0 / 0})
      -- %%
      gfnet.plot.figure{name = "edges"}:hist({0, 1, 5, 6}, {edges = {0, 1, 2}})
      -- %%
      gfnet.plot.figure{name = "bins"}:bins({0, 1, 2}, {1 / 0, 3})
      -- %%
      gfnet.plot.figure{name = "map"}:heatmap({{1, 2}, {3, 1 / 0}})
      -- %%
      gfnet.plot.figure{name = "level"}:line({1, 2}, {1, 2}):hline(0 / 0)
      """)
    #expect(
      notes == [
        "figure counted: 1 value left out: infinite", "figure counted: 1 value left out: not a number",
        "figure edges: 2 values left out: outside the bins", "figure bins: 1 value left out: infinite",
        "figure map: 1 value left out: infinite", "figure level: 1 value left out: not a number",
      ])
  }

  @Test func charactersThatNoFontHasAreNamedOnce() throws {
    let (notes, _) = try run(
      """
      gfnet.plot.figure{title = "\u{10FFFD}\u{10FFFD}a", name = "f"}:line({1}, {1}, {label = "\u{10FFFC}"})
      """)
    #expect(notes.count == 1)
    #expect(notes.first?.contains("U+10FFFD") == true && notes.first?.contains("U+10FFFC") == true)
    #expect(notes.first?.contains("apt-get install fonts-") == true)
  }

  @Test func savingSaysTheSame() throws {
    try withTemporaryFolder { folder in
      let (notes, _) = try run(
        "gfnet.plot.figure{xscale = \"log\"}:line({0, 1, 2}, {1, 2, 3}):save(\"\(folder)/a.png\")")
      #expect(notes == ["\(folder)/a.png: 1 value ≤ 0 left out: the x axis is logarithmic"])
    }
  }

  @Test func errorBarsAreInTheNumbers() throws {
    let (_, pictures) = try run(
      """
      local f = gfnet.plot.figure{}
      f:errorbar({1, 2}, {10, 20}, {1, 2}, {label = "seeds"})
      f:line({1, 2}, {5, 6}, {yerr = {{1, 2}, {3, 4}}, xerr = 0.5})
      f:bar({"a"}, {3}, {yerr = {0.25}})
      f
      """)
    #expect(
      pictures.first?.csv == """
        series,kind,name,x,y,xerr_lower,xerr_upper,yerr_lower,yerr_upper
        seeds,scatter,,1,10,,,1,1
        seeds,scatter,,2,20,,,2,2
        ,line,,1,5,0.5,0.5,1,3
        ,line,,2,6,0.5,0.5,2,4
        ,bar,a,,3,,,0.25,0.25

        """)
  }

  @Test(arguments: [
    ("f:line({1, 2}, {1, 2}, {yerr = {1}})", "figure:line: y errors: 1 for 2 points"),
    ("f:line({1}, {1}, {yerr = -1})", "must not be negative, got -1.0"),
    (
      "f:errorbar({1, 2}, {1, 2}, {{1, 2}, {1, 2}, {1, 2}})",
      "must be a number, a list of them, or {lower, upper}"
    ),
    (
      "f:errorbar({1, 2, 3}, {2, 3, 4}, {yerr = .3})",
      "must be a number, a list of them, or {lower, upper}, got a table with the field 'yerr'; pass its value itself"
    ),
    ("f:errorbar({1, 2, 3}, {2, 3, 4}, {1, 2})", "figure:errorbar: y errors: 2 for 3 points"),
    ("f:bar({'a'}, {{values = {1}}}, {yerr = 1})", "belongs into each series"),
    ("f:heatmap(gfnet.tensor.zeros(1, 9000))", "at most 8192 rows and columns"),
  ])
  func mistakesAreNamedInOneLine(_ source: String, _ expected: String) throws {
    let bench = try ScriptBench("local f = gfnet.plot.figure{}\n" + source)
    #expect(bench.message.contains(expected), "\(bench.message)")
    #expect(!bench.message.contains("\n"))
  }

  @Test func oneErrorServesAllPoints() throws {
    let bench = try ScriptBench("gfnet.plot.figure{}:errorbar({1, 2, 3}, {2, 3, 4}, .3)")
    #expect(bench.message == "")
  }
}
