import Vision

/// A data set as scripts hold it.
final class DatasetHandle {
  let images: any ImageDataset

  init(_ images: any ImageDataset) { self.images = images }

  /// `dataset clutter-fashion/test: 10000 images of 128×128, 1 channel, 10 classes`.
  var description: String {
    let size = images.imageSize
    return "dataset \(images.name)/\(images.split): \(images.count) image\(images.count == 1 ? "" : "s") of "
      + "\(size.height)×\(size.width), \(images.channels) channel\(images.channels == 1 ? "" : "s"), "
      + "\(images.classes) classes"
  }
}
