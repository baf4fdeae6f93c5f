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
}
