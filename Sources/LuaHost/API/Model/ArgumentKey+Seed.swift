extension ArgumentKey<UInt64> {
  /// The option `seed`, a whole number of any sign; where a call leaves it out, the seed is the run's.
  /// - Parameter drawn: what the seed decides, as in "of the weights".
  static func seed(of drawn: String) -> ArgumentKey<UInt64> {
    ArgumentKey<UInt64>(.optional("seed", .integer, "of \(drawn); default: the run's")) { call, name in
      try call.has(name) ? UInt64.read(name, from: call) : call.context.options.seed
    }
  }
}
