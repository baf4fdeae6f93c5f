import Vision

extension Configuration {
  /// Refuses a data set that does not fit the network.
  ///
  /// - Parameter needsLabels: also refuses one whose images' classes are not known.
  /// - Throws: ``ModelError`` that names the first obstacle: frames, size, number or order of the classes.
  func check(_ dataset: any ImageDataset, needsLabels: Bool = false) throws {
    try ModelError.require(
      dataset.frames == frames,
      "\(dataset.name) has \(Self.items(dataset.frames)), the model was made for \(Self.items(frames))")
    let parts = frameParts
    try ModelError.require(
      dataset.frameParts.count == 1 || dataset.frameParts == parts,
      "the clips of \(dataset.name) are of \(Self.text(dataset.frameParts)) frames, the model was made for those of "
        + Self.text(parts))
    try ModelError.require(
      dataset.imageSize == (imageSize, imageSize),
      "the images are \(dataset.imageSize.height)×\(dataset.imageSize.width), the model was made for "
        + "\(imageSize)×\(imageSize)")
    try ModelError.require(
      dataset.knowsLabels || !needsLabels,
      "the classes of the images of \(dataset.name) are not known: they cannot be trained on")
    try ModelError.require(
      dataset.classes == classes || (dataset.labels.isEmpty && !dataset.knowsLabels),
      "the data set has \(dataset.classes) classes, the model \(classes)")
    try checkClasses(dataset)
  }

  /// The frames of an item by what they are for: those of the glance and those of patches where each sees its own, else all.
  public var frameParts: [Int] {
    clips?.separatesFrames == true ? [frames(.glance), frames(.patch)] : [frames]
  }

  /// What messages call the items of a data set.
  public static func items(_ frames: Int) -> String {
    frames == 1 ? "single images" : "clips of \(frames) frames"
  }

  private static func text(_ parts: [Int]) -> String { parts.map(String.init).joined(separator: " + ") }
}
