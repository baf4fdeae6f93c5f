import Support

/// What is done to the pictures of a clip before a network sees them: the same to all of them.
public struct ClipTransform: Sendable, Hashable {
  /// Which parts of the resized pictures are looked at; each is a view of its own.
  public enum Crops: Int, Sendable, CaseIterable {
    /// The centre.
    case one = 1
    /// Left, right and centre, at half the height.
    case three = 3
    /// The corners and the centre.
    case five = 5
    /// The corners and the centre, each also mirrored.
    case ten = 10
  }

  /// A random part for training: a height and a width of some shares of the picture's shorter side, at one of 13 places,
  /// stretched to the crop. These are the choices of TSN and TSM.
  public struct Augmentation: Sendable, Hashable {
    /// Whether half of the clips are mirrored.
    public var flips: Bool

    public init(flips: Bool) { self.flips = flips }

    /// The shares of the shorter side.
    static let scales = [1, 0.875, 0.75, 0.66]
    /// How many shares height and width may be apart.
    static let mostDistortion = 1
    /// A side that is nearer to that of the crop is taken as that.
    static let nearSide = 3
  }

  /// The resize, and the size of a crop.
  public let still: ImageTransform
  /// Which parts are looked at; with an augmentation, one.
  public let crops: Crops
  /// Random choices that replace the resize and the crops; nil for none.
  public let augmentation: Augmentation?

  /// - Parameters:
  ///   - still: the resize and the crop; without an augmentation of its own.
  ///   - crops: which parts are looked at.
  ///   - augmentation: random choices instead.
  /// - Throws: ``DatasetError/invalid(_:)`` for several crops of what is cropped at random.
  public init(_ still: ImageTransform, crops: Crops = .one, augmentation: Augmentation? = nil) throws {
    guard augmentation == nil || crops == .one else {
      throw DatasetError.invalid("\(crops.rawValue) crops of clips that are cropped at random, expected 1")
    }
    self.still = still
    self.crops = crops
    self.augmentation = augmentation
  }

  /// Everything that the result depends on, for cache keys.
  var identity: String {
    let random = augmentation.map { " multiscale flips=\($0.flips)" } ?? ""
    return "\(still.identity) crops=\(crops.rawValue)\(random)"
  }

  /// One transformed picture, of the size of the crop.
  ///
  /// - Parameters:
  ///   - image: a picture of a clip.
  ///   - crop: which of ``crops``, from 0.
  ///   - random: decides where there is an augmentation; the same for all pictures of a clip, which get the same part where
  ///     they have the same size.
  /// - Throws: ``DatasetError/invalid(_:)`` as `ImageTransform` does.
  package func apply(_ image: RGBImage, crop: Int, _ random: CounterRandom) throws -> RGBImage {
    if let augmentation {
      let part = part(of: image, random)
      let cut = try image.cropped(left: part.left, top: part.top, width: part.width, height: part.height)
      let result = try cut.resized(width: still.crop.width, height: still.crop.height, still.filter)
      return augmentation.flips && random.uniform(2) < 0.5 ? result.flipped() : result
    }
    if crops == .one { return try still.apply(image, random) }
    let size = still.resize.size(height: image.height, width: image.width)
    let place = places[crops == .ten ? crop / 2 : crop]
    let top = place.row * ((size.height - still.crop.height) / Self.quarters)
    let left = place.column * ((size.width - still.crop.width) / Self.quarters)
    let result = try image.resized(
      width: size.width, height: size.height, still.filter,
      window: (top..<top + still.crop.height, left..<left + still.crop.width))
    return crops == .ten && crop % 2 == 1 ? result.flipped() : result
  }

  // MARK: Places

  /// Places are in steps of a quarter of the room that is left, rounded down.
  private static let quarters = 4

  private typealias Place = (row: Int, column: Int)

  private static let corners: [Place] = [(0, 0), (0, 4), (4, 0), (4, 4), (2, 2)]
  /// The corners and the centre, the middles of the sides, and the middles between corners and centre.
  private static let trained: [Place] =
    corners + [(2, 0), (2, 4), (4, 2), (0, 2), (1, 1), (1, 3), (3, 1), (3, 3)]

  private var places: [Place] {
    crops == .three ? [(2, 0), (2, 4), (2, 2)] : Self.corners
  }

  /// The part that an augmentation takes.
  package func part(
    of image: RGBImage, _ random: CounterRandom
  ) -> (left: Int, top: Int, width: Int, height: Int) {
    let shorter = min(image.height, image.width)
    let scales = Augmentation.scales
    func side(_ scale: Int, _ wanted: Int, _ longest: Int) -> Int {
      let side = max(1, Int(Double(shorter) * scales[scale]))
      return abs(side - wanted) < Augmentation.nearSide && wanted <= longest ? wanted : side
    }
    let pairs = scales.indices.flatMap { height in
      scales.indices.filter { abs($0 - height) <= Augmentation.mostDistortion }.map { (height, $0) }
    }
    let pair = pairs[random.integer(0, below: pairs.count)]
    let height = side(pair.0, still.crop.height, image.height)
    let width = side(pair.1, still.crop.width, image.width)
    let place = Self.trained[random.integer(1, below: Self.trained.count)]
    return (
      place.column * ((image.width - width) / Self.quarters),
      place.row * ((image.height - height) / Self.quarters), width, height
    )
  }
}
