import CVideo
import Support
import Vision

/// A picture of a video.
public struct VideoFrame: Sendable {
  /// Its number, from 0.
  public let index: Int
  /// When it is shown, in seconds from the first one.
  public let seconds: Double
  public let image: RGBImage
}

/// A video as a stream: one picture after the other, however long it is, in the memory of a few.
///
/// Nothing is read ahead, so that it begins at once; ``VideoFile`` knows number and times of all pictures. It belongs to
/// one thread at a time.
public final class VideoReader {
  /// The path that it was opened by.
  public let path: FilePath
  /// FFmpeg's name of the code that the pictures are in, such as `h264`.
  public let codec: String
  /// Columns and rows of a picture, after it is turned and before it is resized.
  public let width: Int
  /// See ``width``.
  public let height: Int
  /// Pictures a second as the file says it; nil where it does not.
  public let statedRate: Double?
  /// How many pictures there are as the file says it; nil where it does not.
  public let statedCount: Int?

  private let stream: PictureStream
  private let resize: ImageTransform.Resize?
  private let filter: ResampleFilter
  /// The number of the picture that comes next.
  private var number = 0
  private var start: Int64?
  private var lastSeconds = 0.0
  private var hasEnded = false

  /// Opens the file at `path`.
  ///
  /// - Parameters:
  ///   - path: a file of one of the containers that `docs/video-files.md` lists.
  ///   - resize: what is done to each picture, as it is to pictures of files; nil for nothing.
  ///   - filter: how a picture is resized.
  ///   - threads: how many threads decode. Pictures do not depend on it.
  /// - Throws: as ``VideoFile/init(_:threads:)``.
  public init(
    _ path: FilePath, resize: ImageTransform.Resize? = nil, filter: ResampleFilter = .bilinear,
    threads: Int = 1
  ) throws {
    let decoder = try VideoDecoder(path, .init(threads: threads))
    let facts = decoder.facts
    self.path = path
    codec = facts.codec
    (width, height) = facts.isOnItsSide ? (facts.height, facts.width) : (facts.width, facts.height)
    statedRate = facts.rate
    statedCount = facts.frames
    stream = PictureStream(decoder)
    self.resize = resize
    self.filter = filter
  }

  /// The next picture; nil at the end.
  ///
  /// - Throws: ``VideoError`` which names the first picture that cannot be had; called again, it goes on behind it where
  ///   that is possible. `Interrupted`, `MemoryRefused`.
  public func next() throws -> VideoFrame? {
    guard !hasEnded else { return nil }
    switch try stream.next() {
    case .picture(let picture, let spoilt):
      let index = number
      number += 1
      let seconds = time(of: picture, index)
      if let spoilt { throw damaged(index, spoilt) }
      let image = try stream.decoder.image()
      return VideoFrame(
        index: index, seconds: seconds, image: try resize.map { try image.resized($0, filter) } ?? image)
    case .failure(let words):
      throw VideoError(path: path, reason: "is damaged behind frame \(number): \(words)")
    case nil:
      hasEnded = true
      if let damage = stream.damage {
        let expected = statedCount.flatMap { $0 > number ? " of \($0)" : nil } ?? ""
        throw VideoError(
          path: path, reason: "is cut off: frame \(number + 1)\(expected) is not there (\(damage))")
      }
      guard number > 0 else { throw VideoError(path: path, reason: "has no whole picture") }
      return nil
    }
  }

  private func damaged(_ index: Int, _ words: String) -> VideoError {
    VideoError(path: path, reason: "is damaged: frame \(index + 1) cannot be decoded: \(words)")
  }

  private func time(of picture: gf_video_picture, _ index: Int) -> Double {
    let time = picture.guessed != Int64.min ? picture.guessed : picture.time
    let gap = 1 / (statedRate ?? 25)
    guard index > 0 else {
      start = time == Int64.min ? nil : time
      return 0
    }
    var seconds = lastSeconds + gap
    if time != Int64.min, let start {
      let own = VideoFile.seconds(time, since: start, stream.decoder.facts.unit)
      if own > lastSeconds { seconds = own }
    }
    lastSeconds = seconds
    return seconds
  }
}
