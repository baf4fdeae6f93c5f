import GlanceFocus

/// Options of functions that give intervals.
enum IntervalOptions {
  static let level = ArgumentKey<Double>(
    "level", default: 0.95, "how often the interval holds the truth", in: 1e-9...(1 - 1e-9))
  static let resamples = ArgumentKey<Int>(
    "resamples", default: 10_000, "of the bootstrap: how often the items are drawn again", in: 100...1e6)
  static let seed = ArgumentKey<UInt64>.seed(of: "the bootstrap's draws")

  /// The rows of what draws items again.
  static let bootstrapRows: [any ArgumentRow] = [level, resamples, seed]

  static func bootstrap(_ call: LuaCall) throws -> Bootstrap {
    try Bootstrap(resamples: call[resamples], seed: call[seed], level: call[level])
  }
}
