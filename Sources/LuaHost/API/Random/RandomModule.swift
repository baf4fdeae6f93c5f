/// `gfnet.random`: the run's generator, and generators of the script's own.
enum RandomModule {
  static let module = LuaModule(
    "gfnet.random", "Random numbers that repeat from run to run; --seed changes them.",
    functions: [generator, CounterClass.function] + RandomDraw.all.map(\.function))

  private static let seed = ArgumentKey<UInt64?>("seed", "left out: the run's seed")
  private static let name = ArgumentKey<String>("name", default: "generator", "what the numbers are for")

  private static let generator = FunctionEntry(
    "generator", "A generator of its own: equal seeds and names give equal numbers.",
    [.options([seed, name])],
    returns: "generator", example: "local rng = gfnet.random.generator{name = \"noise\"}"
  ) { call in
    let seed = try call[Self.seed] ?? call.context.options.seed
    return Pushed(RandomGenerator(seed: seed, name: "own." + (try call[name])))
  }
}
