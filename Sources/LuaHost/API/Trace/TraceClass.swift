import GlanceFocus
import Tensor

/// The class `trace`.
enum TraceClass {
  static let entry = LuaClass<TraceHandle>(
    TraceHandle.className, "Every step of every image, recorded once, to try exit rules on.",
    discussion: """
      Lists are made when first read and are the same list every time: copy one before changing it.
      """,
    properties: facts + columns + others,
    methods: TraceMethods.all,
    describe: { $0.description }
  ).entry

  private static var facts: [LuaProperty<TraceHandle>] {
    [
      .init("images", "integer", "number of images", get: { it, _ in it.record.images }),
      .init(
        "steps", "integer", "steps of each image, the glance included", get: { it, _ in it.record.steps }),
      .init("classes", "integer", "number of classes", get: { it, _ in it.record.classes }),
      .init("model", "string", "the name of the model", get: { it, _ in it.trace.model.name }),
      .init("dataset", "string", "the name of the data set", get: { it, _ in it.trace.dataset.name }),
      .init("sampler", "string", "what placed the patches", get: { it, _ in it.trace.sampler }),
      .init(
        "views", "integer",
        "items in a row that are views of one video, of which trace:over_views takes the mean; 1 where each stands for itself",
        get: { it, _ in it.trace.isOverViews ? 1 : it.trace.views }),
      .init(
        "madds", "list of numbers", "Multiply-Adds of an image that leaves after step 1, 2, …",
        get: { it, _ in it.record.madds }),
      .init(
        "class_names", "list of strings", "the names of the classes; empty where they have none",
        get: { it, stack in try it.list("class_names", on: stack) { it.trace.classNames } }),
      .init(
        "labels", "list of integers", "the true classes, from 1; nil when not known",
        get: { it, stack in
          try it.record.labels.map { labels in
            try it.list("labels", on: stack) { labels.map { Int($0) + 1 } }
          }
        }),
    ]
  }

  /// The columns of a step.
  private static var columns: [LuaProperty<TraceHandle>] {
    let numbers = StepColumns.numbers.map { column in
      lists(column.name, "\(column.help): [step][image]") { step -> [Double] in
        step[column].map(Double.init)
      }
    }
    let indices = StepColumns.indices.map { column in
      lists(column.name, "\(column.help), from 1: [step][image]") { step -> [Int] in
        step[column].map { Int($0) + 1 }
      }
    }
    return numbers + indices
  }

  private static var others: [LuaProperty<TraceHandle>] {
    [
      .init(
        "coordinates", "list of lists",
        "top-left pixels {row, column} of the patches, from 1: [step][image]; [step][image][frame] where clips have a place for each frame; the glance's list is empty",
        get: { it, stack in
          try it.list("coordinates", on: stack) {
            let record = it.record
            let frames = (1...record.steps).map { record[$0].locations.frames }.max() ?? 1
            return (1...record.steps).map { record[$0].positions.map { $0.spread(frames).pixels } }
          }
        }),
      .init(
        "places", "tensor",
        "places of the patches in 0…1, (steps − 1) × images × (row, column); (steps − 1) × images × frames × 2 where clips have a place for each frame; nil for one step",
        get: { it, _ -> Tensor? in
          let record = it.record
          guard record.steps > 1 else { return nil }
          let places = (2...record.steps).flatMap { record[$0].locations }
          return try places.tensor().reshaped(
            Shape([record.steps - 1, record.images] + (places.frames == 1 ? [2] : [places.frames, 2])))
        }),
      .init(
        "logits", "tensor", "steps × images × classes",
        get: { it, _ in
          let record = it.record
          return try Tensor(
            [record.steps, record.images, record.classes], (1...record.steps).flatMap { record[$0].logits })
        }),
    ]
  }

  private static func lists<Element: LuaPushable>(
    _ name: String, _ summary: String,
    _ column: @escaping @Sendable (EpisodeRecord.Step) -> [Element]
  ) -> LuaProperty<TraceHandle> {
    .init(
      name, "list of lists", summary,
      get: { it, stack in
        try it.list(name, on: stack) { (1...it.record.steps).map { column(it.record[$0]) } }
      })
  }
}
