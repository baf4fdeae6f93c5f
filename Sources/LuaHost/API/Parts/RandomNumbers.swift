import Support

/// Random numbers that a script hands to a function: a generator, or a counter.
struct RandomNumbers {
  private let value: LuaValue

  /// The option `rng`.
  static func key(_ summary: String) -> ArgumentKey<RandomNumbers?> {
    ArgumentKey<RandomNumbers?>(
      .optional("rng", .either([.object("counter"), .object("generator")]), summary)
    ) { call, name in try call.has(name) ? RandomNumbers(value: call.value(name)) : nil }
  }

  /// The numbers: those of a counter are the same each time, a generator gives new ones.
  func take() throws -> CounterRandom {
    guard case .object(let object) = value else { throw LuaError("rng is no generator") }
    if let counter = object.value(as: RandomCounter.self) { return counter.random }
    if let generator = object.value(as: RandomGenerator.self) { return generator.takeFamily() }
    throw LuaError("rng must be a generator or a counter, got \(value.described)")
  }
}
