import Foundation
import GlanceFocus
import LuaHost
import Support
import TestSupport
import Testing

/// Encoders of other programs in scripts: without a classifier, with another one, averaged, among other things.
@Suite struct EncoderFileScriptTests {
  private final class Notes { var lines: [String] = [] }

  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    let model = try GFNet(
      Configuration(backbone: "resnet_tiny_16", imageSize: 96, steps: 2, classes: 3), seed: 1)
    let state: [(String, PickleTree)] = try model.state.filter { $0.name.hasPrefix("model.") }.map {
      let values = try $0.entry.value.values()
      return (
        String($0.name.dropFirst(6)),
        .raw(
          type: "FloatStorage", shape: $0.entry.value.shape.sizes,
          bytes: values.flatMap { littleEndian($0.bitPattern) })
      )
    }
    _ = try folder.write([UInt8](PickleTree.dictionary(state).file()), "whole.pth")
    _ = try folder.write(
      [UInt8](PickleTree.dictionary(state.filter { !$0.0.hasPrefix("fc.") }).file()), "headless.pth")
    _ = try folder.write(
      [UInt8](
        PickleTree.dictionary([("model", .dictionary(state)), ("model_ema", .dictionary(state))]).file()),
      "both.pth")
  }

  private func run(_ source: String) throws -> (shown: String, message: String, notes: [String]) {
    let notes = Notes()
    let text = source.replacing("$", with: folder.path.string + "/")
    let bench = try ScriptBench(text) { context in context.showRemark = { notes.lines.append($0) } }
    return (bench.shown, bench.message, notes.lines)
  }

  @Test func anEncoderWithoutAClassifierGivesFeaturesAndMaps() throws {
    let (shown, message, _) = try run(
      """
      local images = gfnet.tensor.ones(1, 3, 48, 48)
      local headless, whole = gfnet.encoder("$headless.pth"), gfnet.encoder("$whole.pth")
      print(headless.classes, headless, headless:map(images):size(2))
      print((headless:features(images) - whole:features(images)):abs():max())
      print(pcall(headless.logits, headless, images))
      """)
    #expect(message == "")
    #expect(shown.hasPrefix("0\tencoder headless: resnet_tiny_16, without a classifier\t64\n0"), "\(shown)")
    #expect(shown.contains("headless holds no classifier (saved without its head)"), "\(shown)")
  }

  @Test func picturesWithoutLabelsLeaveTheClassesToTheEncoder() throws {
    let (shown, message, _) = try run(
      """
      local data = gfnet.dataset("files", {paths = {"\(Fixtures.path("images/rgb.png"))"}, crop = 96})
      local options = {encoder = "$whole.pth", dataset = data, patch_size = 48, steps = 2}
      print(gfnet.model(options).classes)
      options.classes = 5
      print(gfnet.model(options).classes)
      """)
    #expect(message == "")
    #expect(shown == "3\n5\n")
  }

  @Test func aModelStartsFromAnyHead() throws {
    let (shown, message, notes) = try run(
      """
      for _, file in ipairs{"$headless.pth", "$whole.pth"} do
        local model = gfnet.model{encoder = file, classes = 5, image_size = 96, steps = 2}
        print(model.backbone, model.classes)
      end
      print(gfnet.model{encoder = "$whole.pth", image_size = 96, steps = 2}.classes)
      """)
    #expect(message == "")
    #expect(shown == "resnet_tiny_16\t5\nresnet_tiny_16\t5\n3\n", "\(shown)")
    #expect(
      notes == [
        "gfnet.model: the encoder has no classifier, the model 5: its encoders' classifiers start at random",
        "gfnet.model: the encoder has 3 classes, the model 5: its encoders' classifiers start at random",
      ], "\(notes)")
  }

  @Test func whatWasTakenIsSaid() throws {
    let (_, message, notes) = try run(
      """
      gfnet.encoder("$both.pth")
      gfnet.encoder("$both.pth", {ema = false})
      gfnet.encoder("$both.pth", {weights = "model_ema", prefix = ""})
      """)
    #expect(message == "")
    #expect(
      notes.map { $0.replacing(folder.path.string, with: "") } == [
        "/both.pth: the moving average of the weights (model_ema) was taken, not model",
        "/both.pth: the weights under model were taken, not model_ema",
        "/both.pth: the moving average of the weights (model_ema) was taken, not model",
      ], "\(notes)")
    let (_, refusal, _) = try run("gfnet.encoder(\"$whole.pth\", {ema = true})")
    #expect(refusal.contains("holds no moving average of the weights"))
  }

  /// One array of another kind does not hide the others.
  @Test func tensorsBesideOthersAreLoaded() throws {
    let cases = Fixtures.path("cases/checkpoints").string
    for (name, others) in [
      ("with-complex.pth", ["c", "torch.complex64"]), ("with-float8.pth", ["f8", "torch.float8_e4m3fn"]),
      ("with-quantized.pth", ["q", "quantized"]), ("with-bytearray.pth", []), ("args-namespace.pth", []),
      ("no-crc32.pth", []), ("safetensors-named.pth", []),
    ] {
      let (shown, message, notes) = try run(
        "local t = gfnet.tensor.load(\"\(cases)/\(name)\") print(t.w:size(1), t.w:size(2), t.w[2][3], t.w:sum())"
      )
      #expect(message == "", "\(name)")
      #expect(shown.hasPrefix("2\t3\t5") && shown.contains("\t15"), "\(name): \(shown)")
      #expect(
        notes
          == (others.isEmpty
            ? [] : ["\(cases)/\(name): \(others[0]) is left out: \(others[1]) is not supported"]))
    }
    let (shown, _, _) = try run(
      """
      print(gfnet.tensor.load("\(cases)/u64-above-i64.safetensors").a[2])
      print(gfnet.tensor.load("\(cases)/metadata-null.safetensors").a:sum())
      """)
    #expect(shown.hasPrefix("5") && shown.contains("\n3"), "\(shown)")
  }

  /// Files of strangers may hold more arrays than could be compared with those of every encoder.
  @Test func manyArraysAreNoEncoderAtOnce() throws {
    let entries = (1...10_001).map { "\"a\($0)\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}" }
    let header = [UInt8]("{\(entries.joined(separator: ","))}".utf8)
    _ = try folder.write(littleEndian(UInt64(header.count)) + header, "many.safetensors")
    let (_, message, _) = try run("gfnet.encoder(\"$many.safetensors\")")
    #expect(
      message.contains("fits no encoder: its 10001 arrays are far more than an encoder has"), "\(message)")
  }

  @Test func onlyTheFirstOfManyArraysThatAreLeftOutAreNamed() throws {
    let entries = (1...500).map { "\"a\($0)\":{\"dtype\":\"F4\",\"shape\":[0],\"data_offsets\":[0,0]}" }
    let header = [UInt8]("{\(entries.joined(separator: ","))}".utf8)
    _ = try folder.write(littleEndian(UInt64(header.count)) + header, "types.safetensors")
    let (_, message, notes) = try run("gfnet.tensor.load(\"$types.safetensors\")")
    #expect(message == "" && notes.count == 101)
    #expect(notes.last?.hasSuffix("400 more of such types are left out") == true)
  }
}
