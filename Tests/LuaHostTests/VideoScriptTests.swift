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
}
