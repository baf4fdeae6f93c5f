import Foundation
import LuaHost
import Support
import TestSupport
import Testing
import Video

/// Frames of a Lua function, answered one by one.
@Suite struct FrameStreamScriptTests {
  /// Moving squares, a model of clips that looks at the past alone, and one that does not.
  private static let setup = """
    local nn = gfnet.nn
    local function frame(n)
      local picture = gfnet.tensor.zeros(3, 64, 64)
      local c = 1 + 5 * n % 50
      picture[{{1, 3}, {20, 30}, {c, c + 9}}] = 1
      return picture
    end
    local function frames(count)
      local n = 0
      return function() n = n + 1 if n <= count then return frame(n), (n - 1) / 25 end end
    end
    local function clip(first, count)
      local pictures = gfnet.tensor.zeros(count, 3, 64, 64)
      for f = 1, count do pictures[f] = frame(first + f - 1) end
      return pictures
    end
    local function made(backbone, options)
      local all = {backbone = backbone, image_size = 64, patch_size = 24, steps = 3, classes = 5, frames = 4, seed = 3}
      for key, value in pairs(options or {}) do all[key] = value end
      return gfnet.model(all)
    end
    local past = made(gfnet.backbones.resnet_tiny_16{frames = 4, past_only = true})
    local ahead = made("resnet_tiny_16")

    """

  private func run(_ source: String) throws -> (shown: String, message: String) {
    let bench = try ScriptBench(Self.setup + source)
    return (bench.shown, bench.message)
  }

  /// The fourth frame is answered as the clip of four.
  @Test func aFunctionGivesFrames() throws {
    let (shown, message) = try run(
      """
      for _, steps in ipairs{1, 2, 3} do
        local exit = gfnet.exits.length{steps = steps}
        local clip = past:infer(clip(1, 4), {exit = exit, sampler = "center"})
        local stream, last = past:stream{source = frames(4), exit = exit, sampler = "center"}
        local count = 0
        for a in stream do
          count, last = count + 1, a
          assert(a.image == count and a.frame == count and a.stream == 1 and a.source == "source" and a.own == nil)
          assert(math.abs(a.time - (count - 1) / 25) < 1e-9 and a.steps == steps and #a.path == steps - 1)
          assert(a.madds < past.madds[steps] / 2 and a.seconds >= 0)
        end
        print(count, last.prediction == clip.prediction, math.abs(last.confidence - clip.confidence) < 1e-4)
        print(stream.images, stream.exits[steps], stream.late, stream.capacity, stream.pixel_bytes)
      end
      """)
    #expect(message == "")
    #expect(shown == String(repeating: "4\ttrue\ttrue\n4\t4\t0\t1\t12288\n", count: 3), "\(shown)")
  }

  /// Layers that are put together in Lua keep state, too.
  @Test func layersPutTogetherInLuaKeepState() throws {
    let (shown, message) = try run(
      """
      local function described(past_only)
        local shift = nn.temporal_shift(4, {past = past_only})
        return made(nn.backbone{
          body = nn.sequential{
            nn.conv(3, 16, {kernel = 3, stride = 2}), nn.relu(), shift, nn.conv(16, 16, {kernel = 3}), nn.relu(),
            shift, nn.conv(16, 24, {kernel = 1}), nn.relu(),
          }, head = nn.linear(24, 5),
        }, {steps = 1, temporal_shift = false})
      end
      local model = described(true)
      local expected, last = model:infer(clip(1, 4)), nil
      for a in model:stream{source = frames(4)} do last = a end
      print(last.prediction == expected.prediction, math.abs(last.confidence - expected.confidence) < 1e-4)
      print(select(2, pcall(function() described(false):stream{source = frames(4)} end)))
      """)
    #expect(message == "")
    let lines = shown.split(separator: "\n").map(String.init)
    #expect(lines.first == "true\ttrue", "\(shown)")
    #expect(lines.last?.contains("made with nn.temporal_shift(4, {past = true}) answers") == true, "\(shown)")
  }

  /// A window slides over the frames where these look ahead.
  @Test func windowsAreClips() throws {
    let (shown, message) = try run(
      """
      local count = 0
      for a in ahead:stream{source = frames(11), stride = 3, batch = 2} do
        local expected = ahead:infer(clip(1 + 3 * count, 4))
        count = count + 1
        assert(a.prediction == expected.prediction and math.abs(a.confidence - expected.confidence) < 1e-4)
        assert(a.image == count and a.frame == 3 * count + 1 and math.abs(a.time - 3 * count / 25) < 1e-9)
      end
      print(count)
      local images = made("resnet_tiny_16", {frames = 1})
      local one, all = images:stream{source = frames(3)}, images:stream{source = frames(3), stride = 1}
      for _ = 1, 3 do print(math.abs(one().confidence - all().confidence) < 1e-4) end
      print(one(), all())
      """)
    #expect(message == "")
    #expect(shown == "3\ntrue\ntrue\ntrue\nnil\tnil\n", "\(shown)")
  }

  @Test func windowAndOwnSayWhatAnAnswerIsAbout() throws {
    let (shown, message) = try run(
      """
      local exit = gfnet.exits.length{steps = 1}
      local single = past:stream{source = frames(5), window = 1, exit = exit}
      for a in past:stream{source = frames(5), own = true, exit = exit} do
        local s = single()
        assert(a.own.confidence == s.confidence and a.own.prediction == s.prediction and a.own.name == s.name)
        print(a.confidence == s.confidence)
      end
      """)
    #expect(message == "")
    #expect(shown == "true\nfalse\nfalse\nfalse\nfalse\n", "\(shown)")
  }

  @Test(arguments: [
    ("past:stream{video = 'a.mp4', source = print}", "either video or source, not both"),
    ("past:stream(clip(1, 4), {source = print})", "either images or source = …, not both"),
    ("past:stream()", "expected images, or {video = …} or {source = …}"),
    ("past:stream(clip(1, 4), {window = 2})", "window is about the frames of video = … and source = …"),
    ("past:stream{source = frames(1), batch = 4}", "batch is for images and windows"),
    ("past:stream{source = frames(1), passes = 4}", "passes is for data sets"),
    ("past:stream{source = frames(1), every = 2}", "every is of video = …"),
    ("past:stream{source = frames(1), stride = 2, window = 2}", "not for windows of stride"),
    ("past:stream{source = frames(1), stride = 0}", "option 'stride' must be"),
    ("past:stream{source = frames(1), windo = 0}", "unknown option 'windo'; did you mean 'window'?"),
    ("past:stream{source = frames(1), hold = 2}", "option 'hold' must be"),
    ("past:stream{source = 7}", "option 'source' must be"),
    (
      "ahead:stream{source = frames(1)}",
      "model:stream: the model takes channels from the next frame, so that a frame cannot be evaluated before that is there:"
        + " stride = 2 answers windows of 4 frames, and a model made with gfnet.backbones.resnet_tiny_16{frames = 4, past_only"
        + " = true} answers each frame"
    ),
    (
      "past:stream{source = function() return gfnet.tensor.zeros(3, 32, 64) end}()",
      "frame 1 has shape 3×32×64, expected 1 or 3 × 64 × 64"
    ),
    (
      "past:stream{source = function() return 7 end}()", "frame 1 has shape scalar, expected 1 or 3 × 64 × 64"
    ),
    (
      "past:stream{source = function() return frame(1), 'now' end}()",
      "frame 1: the second result is its time in seconds"
    ),
    (
      "past:stream{source = function() return frame(1) * 2 end}()",
      "model:stream: frame 1 has the value 2.0, expected 0 to 1"
    ),
  ])
  func whatCannotBeIsOneLine(_ call: String, _ expected: String) throws {
    let (_, message) = try run("local x = " + call)
    #expect(message.contains(expected), "\(message)")
    #expect(!message.isEmpty && !message.contains("\n"))
  }

  /// A source that fails ends its stream; what was answered stands. A stream cannot be asked by its own source.
  @Test func sourcesMayFail() throws {
    let (shown, message) = try run(
      """
      local n = 0
      local stream = past:stream{source = function() n = n + 1 if n > 2 then error("the camera is off") end return frame(n) end}
      print(stream().frame, stream().frame)
      print((select(2, pcall(stream)):match("the camera is off")))
      print((select(2, pcall(stream)):match("has ended with an error before")), stream.images)
      local inner
      inner = past:stream{source = function() return inner() and frame(1) end}
      print((select(2, pcall(inner)):match("already computing")))
      """)
    #expect(message == "")
    #expect(
      shown == "1\t2\nthe camera is off\nhas ended with an error before\t2\nalready computing\n", "\(shown)")
  }
}

/// Frames of video files, answered one by one.
@Suite(
  .enabled(
    if: VideoLibrary.isAvailable,
    "there are no libraries of FFmpeg here: videos are not tested (Debian: libavformat59 libswscale6)"))
struct VideoStreamScriptTests {
  private func run(_ source: String) throws -> (shown: String, message: String) {
    let folder = try TemporaryFolder()
    for (name, clip) in [("a.mp4", "h264.mp4"), ("b.webm", "vp9.webm")] {
      try folder.write([UInt8](Data(contentsOf: (Fixtures.path("videos") / clip).url)), name)
    }
    let whole = [UInt8](try Data(contentsOf: Fixtures.path("videos/no-index.mkv").url))
    try folder.write(Array(whole.prefix(whole.count * 6 / 10)), "cut.mkv")
    try folder.write("no video", "none.mp4")
    let bench = try ScriptBench(
      """
      local folder = "\(folder.path)"
      local model = gfnet.model{backbone = gfnet.backbones.resnet_tiny_16{frames = 4, past_only = true}, image_size = 32,
        patch_size = 16, steps = 2, classes = 3, seed = 5}

      """ + source)
    return (bench.shown, bench.message)
  }

  @Test func everySoManyFramesAreAnswered() throws {
    let (shown, message) = try run(
      """
      local numbers, times = {}, {}
      local stream = model:stream{video = folder .. "/a.mp4", every = 5}
      for a in stream do
        numbers[#numbers + 1], times[#times + 1] = a.frame, string.format("%.2f", a.time)
        assert(a.source:match("a.mp4$") and a.image == #numbers and a.confidence > 0)
      end
      print(table.concat(numbers, " "), table.concat(times, " "), stream.images)
      -- The same frames, prepared by hand, from a function.
      local v, n = gfnet.video(folder .. "/a.mp4"), -4
      local by_hand = model:stream{source = function()
        n = n + 5
        if n <= #v then
          local picture = gfnet.image and v:clip{at = {n}, size = 36}
          local h, w = picture:size(3), picture:size(4)
          local top, left = (h - 32) // 2, (w - 32) // 2
          return picture[{1, {1, 3}, {top + 1, top + 32}, {left + 1, left + 32}}]
        end
      end}
      for a in model:stream{video = v, every = 5} do
        local b = by_hand()
        assert(a.prediction == b.prediction and math.abs(a.confidence - b.confidence) < 1e-4)
      end
      print(by_hand())
      """)
    #expect(message == "")
    #expect(shown == "1 6 11 16\t0.00 0.20 0.40 0.60\t4\nnil\n", "\(shown)")
  }

  @Test func severalVideosRunTogether() throws {
    let (shown, message) = try run(
      """
      local alone = {}
      for i, name in ipairs{"/a.mp4", "/b.webm"} do
        alone[i] = {}
        for a in model:stream{video = folder .. name} do table.insert(alone[i], a) end
      end
      local counts = {0, 0}
      for a in model:stream{video = {folder .. "/a.mp4", gfnet.video(folder .. "/b.webm")}} do
        counts[a.stream] = counts[a.stream] + 1
        local b = alone[a.stream][counts[a.stream]]
        assert(a.frame == b.frame and a.prediction == b.prediction and math.abs(a.confidence - b.confidence) < 1e-4)
        assert(a.source == b.source)
      end
      print(counts[1] == #alone[1] and counts[2] == #alone[2] and counts[1] > 10)
      """)
    #expect(message == "")
    #expect(shown == "true\n", "\(shown)")
  }

  /// What was answered of a video that is cut off stands, and one line says where it ends.
  @Test func aVideoThatIsCutOffEndsItsStream() throws {
    let (shown, message) = try run(
      """
      local stream, count = model:stream{video = folder .. "/cut.mkv"}, 0
      local _, problem = pcall(function() for a in stream do count = count + 1 end end)
      print(tostring(problem):match("is cut off"), count == stream.images and count > 0)
      """)
    #expect(message == "")
    #expect(shown == "is cut off\ttrue\n", "\(shown)")
  }

  @Test(arguments: [
    ("video = folder .. '/none.mp4'", "none.mp4 "), ("video = folder .. '/missing.mp4'", "no such file"),
    ("video = {}", "video is an empty list"), ("video = {7}", "video must be a path or a video, got"),
    ("video = folder .. '/a.mp4', every = 0", "option 'every' must be"),
    ("video = {folder .. '/a.mp4', folder .. '/b.webm'}, stride = 2", "stride is for one video, got 2"),
  ])
  func whatIsNoVideoIsOneLine(_ options: String, _ expected: String) throws {
    let (_, message) = try run("for a in model:stream{\(options)} do end")
    #expect(message.contains(expected), "\(message)")
    #expect(!message.contains("\n"))
  }
}
