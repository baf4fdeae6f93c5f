import Foundation
import LuaHost
import Reports
import Support
import TestSupport
import Testing

/// Several clips and crops of a video, as scripts average them.
@Suite struct ViewScriptTests {
  private func shown(_ source: String) throws -> String {
    let bench = try ScriptBench(ClipModelScriptTests.setup + source)
    #expect(bench.message == "")
    return bench.shown
  }

  /// 4 videos of 3 views: means by hand, live and of a trace that was saved.
  @Test func viewsOfAVideoAreAveraged() throws {
    let folder = try TemporaryFolder()
    let output = try shown(
      """
      print(select(2, pcall(function() return model:trace(data):over_views{views = 3} end)))
      for n = 1, 12 do labels[n] = 1 + (n - 1) // 3 % 2 end
      data = gfnet.dataset("tensors", {clips = clips, labels = labels, classes = {"right", "left"}})
      local trace = model:trace(data, {batch = 12})
      for _, mean in ipairs{"logits", "probabilities"} do
        local videos = trace:over_views{views = 3, mean = mean}
        local given = mean == "logits" and trace.logits or trace.logits:softmax(3)
        local means = given:reshape(3, 4, 3, 2):mean(3)
        local found = mean == "logits" and videos.logits or videos.logits:softmax(3)
        print(found:allclose(means, {atol = 1e-5}), videos.images, videos.madds[2] == 3 * trace.madds[2])
      end
      local videos = trace:over_views{views = 3}
      print(videos)
      videos:save("\(folder.path)/videos.safetensors")
      local back = gfnet.trace("\(folder.path)/videos.safetensors")
      print(back.logits == videos.logits, back.views, tostring(back) == tostring(videos))
      print(select(2, pcall(back.over_views, back, {views = 2})))
      print(select(2, pcall(trace.over_views, trace, {views = 13})))
      print(#videos:evaluate(0.9).per_image, videos:evaluate(0.9).per_image[2].image, #videos:accuracy())
      local logits, which = data:over_views(trace.logits[3], nil)
      print(logits == trace.logits[3], #which, which[12])
      print(select(2, pcall(data.over_views, data, trace.logits[3], {1, 2})))
      print(model:infer(data).videos, data.views)
      """)
    var lines = output.split(separator: "\n").map(String.init)
    #expect(lines.count == 11)
    guard lines.count == 11 else { return }
    #expect(
      lines.removeFirst().hasSuffix(
        "with 3 views of a video, items 1 and 2 are of one, and they have different labels"))
    #expect(lines[0] == "true\t4\ttrue" && lines[1] == "true\t4\ttrue")
    #expect(lines[2].contains("4 videos of 3 views × 3 steps × 2 classes"))
    #expect(lines[3] == "true\t1\ttrue")
    #expect(lines[4].contains("trace:over_views: this trace is of videos already"))
    #expect(lines[5].contains("none of the videos has all of its 13 views"))
    #expect(lines[6] == "4\t4\t3")
    #expect(lines[7] == "true\t12\t12")
    #expect(lines[8].contains("12 answers for 2 items"))
    #expect(lines[9] == "nil\t1")
  }

  /// Folders of frames with two clips and three crops of each: the run answers views and videos.
  @Test func runsOverViewsAnswerVideos() throws {
    let folder = try TemporaryFolder()
    var list = ""
    for video in 0..<3 {
      try AtomicFile.createFolder(folder.path / "v\(video)")
      for frame in 1...6 {
        var pixels = Array("P6 40 32 255\n".utf8)
        for i in 0..<40 * 32 {
          pixels += [UInt8(i * (video + 2) % 251), UInt8(40 * frame % 256), UInt8(80 * video)]
        }
        let name = "0000\(frame).jpg"
        // The second video lacks a frame that one of its clips needs.
        if video != 1 || frame != 1 { try Data(pixels).write(to: (folder.path / "v\(video)" / name).url) }
      }
      list += "v\(video) 6 \(video % 2)\n"
    }
    try Data(list.utf8).write(to: (folder.path / "list.txt").url)
    let bench = try ScriptBench(
      """
      local data = gfnet.dataset("frames", {list = "\(folder.path)/list.txt", root = "\(folder.path)",
        preset = "something-v1", segments = 2, sampling = "twice", crops = 3, resize = 32, crop = 32, classes = {"a", "b"}})
      local model = gfnet.model{backbone = "resnet_tiny_16", patch_size = 24, steps = 2, dataset = data, seed = 3}
      local run = model:infer(data)
      local trace = model:trace(data)
      local videos = trace:over_views()
      print(data.views, #run, trace.views, run.videos.views, #run.videos, videos.images)
      local seen = {}
      for i, video in ipairs(run.videos) do
        assert(video.prediction == videos.prediction[2][i] and video.label == videos.labels[i])
        assert(math.abs(video.confidence - videos.confidence[2][i]) < 1e-5 and video.madds == videos.madds[2])
        seen[i] = video.video
      end
      print(table.concat(seen, " "), run.videos.accuracy == videos:accuracy()[2], run.videos.madds == videos.madds[2])
      local logits, which = data:over_views(trace.logits[2], (function()
        local items = {} for i = 1, #run do items[i] = run[i].image end return items end)())
      print(logits == videos.logits[2], table.concat(which, " "))
      print(run)
      """)
    #expect(bench.message == "")
    let lines = bench.shown.split(separator: "\n").map(String.init)
    #expect(lines.count == 4, "\(bench.shown)")
    guard lines.count == 4 else { return }
    #expect(lines[0] == "6\t15\t6\t6\t2\t2")
    #expect(lines[1] == "1 3\ttrue\ttrue")
    #expect(lines[2] == "true\t1 3")
    #expect(lines[3].contains("2 videos of 6 views"))
    let remarks = bench.notebook.cells.flatMap(\.outputs).compactMap {
      if case .remark(let text) = $0 { "\(text)" } else { nil }
    }
    #expect(remarks.contains { $0.contains("1 of 3 videos are left out") }, "\(remarks)")
  }
}
