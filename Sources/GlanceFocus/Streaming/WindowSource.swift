import Vision

/// Clips of a video's frames, or single ones, as images that come one after the other: a window that slides over the
/// frames.
///
/// For networks whose frames look ahead, and for those of single images, whose frames can be run together. A video
/// with fewer frames than a window has one window, in which its last frame is repeated.
public final class WindowSource: ImageSource {
  public let channels = 3
  public let knowsLabels = false
  public let isPatient = false
  private let feed: any FrameFeed
  private let length, stride: Int
  /// Which frames of a window make its clip, in the clip's order.
  private let places: [Int]
  private let side: Int
  /// The frames that the next window may need, the oldest first.
  private var frames: [StreamFrame] = []
  /// How many frames are still to be passed over.
  private var toSkip = 0
  private var hasEnded = false
  private var count = 0
  /// The last frame of the windows that are not answered yet, by the window's number.
  private var ends: [Int: (number: Int, seconds: Double?)] = [:]

  /// - Parameters:
  ///   - feed: gives the frames.
  ///   - configuration: of the network, which says how many frames a window has.
  ///   - stride: from how many frames to how many a window goes on, at least 1.
  public init(_ feed: any FrameFeed, for configuration: Configuration, stride: Int) throws {
    try ModelError.require(
      (1...FrameOptions.longestWindow).contains(stride),
      "stride is \(stride), expected 1 to \(FrameOptions.longestWindow)")
    self.feed = feed
    length = configuration.frames
    places = configuration.clips?.placesInWindow ?? [0]
    side = configuration.imageSize
    self.stride = stride
  }

  /// The last frame of a window, and when it is shown; forgotten after that.
  public func takeEnd(of window: Int) -> (number: Int, seconds: Double?)? { ends.removeValue(forKey: window) }

  public func next(_ most: Int) throws -> [SourceImage] {
    var images: [SourceImage] = []
    while images.count < most, let window = try window() { images.append(window) }
    return images
  }

  private func window() throws -> SourceImage? {
    while frames.count < length, !hasEnded {
      guard let frame = try feed.next() else {
        hasEnded = true
        break
      }
      if toSkip > 0 { toSkip -= 1 } else { frames.append(frame) }
    }
    guard let last = frames.last, frames.count == length || count == 0 else { return nil }
    let clip = FrameWindow(
      frames: length, side: side, pictures: places.map { ($0 < frames.count ? frames[$0] : last).pixels })
    ends[count] = (last.number, last.seconds)
    toSkip = max(0, stride - frames.count)
    frames.removeFirst(min(stride, frames.count))
    defer { count += 1 }
    return SourceImage(dataset: clip, index: 0, number: count)
  }
}

/// One clip of frames.
private struct FrameWindow: ImageDataset {
  let name = "frames"
  let split = "all"
  let identity = "frames"
  let count = 1
  let frames: Int
  let side: Int
  let pictures: [[UInt8]]
  var labels: [String] { [] }
  var imageSize: (height: Int, width: Int) { (side, side) }
  let channels = 3
  var normalization: Normalization { .imageNet }
  var damaged: DamagedImages? { nil }
  var knowsLabels: Bool { false }

  func label(at index: Int, epoch: Int) -> Int { 0 }
  func itemName(at index: Int) -> String { "frames" }

  func render(_ index: Int, epoch: Int, into pixels: UnsafeMutableBufferPointer<UInt8>) throws {
    let bytes = side * side * channels
    for (number, picture) in pictures.enumerated() {
      try ModelError.require(
        picture.count == bytes, "a frame has \(picture.count) values, expected \(side)×\(side)×\(channels)")
      _ = UnsafeMutableBufferPointer(rebasing: pixels[number * bytes..<(number + 1) * bytes]).update(
        from: picture)
    }
  }
}
