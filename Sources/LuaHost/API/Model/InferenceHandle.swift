import GlanceFocus
import Vision

/// The results of `model:infer`, as scripts hold them.
final class InferenceHandle {
  let run: AdaptiveRunner.Run
  let images: any ImageDataset
  let classNames: [String]

  init(run: AdaptiveRunner.Run, images: any ImageDataset, classNames: [String]) {
    self.run = run
    self.images = images
    self.classNames = classNames
  }

  /// The result of one image.
  /// - Parameter index: its place in the run, from 0.
  func result(_ index: Int) -> LuaFields {
    let result = run.results[index]
    return result.fields(source: images.itemPath(at: result.index), classNames: classNames)
  }

  /// The videos as scripts see them.
  func fields(_ videos: AdaptiveRunner.Videos) -> VideoTable {
    VideoTable(videos: videos, classNames: classNames)
  }
}

/// The answers to videos as a table: a list with totals under their names.
struct VideoTable: LuaPushable {
  let videos: AdaptiveRunner.Videos
  let classNames: [String]

  func push(onto stack: LuaStack) throws {
    let rows = videos.results.map { result in
      LuaFields([
        "video": result.video + 1, "prediction": result.prediction + 1,
        "name": classNames.indices.contains(result.prediction) ? classNames[result.prediction] : nil,
        "label": result.label.map { $0 + 1 }, "confidence": result.confidence, "madds": result.madds,
      ])
    }
    try rows.push(onto: stack)
    let totals: [(String, (any LuaPushable)?)] = [
      ("accuracy", videos.accuracy.map(Percent.of)), ("madds", videos.madds), ("views", videos.views),
    ]
    try stack.reserve(4)
    for (name, value) in totals {
      guard let value else { continue }
      stack.push(name)
      try value.push(onto: stack)
      stack.rawSet(tableAt: -3)
    }
  }
}
