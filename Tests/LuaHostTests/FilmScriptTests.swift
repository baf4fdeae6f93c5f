import Foundation
import LuaHost
import Reports
import Support
import TestSupport
import Testing

/// Figures of clips, as scripts make them.
@Suite struct FilmScriptTests {
  private static let model = """
    local data = gfnet.dataset("clutter-motion", {limit = 20})
    local model = gfnet.model{backbone = "resnet_tiny_16", dataset = data, patch_size = 48, steps = 2,
      glance_frames = 2}

    """

  private func pictures(_ bench: ScriptBench) -> [Notebook.Picture] {
    bench.notebook.cells.flatMap(\.outputs).compactMap {
      if case .figure(let picture) = $0 { picture } else { nil }
    }
  }

  /// The rows of a picture's numbers, by the names in their header.
  private func rows(_ picture: Notebook.Picture) -> [[String: String]] {
    let lines = (picture.csv ?? "").split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    guard let header = lines.first else { return [] }
    return lines.dropFirst().map { Dictionary(zip(header, $0)) { first, _ in first } }
  }

  @Test func glimpsesOfATraceOfClipsAreStripsOfFrames() throws {
    let folder = try TemporaryFolder()
    let bench = try ScriptBench(
      Self.model + """
        local trace = model:trace(data)
        -- %%
        gfnet.plot.glimpses(trace, {by = "none", thresholds = 1, rows = 3})
        -- %%
        gfnet.plot.glimpses(trace, {thresholds = 0, rows = 1})
        -- %%
        trace:save("\(folder.path)/t.safetensors")
        gfnet.plot.glimpses(gfnet.trace("\(folder.path)/t.safetensors"), {by = "none", thresholds = 1, rows = 3})
        -- %%
        for _, i in ipairs{4, 11, 17} do print(table.unpack(trace.coordinates[2][i])) end
        """)
    #expect(bench.message == "")
    let shown = pictures(bench)
    #expect(shown.count == 3)
    guard shown.count == 3 else { return }
    let all = rows(shown[0])
    #expect(all.count == 3 * 2)
    #expect(
      all.map { $0["frames"] } == Array(repeating: ["3 7", "1 2 3 4 5 6 7 8"], count: 3).flatMap(\.self))
    #expect(
      all.map { $0["heading"] }
        == Array(repeating: ["glance: stays", "step 2: leaves"], count: 3).flatMap(\.self))
    #expect(all.allSatisfy { ($0["row"] == "") == ($0["heading"] == "glance: stays") })
    #expect(all.allSatisfy { $0["size"] == ($0["heading"] == "glance: stays" ? "" : "48") })
    let places = all.filter { $0["row"] != "" }.map { "\($0["row"] ?? "")\t\($0["column"] ?? "")\n" }
    #expect(bench.shown.hasSuffix(places.joined()), "\(bench.shown)")
    // At once, each is shown with its only step.
    let first = rows(shown[1])
    #expect(first.count == 1 && first[0]["heading"] == "glance: leaves")
    #expect(first[0]["group"] == "exit after step 1: 100 % of the clips")
    // A file says, too, which frames are seen.
    #expect(shown[2].csv == shown[0].csv)
    #expect(shown[2].files.first?.content == shown[0].files.first?.content)
  }

  @Test func anExplanationOfAClipShowsItsFrames() throws {
    let bench = try ScriptBench(
      Self.model + """
        local trace = model:trace(data)
        trace:explain(3, gfnet.exits.margin{threshold = 0})
        """)
    #expect(bench.message == "")
    #expect(bench.shown == "figure:explain\ntable:explain\n")
    guard let picture = pictures(bench).first else { return }
    let steps = rows(picture)
    #expect(steps.count == 2)
    #expect(steps.map { $0["heading"] } == ["glance: leaves", "step 2: the end"])
    #expect(steps.map { $0["taken"] } == ["1", "0"])
    #expect(steps.map { $0["frames"] } == ["3 7", "1 2 3 4 5 6 7 8"])
    #expect(steps[0]["text"]?.contains("margin") == true)
    #expect(steps[0]["text"]?.contains("M Multiply-Adds") == true)
  }

  @Test func aStepperOfAClipShowsItsFrames() throws {
    let bench = try ScriptBench(
      Self.model + """
        local st = model:stepper(data:subset{2}, {exit = 1, sampler = "center"})
        st:run()
        st
        """)
    #expect(bench.message == "")
    let steps = pictures(bench).first.map(rows) ?? []
    #expect(steps.count == 2)
    #expect(steps.last?["row"] == "41" && steps.last?["column"] == "41" && steps.last?["size"] == "48")
    #expect(steps.map { $0["frames"] } == ["3 7", "1 2 3 4 5 6 7 8"])
  }

  /// Every figure of a trace whose frames have places of their own shows these.
  @Test func eachFrameIsShownWithItsOwnPlace() throws {
    let folder = try TemporaryFolder()
    let bench = try ScriptBench(
      """
      local data = gfnet.dataset("clutter-motion", {limit = 20})
      local model = gfnet.model{backbone = "resnet_tiny_16", dataset = data, patch_size = 48, steps = 2,
        focus_frames = 4}
      local trace = model:trace(data, {sampler = "motion"})
      trace:save("\(folder.path)/t.safetensors")
      gfnet.plot.glimpses(trace, {by = "none", thresholds = 1, rows = 1})
      -- %%
      gfnet.plot.glimpses(gfnet.trace("\(folder.path)/t.safetensors"), {by = "none", thresholds = 1, rows = 1})
      -- %%
      trace:explain(11, 1)
      -- %%
      local st = model:stepper(data:subset{11}, {exit = 1, sampler = "motion"})
      st:run()
      st
      -- %%
      local places = trace:explain(11, 1).steps[2].places
      gfnet.plot.filmstrip(data[11].clip, {places = {false, places}, patch = 48, frames = {{1}, {2, 4, 6, 8}}})
      -- %%
      gfnet.plot.animate(data[11].clip, {places = {places}, patch = 48, frames = {{2, 4, 6, 8}}}):save("\(folder.path)/a.gif")
      local c = trace.coordinates[2][11]
      assert(#places == 4 and trace:explain(11, 1).steps[2].row == nil)
      for f = 1, 4 do print(c[f][1], c[f][2]) assert(places[f][1] == c[f][1]) end
      """)
    #expect(bench.message == "")
    let shown = pictures(bench)
    #expect(shown.count == 5)
    guard shown.count == 5 else { return }
    let lines = bench.shown.split(separator: "\n").suffix(4).map(String.init)
    for picture in shown {
      let patches = rows(picture).filter { $0["row"] != "" }
      #expect(patches.map { "\($0["row"] ?? "")\t\($0["column"] ?? "")" } == lines, "\(picture.name)")
      #expect(patches.map { $0["frames"] } == ["2", "4", "6", "8"])
    }
    #expect(shown[0].csv == shown[1].csv)
  }

  @Test func glimpsesTakesListsOfClips() throws {
    let bench = try ScriptBench(
      """
      local clip = gfnet.tensor.rand(3, 1, 16, 16)
      local steps = {
        {confidence = 0.4, correct = false, prediction = "a"},
        {confidence = 0.7, correct = true, prediction = "b", row = 2, column = 3, size = 8, frames = {1, 3}, heading = "then"},
        {confidence = 0.9, correct = true, prediction = "b", size = 8, frames = {1, 3}, places = {{1, 2}, {5, 6}}},
      }
      gfnet.plot.glimpses({{clip = clip, title = "one", group = "g", steps = steps}, {clip = clip, title = "two", group = "h", steps = {}},
        {clip = clip, title = "three", group = "g", steps = {steps[1]}}}, {columns = 3, dim = 0.5})
      -- %%
      local function problem(list) print((select(2, pcall(gfnet.plot.glimpses, list)))) end
      problem{{clip = clip, steps = {}}, {image = clip[1], steps = {}}}
      problem{{clip = clip[1], steps = {}}}
      problem{{clip = clip, steps = {{confidence = 1, size = 8, places = {{1, 2}}}}}}
      problem{{clip = clip, steps = {{confidence = 1, frames = {4}}}}}
      problem{{clip = clip, steps = {{confidence = 1, places = {{1, 2}, {1, 2}, {1, 2}}}}}}
      problem{{clip = clip, image = clip, steps = {}}}
      """)
    #expect(bench.message == "")
    guard let picture = pictures(bench).first else { return #expect(Bool(false)) }
    let all = rows(picture)
    #expect(all.map { $0["clip"] } == ["one", "one", "one", "one", "three"])
    #expect(all.map { $0["group"] } == ["g", "g", "g", "g", "g"])
    #expect(all.map { $0["heading"] } == ["glance", "then", "step 3", "step 3", "glance"])
    #expect(all.map { $0["frames"] } == ["1 2 3", "1 3", "1", "3", "1 2 3"])
    #expect(all.map { $0["row"] } == ["", "2", "1", "5", ""])
    let problems = bench.shown.split(separator: "\n").suffix(6).map(String.init)
    #expect(problems.count == 6)
    guard problems.count == 6 else { return }
    #expect(
      problems[0].contains("image 2 must have one of image and clip, the same as all others of the list"))
    #expect(problems[1].contains("must be frames × channels × height × width numbers, got shape 1×16×16"))
    #expect(problems[2].contains("has 1 places, expected 3, one for each frame that the step sees"))
    #expect(problems[3].contains("expected whole numbers from 1 to 3"))
    #expect(problems[4].contains("places, one for each frame, need size"))
    #expect(problems[5].contains("must have one of image and clip"))
  }

  @Test func aFilmstripTakesATensorOrAListOfFrames() throws {
    let bench = try ScriptBench(
      """
      local clip = gfnet.tensor.rand(4, 1, 16, 16)
      gfnet.plot.filmstrip(clip, {places = {false, {3, 5}}, patch = 8, titles = {"glance", "two"},
        frames = {{1, 3}, {1, 2, 3, 4}}, correct = {false, true}, title = "bag right"})
      -- %%
      gfnet.plot.filmstrip{clip[1], clip[2]}
      -- %%
      gfnet.plot.filmstrip(clip, {name = "plain", caption = "Four frames."})
      """)
    #expect(bench.message == "")
    let shown = pictures(bench)
    #expect(
      shown.map(\.name) == ["bag-right", "filmstrip", "plain"] && shown.last?.caption == "Four frames.")
    #expect(shown.first.map(rows)?.map { $0["correct"] } == ["0", "1"])
    #expect(shown.first.map(rows)?.map { $0["frames"] } == ["1 3", "1 2 3 4"])
    #expect(shown.first.map(rows)?.map { $0["row"] } == ["", "3"])
    #expect(shown.dropFirst().allSatisfy { $0.csv == nil })
  }

  @Test func anAnimationIsShownAndSavedAsAGif() throws {
    let folder = try TemporaryFolder()
    let bench = try ScriptBench(
      """
      -- Grey levels survive.
      local clip = (gfnet.tensor.arange(0, 255):reshape{1, 1, 16, 16} / 255):expand(3, 1, 16, 16)
      local film = gfnet.plot.animate(clip, {fps = 12.5, scale = 2, interpolation = "nearest", name = "levels"})
      film
      -- %%
      print(film, film.frames, film.fps)
      film:save("\(folder.path)/a.gif")
      film:save("\(folder.path)/b")
      gfnet.report.figure(film, {name = "again", caption = "Once more."})
      -- %%
      local image = gfnet.image("\(folder.path)/a.gif")
      print(image:size(2), image:size(3))
      for _, i in ipairs{1, 7, 16} do
        for _, j in ipairs{1, 9, 16} do
          assert(math.abs(image[1][2 * i - 1][2 * j] - clip[1][1][i][j]) < 1e-6)
        end
      end
      """)
    #expect(bench.message == "")
    #expect(
      bench.shown
        == "figure:levels\nanimation of 3 frames, 12.5 per second\t3\t12.5\nfigure:again\n32\t32\n",
      "\(bench.shown)")
    let shown = pictures(bench)
    #expect(
      shown.allSatisfy { $0.files.map(\.mediaType) == ["image/gif"] && $0.files.map(\.ending) == ["gif"] })
    let file = try Data(contentsOf: (folder.path / "a.gif").url)
    #expect(try Data(contentsOf: (folder.path / "b.gif").url) == file)
    #expect(shown.first?.files.first?.content == file && shown.first?.width == 16)
    // Front ends of Jupyter get it as what it is.
    let bundle = shown.first.flatMap { Notebook.Output.figure($0).bundle }
    #expect(bundle?.data.first?.name == "image/gif")
  }

  @Test(arguments: [
    (
      "gfnet.plot.filmstrip(clip, {places = {{1, 2}}})",
      "option 'places': place 1 needs the option 'patch', the side of the places"
    ),
    (
      "gfnet.plot.filmstrip(clip, {places = {{1}}, patch = 4})",
      "place 1 must be {row, column}, or false for whole frames"
    ),
    (
      "gfnet.plot.filmstrip(clip, {places = {false}, titles = {'a', 'b'}})",
      "option 'titles' has 2 elements, expected 1, as many as there are places"
    ),
    (
      "gfnet.plot.filmstrip(clip, {places = {false}, frames = {{5}}})",
      "option 'frames': element 1 holds 5, expected whole numbers from 1 to 4"
    ),
    (
      "gfnet.plot.filmstrip({clip[1], gfnet.tensor.rand(1, 4, 4)})", "frame 2 of a clip is 4×4, the first 8×8"
    ),
    ("gfnet.plot.filmstrip({})", "the list has no frames"),
    ("gfnet.plot.filmstrip(gfnet.tensor.zeros(2, 4, 1, 8, 8))", "must be H×W, 1×H×W or 3×H×W numbers"),
    ("gfnet.plot.animate(clip, {fps = 0})", "option 'fps' must be"),
    ("gfnet.plot.animate(clip, {scale = 17})", "option 'scale' must be"),
    ("gfnet.plot.animate(clip):save('x.png')", "must be a path ending in .gif"),
    ("gfnet.plot.animate(gfnet.tensor.zeros(4, 1, 700, 700), {scale = 16}):save('x')", "a smaller scale"),
  ])
  func mistakesAreToldInOneLine(_ call: String, _ expected: String) throws {
    let message = try ScriptBench("local clip = gfnet.tensor.rand(4, 1, 8, 8)\n" + call).message
    #expect(message.contains(expected), "\(message)")
    #expect(!message.contains("\n"))
  }
}
