import GlanceFocus
import Vision

/// A data set as scripts hold it, of images or clips.
final class DatasetHandle {
  let images: any ImageDataset
  /// The normalisation that a script asked for; nil when it left that to the data set.
  let normalization: Normalization?

  init(_ images: any ImageDataset, normalization: Normalization? = nil) {
    self.images = images
    self.normalization = normalization
  }

  /// Says once that a model normalises with its own numbers, where a script gave others for the data set.
  func tellNormalization(of configuration: Configuration, _ context: HostContext) {
    guard let normalization,
      normalization.mean != configuration.mean || normalization.std != configuration.standardDeviation
    else { return }
    func text(_ mean: [Float], _ std: [Float]) -> String {
      func list(_ values: [Float]) -> String { values.map { "\($0)" }.joined(separator: ", ") }
      return "mean = {\(list(mean))} and std = {\(list(std))}"
    }
    let given = text(normalization.mean, normalization.std)
    let used = text(configuration.mean, configuration.standardDeviation)
    context.noteOnce(
      "the model normalises with its own \(used); the \(given) of the data set \(images.name) are not used",
      key: "normalization \(given) \(used)")
  }

  /// A line such as `dataset clutter-fashion/test: 10000 images of 128×128, 1 channel, 10 classes`.
  var description: String {
    let size = images.imageSize
    let noun = images.itemNoun + (images.count == 1 ? "" : "s")
    let frames = images.frames == 1 ? "" : "\(images.frames)×"
    return
      "dataset \(images.name)/\(images.split): \(images.count) \(noun) of \(frames)\(size.height)×\(size.width), "
      + "\(images.channels) channel\(images.channels == 1 ? "" : "s"), \(images.classes) classes"
  }
}

extension DatasetHandle: ObjectArgument {
  static let className = "dataset"
}
