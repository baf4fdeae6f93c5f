import GlanceFocus
import Tensor

/// Something by which a script reads what is known of a batch of images after a step.
protocol StepReading: SendableMetatype {
  /// What is known; throws where it can no longer be read.
  func batch() throws -> StepBatch
  /// The step that scripts are told.
  func shownStep() throws -> Int
  /// The last feature maps, n×C×h×w.
  func maps() throws -> Tensor
  /// The resized images, n×3×P×P.
  func glances() throws -> Tensor
  /// Where the patches of each image were taken so far.
  func locations() throws -> [[PatchPlaces]]
}

/// The fields that rules, samplers and the script's own loop read of a batch, a tensor with a row for each image.
enum StepProperties<View: StepReading> {
  /// - Parameters:
  ///   - step: help of the field `step`.
  ///   - note: what follows the help of fields that not every reader has.
  static func all(step: String, note: String = "") -> [LuaProperty<View>] {
    counts(step) + columns + others + looks(note)
  }

  private static func counts(_ step: String) -> [LuaProperty<View>] {
    [
      .init("count", "integer", "number of images, n") { view, _ in try view.batch().count },
      .init("step", "integer", step) { view, _ in try view.shownStep() },
      .init("steps", "integer", "the most steps") { view, _ in try view.batch().steps },
    ]
  }

  /// The columns of a step.
  private static var columns: [LuaProperty<View>] {
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

  private static var others: [LuaProperty<View>] {
    [
      vector("image", "numbers of the images in their data set, from 1") { batch in
        batch.rows.map { Float(batch.record.indices[$0] + 1) }
      },
      .init("probabilities", "tensor", "n × classes") { view, _ in
        let batch = try view.batch()
        return try Tensor(
          [batch.count, batch.classes], (0..<batch.count).flatMap { batch.probabilities($0) })
      },
      bySteps("confidences", "n × steps so far") { $0.confidence(after: $1) },
      bySteps("entropies", "n × steps so far, in nats") { $0.entropy(after: $1) },
      bySteps("predictions", "n × steps so far, from 1") { batch, step in
        batch.prediction(after: step).map { Float($0 + 1) }
      },
      .init("madds", "number", "Multiply-Adds of each image so far") { view, _ in try view.batch().madds },
      .init("next_madds", "number", "the same after one more step") { view, _ in try view.batch().nextMadds },
      .init("elapsed", "tensor", "seconds since each image's glance began; nil in traces") { view, _ in
        try view.batch().elapsed.map { try Tensor([$0.count], $0.map(Float.init)) }
      },
    ]
  }

  private static func looks(_ note: String) -> [LuaProperty<View>] {
    [
      .init("map", "tensor", "last feature maps, n × C × h × w" + note) { view, _ in try view.maps() },
      .init("glance", "tensor", "the resized images, n × 3 × P × P" + note) { view, _ in try view.glances() },
      .init(
        "locations", "tensor",
        "places so far, n × (steps − 1) × (row, column); n × (steps − 1) × frames × 2 where clips had one for each frame"
          + note,
        get: { view, _ in
          let locations = try view.locations()
          let places = locations.flatMap(\.self)
          let axes = [locations.count, locations.first?.count ?? 0]
          return try places.tensor().reshaped(Shape(axes + (places.frames == 1 ? [2] : [places.frames, 2])))
        }),
      .init("glance_frames", "integer", "frames of a clip that the glance sees; 1 for images") { view, _ in
        try view.batch().record.clips?.glanceFrames ?? 1
      },
      .init("focus_frames", "integer", "frames of a clip that patches are cut from; 1 for images") {
        view, _ in
        try view.batch().record.focusFrames
      },
    ]
  }

  private static func vector(
    _ name: String, _ summary: String, _ column: @escaping @Sendable (StepBatch) throws -> [Float]
  ) -> LuaProperty<View> {
    .init(
      name, "tensor", summary,
      get: { view, _ in
        let values = try column(view.batch())
        return try Tensor([values.count], values)
      })
  }

  private static func bySteps(
    _ name: String, _ summary: String, _ column: @escaping @Sendable (StepBatch, Int) -> [Float]
  ) -> LuaProperty<View> {
    .init(
      name, "tensor", summary,
      get: { view, _ in
        let batch = try view.batch()
        let columns = (1...batch.step).map { column(batch, $0) }
        return try Tensor(
          [batch.count, batch.step], (0..<batch.count).flatMap { row in columns.map { $0[row] } })
      })
  }
}
