import GlanceFocus
import Tensor

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
