import Foundation
import LuaHost
import Reports
import Support
import TestSupport
import Testing

/// Figures as scripts make them.
@Suite struct PlotScriptTests {
  private func pictures(_ bench: ScriptBench) -> [Notebook.Picture] {
    bench.notebook.cells.flatMap(\.outputs).compactMap {
      if case .figure(let picture) = $0 { picture } else { nil }
    }
  }

  @Test func aFigureIsShownOncePerExpression() throws {
    let bench = try ScriptBench(
      """
      local fig = gfnet.plot.figure{ylabel = "top-1 (%)", xlabel = "mean Multiply-Adds", caption = "Ours."}
      fig:line({1e8, 2e8}, {70, 75}, {label = "GFNet"});
      -- %%
      fig
      -- %%
      fig:hline(72);
      fig
      -- %%
      gfnet.report.figure(fig, {name = "again", caption = "Once more."})
      gfnet.report.value(fig)
      -- %%
      fig;
      """)
    #expect(bench.message == "")
    let shown = pictures(bench)
    #expect(
      shown.map(\.name) == [
        "top-1-vs-mean-multiply-adds", "top-1-vs-mean-multiply-adds-2", "again",
        "top-1-vs-mean-multiply-adds-3",
      ])
    #expect(shown.map(\.caption) == ["Ours.", "Ours.", "Once more.", "Ours."])
    #expect(bench.notebook.cells.map(\.outputs.count) == [0, 1, 1, 2, 0])
    for picture in shown {
      #expect(picture.files.first?.content.starts(with: [0x89, 0x50, 0x4E, 0x47]) == true)
      #expect(picture.width == 252 && picture.height == 187.2)
    }
    #expect(shown[0].csv == "series,kind,x,y\nGFNet,line,100000000,70\nGFNet,line,200000000,75\n")
    #expect(shown[1].csv?.contains("hline") == true)
    #expect(shown[0].files.first?.content != shown[1].files.first?.content)
  }

  /// Lists, tensors and objects with `totable` give the same picture.
  @Test func numbersComeInManyForms() throws {
    let bench = try ScriptBench(
      """
      local class = {totable = function(self) return self.list end}
      class.__index = class
      local forms = {{1, 4, 9}, gfnet.tensor{1, 4, 9}, gfnet.tensor{{1, 4, 9}}[1],
        setmetatable({list = {1, 4, 9}}, class)}
      for _, y in ipairs(forms) do
        gfnet.report.figure(gfnet.plot.figure{}:line({1, 2, 3}, y))
      end
      """)
    #expect(bench.message == "")
    let shown = pictures(bench)
    #expect(shown.map(\.name) == ["figure-1", "figure-2", "figure-3", "figure-4"])
    #expect(Set(shown.map { $0.files.first?.content }).count == 1)
    #expect(
      Set(shown.map(\.csv)) == [
        "series,kind,x,y\n,line,1,1\n,line,2,4\n,line,3,9\n".replacing("series,", with: "").replacing(
          "\n,", with: "\n")
      ])
  }

  @Test func everyLayerDraws() throws {
    let bench = try ScriptBench(
      """
      local T, plot = gfnet.tensor, gfnet.plot
      local x = T.arange(1, 5)
      local g = plot.figure{rows = 2, columns = 4, title = "All of them", xlabel = "x", share_legend = true}
      g[1]:line(x, x, {label = "a", color = "#ff0000", dash = "dotted", marker = "star", width = 2, opacity = 0.5})
      g[2]:step(x, x):band(x, x - 1, x + 1, {opacity = 0.3})
      g:panel(1, 3):scatter(x, x ^ 2):vline(2, {label = "v"}):annotate("here", 2, 4, {arrow = true, anchor = "left"})
      g[4]:bar({"a", 2}, {{label = "one", values = {1, 2}}, {label = "two", values = T{3, 4}, color = "green"}}, {mode = "stacked"})
      g[5]:hist(T.randn(100), {bins = 10, density = true})
      g[6]:bins({0, 0.5, 1}, {0.4, 0.9}):set{ymax = 1, ymin = 0, xticks = {0, 1}, xtick_labels = {"zero", "one"}}
      g[7]:heatmap(T.rand(3, 4), {digits = 1, rows = {"a", "b", "c"}, colors = "magma"})
      g[8]:line(x, 10 ^ x):set{yscale = "log", title = "log", legend = "none", grid = "x", xintegers = true}
      local n = 0
      for i, panel in ipairs(g) do n = n + i end
      print(n, #g, g, g[2])
      g
      -- %%
      plot.images(T.rand(3, 1, 8, 8), {titles = {"1", "2", "3"}, interpolation = "nearest"})
      -- %%
      plot.images{{{0, 1}, {1, 0}}, T.rand(3, 4, 4)}
      -- %%
      plot.glimpses({
        {image = T.rand(16, 16), title = "a", group = "exit at step 1", steps = {{confidence = 0.9, correct = true}}},
        {image = T.rand(16, 16), title = "b", group = "exit at step 2",
          steps = {{confidence = 0.4, correct = false}, {confidence = 0.9, correct = true, row = 1, column = 5, size = 8}}},
      }, {colors = "blue-orange", dim = 0.4, name = "looks"})
      """)
    #expect(bench.message == "")
    #expect(bench.shown.hasPrefix("36\t8\tfigure of 516×216 points with 8 panels\taxes 2 of 8\n"))
    let shown = pictures(bench)
    #expect(shown.map(\.name) == ["all-of-them", "images", "images-2", "looks"])
    #expect(shown[1].csv == nil && shown[2].csv == nil)
    #expect(shown[3].csv?.contains("exit at step 2,b,2,1,5,8,") == true)
    #expect(shown[0].csv?.contains("stacked") == false)
  }

  @Test func chartsAndFurtherAxesDraw() throws {
    let folder = try TemporaryFolder()
    let bench = try ScriptBench(
      """
      local g = gfnet.plot.figure{rows = 2, columns = 4, size = {10, 6}, style = "screen", name = "charts"}
      g[1]:barh({"one", "two"}, {{label = "a", values = {1, 2}, xerr = 0.1}, {label = "b", values = {3, 4}}})
      g[2]:box({"a", "b"}, {{1, 2, 3, 9}, gfnet.tensor{2, 3, 4}}, {mean = true})
      g[3]:violin({"a"}, {{label = "x", values = {{1, 2, 3}}}, {label = "y", values = {{2, 2, 5}}, color = "crimson"}})
      g[4]:heatmap({{1, 2}, {3, 4}}, {image = gfnet.tensor.rand(3, 8, 8), opacity = 0.4, smooth = true})
      g[5]:contour({{0, 1, 2}, {1, 3, 4}, {2, 4, 9}}, {levels = {2, 3}}):text("(e)", 0, 1.1)
      g[6]:pareto({1, 2, 3}, {5, 4, 6}, {y_better = "lower"}):vspan(1, 2):arrow(1, 4, 2, 5)
      g[7]:reliability({0.3, 0.9}, {false, true}, {bins = 2, form = "line", label = "net"})
      g[8]:confusion({1, 2, 2}, {predicted = {1, 1, 2}, names = {"cat", "dog"}})
      g
      -- %%
      local f = gfnet.plot.figure{xformat = "k", xticks = {1000, 1500, 2000}, yformat = function(v) return "<" .. math.tointeger(v) .. ">" end}
      f:line({1000, 2000}, {0, 4}, {label = "left", dash = "--", marker = "o"}):set{yticks = {0, 2, 4}}
      local right = f:twin{ylabel = "cost", yscale = "symlog"}
      right:line({1000, 2000}, {-100, 100}, {label = "right"})
      local zoom = f:inset{zoom = true, xmin = 1000, xmax = 1200, ymin = 0, ymax = 1, place = "lower-right"}
      print(right, zoom, f[1])
      f:save("\(folder.path)/f.svg")
      """)
    #expect(bench.message == "")
    #expect(bench.shown.contains("axes at the right\tinset 1\taxes 1 of 1\n"))
    let csv = try #require(pictures(bench).first?.csv)
    for kind in ["barh", "box", "violin", "contour", "pareto", "vspan", "arrow", "text", "reliability"] {
      #expect(csv.contains(",\(kind),"), "\(kind)")
    }
    let svg = try String(contentsOfFile: "\(folder.path)/f.svg", encoding: .utf8)
    #expect(svg.contains("&lt;4&gt;") && svg.contains("2.0k") && svg.contains("cost"))
  }

  @Test func theEndingSaysTheFormat() throws {
    let folder = try TemporaryFolder()
    let bench = try ScriptBench(
      """
      local f = gfnet.plot.figure{}:line({1, 2}, {3, 4}, {label = "</text><script>"})
      for _, name in ipairs{"a.svg", "b.jpeg", "c.webp", "d", "e.PNG"} do f:save("\(folder.path)/" .. name) end
      gfnet.plot.images{gfnet.tensor.rand(3, 8, 8)}:save("\(folder.path)/f.svg", {dpi = 72})
      """)
    #expect(bench.message == "")
    func start(_ name: String) -> [UInt8] {
      [UInt8]((try? Data(contentsOf: URL(fileURLWithPath: "\(folder.path)/\(name)")))?.prefix(4) ?? Data())
    }
    #expect(start("a.svg") == Array("<?xm".utf8) && start("f.svg") == Array("<?xm".utf8))
    #expect(start("b.jpeg").prefix(3) == [0xFF, 0xD8, 0xFF] && start("c.webp") == Array("RIFF".utf8))
    #expect(start("d.png") == [0x89, 0x50, 0x4E, 0x47] && start("e.PNG") == start("d.png"))
    for name in ["a.csv", "b.csv", "c.csv", "d.csv"] { #expect(!start(name).isEmpty, "\(name)") }
    #expect(start("f.csv").isEmpty)
    let svg = try String(contentsOfFile: "\(folder.path)/a.svg", encoding: .utf8)
    #expect(!svg.contains("<script>") && svg.contains("&lt;script&gt;"))
  }

  @Test(arguments: [
    ("f:line({1, 2}, {1})", "figure:line: x has 2 values and y has 1; they must be equally many"),
    ("f:line({1}, {1}, {colour = 'red'})", "figure:line: unknown option 'colour'; write color = …"),
    (
      "f:line({1}, {1}, {color = 'bleu'})",
      "figure:line: option 'color': unknown colour \"bleu\"; did you mean \"blue\""
    ),
    (
      "f:line({1}, {1}, {dash = 'doted'})",
      "figure:line: option 'dash': unknown line style \"doted\"; did you mean \"dotted\""
    ),
    ("f:line({1}, 2)", "figure:line: argument 2 'y' must be a list of numbers or a tensor, got 2"),
    ("f:line({1}, {{1}})", "figure:line: argument 2 'y' must have one axis, got shape 1×1"),
    ("f:line({1}, f)", "figure:line: argument 2 'y' must be a list of numbers or a tensor, got a figure"),
    ("f:lines({1}, {1})", "a figure has no field 'lines'; did you mean 'line'?"),
    ("f:hline('a')", "figure:hline: argument 1 'y' must be a number, got the string \"a\""),
    ("f:bar({'a'}, {1, 2})", "figure:bar: series 1 has 2 values for 1 categories"),
    (
      "f:bar({'a'}, {{values = {1}, lable = 'x'}})",
      "figure:bar: argument 2 'values': series 1: unknown field 'lable'; did you mean 'label'?"
    ),
    (
      "f:heatmap({1, 2})",
      "figure:heatmap: argument 1 'values' must have two axes (rows of numbers), got shape 2"
    ),
    (
      "f:set{xscale = 'loog'}",
      "figure:set: option 'xscale': unknown axis scale \"loog\"; did you mean \"log\""
    ),
    (
      "f:set{ybreaks = {1, 2, 3}}",
      "figure:set: option 'ybreaks' must be {from, to} or a list of such pairs, got shape 3"
    ),
    ("gfnet.plot.figure{theme = 'dusk'}", "gfnet.plot.figure: option 'theme': unknown theme \"dusk\""),
    (
      "f:set{yformat = 'kilo'}",
      "figure:set: option 'yformat': unknown tick format \"kilo\"; known: \"k\""
    ),
    (
      "f:set{yformat = function() return {} end}\nreturn f:line({1, 2}, {1, 2})",
      "the function that writes marks must return a text, got"
    ),
    ("f:twin{}:twin{}", "these axes stand at the right or within others"),
    ("f:inset{x = 0.9}", "inset: its place must be within the axes"),
    ("f:confusion({1, 2})", "figure:confusion: argument 1 'truth' must be as many rows of counts as columns"),
    ("f:confusion({1, 1.5}, {predicted = {1, 2}})", "1.5 is no number of a class"),
    ("f:box({'a'}, {{1}, {2}})", "figure:box: series 1 has 2 lists of values for 1 categories"),
    ("f:barh({'a'}, {1}, {yerr = 1})", "figure:barh: unknown option 'yerr'"),
    ("f[2]", "figure: no panel 2; expected 1 to 1"),
    ("f:panel(1, 2)", "figure:panel: no row 1, column 2 in 1×1 panels"),
    ("f:save('a.nothing')", "figure:save: argument 1 'file' must be a path ending in .png"),
    ("f:save('a.nothing')", ", got \"a.nothing\""),
    ("f:save('/proc/none/a.png')", "/proc/none"),
    ("gfnet.plot.figure{siz = 'paper'}", "gfnet.plot.figure: unknown option 'siz'; did you mean 'size'?"),
    ("gfnet.plot.figure{size = {1}}", "gfnet.plot.figure: option 'size' must be {width, height} in inches"),
    (
      "gfnet.plot.figure{size = 'onecolumn'}",
      "gfnet.plot.figure: option 'size': unknown figure size \"onecolumn\"; did you mean \"one-column\""
    ),
    ("gfnet.plot.images{}", "gfnet.plot.images: argument 1 'images': the list has no images"),
    (
      "gfnet.plot.images{{1, 2}}",
      "gfnet.plot.images: argument 1 'images': image 1 must be H×W, 1×H×W or 3×H×W numbers, got shape 2"
    ),
    (
      "gfnet.plot.images(gfnet.tensor.zeros(2, 2), {range = {1, 0}})",
      "option 'range' must be {low, high} with low below high"
    ),
    ("gfnet.plot.glimpses{{image = {{1}}, steps = {{}}}}", "image 1: step 1: confidence is missing"),
    (
      "gfnet.plot.glimpses{{image = {{1}}, stepps = {{}}}}",
      "image 1: unknown field 'stepps'; did you mean 'steps'?"
    ),
    (
      "f:set{xmin = 3, xmax = 1}\nreturn f",
      "figure: x axis: the lower limit 3.0 must be below the upper limit 1.0"
    ),
  ])
  func failsInOneLine(_ source: String, _ expected: String) throws {
    let bench = try ScriptBench("local f = gfnet.plot.figure{}\n" + source)
    #expect(bench.message.contains(expected), "\(bench.message)")
    #expect(!bench.message.contains("\n"))
  }

  @Test func savesPictureAndNumbers() throws {
    let temporary = try TemporaryFolder()
    let folder = temporary.path.string + "/"
    let bench = try ScriptBench(
      """
      gfnet.plot.figure{}:line({1, 2}, {3, 4}):save("\(folder)a.png", {dpi = 72})
      gfnet.plot.figure{}:line({1, 2}, {3, 4}):save("\(folder)b")
      gfnet.plot.images{gfnet.tensor.rand(4, 4)}:save("\(folder)c.png")
      """)
    #expect(bench.message == "" && bench.shown == "")
    let files = try FileManager.default.contentsOfDirectory(atPath: temporary.path.string).sorted()
    #expect(files == ["a.csv", "a.png", "b.csv", "b.png", "c.png"])
    let csv = try String(contentsOf: (temporary.path / "a.csv").url, encoding: .utf8)
    #expect(csv == "kind,x,y\nline,1,3\nline,2,4\n")
  }
}
