/// One picture of a video, as a network is to see it.
public struct StreamFrame: Sendable {
  /// S × S × 3 levels, S being the image size of the network.
  public let pixels: [UInt8]
  /// Its number in the video, from 0.
  public let number: Int
  /// When it is shown, in seconds from the first one; nil where nobody says.
  public let seconds: Double?

  public init(pixels: [UInt8], number: Int, seconds: Double?) {
    self.pixels = pixels
    self.number = number
    self.seconds = seconds
  }
}

/// Where the frames of a video come from, one after the other. It is asked for the next one when the network is ready
/// for it.
public protocol FrameFeed: AnyObject {
  /// The next frame; nil at the end.
  func next() throws -> StreamFrame?
}

/// What answers to a stream say of themselves, whatever it is of.
public protocol AnswerStream: AnyObject {
  /// Totals of the answers so far.
  var totals: StreamTotals { get }
  /// Answers that came after their deadline.
  var late: Int { get }
  /// Seconds since the stream was made, up to its end.
  var seconds: Double { get }
  /// Images, or frames, that may be in memory.
  var capacity: Int { get }
  /// Bytes of decoded pixels that there is room for.
  var pixelBytes: Int { get }
}

extension EpisodeStream: AnswerStream {}
