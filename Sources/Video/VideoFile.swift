import CVideo
import Foundation
import Support
import Synchronization
import Vision

/// A video whose pictures can be had in any order.
///
/// Opening it reads all packets of its pictures, without decoding them, so that number and time of each picture are known.
/// Pictures are those that the ffmpeg command gives, with all that the container's edit list leaves, and turned as the
/// file says; the pixels are as they are stored, whatever their shape (``pixelAspect``).
///
/// Threads may use one at the same time, one after the other; several files are read at the same time.
public final class VideoFile: Sendable {
  /// The path that it was opened by.
  public let path: FilePath
  /// FFmpeg's name of the container, such as `mov,mp4,m4a,3gp,3g2,mj2`.
  public let container: String
  /// FFmpeg's name of the code that the pictures are in, such as `h264`.
  public let codec: String
  /// Columns and rows of a picture, after it is turned. Few files change the size on the way.
  public let width: Int
  /// See ``width``.
  public let height: Int
  /// Width over height of a pixel where it is to be shown; 1 for squares, and where the file does not say.
  ///
  /// Pictures are given as they are stored, as most readers of data sets have them.
  public let pixelAspect: Double
  /// When each picture is shown, in seconds from the first one, in rising order.
  public let times: [Double]
  /// When the first picture is shown by the file's own clock, in seconds.
  public let startTime: Double
  /// Seconds from the first picture to the end of the last one.
  public let duration: Double
  /// Pictures a second: as the file has it where it agrees with the times, else on average; 0 for a single picture of
  /// which nothing is said.
  public let frameRate: Double
  /// Whether pictures follow each other at the same distance, as far as the file's clock can tell.
  public let hasConstantRate: Bool
  /// What is wrong with the file's end, in one line that goes on from its name; nil where nothing is.
  ///
  /// The pictures before it can be read.
  public let damage: String?
  /// Whether all pictures were decoded once to count them, as the packets do not say which there are.
  public let isCountedByDecoding: Bool

  private let source: Mutex<any FrameSource>

  /// The number of pictures.
  public var count: Int { times.count }

  /// Opens the file at `path`.
  ///
  /// - Parameters:
  ///   - path: a file of one of the containers that `docs/video-files.md` lists.
  ///   - threads: how many threads decode; 1 where several files are read at the same time. Pictures do not depend on it.
  /// - Throws: ``VideoError`` for what is no video that is read, `FileError`, ``VideoLibrary/Missing``, `MemoryRefused`,
  ///   `Interrupted`.
  public init(_ path: FilePath, threads: Int = 1) throws {
    var options = VideoDecoder.Options(threads: threads)
    var decoder = try VideoDecoder(path, options)
    var table = try PacketTable(of: decoder)
    if table.obstacle == .missingTimes, PacketTable.findsTimes(of: decoder.facts.codec) {
      options.fillsTimes = true
      let filling = try VideoDecoder(path, options)
      let filled = try PacketTable(of: filling)
      if filled.obstacle == nil { (decoder, table) = (filling, filled) }
    }
    let facts = decoder.facts
    let start: Int64
    var counted: FrameCounter.Count?
    if table.obstacle == nil {
      start = table.shown.first.map { table.packets[$0].time } ?? 0
      times = table.shown.map { Self.seconds(table.packets[$0].time, since: start, facts.unit) }
    } else {
      let found = try FrameCounter.count(
        VideoDecoder(path, decoder.options), packets: table.packets.count)
      start = found.times.first.flatMap { $0 } ?? 0
      times = Self.filled(
        found.times.map { $0.map { Self.seconds($0, since: start, facts.unit) } }, rate: facts.rate)
      counted = found
    }
    guard !times.isEmpty else {
      throw VideoError(
        path: path, reason: "has no whole picture\(table.damage.map { ": \($0)" } ?? "")")
    }
    self.path = path
    container = facts.container
    codec = facts.codec
    (width, height) = facts.isOnItsSide ? (facts.height, facts.width) : (facts.width, facts.height)
    pixelAspect = facts.pixelAspect
    startTime = Double(start) * facts.unit
    let rhythm = Rhythm(times: times, facts: facts, lastDuration: table.lastDuration)
    (duration, frameRate, hasConstantRate) = (rhythm.duration, rhythm.rate, rhythm.isConstant)
    damage = Self.damage(missingBytes: decoder.missingBytes, table, facts, count: times.count)
    isCountedByDecoding = counted != nil
    if let counted {
      source = Mutex(FrameCounter(decoder, packets: table.packets.count, count: counted))
    } else {
      source = Mutex(FrameSeeker(decoder, table))
    }
  }

  /// Closes the file. It is opened anew when a picture is asked for, unless it has changed.
  public func close() { source.withLock { $0.close() } }

  /// The pictures at `indices`, counted from 0, in the order given; an index may occur more than once.
  ///
  /// Only what they need is decoded.
  ///
  /// - Parameters:
  ///   - indices: below ``count``.
  ///   - prepare: what is done to each picture, once for each index that differs, so that large ones need not all be held.
  /// - Throws: ``VideoError`` which names the picture that cannot be had, counted from 1, and what `prepare` throws.
  public func frames(
    at indices: [Int], _ prepare: (RGBImage) throws -> RGBImage = { $0 }
  ) throws -> [RGBImage] {
    let wanted = Set(indices)
    if let wrong = indices.first(where: { $0 < 0 || $0 >= count }) { throw absent(wrong) }
    var images: [Int: RGBImage] = [:]
    for index in wanted.sorted() {
      try Cancellation.check()
      switch try source.withLock({ try $0.picture(index) }) {
      case .image(let image):
        let prepared = try prepare(image)
        try MemoryBudget.shared.require(prepared.pixels.count)
        images[index] = prepared
      case .damaged(let words):
        throw VideoError(
          path: path, reason: "is damaged: frame \(index + 1) of \(count) cannot be decoded: \(words)")
      }
    }
    return indices.compactMap { images[$0] }
  }

  /// The pictures that are shown at `seconds` from the first one, in the order given.
  ///
  /// - Throws: ``VideoError`` for a time that is not from 0 to ``duration`` too.
  public func frames(
    at seconds: [Double], _ prepare: (RGBImage) throws -> RGBImage = { $0 }
  ) throws -> [RGBImage] {
    try frames(at: seconds.map { try index(at: $0) }, prepare)
  }

  /// The picture that is shown at `seconds` from the first one.
  ///
  /// - Throws: ``VideoError`` for a time that is not from 0 to ``duration``.
  public func index(at seconds: Double) throws -> Int {
    guard seconds >= 0, seconds <= duration + Self.slip else {
      throw VideoError(
        path: path,
        reason: "has no picture at \(seconds) s, expected 0 to \(NumberSpelling.plain(duration)) s")
    }
    // Times are read as 0.04 s and computed as 512 units of 1/12800 s.
    var (low, high) = (0, times.count)
    while low < high {
      let middle = (low + high) / 2
      if times[middle] <= seconds + Self.slip { low = middle + 1 } else { high = middle }
    }
    return max(low - 1, 0)
  }

  private static let slip = 1e-6

  private func absent(_ index: Int) -> VideoError {
    if let damage, index >= count { return VideoError(path: path, reason: damage) }
    return VideoError(path: path, reason: "has no frame \(index &+ 1), expected 1 to \(count)")
  }

  /// Roughly the bytes that are released with it while it is open: its table, and the pictures that its decoder has.
  ///
  /// Once it is closed, the table is left: 64 bytes a picture.
  public var heldBytes: Int { 64 * count + 24 * width * height }
}
