import GlanceFocus
import Tensor

/// How answers to several views of a video become one: `trace:over_views`, `data:over_views` and `model:infer`.
enum ViewOptions {
  static let mean = ArgumentKey<ViewMean>(
    "mean", default: .logits,
    "of what over the views of a video: of the logits, as TSM's test does it, or of the softmax of them")
  static let views = ArgumentKey<Int?>(
    "views", "items in a row that are of one video; default: those of the data set", in: 1...100_000)

  /// Tells of videos that have no answer because one of their views has none.
  static func tell(_ leftOut: Int, of videos: Int, _ context: HostContext) {
    guard leftOut > 0 else { return }
    context.note(
      "\(leftOut) of \(videos) videos are left out, as not all of their views could be read")
  }

  private static let answers = ArgumentKey<Tensor>.operand("answers", "logits, n × classes")
  private static let indices = ArgumentKey<[Int]?>(
    "indices", "which items of the data set these are, as batch.indices says; default: all, in order")

  static var method: LuaMethod<DatasetHandle> {
    LuaMethod<DatasetHandle>(
      "over_views", "Averages answers over the views of each video.",
      [answers, indices, .options([mean])],
      returns: "tensor: videos × classes, as logits; list of integers: which videos these are, from 1",
      example: """
        local data = gfnet.dataset("clutter-motion", {limit = 4})  \
        local logits, videos = data:over_views(gfnet.tensor.rand(4, 20))
        """,
      discussion: """
        data.views items in a row are of one video. Videos of which an answer is missing are left out; a batch that begins \
        with a video and has a whole number of them is had by data:batches{size = n * data.views, even = false}. With \
        mean = "probabilities" the answers are logarithms of mean probabilities, whose softmax are these.
        """
    ) { data, call in
      let (place, views) = ("dataset:over_views", data.images.views)
      let given = try call[answers]
      guard given.rank == 2 else {
        throw LuaError("\(place): answers must be n × classes, got \(given.shape)")
      }
      let (count, classes) = (given.shape[0], given.shape[1])
      let items = try call[indices].map { $0.map { $0 &- 1 } } ?? Array(0..<data.images.count)
      guard items.count == count else {
        throw LuaError(
          "\(place): \(count) answers for \(items.count) items; give the numbers of these, as batch.indices has them"
        )
      }
      if let bad = items.first(where: { !(0..<data.images.count).contains($0) }) {
        throw LuaError("\(place): there is no item \(bad &+ 1) in a data set of \(data.images.count)")
      }
      let videos = VideoViews.rows(of: items, views: views)
      let values = try given.values()
      let mean = try call[mean]
      let averaged = videos.flatMap { rows in
        mean.logits(rows.map { values[$0 * classes..<($0 + 1) * classes] })
      }
      return LuaResults(
        try Tensor([videos.count, classes], averaged), videos.map { items[$0[0]] / views + 1 })
    }
  }
}
