import Foundation
import GlanceFocus
import Testing

/// `gfnet-lab bench` as a process.
@Suite struct BenchTests {
  private struct Report: Decodable {
    struct Timing: Decodable {
      let name: String
      let median_ms, minimum_ms, p95_ms, madds, percent_of_peak: Double
      let runs_ms: [Double]
    }
    struct Operation: Decodable {
      let operation: String
      let ms: Double
      let madds: Int
    }
    let arch: String
    let patch, image, frames, batch, runs: Int
    let timings: [Timing]?
    let operations: [Operation]?
    let weight_bytes, work_bytes, peak_bytes: Int?
  }

  private func report(_ arguments: String...) throws -> Report {
    let result = try Program().run(["bench", "--arch", "resnet_tiny_16", "--json"] + arguments)
    #expect(result.status == 0 && result.complaints.isEmpty, "\(result.errors)")
    return try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
  }

  private static func model() throws -> GFNet {
    try GFNet(Configuration(backbone: "resnet_tiny_16", imageSize: 128, steps: 3))
  }

  @Test(arguments: ["encoder", "glance", "episode", "train"]) func everyPartIsTimed(_ part: String) throws {
    let report = try report("--part", part, "--runs", "3", "--batch", "2")
    #expect((report.patch, report.image, report.batch, report.runs) == (48, 128, 2, 3))
    let names = [
      "encoder": ["encoder"], "glance": ["glance"], "episode": ["step 1", "step 2", "step 3"],
      "train": ["training step"],
    ]
    let timings = try #require(report.timings)
    #expect(timings.map(\.name) == names[part])
    for timing in timings {
      #expect(timing.runs_ms.count == 3 && timing.runs_ms.allSatisfy { $0 > 0 })
      #expect(timing.minimum_ms == timing.runs_ms.min() && timing.p95_ms == timing.runs_ms.max())
      #expect(timing.runs_ms.sorted()[1] == timing.median_ms)
      // A peak that was measured while the core was shared says nothing of how large the share may be.
      #expect(timing.percent_of_peak > 0 && timing.percent_of_peak.isFinite)
    }
    let costs = try Self.model().measureCosts()
    switch part {
    case "encoder": #expect(timings[0].madds == Double(2 * costs.localEncoder))
    case "glance": #expect(timings[0].madds == Double(2 * costs.cumulative[0]))
    case "episode":
      #expect(timings.map(\.madds) == costs.cumulative.map { Double(2 * $0) })
      #expect(zip(timings, timings.dropFirst()).allSatisfy { $0.median_ms < $1.median_ms })
    default: #expect(timings[0].madds > Double(6 * costs.cumulative[0]))
    }
  }

  /// A clip costs its frames; where frames exchange channels is not what costs are about.
  @Test(arguments: ["encoder", "glance", "episode", "train"]) func everyPartIsTimedOnClips(_ part: String)
    throws
  {
    let report = try report("--part", part, "--runs", "2", "--batch", "2", "--frames", "3", "--steps", "2")
    #expect((report.frames, report.batch) == (3, 2))
    let timings = try #require(report.timings)
    #expect(timings.allSatisfy { $0.minimum_ms > 0 && $0.runs_ms.count == 2 })
    let costs = try GFNet(
      Configuration(
        backbone: .named("resnet_tiny_16"), imageSize: 128, steps: 2, clips: ClipForm(frames: 3))
    ).measureCosts()
    let image = try Self.model().measureCosts()
    #expect(costs.localEncoder == 3 * image.localEncoder)
    switch part {
    case "encoder": #expect(timings.map(\.madds) == [Double(2 * costs.localEncoder)])
    case "glance": #expect(timings.map(\.madds) == [Double(2 * costs.cumulative[0])])
    case "episode": #expect(timings.map(\.madds) == costs.cumulative.map { Double(2 * $0) })
    default: #expect(timings[0].madds > Double(6 * costs.cumulative[0]))
    }
    let profile = try self.report("--profile", "--runs", "2", "--frames", "3")
    let operations = try #require(profile.operations)
    #expect(operations.contains { $0.operation.contains("shift") })
    #expect(operations.reduce(0) { $0 + $1.madds } == costs.localEncoder)
  }

  /// The form of a network in a file is the file's.
  @Test func aModelsFileIsTimed() throws {
    let program = try Program()
    try program.write(
      "save.lua",
      """
      gfnet.model{
        backbone = "resnet_tiny_16", frames = 2, patch_size = 40, image_size = 96, steps = 2, classes = 3, seed = 1,
      }:save("clips.safetensors")
      """)
    let saved = try program.run("run", "save.lua")
    #expect(saved.status == 0, "\(saved.errors)")
    for (part, count) in [("glance", 1), ("episode", 2), ("train", 1)] {
      let result = try program.run(
        ["bench", "--model", "clips.safetensors", "--part", part, "--batch", "2", "--runs", "2", "--json"])
      #expect(result.status == 0, "\(result.errors)")
      let report = try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
      #expect((report.arch, report.patch, report.image, report.frames) == ("resnet_tiny_16", 40, 96, 2))
      #expect(report.timings?.count == count)
    }
  }

  /// Where the glance has an encoder and a size of its own, it is told, and timed on images of that size.
  @Test func aGlanceOfItsOwnIsTimedAsItIs() throws {
    let program = try Program()
    try program.write(
      "save.lua",
      """
      gfnet.model{
        backbone = "resnet_tiny_16", glance_backbone = "resnet_tiny_24", glance_size = 56, patch_size = 40,
        image_size = 96, steps = 2, classes = 3, seed = 1,
      }:save("own.safetensors")
      """)
    let saved = try program.run("run", "save.lua")
    #expect(saved.status == 0, "\(saved.errors)")
    let result = try program.run("bench", "--model", "own.safetensors", "--part", "glance", "--runs", "2")
    #expect(
      result.status == 0
        && result.output.contains(
          "glance by resnet_tiny_24 at 56×56, resnet_tiny_16, 40×40 patches of 96×96 images"),
      "\(result.output)\(result.errors)")
    let json = try program.run("bench", "--model", "own.safetensors", "--runs", "2", "--json")
    #expect(
      json.output.contains(#""glance_arch":"resnet_tiny_24","glance":56"#), "\(json.output)\(json.errors)")
  }

  /// Weights are in memory as loaded and as plans read them; images too, but plans do not depend on their size.
  @Test func memoryOfPlansDoesNotDependOnTheImages() throws {
    let model = try Self.model()
    let encoders = 4 * (model.globalEncoder.parameterCount + model.localEncoder.parameterCount)
    let (small, large) = try (
      report("--runs", "2", "--image", "128"), report("--runs", "2", "--image", "512")
    )
    let (weights, work) = (try #require(small.weight_bytes), try #require(small.work_bytes))
    #expect(weights > encoders * 3 / 4)
    #expect(work > 4 * 3 * 48 * 48)
    #expect(large.weight_bytes == weights && large.work_bytes == work)
    let (peak, largePeak) = (try #require(small.peak_bytes), try #require(large.peak_bytes))
    let images = 4 * 3 * (512 * 512 - 128 * 128)
    #expect(peak > weights + work && largePeak >= peak + images)
    let training = try report("--part", "train", "--runs", "2", "--batch", "2")
    let trained = try #require(training.peak_bytes)
    #expect(training.weight_bytes == 0 && trained > 2 * encoders)
  }

  /// What other programs that take turns rely on: a line of settings, then a line for each count.
  @Test(arguments: ["encoder", "episode", "train"]) func turnsAreAnsweredLineByLine(_ part: String) throws {
    let result = try Program().shell(
      "printf '2\\n1\\n' | $GFNET bench --arch resnet_tiny_16 --batch 2 --part \(part) --turns")
    #expect(result.status == 0 && result.complaints.isEmpty, "\(result.errors)")
    let lines = result.output.split(separator: "\n").map { Data($0.utf8) }
    try #require(lines.count == 3)
    struct Settings: Decodable {
      struct Timing: Decodable {
        let name: String
        let madds: Double
      }
      let part: String
      let timings: [Timing]
    }
    let settings = try JSONDecoder().decode(Settings.self, from: lines[0])
    #expect(settings.part == part && settings.timings.count == (part == "episode" ? 3 : 1))
    for (line, count) in zip(lines.dropFirst(), [2, 1]) {
      let runs = try JSONDecoder().decode([[Double]].self, from: line)
      #expect(runs.count == count)
      for run in runs {
        #expect(run.count == settings.timings.count && run == run.sorted() && run.allSatisfy { $0 > 0 })
      }
    }
    let wrong = try Program().shell("echo often | $GFNET bench --arch resnet_tiny_16 --turns")
    #expect(wrong.status != 0 && wrong.errors.contains("got 'often'"), "\(wrong.errors)")
  }

  /// The operations of a plan are those that the costs were counted from.
  @Test func theProfileHasAllMultiplyAdds() throws {
    let report = try report("--profile", "--runs", "2", "--batch", "2")
    let operations = try #require(report.operations)
    #expect(operations.allSatisfy { $0.ms >= 0 })
    #expect(operations.contains { $0.operation.hasPrefix("convolution 3×3") })
    #expect(operations.reduce(0) { $0 + $1.madds } == 2 * (try Self.model().measureCosts().localEncoder))
  }

  @Test func tablesAreForReaders() throws {
    let program = try Program()
    let times = try program.run("bench", "--arch", "resnet_tiny_16", "--runs", "2")
    #expect(times.status == 0)
    for word in ["resnet_tiny_16, 48×48 patches of 128×128 images", "median", "95 %", "step 3", "of peak"] {
      #expect(times.output.contains(word), "\(word)")
    }
    let profile = try program.run("bench", "--arch", "resnet_tiny_16", "--runs", "2", "--profile")
    #expect(profile.status == 0 && profile.output.contains("GFLOP/s"))
  }

  @Test(
    arguments: [
      (["--arch", "resnet5"], 1, "did you mean resnet50? (gfnet-lab models list shows all)"),
      (["--patch", "300", "--image", "224"], 1, "the image size is 224, expected at least the patch size"),
      (["--part", "train", "--precision", "bf16"], 1, "training is float32 only"),
      (["--part", "train", "--batch", "1"], 1, "a batch of at least 2"),
      (["--runs", "0"], 2, "--runs must be"), (["--turns", "--json"], 2, "--turns takes neither"),
      (["--model", "a.safetensors", "--patch", "64"], 2, "--model takes neither"),
      (["--model", "no-such-model"], 1, "no-such-model"), (["--frames", "0"], 1, "clips have 0 frames"),
      (["--batch", "4096", "--frames", "4096"], 2, "at most 4096 pictures"),
      (["--part", "glanse"], 2, "glanse"), (["--steps", "0"], 1, "steps is 0"),
    ] as [([String], Int32, String)])
  func mistakesAreOneLine(_ arguments: [String], _ status: Int32, _ message: String) throws {
    let result = try Program().run(["bench"] + arguments)
    #expect(result.status == status && result.output == "")
    #expect(result.errors.contains(message), "\(result.errors)")
  }
}
