import Support

/// Images or clips held in memory, as a script's `tensors` data set gives them.
public struct TensorsDataset: ImageDataset {
  /// The order of the dimensions of the given values.
  public enum Layout: Sendable {
    /// N × C × H × W, as tensors have it; of clips N × F × C × H × W.
    case channelsFirst
    /// N × H × W × C, as decoded pictures have it; of clips N × F × H × W × C.
    case channelsLast
  }

  /// The levels, N × F × H × W × C.
  private let pixels: [UInt8]
  /// The classes; nil when they are not known.
  private let classOf: [Int]?
  public let count: Int
  public let name: String
  public let split: String
  public let identity: String
  public let labels: [String]
  public let frames: Int
  public let imageSize: (height: Int, width: Int)
  public let channels: Int
  public let normalization: Normalization

  /// A data set of 8-bit images, or of clips.
  ///
  /// - Parameters:
  ///   - bytes: the items one after the other.
  ///   - layout: the order of the dimensions of `bytes`.
  ///   - frames: F, the number of pictures of an item: 1 for images.
  ///   - imageSize: height and width of a picture in pixels.
  ///   - channels: 1 for grey, 3 for red, green, blue.
  ///   - labels: the 0-based class of each item; nil when they are not known.
  ///   - classNames: the names of the classes; by default "1", "2", … up to the largest label, and none without labels.
  ///   - normalization: what encoders normalise with; by default what takes [0, 1] to [−1, 1].
  ///   - name: what the data set is called.
  ///   - split: what the part of it is called.
  /// - Throws: ``DatasetError/invalid(_:)`` when the sizes do not fit or a label has no class.
  public init(
    bytes: [UInt8], layout: Layout, frames: Int = 1, imageSize: (height: Int, width: Int), channels: Int,
    labels: [Int]?,
    classNames: [String]? = nil, normalization: Normalization? = nil, name: String = "tensors",
    split: String = "all"
  ) throws {
    let form = Form(frames: frames, imageSize: imageSize, channels: channels)
    let given = form.items(of: bytes.count)
    if let labels, given > 0, labels.count != given {
      throw DatasetError.invalid(
        "\(name): \(labels.count) labels for \(given) \(form.noun)s, expected one for each")
    }
    count = labels?.count ?? given
    try form.check(values: bytes.count, items: count, name: name)
    let classes =
      try labels.map { try Self.checkedClasses($0, of: form.noun, classNames: classNames, name: name) }
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
      ? bytes
      : TensorsDataset.channelsLast(
        bytes, pictures: count * frames, channels: channels, plane: imageSize.height * imageSize.width)
    classOf = labels
    self.name = name
    self.split = split
    self.labels = classes
    self.frames = frames
    self.imageSize = imageSize
    self.channels = channels
    self.normalization = normalization
    var hash = ContentHash()
    hash.add(pixels)
    for label in labels ?? [] { hash.add(UInt64(label)) }
    identity =
      "\(name)/\(split) \(count)x\(frames == 1 ? "" : "\(frames)x")\(imageSize.height)x\(imageSize.width)x\(channels) content=\(hash)"
  }

  /// A data set of images or clips with values in [0, 1], kept as the nearest of 256 levels.
  ///
  /// - Throws: ``DatasetError/invalid(_:)`` as the 8-bit initialiser does, and for a value outside [0, 1].
  public init(
    values: [Float], layout: Layout, frames: Int = 1, imageSize: (height: Int, width: Int), channels: Int,
    labels: [Int]?,
    classNames: [String]? = nil, normalization: Normalization? = nil, name: String = "tensors",
    split: String = "all"
  ) throws {
    // This is written so that a NaN fails as well.
    if let bad = values.firstIndex(where: { !($0 >= 0 && $0 <= 1) }) {
      let form = Form(frames: frames, imageSize: imageSize, channels: channels)
      let items = labels?.count ?? form.items(of: values.count)
      let item = items == 0 ? 0 : bad / max(1, values.count / items)
      throw DatasetError.invalid(
        "\(name): \(form.noun) \(item + 1) has the value \(values[bad]), expected 0 to 1")
    }
    try MemoryBudget.shared.require(2 * values.count)
    try self.init(
      bytes: values.map { UInt8(($0 * 255).rounded()) }, layout: layout, frames: frames, imageSize: imageSize,
      channels: channels, labels: labels, classNames: classNames, normalization: normalization, name: name,
      split: split)
  }

  public var knowsLabels: Bool { classOf != nil }
  public var heldBytes: Int { pixels.count + 8 * (classOf?.count ?? 0) }

  public func label(at index: Int, epoch: Int) -> Int { classOf?[index] ?? 0 }

  /// The data set's name and the 1-based number of the item.
  public func itemName(at index: Int) -> String { "\(name).\(index + 1)" }

  public func render(_ index: Int, epoch: Int, into pixels: UnsafeMutableBufferPointer<UInt8>) throws {
    try checkItem(index)
    try checkSize(pixels)
    let size = itemBytes
    self.pixels.withUnsafeBufferPointer { all in
      _ = pixels.update(fromContentsOf: all[index * size..<(index + 1) * size])
    }
  }

  /// The shape that values are said to have.
  private struct Form {
    let frames: Int
    let imageSize: (height: Int, width: Int)
    let channels: Int

    /// What messages call an item.
    var noun: String { frames == 1 ? "image" : "clip" }

    /// The sizes of an item.
    private var sides: [Int] {
      (frames == 1 ? [] : [frames]) + [imageSize.height, imageSize.width, channels]
    }

    /// How many items so many values are; 0 where the size is none or they are no whole number of them.
    func items(of values: Int) -> Int {
      guard sides.allSatisfy({ $0 >= 1 }) else { return 0 }
      let count = sides.reduce(values, /)
      // Nothing overflows: the product is at most the number of values that there are.
      return sides.reduce(count, *) == values ? count : 0
    }

    /// Throws unless everything about the sizes fits.
    func check(values: Int, items: Int, name: String) throws {
      guard items >= 1 else { throw DatasetError.invalid("\(name): no \(noun), expected at least 1") }
      let shape = ([items] + sides).map(String.init).joined(separator: " × ")
      let axes = "(\(noun)s, \(frames == 1 ? "" : "frames, ")height, width, channels)"
      var expected = items
      for side in sides {
        let (product, overflow) = expected.multipliedReportingOverflow(by: side)
        guard side >= 1, !overflow else {
          throw DatasetError.invalid("\(name): \(shape) \(axes) is no size for \(noun)s")
        }
        expected = product
      }
      guard values == expected else {
        throw DatasetError.invalid("\(name): \(values) values, expected \(expected) = \(shape) \(axes)")
      }
    }
  }

  private static func checkedClasses(
    _ labels: [Int], of noun: String, classNames: [String]?, name: String
  ) throws -> [String] {
    let limit = classNames?.count ?? Int(UInt16.max)
    if let bad = labels.firstIndex(where: { $0 < 0 || $0 >= limit }) {
      throw DatasetError.invalid(
        "\(name): \(noun) \(bad + 1) has class \(labels[bad] &+ 1), expected 1 to \(limit)")
    }
    return classNames ?? (0...(labels.max() ?? 0)).map { String($0 + 1) }
  }

  private static func channelsLast(_ bytes: [UInt8], pictures: Int, channels: Int, plane: Int) -> [UInt8] {
    var result = bytes
    bytes.withUnsafeBufferPointer { from in
      result.withUnsafeMutableBufferPointer { to in
        for picture in 0..<pictures {
          let start = picture * channels * plane
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
