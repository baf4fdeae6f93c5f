/// Which channels the frames of a clip take from each other (Lin et al. 2019, temporal shift module).
///
/// Of C channels the first ⌊C / divisor⌋ come from the next frame and as many after them from the one before; the others
/// stay. What would come from beyond the clip's ends is zero.
public struct FrameShift: Hashable, Sendable {
  /// F, the frames of a clip: rows of a batch that follow each other.
  public let frames: Int
  /// What part of the channels is taken from one neighbour: an eighth in the paper.
  public let divisor: Int
  /// Whether the first channels come from the frame before and none from the next one, so that a stream can be evaluated
  /// frame by frame.
  public let pastOnly: Bool

  /// The part of the channels that the paper takes from each neighbour.
  public static let usualDivisor = 8

  public init(frames: Int, divisor: Int = usualDivisor, pastOnly: Bool = false) {
    self.frames = frames
    self.divisor = divisor
    self.pastOnly = pastOnly
  }

  /// The most frames and the largest divisor; both are far beyond what is of use, and far from overflow.
  public static let limit = 1 << 20

  /// What is wrong with the numbers, to go on "temporal_shift: …"; nil where nothing is.
  public var problem: String? {
    if !(1...Self.limit).contains(frames) { return "frames is \(frames), expected 1 to \(Self.limit)" }
    let least = pastOnly ? 1 : 2
    if !(least...Self.limit).contains(divisor) {
      return "divisor is \(divisor), expected \(least) to \(Self.limit)"
    }
    return nil
  }

  /// What is wrong with the shift where frames come one by one, to go on from the name of what has it; nil where nothing
  /// is.
  public var objectionToStreams: String? {
    pastOnly
      ? nil : "takes channels from the next frame, so that a frame cannot be evaluated before that is there"
  }

  /// The channels of `channels` that come from one neighbour.
  public func fold(of channels: Int) -> Int { channels / max(divisor, 1) }
}
