import GlanceFocus
import Vision

extension BudgetFile {
  /// Steps of training, as `gfnet.train` runs them.
  static let training = BudgetFile(
    name: "training",
    cases: [
      BudgetCase("resnet_tiny_16, stage 1, a step of 8 images") { try step(.encoders) },
      BudgetCase("resnet_tiny_16, stage 2, a step of 8 images") { try step(.policy) },
    ])

  /// The least of several epochs of one batch each; the preparation of the images is part of it.
  private static func step(_ stage: TrainingOptions.Stage) throws -> MemoryUse {
    let model = try GFNet(
      Configuration(backbone: "resnet_tiny_16", patchSize: 24, imageSize: 48, steps: 2, classes: 4), seed: 5)
    var options = TrainingOptions(stage: stage, epochs: 8)
    options.batchSize = 8
    let trainer = try Trainer(model, dataset: noise(8, side: 48), options: options)
    var least = MemoryUse(allocations: .max, buffers: .max)
    var counter = MemoryCounter()
    defer { counter.stop() }
    try trainer.run { metrics in
      let use = counter.lap()
      if metrics.epoch > 3 { least = least.least(use) }
    }
    return least
  }
}
