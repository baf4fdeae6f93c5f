import GlanceFocus

/// One epoch's metrics on their way to Lua.
struct MetricsTable: LuaPushable {
  let metrics: EpochMetrics

  init(_ metrics: EpochMetrics) { self.metrics = metrics }

  func push(onto stack: LuaStack) throws {
    try LuaFields([
      "stage": metrics.stage, "epoch": metrics.epoch, "loss": metrics.loss,
      "accuracy": metrics.accuracy.map(Percent.of), "reward": metrics.reward, "images": metrics.images,
      "seconds": metrics.seconds,
    ]).push(onto: stack)
  }
}
