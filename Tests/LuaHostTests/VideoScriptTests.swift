import Foundation
import LuaHost
import Support
import TestSupport
import Testing
import Video

/// Video files as scripts meet them.
@Suite(
  .enabled(
    if: VideoLibrary.isAvailable,
    "there are no libraries of FFmpeg here: videos are not tested (Debian: libavformat59 libswscale6)"))
struct VideoScriptTests {
  private final class Notes { var lines: [String] = [] }

  private func run(_ source: String, notes: Notes = Notes()) throws -> (shown: String, message: String) {
    let bench = try ScriptBench(source) { context in context.showRemark = { notes.lines.append($0) } }
    return (bench.shown, bench.message)
  }

  /// Copies of recorded clips, by the names that they are to have.
  private func folder(_ files: KeyValuePairs<String, String>) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for (name, clip) in files {
      try folder.write([UInt8](Data(contentsOf: (Fixtures.path("videos") / clip).url)), name)
    }
    return folder
  }

  @Test func foldersOfVideosAreClips() throws {
    let folder = try folder(["walk/a.mp4": "h264.mp4", "run/b.webm": "vp9.webm"])
    try folder.write("no video", "run/c.mp4")
    let notes = Notes()
    let (shown, message) = try run(
      """
      local data = gfnet.dataset("videos", {path = "\(folder.path)", segments = 4, resize = {48, 64}, crop = {32, 40}})
      print(data, data.labels[1], data.labels[2], data.frames, data.views)
      print(data[3].name, data[3].label, data[3].clip:size(1), data[3].clip:size(3), data[3].clip:size(4))
      for batch in data:batches{size = 4, even = false} do print(batch, batch.clips:size(5), batch.labels:size(1)) end
      print(#data.damaged, data.damaged[1].clip)
      local many = gfnet.dataset("videos", {path = "\(folder.path)", segments = 4, resize = 32, crop = 32,
        sampling = "twice", crops = 3})
      print(#many, many.views, many[13].name)
      print(many[13].clip ~= many[16].clip)
      """, notes: notes)
    #expect(message == "")
    #expect(
      shown == """
        dataset videos/all: 3 clips of 4×32×40, 3 channels, 2 classes\trun\twalk\t4\t1
        walk/a.mp4\t2\t4\t32\t40
        batch 1 of 2 clips\t40\t2
        1\t2
        18\t6\twalk/a.mp4#1
        true

        """, "\(shown)")
    #expect(notes.lines.count == 1 && notes.lines[0].contains("run/c.mp4 "), "\(notes.lines)")
  }

  @Test func listsAndFilesAreClipsToo() throws {
    let folder = try folder(["all/a.mp4": "h264.mp4", "all/b.webm": "vp9.webm"])
    try folder.write("a 99 1\nb 99 0\n", "val.txt")
    try folder.write("Left\nRight\n", "category.txt")
    let (shown, message) = try run(
      """
      local size = {segments = 3, resize = 32, crop = 32}
      local function open(options)
        for key, value in pairs(size) do options[key] = value end
        return gfnet.dataset("videos", options)
      end
      local val = open{list = "\(folder.path)/val.txt", root = "\(folder.path)/all", preset = "jester",
        classes = "\(folder.path)/category.txt", sampling = "train"}
      print(val, val.labels[val[1].label], val[2].name)
      local files = open{files = {"\(folder.path)/all/b.webm"}}
      print(files, files[1].label, files[1].clip:size(1), files[1].clip:max() <= 1)
      print(files[1].clip == open{path = "\(folder.path)/all"}[2].clip)
      """)
    #expect(message == "")
    #expect(
      shown == """
        dataset videos/train: 2 clips of 3×32×32, 3 channels, 2 classes\tRight\tb.webm
        dataset videos/all: 1 clip of 3×32×32, 3 channels, 0 classes\tnil\t3\ttrue
        true

        """, "\(shown)")
  }

  @Test func aVideoSaysWhatIsInIt() throws {
    let folder = try folder(["a.mp4": "h264.mp4"])
    let (shown, message) = try run(
      """
      local v = gfnet.video("\(folder.path)/a.mp4")
      print(tostring(v):match("[^/]*$"))
      print(v.frames, #v, v.rate, v.width, v.height, v.codec, v.container:match("mp4"), v.damage)
      print(#v.times, v.times[1] == 0, string.format("%.2f %.2f", v.times[18], v.duration))
      """)
    #expect(message == "")
    #expect(
      shown == """
        a.mp4: 18 frames of 64×48, 25 a second, h264
        18\t18\t25.0\t64\t48\th264\tmp4\tnil
        18\ttrue\t0.68 0.72

        """, "\(shown)")
  }

  @Test func itsPicturesAreThoseOfClipsAndStreams() throws {
    let folder = try folder(["a.mp4": "h264.mp4"])
    let (shown, message) = try run(
      """
      local v = gfnet.video("\(folder.path)/a.mp4")
      local last, first = v[18], v[1]
      print(first:size(1), first:size(2), first:size(3), first:min() >= 0, first:max() <= 1, first ~= last)
      local clip = v:clip{at = {18, 1, 7, 18}}
      print(clip:size(1), clip:size(2), clip:size(3), clip:size(4))
      print(clip[1] == last, clip[2] == first, clip[3] == v[7], clip[4] == last)
      local data = gfnet.dataset("videos", {files = {"\(folder.path)/a.mp4"}, segments = 4, resize = {48, 64}})
      print(data[1].clip == v:clip{segments = 4}, data[1].clip == v:clip{at = {3, 7, 12, 16}})
      print(v:clip{seconds = {0, 0.05}} == v:clip{at = {1, 2}})
      local small, wide = v:clip{at = {1}, size = 24}, v:clip{at = {1}, size = {20, 50}}
      print(small:size(3), small:size(4), wide:size(3), wide:size(4))
      local count, times = 0, {}
      for picture, seconds in v:pictures{every = 5, size = 24} do
        count, times[#times + 1] = count + 1, string.format("%.2f", seconds)
        if count == 1 then print(picture == small[1], picture:size(3)) end
      end
      print(count, table.concat(times, " "))
      v:free()
      print(pcall(function() return v[1] end))
      """)
    #expect(message == "")
    let lines = shown.split(separator: "\n").map(String.init)
    #expect(
      lines.dropLast() == [
        "3\t48\t64\ttrue\ttrue\ttrue", "4\t3\t48\t64", "true\ttrue\ttrue\ttrue", "true\ttrue", "true",
        "24\t32\t20\t50", "true\t32", "4\t0.00 0.20 0.40 0.60",
      ], "\(shown)")
    #expect(lines.last?.hasPrefix("false\t") == true, "\(shown)")
  }

  @Test(arguments: [
    ("v[0]", "has no picture 0, expected a whole number from 1 to 18"),
    ("v[1.5]", "expected a whole number from 1 to 18"),
    ("v:clip{}", "video:clip: expected one of at = {1, 5, …}"),
    ("v:clip{at = {1}, segments = 2}", "got 2 of them"), ("v:clip{at = {}}", "the clip has no frames"),
    ("v:clip{at = {1, 19}}", "has no frame 19, expected 1 to 18"),
    ("v:clip{at = {math.mininteger}}", "has no frame "),
    ("v:clip{seconds = {-1}}", "has no picture at -1.0 s, expected 0 to 0.7"),
    ("v:clip{at = {1}, size = 0}", "sizes of pictures must be 1 to"),
    ("v:pictures{every = 0}", "option 'every' must be"),
    ("gfnet.video('FOLDER')", "FOLDER"), ("gfnet.video('FOLDER/none.mp4')", "no such file"),
    ("gfnet.video('FOLDER/sound.mp4')", "sound.mp4 "),
  ])
  func whatAVideoHasNotIsOneLine(_ call: String, _ expected: String) throws {
    let folder = try folder(["a.mp4": "h264.mp4", "sound.mp4": "sound-only.m4a"])
    let place = folder.path.shown
    let (_, message) = try run(
      "local v = gfnet.video('\(place)/a.mp4')  local x = \(call.replacing("FOLDER", with: place))")
    #expect(message.contains(expected.replacing("FOLDER", with: place)), "\(message)")
    #expect(!message.contains("\n"))
  }

  @Test func aFileThatIsCutOffHasItsFirstPictures() throws {
    let folder = try TemporaryFolder()
    let whole = [UInt8](try Data(contentsOf: Fixtures.path("videos/no-index.mkv").url))
    try folder.write(Array(whole.prefix(whole.count * 6 / 10)), "cut.mkv")
    let (shown, message) = try run(
      """
      local v = gfnet.video("\(folder.path)/cut.mkv")
      print(v.damage:sub(1, 10), v.frames < 18, v[v.frames]:size(3) > 0)
      local count = 0
      local _, problem = pcall(function() for _ in v:pictures{} do count = count + 1 end end)
      print(tostring(problem):match("is cut off"))
      print(count > 0)
      """)
    #expect(message == "")
    #expect(shown == "is cut off\ttrue\ttrue\nis cut off\ntrue\n", "\(shown)")
  }
}
