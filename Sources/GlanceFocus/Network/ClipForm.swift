import Backbones
import Tensor

/// How a network sees clips: of how many frames, which of them each encoder looks at, and how these exchange channels.
///
/// A step looks at all its frames at one place, or at each at a place of its own. Features of a step are the mean over its
/// frames; the policy reads the maps of all frames side by side, as channels.
public struct ClipForm: Codable, Sendable, Equatable {
  /// How the frames of a clip exchange channels in an encoder (Lin et al. 2019, TSM).
  public struct Exchange: Codable, Sendable, Equatable {
    /// Where the shift stands in a residual block.
    public var place: TemporalShiftOptions.Place
    /// One such part of the channels comes from each neighbour.
    public var divisor: Int
    /// Whether channels come from the frame before alone.
    public var pastOnly: Bool

    public init(
      place: TemporalShiftOptions.Place = .residual, divisor: Int = FrameShift.usualDivisor,
      pastOnly: Bool = false
    ) {
      self.place = place
      self.divisor = divisor
      self.pastOnly = pastOnly
    }
  }

  /// F, the frames of a clip as the data have it.
  public var frames: Int
  /// The frames that the glance sees, evenly spread over the clip.
  public var glanceFrames: Int
  /// The frames that patches are cut from, evenly spread over the clip.
  public var focusFrames: Int
  /// How frames exchange channels; nil: each is encoded by itself.
  public var exchange: Exchange?

  /// Clips of which glance and patches see all frames where nothing else is said.
  public init(
    frames: Int, glanceFrames: Int? = nil, focusFrames: Int? = nil, exchange: Exchange? = Exchange()
  ) {
    self.frames = frames
    self.glanceFrames = glanceFrames ?? frames
    self.focusFrames = focusFrames ?? frames
    self.exchange = exchange
  }

  /// How many frames an encoder sees.
  public func count(_ look: Look) -> Int {
    switch look {
    case .glance: glanceFrames
    case .patch: focusFrames
    }
  }

  /// Which frames of a clip an encoder sees, from 0: the middles of equal parts.
  public func places(_ look: Look) -> [Int] {
    let count = count(look)
    return (0..<count).map { (2 * $0 + 1) * frames / (2 * count) }
  }

  /// What makes an encoder of images one of these clips; nil where frames exchange nothing.
  func shift(_ look: Look) -> TemporalShiftOptions? {
    exchange.map {
      TemporalShiftOptions(
        frames: count(look), divisor: $0.divisor, pastOnly: $0.pastOnly, place: $0.place)
    }
  }

  /// Throws ``ModelError`` where the numbers do not make a network of `steps` steps.
  func validate(steps: Int) throws {
    try ModelError.require((1...4096).contains(frames), "clips have \(frames) frames, expected 1 to 4096")
    for (name, count) in [("glance_frames", glanceFrames), ("focus_frames", focusFrames)] {
      try ModelError.require(
        (1...frames).contains(count), "\(name) is \(count), expected 1 to \(frames), the frames of a clip")
    }
    try ModelError.require(
      steps <= 2 || glanceFrames == focusFrames,
      "the policy reads the maps of \(glanceFrames) frames after the glance and of \(focusFrames) after patches: with more than two steps both must be as many"
    )
  }
}

extension Configuration {
  /// F, the frames of an item: 1 for images.
  public var frames: Int { clips?.frames ?? 1 }

  /// How many frames of an item an encoder sees: 1 for images.
  public func frames(_ look: Look) -> Int { clips?.count(look) ?? 1 }

  /// Which frames of an item an encoder sees, from 0.
  public func framePlaces(_ look: Look) -> [Int] { clips?.places(look) ?? [0] }

  /// The row of the registry of an encoder, or one made for its layers, with the shift that its frames ask for.
  ///
  /// - Throws: as ``backboneEntry()``; `TemporalShiftError` where the backbone has no place for a shift.
  func encoderEntry(_ look: Look) throws -> BackboneEntry {
    let entry = try backboneEntry()
    guard let shift = clips?.shift(look) else { return entry }
    return try entry.temporallyShifted(shift)
  }
}

// Rows of frames and rows of items.

extension Tensor {
  /// Of the frames of clips of `frames`, one row each, those at `places` of every clip, from 0.
  func frames(at places: [Int], of frames: Int) throws -> Tensor {
    guard places.count != frames else { return self }
    return try indexSelected(
      0, (0..<shape[0] / frames).flatMap { item in places.map { item * frames + $0 } })
  }

  /// Maps of frames, one row each, with the channels of a clip's frames side by side: (B·f)×C×h×w as B×(f·C)×h×w.
  func sideBySide(_ frames: Int) throws -> Tensor {
    guard frames > 1 else { return self }
    return try reshaped([shape[0] / frames, frames * shape[1], shape[2], shape[3]])
  }
}

extension GFNet {
  /// Those of the frames of clips, (B·F)×…, that an encoder sees; images as they are.
  func seen(_ frames: Tensor, _ look: Look) throws -> Tensor {
    guard let clips = configuration.clips else { return frames }
    return try frames.frames(at: clips.places(look), of: clips.frames)
  }

  /// What an encoder gives for frames, one row each, as what it gives for items: the mean of their features, B×D, and their
  /// maps side by side, B×(f·C)×h×w.
  func joined(_ encoding: Encoding, _ look: Look) throws -> Encoding {
    let frames = configuration.frames(look)
    guard frames > 1 else { return encoding }
    let (features, map) = (encoding.features, encoding.map)
    let items = features.shape[0] / frames
    return Encoding(
      features: try features.reshaped([items, frames, features.shape[1]]).mean([1]),
      map: try map.sideBySide(frames))
  }

  /// Frames with one row each, (B·f)×3×P×P, as one row for each item, B×f×3×P×P; images as they are. Nothing is copied of
  /// pictures whose channels lie innermost.
  func asItems(_ frames: Tensor, _ look: Look) throws -> Tensor {
    let count = configuration.frames(look)
    guard count > 1 else { return frames }
    let shape = frames.shape
    return try frames.permuted([0, 2, 3, 1])
      .reshaped([shape[0] / count, count, shape[2], shape[3], shape[1]]).permuted([0, 1, 4, 2, 3])
  }

  /// The reverse of ``asItems(_:_:)``.
  func asFrames(_ items: Tensor, _ look: Look) throws -> Tensor {
    guard configuration.frames(look) > 1 else { return items }
    return try items.mergedRows()
  }
}
