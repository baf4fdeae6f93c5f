import Support

/// Images held in memory, as a script's `tensors` data set gives them.
public struct TensorsDataset: ImageDataset {
  /// The order of the dimensions of the given values.
  public enum Layout: Sendable {
    /// N × C × H × W, as tensors have it.
    case channelsFirst
    /// N × H × W × C, as decoded pictures have it.
    case channelsLast
  }

  /// The levels, N × H × W × C.
  private let pixels: [UInt8]
  /// The classes; nil when they are not known.
  private let classOf: [Int]?
  public let count: Int
  public let name: String
  public let split: String
  public let identity: String
  public let labels: [String]
  public let imageSize: (height: Int, width: Int)
  public let channels: Int
  public let normalization: Normalization

  /// A data set of 8-bit images.
  ///
  /// - Parameters:
  ///   - bytes: the images one after the other.
  ///   - layout: the order of the dimensions of `bytes`.
  ///   - imageSize: height and width of an image in pixels.
  ///   - channels: 1 for grey, 3 for red, green, blue.
  ///   - labels: the 0-based class of each image; nil when they are not known.
  ///   - classNames: the names of the classes; by default "1", "2", … up to the largest label, and none without labels.
  ///   - normalization: what encoders normalise with; by default what takes [0, 1] to [−1, 1].
  ///   - name: what the data set is called.
  ///   - split: what the part of it is called.
  /// - Throws: ``DatasetError/invalid(_:)`` when the sizes do not fit or a label has no class.
  public init(
    bytes: [UInt8], layout: Layout, imageSize: (height: Int, width: Int), channels: Int, labels: [Int]?,
    classNames: [String]? = nil, normalization: Normalization? = nil, name: String = "tensors",
    split: String = "all"
  ) throws {
    let given = TensorsDataset.images(of: bytes.count, imageSize, channels)
    if let labels, given > 0, labels.count != given {
      throw DatasetError.invalid("\(name): \(labels.count) labels for \(given) images, expected one for each")
    }
    count = labels?.count ?? given
    let plane = try TensorsDataset.checkedPlane(
      values: bytes.count, images: count, imageSize: imageSize, channels: channels, name: name)
    let classes =
      try labels.map { try TensorsDataset.checkedClasses($0, classNames: classNames, name: name) }
      ?? classNames ?? []
    let normalization = normalization ?? .symmetric(channels: channels)
    guard normalization.mean.count == channels, normalization.std.count == channels,
      normalization.std.allSatisfy({ $0 > 0 })
    else {
      throw DatasetError.invalid(
        "\(name): normalization needs \(channels) means and \(channels) positive standard deviations")
    }
    pixels =
      layout == .channelsLast || channels == 1
      ? bytes : TensorsDataset.channelsLast(bytes, images: count, channels: channels, plane: plane)
    classOf = labels
    self.name = name
    self.split = split
    self.labels = classes
    self.imageSize = imageSize
    self.channels = channels
    self.normalization = normalization
    var hash = ContentHash()
    hash.add(pixels)
    for label in labels ?? [] { hash.add(UInt64(label)) }
    identity =
      "\(name)/\(split) \(count)x\(imageSize.height)x\(imageSize.width)x\(channels) content=\(hash)"
  }

  /// A data set of images with values in [0, 1], kept as the nearest of 256 levels.
  ///
  /// - Throws: ``DatasetError/invalid(_:)`` as the 8-bit initialiser does, and for a value outside [0, 1].
  public init(
    values: [Float], layout: Layout, imageSize: (height: Int, width: Int), channels: Int, labels: [Int]?,
    classNames: [String]? = nil, normalization: Normalization? = nil, name: String = "tensors",
    split: String = "all"
  ) throws {
    // This is written so that a NaN fails as well.
    if let bad = values.firstIndex(where: { !($0 >= 0 && $0 <= 1) }) {
      let images = labels?.count ?? TensorsDataset.images(of: values.count, imageSize, channels)
      let image = images == 0 ? 0 : bad / max(1, values.count / images)
      throw DatasetError.invalid("\(name): image \(image + 1) has the value \(values[bad]), expected 0 to 1")
    }
    try MemoryBudget.shared.require(2 * values.count)
    try self.init(
      bytes: values.map { UInt8(($0 * 255).rounded()) }, layout: layout, imageSize: imageSize,
      channels: channels, labels: labels, classNames: classNames, normalization: normalization, name: name,
      split: split)
  }

  public var knowsLabels: Bool { classOf != nil }
  public var heldBytes: Int { pixels.count + 8 * (classOf?.count ?? 0) }

  public func label(at index: Int) -> Int { classOf?[index] ?? 0 }

  /// The data set's name and the 1-based number of the image.
  public func itemName(at index: Int) -> String { "\(name).\(index + 1)" }

  public func render(_ index: Int, epoch: Int, into pixels: UnsafeMutableBufferPointer<UInt8>) throws {
    try checkImage(index)
    try checkSize(pixels)
    let size = imageBytes
    self.pixels.withUnsafeBufferPointer { all in
      _ = pixels.update(fromContentsOf: all[index * size..<(index + 1) * size])
    }
  }

  /// How many images of a size so many values are; 0 where the size is none or they are no whole number of them.
  private static func images(of values: Int, _ size: (height: Int, width: Int), _ channels: Int) -> Int {
    guard size.height >= 1, size.width >= 1, channels >= 1 else { return 0 }
    let count = values / size.height / size.width / channels
    // Nothing overflows: the product is at most the number of values that there are.
    return count * size.height * size.width * channels == values ? count : 0
  }

  /// The pixels of one image's plane, once everything about the sizes is known to fit.
  private static func checkedPlane(
    values: Int, images: Int, imageSize: (height: Int, width: Int), channels: Int, name: String
  ) throws -> Int {
    guard images >= 1 else { throw DatasetError.invalid("\(name): no image, expected at least 1") }
    let sides = [imageSize.height, imageSize.width, channels]
    let shape = "\(images) × \(imageSize.height) × \(imageSize.width) × \(channels)"
    var expected = images
    for side in sides {
      let (product, overflow) = expected.multipliedReportingOverflow(by: side)
      guard side >= 1, !overflow else {
        throw DatasetError.invalid(
          "\(name): \(shape) (images, height, width, channels) is no size for images")
      }
      expected = product
    }
    guard values == expected else {
      throw DatasetError.invalid(
        "\(name): \(values) values, expected \(expected) = \(shape) (images, height, width, channels)")
    }
    return imageSize.height * imageSize.width
  }

  private static func checkedClasses(_ labels: [Int], classNames: [String]?, name: String) throws -> [String]
  {
    let limit = classNames?.count ?? Int(UInt16.max)
    if let bad = labels.firstIndex(where: { $0 < 0 || $0 >= limit }) {
      throw DatasetError.invalid(
        "\(name): image \(bad + 1) has class \(labels[bad] &+ 1), expected 1 to \(limit)")
    }
    return classNames ?? (0...(labels.max() ?? 0)).map { String($0 + 1) }
  }

  private static func channelsLast(_ bytes: [UInt8], images: Int, channels: Int, plane: Int) -> [UInt8] {
    var result = bytes
    bytes.withUnsafeBufferPointer { from in
      result.withUnsafeMutableBufferPointer { to in
        for image in 0..<images {
          let start = image * channels * plane
          for channel in 0..<channels {
            for pixel in 0..<plane {
              to[start + pixel * channels + channel] = from[start + channel * plane + pixel]
            }
          }
        }
      }
    }
    return result
  }
}
