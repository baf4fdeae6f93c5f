import Foundation
import LuaHost
import Support
import TestSupport
import Testing

/// Data sets of clips, as scripts meet them.
@Suite struct ClipScriptTests {
  private final class Notes { var lines: [String] = [] }

  private func run(_ source: String, notes: Notes = Notes()) throws -> (shown: String, message: String) {
    let bench = try ScriptBench(source) { context in context.showRemark = { notes.lines.append($0) } }
    return (bench.shown, bench.message)
  }

  /// Videos a, b, … of so many frames each, whose red is the number of the frame, and their list.
  private func videos(_ counts: [Int]) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    var list = ""
    for (video, count) in counts.enumerated() {
      for frame in 0..<count {
        let colour: [UInt8] = [UInt8(frame + 1), UInt8(video), 7]
        let pixels = (0..<160).flatMap { _ in colour }
        try folder.write(
          Array("P6 16 10 255\n".utf8) + pixels, "frames/v\(video)/\(String(format: "%05d.jpg", frame + 1))")
      }
      list += "v\(video) \(count) \(video % 2)\n"
    }
    try folder.write(list, "val.txt")
    try folder.write("Swiping Left\nSwiping Right\n", "category.txt")
    return folder
  }

  private func opened(_ folder: TemporaryFolder, _ options: String = "") -> String {
    """
    local data = gfnet.dataset("frames", {list = "\(folder.path)/val.txt", root = "\(folder.path)/frames",
      preset = "jester", segments = 4, resize = 10, crop = 8, classes = "\(folder.path)/category.txt"\(options)})

    """
  }

  @Test func clutterMotionIsADataSetOfClips() throws {
    let (shown, message) = try run(
      """
      local data = gfnet.dataset("clutter-motion", {limit = 40})
      print(data, data.frames, data.views, data.classes, data.labels[15], data.labels[16])
      local item = data[1]
      print(item.clip:size(1), item.clip:size(2), item.clip:size(3), item.clip:size(4), item.image, item.name)
      print(item.clip:min() == 0, item.clip:max() == 1)
      local batch = data:batches{size = 8}()
      print(batch, batch.frames, batch.images, #batch)
      print(batch.clips[1] == item.clip, batch.labels[1] == item.label, batch.clips:size(1), batch.clips:size(2))
      print(pcall(function() return data[41] end))
      local images = gfnet.dataset("clutter-fashion", {limit = 12})
      print(images.frames, images.views, images[1].clip, images:batches{}().clips)
      """)
    #expect(message == "")
    #expect(
      shown == """
        dataset clutter-motion/test: 40 clips of 8×128×128, 1 channel, 20 classes\t8\t1\t20\tSneaker right\tSneaker left
        8\t1\t128\t128\tnil\tclutter-motion.test.1
        true\ttrue
        batch 1 of 8 clips\t8\tnil\t8
        true\ttrue\t8\t8
        false\ttest.lua:9: clutter-motion has no clip 41, expected a whole number from 1 to 40
        1\t1\tnil\tnil

        """, "\(shown)")
  }

  @Test func trainingClipsAndTheirClassesAreDrawnAnewEachEpoch() throws {
    let (shown, message) = try run(
      """
      local data = gfnet.dataset("clutter-motion", {split = "train"}):subset(gfnet.tensor.arange(1, 32):totable())
      local function labels(epoch) return data:batches{size = 32, epoch = epoch}().labels end
      local first, second = labels(1), labels(2)
      print(first == labels(1), first == second)
      local function article(labels) return ((labels - 1) / 2):floor() end
      print(article(first) == article(second))
      """)
    #expect(message == "")
    #expect(shown == "true\tfalse\ntrue\n", "\(shown)")
  }

  @Test func clipsAreMadeOfTensors() throws {
    let (shown, message) = try run(
      """
      local clips = gfnet.tensor.arange(0, 2 * 3 * 1 * 2 * 2 - 1):reshape{2, 3, 1, 2, 2} / 255
      local data = gfnet.dataset("tensors", {clips = clips, labels = {2, 1}})
      print(data, data[2].clip == clips[2], data[2].label)
      local same = gfnet.dataset("tensors", {clips = {clips[1], clips[2]}, labels = {2, 1}})
      print(same[1].clip == clips[1], same.frames)
      local batch = data:batches{}()
      print(batch.clips == clips, batch.clips:reshape{-1, 1, 2, 2}:size(1))
      """)
    #expect(message == "")
    #expect(
      shown == """
        dataset tensors/all: 2 clips of 3×2×2, 1 channel, 2 classes\ttrue\t1
        true\t3
        true\t6

        """, "\(shown)")
  }

  @Test(arguments: [
    (
      "gfnet.tensor.zeros(2, 3, 4, 4)",
      "has shape 2×3×4×4, expected clips × frames × channels × height × width with 1 or 3 channels"
    ),
    ("gfnet.tensor.zeros(2, 8, 2, 4, 4)", "has shape 2×8×2×4×4, expected clips"),
    (
      "{gfnet.tensor.zeros(8, 3, 4, 4), gfnet.tensor.zeros(7, 3, 4, 4)}",
      "clip 2 has shape 7×3×4×4, expected frames × channels × height × width like clip 1, 8×3×4×4"
    ),
    ("{gfnet.tensor.zeros(3, 4, 4), gfnet.tensor.zeros(3, 4, 4)}", "clip 1 has shape 3×4×4, expected frames"),
    ("gfnet.tensor.full(2, 2, 8, 1, 4, 4)", "clip 1 has the value 2.0, expected 0 to 1"),
    ("gfnet.tensor.zeros(3, 8, 1, 4, 4)", "2 labels for 3 clips, expected one for each"),
  ])
  func tensorsThatAreNoClipsAreRefused(_ clips: String, _ expected: String) throws {
    let (_, message) = try run("gfnet.dataset(\"tensors\", {clips = \(clips), labels = {1, 2}})")
    #expect(message.contains(expected), "\(message)")
  }

  @Test func framesOfAClipAreShownSideBySide() throws {
    let (shown, message) = try run(
      "gfnet.plot.images(gfnet.dataset(\"clutter-motion\", {limit = 20})[1].clip)")
    #expect(message == "" && shown.hasPrefix("figure:"), "\(message)")
  }

  /// A model of images says so in one line instead of taking a frame for an image.
  @Test(arguments: [
    "model:infer(data)", "model:trace(data)", "for _ in model:stream(data, {}) do end", "model:glance(data)",
    "model:glance(data:batches{size = 2}())", "model:infer(data[1])", "model:infer{data[1], data[2]}",
    "model:glance(data[1])", "model:stepper(data[1])",
    "gfnet.train{model = model, dataset = data, stage = 1, epochs = 1, checkpoint = false}",
  ])
  func aModelOfImagesRefusesClips(_ call: String) throws {
    let (_, message) = try run(
      """
      local data = gfnet.dataset("clutter-motion", {limit = 20})
      local model = gfnet.model{backbone = "resnet_tiny_16", image_size = 128, patch_size = 48, classes = 20, steps = 2}
      \(call)
      """)
    #expect(message.contains("8 frames"), "\(message)")
    #expect(message.contains("single images") || message.contains("expected images"), "\(message)")
    #expect(!message.contains("\n"))
  }

  @Test func framesOfVideosAreClips() throws {
    let folder = try videos([9, 4, 1])
    let (shown, message) = try run(
      opened(folder) + """
        print(data, #data, data.labels[1], data.labels[2], #data.damaged)
        local function shown(clip)
          local numbers = {}
          for f = 1, data.frames do numbers[f] = string.format("%.0f", clip[f][1][1][1] * 255) end
          return table.concat(numbers, " ")
        end
        for i = 1, #data do print(data[i].name, data[i].label, shown(data[i].clip)) end
        for batch in data:batches{size = 3} do print(batch, batch.clips:size(2), batch.clips:size(5)) end
        """)
    #expect(message == "")
    #expect(
      shown == """
        dataset frames/test: 3 clips of 4×8×8, 3 channels, 2 classes\t3\tSwiping Left\tSwiping Right\t0
        v0\t1\t2 4 6 8
        v1\t2\t1 2 3 4
        v2\t1\t1 1 1 1
        batch 1 of 3 clips\t4\t8

        """, "\(shown)")
  }

  @Test func viewsOfAVideoAreAveragedByARow() throws {
    let folder = try videos([9, 4])
    let (shown, message) = try run(
      opened(folder, ", sampling = \"twice\", crops = 3")
        + """
        print(#data, data.views, data[1].name, data[6].label, data[7].name, data[7].label)
        local some = gfnet.tensor.arange(0, #data * 2 - 1):reshape{#data, 2}
        print(some:reshape{#data // data.views, data.views, 2}:mean(2):size(1))
        """)
    #expect(message == "")
    #expect(shown == "12\t6\tv0#1\t1\tv1#1\t2\n2\n", "\(shown)")
  }

  @Test func whatIsLeftOutIsSaid() throws {
    let folder = try videos([9, 2, 6, 6])
    try FileManager.default.removeItem(atPath: (folder.path / "frames/v2/00003.jpg").string)
    let notes = Notes()
    let (shown, message) = try run(
      opened(folder, ", sampling = \"train\", segments = 6")
        + """
        print(#data, data.split)
        for batch in data:batches{size = 3} do print(batch, string.format("%.0f", batch.labels[1])) end
        print(#data.damaged, data.damaged[1].clip, data.damaged[1].reason)
        """, notes: notes)
    #expect(message == "")
    let missing = "\(folder.path)/frames/v2/00003.jpg cannot be read: No such file or directory"
    #expect(shown == "3\ttrain\nbatch 1 of 2 clips\t1\n1\t2\t\(missing)\n", "\(shown)")
    #expect(
      notes.lines == [
        "gfnet.dataset: 1 of 4 videos of \(folder.path)/val.txt have less than 3 frames and are not trained on",
        "1 of 3 clips cannot be read and were left out: \(missing)",
      ], "\(notes.lines)")
    let strict = try run(
      opened(folder, ", on_error = \"stop\", segments = 6") + "for _ in data:batches{} do end")
    #expect(strict.message.contains(missing), "\(strict.message)")
  }

  @Test(arguments: [
    (", sampling = \"tests\"", "option 'sampling' must be one of \"train\", \"validation\", \"test\""),
    (", preset = \"jesters\"", "option 'preset' must be one of \"ucf101\""),
    (", segments = 0", "option 'segments' is 0, expected 1 to 1024 frames"),
    (", segments = {}", "option 'segments' has 0 numbers of frames, expected 1 to 8"),
    (", segments = {8, 1025}", "option 'segments' is 1025, expected 1 to 1024 frames"),
    (", crops = 4", "option 'crops' is 4, expected one of 1, 3, 5, 10"),
    (", template = \"flow_{x|y}_{:05d}.jpg\"", "is of optical flow"),
    (", separator = \"\"", "the separator is ''"),
    (", separator = \",\"", "val.txt, line 1: 'v0 9 0' is not FOLDER, FRAMES and LABEL with commas between"),
    (", first = -1", "the first frame has number -1"),
    (", template = \"image_{:05d}.jpg\"", "its folder begins with 00001.jpg"),
    (", sampling = \"dense\", segments = 65", "its window has 64"),
    (", sampling = \"train\", crops = 3", "3 crops of clips that are cropped at random, expected 1"),
    (", mean = {2, 1, 1}", "option 'mean' holds 2.0"), (", on_error = \"go\"", "\"skip\""),
  ])
  func mistakesAreToldInOneLine(_ option: String, _ expected: String) throws {
    let folder = try videos([9, 4])
    let (_, message) = try run(opened(folder, option))
    #expect(message.contains(expected), "\(message)")
    #expect(!message.contains("\n"))
  }

  @Test func aListOfAnotherFolderIsRefused() throws {
    let folder = try TemporaryFolder()
    for (text, reason) in [
      ("../../etc 3 0\n", "line 1: the folder '../../etc' leads out of the folder of the videos"),
      ("/etc 3 0\n", "line 1: the folder '/etc' begins at the root"),
    ] {
      let list = try folder.write(text, "list.txt")
      let message = try run("gfnet.dataset(\"frames\", {list = \"\(list)\"})").message
      #expect(message.contains(reason) && !message.contains("\n"), "\(message)")
    }
  }
}
