import Foundation
import GlanceFocus
import Support
import TestSupport
import Testing

/// `gfnet-lab models` and `scripts/tsm_eval.lua` on files of TSM and AdaFocus, as processes.
@Suite struct ClipModelsTests {
  /// A file as the code of TSM saves it, of an encoder with three classes.
  private static func fileOfTSM() throws -> Data {
    let model = try GFNet(
      Configuration(backbone: "resnet_tiny_16", imageSize: 128, steps: 2, classes: 3), seed: 1)
    let state: [(String, PickleTree)] = try model.state.filter { $0.name.hasPrefix("model.") }.map {
      let name = $0.name.dropFirst(6).replacing("0.conv1.", with: "0.conv1.net.")
      let theirs = name.hasPrefix("fc.") ? "new_" + name : "base_model." + name
      return ("module." + theirs, .tensor(shape: $0.entry.value.shape.sizes, try $0.entry.value.values()))
    }
    return PickleTree.dictionary([("epoch", .int(2)), ("state_dict", .dictionary(state))]).file()
  }

  /// Folders of frames, and their list `val.txt`.
  private static func writeVideos(_ count: Int, for program: Program) throws {
    var list = ""
    for video in 0..<count {
      let frames = 3 + video % 4
      for frame in 1...frames {
        var pixels = Array("P6 48 40 255\n".utf8)
        for i in 0..<48 * 40 {
          pixels += [UInt8(i * (video + 2) % 251), UInt8(40 * frame), UInt8(60 * (video % 4))]
        }
        let folder = program.folder + "/frames/v\(video)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data(pixels).write(
          to: URL(fileURLWithPath: folder + String(format: "/%05d.jpg", frame)))
      }
      list += "v\(video) \(frames) \(video % 3)\n"
    }
    try program.write("val.txt", list)
  }

  /// A file as the code of AdaFocus saves it: a glance at 2 frames of 32×32, patches of 24×24 of 3 others.
  private static func fileOfAdaFocus() throws -> Data {
    var configuration = try Configuration(
      backbone: .named("resnet_tiny_16"), patchSize: 24, imageSize: 32, steps: 2, classes: 3,
      clips: ClipForm(separateGlance: 2, focus: 3),
      glance: GlanceForm(.named("resnet_tiny_24"), size: 32, exchange: ClipForm.Exchange()))
    configuration.classifier = .sum
    configuration.policyEncoder = .normalized
    configuration.policyUnits = 8
    let model = try GFNet(configuration, seed: 1)
    let children = ["conv1": "0", "bn1": "1", "layer1": "4", "layer2": "5", "layer3": "6"]
    func part(_ prefix: String, _ rename: (String) -> String?) throws -> PickleTree {
      .dictionary(
        try model.state.filter { $0.name.hasPrefix(prefix) && !$0.name.hasSuffix("num_batches_tracked") }
          .compactMap { name, entry in
            guard let key = rename(String(name.dropFirst(prefix.count))) else { return nil }
            return (key, .tensor(shape: entry.value.shape.sizes, try entry.value.values()))
          })
    }
    func shifted(_ key: String) -> String { key.replacing("0.conv1.", with: "0.conv1.net.") }
    return PickleTree.dictionary([
      (
        "glancer",
        try part("model_prime.") {
          $0.hasPrefix("fc.") ? "net.new_" + $0 : "net.base_model." + shifted($0)
        }
      ),
      (
        "focuser",
        try part("model.") {
          let names = shifted($0).split(separator: ".", maxSplits: 1).map(String.init)
          return children[names[0]].map { "net.base_model.\($0)." + names[1] }
        }
      ),
      ("fc", try part("model.") { $0.hasPrefix("fc.") ? String($0.dropFirst(3)) : nil }),
      ("policy", try part("policy.") { $0 }), ("best_acc", .double(41)),
    ]).file()
  }

  /// Videos are answered after the glance and after the patches, and may leave after the glance; a script that
  /// goes through the steps itself says the same.
  @Test func evaluatesFilesOfAdaFocus() throws {
    let program = try Program()
    let name = "adafocus.pth.tar"
    try Self.fileOfAdaFocus().write(to: URL(fileURLWithPath: program.folder + "/" + name))
    try Self.writeVideos(12, for: program)
    try program.write(
      "own.lua",
      """
      local model = gfnet.load("\(name)", {patch_size = 24, image_size = 32, focus_frames = 3, glance_size = 32})
      local data = gfnet.dataset("frames", {list = "val.txt", root = "frames", preset = "something-v1",
        segments = model.frame_parts, resize = 40, crop = 32})
      print(table.concat(data.frame_parts, "+"), data.frames)
      local seen = model:glance(data)
      local after = model:focus(model:crop(data, (model:propose(seen.memory))), seen.memory)
      for _, step in ipairs{seen, after} do
        local right = 0
        for i = 1, #data do if step.logits[i]:argmax() == data[i].label then right = right + 1 end end
        print(("%.2f"):format(100 * right / #data))
      end
      """)
    let own = try program.run("own.lua")
    let lines = own.output.split(separator: "\n").map(String.init)
    #expect(own.status == 0 && lines.count == 3 && lines.first == "2+3\t5", "\(own.errors)\(own.output)")
    let result = try program.run(
      (SourceTree.root / "scripts/tsm_eval.lua").string, "checkpoint=\(name)", "list=val.txt", "root=frames",
      "preset=something-v1", "resize=40", "crop=32", "patch=24", "focus=3", "glance=32", "batch=5")
    #expect(result.status == 0, "\(result.errors)")
    for line in lines.dropFirst() { #expect(result.output.contains(line), "\(line): \(result.output)") }
    #expect(result.output.contains("left after the glance") && result.output.contains("6 others"))
    // Several views of a video are averaged; then there is no exit.
    let many = try program.run(
      (SourceTree.root / "scripts/tsm_eval.lua").string, "checkpoint=\(name)", "list=val.txt", "root=frames",
      "preset=something-v1", "resize=40", "crop=32", "patch=24", "focus=3", "glance=32", "sampling=twice",
      "crops=3")
    #expect(many.status == 0 && !many.output.contains("left after"), "\(many.errors)")

    let imported = try program.run(
      "models", "import", name, "--patch-size", "24", "--image-size", "32", "--glance-size", "32",
      "--focus-frames", "3",
      "-o", "own.safetensors")
    #expect(
      imported.status == 0 && imported.output.contains("glance by resnet_tiny_24 at 32×32"),
      "\(imported.errors)")
    let shown = try program.run("models", "show", name)
    #expect(
      shown.status == 0 && shown.output.contains("Glance-and-Focus Network of AdaFocus"), "\(shown.errors)")
  }

  /// The script answers every video by the mean over frames, then over its clips and crops.
  @Test(arguments: [("test", 1, "logits"), ("twice", 3, "logits"), ("twice", 3, "probabilities")])
  func evaluatesFilesOfTSM(_ sampling: String, _ crops: Int, _ mean: String) throws {
    let program = try Program()
    let name = "TSM_clips_RGB_resnet18_shift8_blockres_avg_segment2_e5.pth"
    try Self.fileOfTSM().write(to: URL(fileURLWithPath: program.folder + "/" + name))
    try Self.writeVideos(4, for: program)
    let options =
      "list = 'val.txt', root = 'frames', preset = 'something-v1', segments = 2, resize = 40, crop = 32"
    try program.write(
      "own.lua",
      """
      local encoder = gfnet.encoder("\(name)")
      local data = gfnet.dataset("frames", {\(options), sampling = "\(sampling)", crops = \(crops)})
      local right, sum = 0, nil
      for i = 1, #data do
        local clip = data[i].clip:unsqueeze(1)
        local x = (clip - gfnet.tensor{0.485, 0.456, 0.406}:reshape(1, 1, 3, 1, 1)) / gfnet.tensor{0.229, 0.224, 0.225}:reshape(1, 1, 3, 1, 1)
        local logits = encoder:logits(x)
        if "\(mean)" == "probabilities" then logits = logits:softmax(2) end
        sum = (i - 1) % data.views == 0 and logits or sum + logits
        if i % data.views == 0 and sum[1]:argmax() == data[i].label then right = right + 1 end
      end
      print(("%.2f"):format(100 * right / 4))
      """)
    let own = try program.run("own.lua")
    let result = try program.run(
      (SourceTree.root / "scripts/tsm_eval.lua").string, "checkpoint=\(name)", "list=val.txt", "root=frames",
      "preset=something-v1",
      "resize=40", "crop=32", "batch=3", "sampling=\(sampling)", "crops=\(crops)", "mean=\(mean)")
    #expect(result.status == 0, "\(result.errors)")
    let top1 = own.output.split(separator: "\n").last.map(String.init) ?? "?"
    #expect(own.status == 0 && result.output.contains(" 4 "), "\(own.errors)\(result.output)")
    #expect(result.output.contains(top1), "\(top1): \(result.output)")
  }

  /// The name of a file of TSM says how the encoder was made; what it does not say, an option does.
  @Test func importsEncodersOfClips() throws {
    let program = try Program()
    let file = try Self.fileOfTSM()
    let name = "TSM_clips_RGB_resnet18_shift4_blockres_avg_segment2_e5"
    for path in [name + ".pth.tar", "ckpt.best.pth.tar"] {
      try file.write(to: URL(fileURLWithPath: program.folder + "/" + path))
    }
    let imported = try program.run("models", "import", name + ".pth.tar")
    #expect(imported.status == 0 && imported.errors == "", "\(imported.errors)")
    #expect(
      imported.output
        == "models/\(name).safetensors: encoder resnet_tiny_16 of clips (2 frames, shift 4 blockres), 3 classes, keys of tsm\n"
    )
    #expect(try program.run("models", "show", name).output.contains("2 frames, shift 4 blockres"))

    let nameless = try program.run("models", "import", "ckpt.best.pth.tar")
    #expect(
      nameless.status == 1 && nameless.errors.contains("frames (F) and divisor of the shift are not known"))
    #expect(nameless.errors.split(separator: "\n").count == 1)
    let told = try program.run(
      "models", "import", "ckpt.best.pth.tar", "--frames", "2", "--shift-divisor", "4", "--json")
    #expect(told.status == 0 && told.output.contains("\"shift_divisor\""), "\(told.errors)")

    try program.write(
      "clips.lua",
      """
      local one = gfnet.encoder("\(name)")
      local two = gfnet.encoder("ckpt.best.pth.tar", {frames = 2, shift_divisor = 4})
      local clips = gfnet.tensor.arange(1, 3 * 2 * 3 * 32 * 32):sin():reshape(3, 2, 3, 32, 32)
      local frames = one:frame_logits(clips)
      print(one.frames, frames, one:features(clips), one:map(clips):size(2))
      print(frames:mean(2):allclose(one:logits(clips)), one:logits(clips) == two:logits(clips))
      print(one:logits(clips:reshape(6, 3, 32, 32)):reshape(3, 2, 3):allclose(frames))
      print(select(2, pcall(one.logits, one, gfnet.tensor.zeros(1, 3, 3, 32, 32))))
      print(select(2, pcall(one.logits, one, gfnet.tensor.zeros(3, 3, 32, 32))))
      print("model", gfnet.model{encoder = "\(name)"}.frames)
      """)
    let result = try program.run("clips.lua")
    let lines = result.output.split(separator: "\n")
    #expect(result.status == 0 && lines.count >= 6, "\(result.errors)\(result.output)")
    #expect(result.output.contains("true\ttrue\ntrue\n"), "\(result.output)")
    #expect(result.output.contains("clips of 3 frames, and the encoder is made for 2"))
    #expect(result.output.contains("3 rows are no whole clips of 2 frames"))
    #expect(result.output.contains("model\t2\n"))
  }
}
