import GlanceFocus
import Support
import Tensor

/// The `rng` of a sampler: random numbers that depend on the image, the step and the seed alone.
final class SamplerRandom {
  private let row: () -> Int?
  private var batch: SamplerBatch?
  private var current: Int?
  private var numbers = CounterRandom(seed: 0, stream: "none")
  private var drawn = 0

  init(row: @escaping () -> Int?) { self.row = row }

  func begin(_ batch: SamplerBatch) {
    self.batch = batch
    current = nil
    drawn = 0
  }

  func end() { batch = nil }

  private func asked() throws -> SamplerBatch {
    guard let batch else {
      throw LuaError("rng can be used only while the sampler that it was passed to runs")
    }
    return batch
  }

  /// One draw for the image whose call runs.
  func draw(_ number: (CounterRandom, Int) -> Double) throws -> Double {
    let batch = try asked()
    guard let row = row() else {
      throw LuaError("rng: in propose_batch, name how many numbers each image gets, as in rng:uniform(2)")
    }
    if row != current {
      current = row
      numbers = batch.random(row)
      drawn = 0
    }
    defer { drawn += 1 }
    return number(numbers, drawn)
  }

  /// A tensor of n × `columns` draws, with a row for each image of the batch.
  func draw(columns: Int, _ number: (CounterRandom, Int) -> Float) throws -> Tensor {
    let batch = try asked()
    let first = drawn
    drawn += columns
    return try Tensor(
      [batch.count, columns],
      (0..<batch.count).flatMap { row in
        let numbers = batch.random(row)
        return (first..<first + columns).map { number(numbers, $0) }
      })
  }

  private static let columns = ArgumentKey<Int?>(
    "columns", "in propose_batch: numbers for each image", in: 1...1000)

  static let entry = LuaClass<SamplerRandom>(
    "rng", "Random numbers of a sampler, which depend on the image, the step and the seed alone.",
    discussion: """
      In propose each call draws one number for the image at hand. In propose_batch a whole number of columns \
      comes first, and the result is a tensor with a row for each image.
      """,
    methods: [
      .init(
        "uniform", "Uniform in [0, 1).",
        [columns],
        returns: "number, or n × columns tensor",
        example: """
          gfnet.samplers.define{name = "scattered", propose = function(s, p, rng) return rng:uniform(), rng:uniform() end}
          """
      ) { random, call in
        try SamplerRandom.draw(random, call, { Double($0.uniform($1)) }, { $0.uniform($1) })
      },
      .init(
        "normal", "Standard normal.",
        [columns],
        returns: "number, or n × columns tensor",
        example: """
          gfnet.samplers.define{name = "near", propose = function(s, p, rng) return 0.5, math.min(math.max(0.5 + 0.1 * rng:normal(), 0), 1) end}
          """
      ) { random, call in
        try SamplerRandom.draw(random, call, { Double($0.normal($1)) }, { $0.normal($1) })
      },
    ],
    describe: { _ in "rng of a sampler" }
  ).entry

  private static func draw(
    _ random: SamplerRandom, _ call: LuaCall, _ one: (CounterRandom, Int) -> Double,
    _ many: (CounterRandom, Int) -> Float
  ) throws -> LuaResults {
    if let columns = try call[columns] {
      return LuaResults(try random.draw(columns: columns, many))
    }
    return LuaResults(try random.draw(one))
  }
}
