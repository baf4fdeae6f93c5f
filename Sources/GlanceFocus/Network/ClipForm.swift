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

    /// How frames exchange channels in an encoder of clips, however many these have.
    public init(_ options: TemporalShiftOptions) {
      self.init(place: options.place, divisor: options.divisor, pastOnly: options.pastOnly)
    }

    /// What makes an encoder of images one of clips of `frames`.
    func shift(frames: Int) -> TemporalShiftOptions {
      TemporalShiftOptions(frames: frames, divisor: divisor, pastOnly: pastOnly, place: place)
    }
  }

  /// F, the frames of a clip as the data have it.
  public var frames: Int
  /// The frames that the glance sees, evenly spread over the clip or the first ones of it.
  public var glanceFrames: Int
  /// The frames that patches are cut from, evenly spread over the clip or the last ones of it.
  public var focusFrames: Int
  /// How frames exchange channels; nil: each is encoded by itself. A ``GlanceForm`` says it for its encoder.
  public var exchange: Exchange?
  /// True where the first frames of a clip are for the glance alone and the others for patches; files of other networks do
  /// not have the key.
  private var separate: Bool?

  /// Whether glance and patches see frames of their own: a clip has those of the glance, then those of the patches.
  /// Otherwise both choose from all of its frames.
  public var separatesFrames: Bool { separate ?? false }

  /// Clips of which glance and patches see all frames where nothing else is said.
  public init(
    frames: Int, glanceFrames: Int? = nil, focusFrames: Int? = nil, exchange: Exchange? = Exchange()
  ) {
    self.frames = frames
    self.glanceFrames = glanceFrames ?? frames
    self.focusFrames = focusFrames ?? frames
    self.exchange = exchange
  }

  /// Clips of `glance` frames for the glance, followed by `focus` others that patches are cut from.
  public init(separateGlance glance: Int, focus: Int, exchange: Exchange? = Exchange()) {
    self.init(
      frames: glance.addingReportingOverflow(focus).partialValue, glanceFrames: glance, focusFrames: focus,
      exchange: exchange)
    separate = true
  }

  /// How many frames an encoder sees.
  public func count(_ look: Look) -> Int {
    switch look {
    case .glance: glanceFrames
    case .patch: focusFrames
    }
  }

  /// Which frames of a clip an encoder sees, from 0: the middles of equal parts, or those that are its own.
  public func places(_ look: Look) -> [Int] {
    let count = count(look)
    if separatesFrames { return (0..<count).map { look == .glance ? $0 : glanceFrames + $0 } }
    return middles(count)
  }

  /// Which of ``frames`` pictures of a video in a row make a clip, in its order: all of them, or, where glance and patches
  /// see frames of their own, for each of both those that are in the middles of equal parts.
  public var placesInWindow: [Int] {
    separatesFrames ? middles(glanceFrames) + middles(focusFrames) : Array(0..<frames)
  }

  /// The middles of `count` equal parts of a clip.
  private func middles(_ count: Int) -> [Int] {
    (0..<count).map { (2 * $0 + 1) * frames / (2 * count) }
  }

  /// Throws ``ModelError`` where the numbers do not make a network.
  func validate() throws {
    try ModelError.require((1...4096).contains(frames), "clips have \(frames) frames, expected 1 to 4096")
    for (name, count) in [("glance_frames", glanceFrames), ("focus_frames", focusFrames)] {
      try ModelError.require(
        (1...frames).contains(count), "\(name) is \(count), expected 1 to \(frames), the frames of a clip")
    }
    try ModelError.require(
      !separatesFrames || glanceFrames + focusFrames == frames,
      "clips of \(frames) frames cannot be \(glanceFrames) frames of the glance and \(focusFrames) others")
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
  /// - Throws: as ``backboneEntry(_:)``; `TemporalShiftError` where the backbone has no place for a shift.
  func encoderEntry(_ look: Look) throws -> BackboneEntry {
    let entry = try backboneEntry(look)
    let exchange = look == .glance ? glance.map(\.exchange) ?? clips?.exchange : clips?.exchange
    guard let clips, let exchange else { return entry }
    return try entry.temporallyShifted(exchange.shift(frames: clips.count(look)))
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
