import Foundation
import Support
import TestSupport
import Testing

/// The scripts about clips of clutter-motion and about what is published of others, on a few clips.
@Suite struct ClipScriptTests {
  private func script(_ name: String) -> String { (SourceTree.root / "scripts" / name).string }

  private func rows(_ program: Program, _ table: String) throws -> [[String]] {
    try CSVText.rows(#require(program.read("reports/\(table).csv"), "\(table)"))
  }

  private func figures(_ program: Program, _ script: String) -> Set<String> {
    let files = try? FileManager.default.contentsOfDirectory(
      atPath: "\(program.folder)/reports/\(script)/figures")
    return Set((files ?? []).filter { !$0.hasSuffix(".csv") })
  }

  /// Options under which train_motion takes a second.
  private static let small = [
    "clips=40", "held_out=20", "first=1", "policy=1", "tune=1", "patch=16", "steps=2", "batch=20",
    "state=state",
    "baselines=glance", "more=2",
  ]

  @Test func motionShowsNetworksOfTwoSeedsBesideTheirBaselines() throws {
    let program = try Program()
    for folder in ["state", "models"] {
      try FileManager.default.createDirectory(
        atPath: program.folder + "/" + folder, withIntermediateDirectories: true)
    }
    func train(_ options: String...) throws -> Program.Result {
      try program.run([script("train_motion.lua")] + Self.small + options)
    }
    let both = try train("save=models/one.safetensors")
    #expect(both.status == 0, "\(both.errors)")
    // Baselines may come later, into a file that is there already.
    let missing = try train("save=models/two.safetensors", "seed=2", "only=baselines")
    #expect(
      missing.status == 1 && missing.errors.contains("only=baselines adds their results to a model file"),
      "\(missing.errors)")
    let network = try train("save=models/two.safetensors", "seed=2", "only=network")
    #expect(network.status == 0 && !network.output.contains("glance, shift"), "\(network.errors)")
    let baselines = try train("save=models/two.safetensors", "seed=2", "only=baselines")
    #expect(baselines.status == 0 && baselines.output.contains("glance, shift"), "\(baselines.errors)")
    #expect(network.output.contains("stage 2"), "\(network.output)")
    #expect(!baselines.output.contains("stage 2"), "the network is trained again: \(baselines.output)")
    // A baseline whose state is complete is only measured.
    let again = try train("save=models/two.safetensors", "seed=2", "only=baselines")
    // The two epochs of the encoders are those of the network, from which it began.
    #expect(
      again.errors.contains(": complete, 2 epochs, from state/motion-2-static-glance"), "\(again.errors)")

    let result = try program.run(
      script("motion.lua"), "models=models/one.safetensors,models/two.safetensors", "limit=20", "points=5")
    #expect(result.status == 0, "\(result.errors)")
    #expect(
      figures(program, "motion") == [
        "what-each-step-knows.png", "what-the-places-are-worth.png", "budgeted-batch-classification.png",
        "exits-by-step.png", "where-patches-lie.png", "clips.png", "moving.gif",
      ])
    // An answer is right where both of its parts are.
    let anytime = try rows(program, "motion/tables/anytime").dropFirst().map { $0.compactMap(Double.init) }
    #expect(
      anytime.count == 2 && anytime.allSatisfy { $0.count == 7 && $0[2] <= min($0[5], $0[6]) }, "\(anytime)")
    let summary = try rows(program, "motion/tables/summary")
    #expect(summary.contains { $0[0] == "glance, shift" })
    let costs = summary.dropFirst().compactMap { Double($0[1]) }
    #expect(costs == costs.sorted() && costs.count == summary.count - 1)
    // Of two values a and b, half of the interval is 12.706 · |a − b| / 2.
    let seeds = try rows(program, "motion/tables/seeds").dropFirst()
    #expect(seeds.map { $0[0] }.contains("glance, shift"))
    for row in seeds {
      let numbers = row.dropFirst().compactMap(Double.init)
      #expect(numbers.count == 5 && numbers[0] == 2, "\(row)")
      #expect(abs(numbers[1] - (numbers[3] + numbers[4]) / 2) < 1e-9, "\(row)")
      #expect(abs(numbers[2] - 12.706 * (numbers[4] - numbers[3]) / 2) < 1e-6, "\(row)")
    }
  }

  @Test func motionSaysWhatToTypeWhereThereIsNoModel() throws {
    let program = try Program()
    let result = try program.run(script("motion.lua"), "model=none.safetensors")
    #expect(
      result.status == 1
        && result.errors.contains("scripts/train_motion.lua save=models/clutter-motion.safetensors"),
      "\(result.errors)")
    let images = try program.run(script("motion.lua"), "model=clutter-fashion")
    #expect(images.status == 1 && images.errors.contains("is a model of images"), "\(images.errors)")
  }

  @Test func costsAreThoseThatArePublished() throws {
    let program = try Program()
    let result = try program.run(script("video_costs.lua"), "model=none.safetensors")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("The panel of our own network is left out:"), "\(result.output)")
    let table = try rows(program, "video_costs/tables/costs")
    #expect(table.count == 1 + 16)
    let (published, counted) = (4, 7)
    func largest(_ methods: String...) -> Double {
      table.dropFirst().filter { methods.contains($0[0]) }
        .map { row in
          guard let theirs = Double(row[published]), let ours = Double(row[counted]) else { return .infinity }
          return abs(ours / theirs - 1)
        }.max() ?? .infinity
    }
    #expect(largest("TSM", "TSM+", "AdaFocus-TSM", "AdaFocusV2") < 0.006)
    #expect(largest("TSN") < 0.02)
    // Its policies are not counted.
    #expect(largest("Uni-AdaFocus") < 0.05)
    #expect(figures(program, "video_costs") == ["accuracy-by-cost.png"])
  }
}
