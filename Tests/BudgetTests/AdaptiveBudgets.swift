import GlanceFocus
import Inference
import Vision

extension BudgetFile {
  /// The loop that runs images until a rule lets them leave.
  static let adaptiveLoop = BudgetFile(
    name: "adaptive-loop",
    cases: [
      BudgetCase("resnet_tiny_16, 512 images at batch 32") {
        let runner = try makeRunner(batch: 32)
        // What a run takes whatever its length is in both, and no matter here.
        return try use(runner, images: 1024) - use(runner, images: 512)
      },
      BudgetCase("resnet_tiny_16, 32 images at batch 1") {
        let runner = try makeRunner(batch: 1)
        return try use(runner, images: 64) - use(runner, images: 32)
      },
    ])

  /// A third of the images leaves after each of three steps, whatever the network says.
  private struct ByNumber: ExitRule {
    let name = "by number"

    func decide(_ batch: StepBatch) -> [Bool] {
      batch.rows.map { batch.record.indices[$0] % 3 < batch.step }
    }
  }

  private static func makeRunner(batch: Int) throws -> AdaptiveRunner {
    let model = try GFNet(
      Configuration(backbone: "resnet_tiny_16", patchSize: 24, imageSize: 48, steps: 3, classes: 4), seed: 11)
    let planner = try Planner()
    return try AdaptiveRunner(
      model, batchSize: batch, engine: StepEngine(model) { planner.planned($0).callAsFunction })
  }

  private static func use(_ runner: AdaptiveRunner, images: Int) throws -> MemoryUse {
    let data = try noise(images, side: 48)
    return try MemoryUse.least(warmUp: 1, of: 3) { _ = try runner.infer(data, rule: ByNumber()) }
  }

  /// Images of four classes that look like nothing.
  static func noise(_ images: Int, side: Int) throws -> TensorsDataset {
    try TensorsDataset(
      bytes: (0..<images * side * side * 3).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 16) },
      layout: .channelsLast, imageSize: (side, side), channels: 3, labels: (0..<images).map { $0 % 4 },
      classNames: ["a", "b", "c", "d"])
  }
}
