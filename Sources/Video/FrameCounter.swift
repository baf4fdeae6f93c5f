import CVideo
import Support
import Vision

/// Pictures of a file whose packets do not say which pictures there are: all are decoded once to count them, and from
/// the start to have one.
final class FrameCounter: FrameSource {
  /// What the decoding of all pictures found.
  struct Count {
    /// When each picture is shown, in units of time; nil where not even a guess is possible.
    var times: [Int64?] = []
    /// What is wrong with some of them, by number.
    var damaged: [Int: String] = [:]
  }

  private let path: FilePath
  private let options: VideoDecoder.Options
  private let status: FileStatus
  private let packets: Int
  private let count: Count
  private var stream: PictureStream?
  /// The number of the picture that comes next.
  private var next = 0

  /// - Parameters:
  ///   - decoder: one of the file.
  ///   - packets: how many packets are read.
  ///   - count: what ``count(_:packets:)`` found.
  init(_ decoder: VideoDecoder, packets: Int, count: Count) {
    path = decoder.path
    options = decoder.options
    status = decoder.status
    self.packets = packets
    self.count = count
  }

  /// Decodes all pictures.
  ///
  /// - Throws: `Interrupted`, `MemoryRefused`, ``VideoError``.
  static func count(_ decoder: VideoDecoder, packets: Int) throws -> Count {
    var count = Count()
    let stream = PictureStream(decoder, limit: packets)
    while let item = try stream.next() {
      guard case .picture(let picture, let spoilt) = item else { continue }
      if count.times.count % (1 << 16) == 0 { try MemoryBudget.shared.require(16 << 16) }
      count.damaged[count.times.count] = spoilt
      count.times.append(picture.guessed == Int64.min ? nil : picture.guessed)
    }
    return count
  }

  func picture(_ number: Int) throws -> FrameOutcome {
    do {
      return try found(number)
    } catch {
      // Where it was stopped nothing can be gone on from.
      close()
      throw error
    }
  }

  private func found(_ number: Int) throws -> FrameOutcome {
    if let words = count.damaged[number] { return .damaged(words) }
    if stream == nil || number < next {
      close()
      let decoder = try VideoDecoder(path, options)
      guard decoder.status == status else {
        throw VideoError(path: path, reason: "has changed since it was opened")
      }
      stream = PictureStream(decoder, limit: packets)
    }
    while let item = try stream?.next() {
      guard case .picture = item else { continue }
      next += 1
      if next == number + 1, let stream { return .image(try stream.decoder.image()) }
    }
    close()
    return .damaged("FFmpeg makes no picture of it")
  }

  func close() {
    stream = nil
    next = 0
  }
}
