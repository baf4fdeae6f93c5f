import Foundation
import Support

/// What is done to a picture before a network sees it: a fixed resize and crop, or a random one for training.
public struct ImageTransform: Sendable, Hashable {
  /// What becomes of the whole picture first.
  public enum Resize: Sendable, Hashable {
    /// The shorter side gets this length, the other one keeps the shape.
    case shorterSide(Int)
    /// Both sides are set, whatever the shape.
    case exact(height: Int, width: Int)

    /// The size that a picture of `height` × `width` pixels gets; both are positive.
    func size(height: Int, width: Int) -> (height: Int, width: Int) {
      switch self {
      case .exact(let height, let width): (height, width)
      case .shorterSide(let side):
        width <= height ? (side * height / width, side) : (side, side * width / height)
      }
    }
  }

  /// A random part of the picture, stretched to the crop, and mirrored half of the time.
  public struct Augmentation: Sendable, Hashable {
    /// The least and the most of the picture's area.
    public var scale: ClosedRange<Double> = 0.08...1
    /// The least and the most of width over height.
    public var ratio: ClosedRange<Double> = 3.0 / 4...4.0 / 3
    /// Whether half of the pictures are mirrored.
    public var flips = true

    /// The bounds that ImageNet's training uses.
    public init() {}
  }

  /// What becomes of the whole picture first.
  public var resize: Resize
  /// Height and width of the result, cut from the centre after the resize.
  public var crop: (height: Int, width: Int) {
    get { (cropHeight, cropWidth) }
    set { (cropHeight, cropWidth) = newValue }
  }
  private var cropHeight: Int
  private var cropWidth: Int
  /// How the resized picture is computed.
  public var filter: ResampleFilter
  /// Random choices that replace the resize and the crop; nil for none.
  public var augmentation: Augmentation?

  /// Takes sizes in pixels.
  ///
  /// - Throws: ``DatasetError/invalid(_:)`` when a size is out of range or the crop larger than what it is
  ///   cut from.
  public init(
    resize: Resize, crop: (height: Int, width: Int), filter: ResampleFilter = .bilinear,
    augmentation: Augmentation? = nil
  ) throws {
    self.resize = resize
    (cropHeight, cropWidth) = crop
    self.filter = filter
    self.augmentation = augmentation
    let (height, width) =
      switch resize {
      case .shorterSide(let side): (side, side)
      case .exact(let height, let width): (height, width)
      }
    let sides = 1...Self.longestSide
    guard sides.contains(height), sides.contains(width), sides.contains(cropHeight), sides.contains(cropWidth)
    else { throw DatasetError.invalid("sizes of pictures must be 1 to \(Self.longestSide) pixels") }
    guard augmentation != nil || cropHeight <= height && cropWidth <= width else {
      throw DatasetError.invalid(
        "a crop of \(cropHeight)×\(cropWidth) cannot be cut from pictures resized to \(height)×\(width)")
    }
  }

  /// Everything that the result depends on, for cache keys.
  var identity: String {
    let resized =
      switch resize {
      case .shorterSide(let side): "shorter=\(side)"
      case .exact(let height, let width): "exact=\(height)x\(width)"
      }
    let augmented = augmentation.map { " random=\($0.scale)/\($0.ratio)/\($0.flips)" } ?? ""
    return "\(resized) crop=\(cropHeight)x\(cropWidth) \(filter.rawValue)\(augmented)"
  }

  /// The largest size of a transformed picture.
  public static let longestSide = 8192

  /// ImageNet's evaluation: the shorter side to `size` / `ratio` (256 for 224), then the centre.
  ///
  /// The crop has the share `ratio` of the resized shorter side.
  ///
  /// - Throws: ``DatasetError/invalid(_:)`` when a number is out of range.
  public static func evaluation(
    size: Int = 224, ratio: Double = 0.875, filter: ResampleFilter = .bilinear
  ) throws -> ImageTransform {
    guard ratio > 0, ratio <= 1 else {
      throw DatasetError.invalid("crop ratio is \(ratio), expected up to 1")
    }
    return try ImageTransform(
      resize: .shorterSide(Int((Double(size) / ratio).rounded(.down))), crop: (size, size), filter: filter)
  }

  /// ImageNet's training: a random part of 8 % to 100 % of the picture, stretched to `size`, mirrored at
  /// random.
  ///
  /// - Throws: ``DatasetError/invalid(_:)`` when `size` is out of range.
  public static func training(size: Int = 224, filter: ResampleFilter = .bilinear) throws -> ImageTransform {
    try ImageTransform(
      resize: .shorterSide(size), crop: (size, size), filter: filter, augmentation: Augmentation())
  }

  /// The transformed picture, of ``crop`` size. Where there is an augmentation, `random` alone decides.
  ///
  /// - Throws: ``DatasetError/invalid(_:)`` when the picture is so long and narrow that its resize has too many pixels.
  public func apply(_ image: RGBImage, _ random: CounterRandom) throws -> RGBImage {
    if let augmentation { return try apply(augmentation, image, random) }
    let size = resize.size(height: image.height, width: image.width)
    // Halves are rounded to even, as torchvision does.
    let top = Int((Double(size.height - cropHeight) / 2).rounded(.toNearestOrEven))
    let left = Int((Double(size.width - cropWidth) / 2).rounded(.toNearestOrEven))
    return try image.resized(
      width: size.width, height: size.height, filter,
      window: (top..<top + cropHeight, left..<left + cropWidth))
  }

  private func apply(
    _ augmentation: Augmentation, _ image: RGBImage, _ random: CounterRandom
  ) throws -> RGBImage {
    let part = Self.part(augmentation, image, random)
    let cut = try image.cropped(left: part.left, top: part.top, width: part.width, height: part.height)
    let result = try cut.resized(width: cropWidth, height: cropHeight, filter)
    return augmentation.flips && random.uniform(0) < 0.5 ? result.flipped() : result
  }

  /// A random part of the wanted area and shape; after ten that do not fit, the largest centre of a wanted shape.
  private static func part(
    _ augmentation: Augmentation, _ image: RGBImage, _ random: CounterRandom
  ) -> (left: Int, top: Int, width: Int, height: Int) {
    func between(_ range: ClosedRange<Double>, _ draw: Int) -> Double {
      range.lowerBound + (range.upperBound - range.lowerBound) * Double(random.uniform(draw))
    }
    let (height, width) = (image.height, image.width)
    let shapes = log(augmentation.ratio.lowerBound)...log(augmentation.ratio.upperBound)
    for attempt in 0..<10 {
      let draw = 1 + 4 * attempt
      let area = Double(height * width) * between(augmentation.scale, draw)
      let ratio = exp(between(shapes, draw + 1))
      let w = Int((area * ratio).squareRoot().rounded(.toNearestOrEven))
      let h = Int((area / ratio).squareRoot().rounded(.toNearestOrEven))
      if (1...width).contains(w), (1...height).contains(h) {
        return (
          random.integer(draw + 2, below: width - w + 1), random.integer(draw + 3, below: height - h + 1), w,
          h
        )
      }
    }
    let shape = Double(width) / Double(height)
    var (w, h) = (width, height)
    if shape < augmentation.ratio.lowerBound {
      h = min(Int((Double(w) / augmentation.ratio.lowerBound).rounded(.toNearestOrEven)), height)
    } else if shape > augmentation.ratio.upperBound {
      w = min(Int((Double(h) * augmentation.ratio.upperBound).rounded(.toNearestOrEven)), width)
    }
    (w, h) = (max(w, 1), max(h, 1))
    return ((width - w) / 2, (height - h) / 2, w, h)
  }
}
