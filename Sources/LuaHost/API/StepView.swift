import GlanceFocus
import Tensor

/// The images still in play, as Lua functions see them: one by one through rows, or all at once as tensors.
///
/// It is filled while a function runs and answers nothing afterwards.
final class StepView {
  /// What is known after the last step.
  var last: StepBatch? { didSet { values = nil } }
  /// What the critic says, once it was read.
  private var values: [Float]?
  /// Set while a sampler is asked.
  var sampling: SamplerBatch?
  /// Class name in errors.
  let noun: String

  init(noun: String) { self.noun = noun }

  func batch() throws -> StepBatch {
    guard let last else {
      throw LuaError("the \(noun) can be read only while the function it was passed to runs; keep the values")
    }
    return last
  }

  /// What the critic says of one image; it is asked at the first.
  func critic(_ column: StepColumn<Float>, _ row: Int) throws -> Float {
    let known = try values ?? batch().numbers(column)
    values = known
    return known[row]
  }

  func samplerBatch() throws -> SamplerBatch {
    guard let sampling else {
      throw LuaError("the \(noun) can be read only while a sampler that it was passed to runs")
    }
    return sampling
  }
}

/// The fields of `s`, the state of one image.
enum StepFields {
  /// All fields of an exit rule's `s`.
  static func all(of view: StepView) -> [LuaRows.Field] {
    let shared: [LuaRows.Field] = [
      .sharedInteger("step") { try view.sampling?.step ?? view.batch().step },
      .sharedInteger("steps") { try view.batch().steps },
    ]
    let others: [LuaRows.Field] = [
      .sharedNumber("madds") { try view.batch().madds },
      .sharedNumber("next_madds") { try view.batch().nextMadds ?? view.batch().madds },
      .index("image") {
        let batch = try view.batch()
        return batch.rows.map { Int32(truncatingIfNeeded: batch.record.indices[$0]) }
      },
      .computed("elapsed") { row in try view.batch()[row].elapsed },
      .computed("probabilities") { row in
        let values = try view.batch().probabilities(row)
        return try Tensor([values.count], values)
      },
      .computed("confidences") { row in try view.batch()[row].confidences.map(Double.init) },
      .computed("predictions") { row in try view.batch()[row].predictions.map { Int($0) + 1 } },
    ]
    return shared + columns(of: view) + others
  }

  /// The columns of a step. What the critic says is asked for by those calls alone that read it.
  private static func columns(of view: StepView) -> [LuaRows.Field] {
    let numbers = StepColumns.numbers.map { column -> LuaRows.Field in
      if column.isCritics { return .computed(column.name) { row in try view.critic(column, row) } }
      return .number(column.name) { try view.batch().numbers(column) }
    }
    let indices = StepColumns.indices.map { column -> LuaRows.Field in
      .index(column.name) { try view.batch().indices(column) }
    }
    return numbers + indices
  }

  /// All fields of a sampler's `s`.
  static func sampler(of view: StepView) -> [LuaRows.Field] {
    all(of: view) + [
      .computed("map") { row in try map(view.samplerBatch().maps, row) },
      .computed("glance") { row in try map(view.samplerBatch().glances, row) },
      .computed("locations") { row in
        try view.samplerBatch().locations(row).map { [Double($0.row), Double($0.column)] }
      },
    ]
  }

  private static func map(_ maps: PlainMaps?, _ row: Int) throws -> Tensor {
    guard let maps else { throw LuaError("the feature map is not known here") }
    return try Tensor([maps.channels, maps.height, maps.width], Array(maps[row]))
  }
}

/// The class of `b`, what batch functions of exit rules and samplers get.
enum StepViewClass {
  static let entry = LuaClass<StepView>(
    "batch", "The images still in play: what decide_batch and propose_batch get, a tensor for each field.",
    discussion: "A batch can be read only while the function it was passed to runs.",
    properties: counts + columns + others,
    describe: { view in
      guard let batch = view.last else { return "batch (no longer readable)" }
      return "batch of \(batch.count) images after step \(batch.step)"
    }
  ).entry

  private static var counts: [LuaProperty<StepView>] {
    [
      .init("count", "integer", "number of images, n", get: { view, _ in try view.batch().count }),
      .init(
        "step", "integer", "the step just taken; for a sampler, the step whose patch is to be placed",
        get: { view, _ in try view.sampling?.step ?? view.batch().step }),
      .init("steps", "integer", "the most steps", get: { view, _ in try view.batch().steps }),
    ]
  }

  /// The columns of a step.
  private static var columns: [LuaProperty<StepView>] {
    let numbers = StepColumns.numbers.map { column in
      vector(column.name, column.help + (column.isCritics ? ", nan where not known" : "")) {
        try $0.numbers(column)
      }
    }
    let indices = StepColumns.indices.map { column in
      vector(column.name, column.help + ", from 1") { $0.indices(column).map { Float($0 + 1) } }
    }
    return numbers + indices
  }

  private static var others: [LuaProperty<StepView>] {
    [
      vector("image", "numbers of the images in their data set, from 1") { batch in
        batch.rows.map { Float(batch.record.indices[$0] + 1) }
      },
      .init(
        "probabilities", "tensor", "n × classes",
        get: { view, _ in
          let batch = try view.batch()
          return try Tensor(
            [batch.count, batch.classes], (0..<batch.count).flatMap { batch.probabilities($0) })
        }),
      bySteps("confidences", "n × steps so far") { $0.confidence(after: $1) },
      bySteps("predictions", "n × steps so far, from 1") { batch, step in
        batch.prediction(after: step).map { Float($0 + 1) }
      },
      .init(
        "madds", "number", "Multiply-Adds of each image so far", get: { view, _ in try view.batch().madds }),
      .init(
        "next_madds", "number", "the same after one more step", get: { view, _ in try view.batch().nextMadds }
      ),
      .init(
        "elapsed", "tensor", "seconds since each image's glance began; nil in traces",
        get: { view, _ in
          try view.batch().elapsed.map { try Tensor([$0.count], $0.map(Float.init)) }
        }),
      .init(
        "map", "tensor", "last feature maps, n × C × h × w; samplers only",
        get: { view, _ in try maps(view.samplerBatch().maps, view) }),
      .init(
        "glance", "tensor", "the resized images, n × 3 × P × P; samplers only",
        get: { view, _ in try maps(view.samplerBatch().glances, view) }),
      .init(
        "locations", "tensor", "places so far, n × (steps − 1) × (row, column); samplers only",
        get: { view, _ in
          let batch = try view.samplerBatch()
          let places = (0..<batch.count).flatMap { batch.locations($0).flatMap { [$0.row, $0.column] } }
          return try Tensor([batch.count, batch.step - 2, 2], places)
        }),
    ]
  }

  private static func vector(
    _ name: String, _ summary: String, _ column: @escaping @Sendable (StepBatch) throws -> [Float]
  ) -> LuaProperty<StepView> {
    .init(
      name, "tensor", summary,
      get: { view, _ in
        let values = try column(view.batch())
        return try Tensor([values.count], values)
      })
  }

  private static func bySteps(
    _ name: String, _ summary: String, _ column: @escaping @Sendable (StepBatch, Int) -> [Float]
  ) -> LuaProperty<StepView> {
    .init(
      name, "tensor", summary,
      get: { view, _ in
        let batch = try view.batch()
        let columns = (1...batch.step).map { column(batch, $0) }
        return try Tensor(
          [batch.count, batch.step], (0..<batch.count).flatMap { row in columns.map { $0[row] } })
      })
  }

  private static func maps(_ maps: PlainMaps?, _ view: StepView) throws -> Tensor {
    guard let maps else { throw LuaError("the feature maps are not known here") }
    let count = try view.batch().count
    return try Tensor([count, maps.channels, maps.height, maps.width], maps.values)
  }
}
