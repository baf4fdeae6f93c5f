import Figures
import GlanceFocus
import Reports
import Support
import Vision

/// `gfnet.report.explorer`.
enum ExplorerFunction {
  private static let trace = ArgumentKey<TraceHandle>("trace", "a trace with labels")
  private static let rules = ArgumentKey<LuaValue>(
    .optional(
      "rules", .list(.table),
      "pairs {name, rule} that readers choose from; a rule is a curve of trace:budgeted, along which they move, an evaluation of"
        + " the trace, or whatever trace:evaluate takes; default: the paper's thresholds, solved on this trace"
    ))
  private static let images = ArgumentKey<Int>(
    "images", default: 60, "of how many images the page has pictures, evenly chosen", in: 0...1000)
  private static let dataset = ArgumentKey<DatasetHandle?>(
    "dataset",
    "the trace's images; needed for pictures where the trace was read from a file and its data set does not come with the program"
  )

  /// More would make pages of tens of megabytes.
  private static let mostImages = 100_000

  static let entry = FunctionEntry(
    "explorer",
    "A part of the report that readers play with: rules, a budget to move, and what leaves where.",
    [trace, .options([rules, images, dataset] + FigureNameOptions.rows)],
    example: """
      \(TraceMethods.sample)gfnet.report.explorer(trace, {rules = {{"paper's", trace:budgeted{points = 9}}, {"margin", gfnet.exits.margin{}}}})
      """,
    discussion: """
      A slider moves along the thresholds of a curve; accuracy, mean cost, the exits by step and the images that the filters \
      leave (by class, step, right and wrong) follow, and a second rule stands beside the first at no more than its cost. The page \
      computes this by itself from the trace's numbers: it loads nothing, and its policy lets this one script of the program's run. \
      Without scripts, on paper, in Markdown and in Jupyter the curves are shown as a figure.
      """, touches: [.report], mayTouch: [.readFiles]
  ) { call in
    let handle = try call[trace]
    guard let labels = handle.record.labels else {
      throw LuaError(
        "\(call.place(trace)): the trace has no labels, without which no answer is right or wrong")
    }
    guard handle.record.images <= mostImages else {
      throw LuaError(
        "\(call.place(trace)): a page holds up to \(mostImages) images, the trace has \(handle.record.images)"
      )
    }
    let rules = try ExplorerRules(call, rules, of: handle).rules
    let record = handle.record
    let explorer = Explorer(
      noun: record.clips == nil ? "images" : "clips", madds: record.madds, classes: handle.trace.classNames,
      labels: labels, predictions: (1...record.steps).map { record[$0].prediction },
      confidences: (1...record.steps).map { record[$0].confidence },
      rules: rules.map { Explorer.Rule(name: $0.name, exits: $0.exits) },
      thumbnails: try thumbnails(handle, call))
    let still = ScriptFigure(try figure(rules))
    still.name = "explorer"
    let caption = try call[FigureNameOptions.caption]
    var picture = try still.picture(
      call.context, name: call[FigureNameOptions.name],
      caption: caption.isEmpty ? "Accuracy against mean cost; in the page, move the budget." : caption)
    picture.explorer = explorer
    try call.context.emit(.figure(picture))
  }

  /// What is seen where no script runs.
  private static func figure(_ rules: [ExplorerRules.Rule]) throws -> Figure {
    var figure = Figure()
    figure.axes.x.label = "mean Multiply-Adds"
    figure.axes.y.label = "top-1 (%)"
    for rule in rules {
      let (madds, accuracy) = (rule.points.map(\.madds), rule.points.map { Percent.of($0.accuracy) })
      if rule.points.count > 1 {
        try figure.axes.line(x: madds, y: accuracy, label: rule.name)
      } else {
        try figure.axes.scatter(x: madds, y: accuracy, label: rule.name)
      }
    }
    return figure
  }

  private static func thumbnails(_ handle: TraceHandle, _ call: LuaCall) throws -> [Explorer.Thumbnail] {
    let record = handle.record
    let count = min(try call[images], record.images)
    guard count > 0 else { return [] }
    // Without pictures there is the rest all the same.
    guard
      let images = try TraceImages.openIfKnown(
        handle, given: call[dataset], call, name: "gfnet.report.explorer")
    else {
      call.context.note(
        "gfnet.report.explorer: the images of the trace are not known here; give them as dataset = …, for pictures"
      )
      return []
    }
    return try (0..<count).map { i in
      try Cancellation.check()
      return try thumbnail((2 * i + 1) * record.images / (2 * count), handle, images)
    }
  }

  /// An image, or of a clip the first frame that patches are cut from.
  private static func thumbnail(_ row: Int, _ handle: TraceHandle, _ images: any ImageDataset) throws
    -> Explorer.Thumbnail
  {
    let (record, size) = (handle.record, images.imageSize)
    let frame = handle.focusFrames.first ?? 0
    let frameBytes = size.width * size.height * images.channels
    let bytes = try images.item(at: record.indices[row])[(frame * frameBytes)..<((frame + 1) * frameBytes)]
    let pixels = try Pixels(
      width: size.width, height: size.height, channels: images.channels, bytes: Array(bytes))
    return Explorer.Thumbnail(
      row: row, title: handle.title(row, images), width: size.width, height: size.height,
      mediaType: "image/jpeg", content: try pixels.jpeg(),
      patches: (1...record.steps).map { step in
        handle.corners(row, step).map { places in
          Explorer.Thumbnail.Patch(
            row: places.first.row, column: places.first.column, size: record.patchSize)
        }
      })
  }
}
