import CVideo
import Support
import Vision

/// One open file and its decoder, the only place that calls `CVideo`.
///
/// It is used by one thread at a time, whichever.
final class VideoDecoder {
  /// What is said of the file before any picture is decoded.
  struct Facts {
    let container: String
    let codec: String
    /// Of the stored pictures, before they are turned.
    let width: Int
    let height: Int
    /// True where turning exchanges width and height.
    let isOnItsSide: Bool
    let aspect: (numerator: Int, denominator: Int)
    /// Seconds of one unit of time.
    let unit: Double
    /// Pictures a second, as the file has it; nil where it does not say.
    let rate: Double?
    /// Seconds, and pictures, that the file says it has; nil where it does not.
    let length: Double?
    let frames: Int?
  }

  /// How a file is opened.
  struct Options {
    /// How many threads may decode, 1 to 16.
    let threads: Int
    /// Whether times that the file leaves out are found by reading on. The pictures are the same.
    var fillsTimes = false

    init(threads: Int) { self.threads = min(max(threads, 1), 16) }
  }

  /// What a call comes to.
  enum Step<Value> {
    case done(Value)
    /// There is no more.
    case end
    /// A packet is needed before there is a picture.
    case again
    /// The libraries' own words.
    case failed(String)
  }

  let path: FilePath
  let facts: Facts
  /// The file as it was when it was opened.
  let status: FileStatus
  /// How many bytes the file lacks of what its container announces; 0 where it lacks none.
  let missingBytes: Int
  /// How it was opened.
  let options: Options
  private let file: InputFile
  private let video: OpaquePointer
  /// Pixels of the largest picture that memory was asked for.
  private var pixelsAskedFor: Int
  private var picture = gf_video_picture()
  /// What was said before packets ended and no picture has been blamed for yet.
  private var earlierWords = ""

  /// Opens the file at `path`.
  ///
  /// - Throws: ``VideoError``, `FileError`, ``VideoLibrary/Missing``, `MemoryRefused`, `Interrupted`.
  init(_ path: FilePath, _ options: Options) throws {
    try VideoLibrary.ensure()
    file = try InputFile(path, as: "video")
    self.path = path
    self.options = options
    status = file.status
    let limit = min(ImageDecoder.mostPixels, MemoryBudget.shared.limit / Self.bytesPerPixel)
    var source = gf_video_source(
      descriptor: file.descriptor, size: Int64(file.status.byteCount), ending: nil,
      fills_times: options.fillsTimes, threads: Int32(options.threads), most_pixels: Int64(limit),
      stops: { _ in Cancellation.reasonToStop != nil }, context: nil)
    var opened: OpaquePointer?
    var message = [CChar](repeating: 0, count: Int(GF_VIDEO_TEXT))
    let outcome = path.ending.withCString { ending in
      source.ending = ending
      return gf_video_open(&source, &opened, &message)
    }
    switch outcome {
    case GF_VIDEO_STOPPED: throw Cancellation.reasonToStop ?? Interrupted()
    case GF_VIDEO_REFUSED:
      if status.byteCount == 0 { throw VideoError(path: path, reason: "is empty") }
      throw VideoError(path: path, reason: String(cCharacters: message).printable())
    default: break
    }
    guard let opened else { throw VideoError(path: path, reason: "cannot be read: no memory") }
    video = opened
    var info = gf_video_info()
    gf_video_describe(opened, &info)
    facts = Facts(info)
    missingBytes = ContainerEnd.missingBytes(of: file, container: facts.container)
    pixelsAskedFor = 0
    guard info.turn.0 != 0 || info.turn.1 != 0 else {
      throw VideoError(
        path: path, reason: "has pictures to be turned by an angle that is no quarter turn")
    }
    try ask(width: facts.width, height: facts.height)
  }

  deinit { gf_video_close(video) }

  /// What decoding takes at most for a pixel: about six pictures of a decoder of 8 or 16 bits with chroma, the picture in
  /// RGB twice.
  private static let bytesPerPixel = 24

  private func ask(width: Int, height: Int) throws {
    guard let pixels = [width, height].checkedProduct(), pixels > 0, pixels <= ImageDecoder.mostPixels else {
      throw VideoError(
        path: path,
        reason: "claims \(width)×\(height) pixels, more than the \(ImageDecoder.mostPixels) accepted")
    }
    guard pixels > pixelsAskedFor else { return }
    try MemoryBudget.shared.require(pixels * Self.bytesPerPixel)
    pixelsAskedFor = pixels
  }

  /// What the libraries said first of what went wrong; empty where they said nothing.
  private func complaint() -> String {
    var message = [CChar](repeating: 0, count: Int(GF_VIDEO_TEXT))
    gf_video_complaint(video, &message)
    return String(cCharacters: message).printable()
  }

  private func step<Value>(_ status: gf_video_status, _ value: @autoclosure () -> Value) throws -> Step<Value>
  {
    switch status {
    case GF_VIDEO_DONE: return .done(value())
    case GF_VIDEO_END: return .end
    case GF_VIDEO_AGAIN: return .again
    case GF_VIDEO_STOP: throw Cancellation.reasonToStop ?? Interrupted()
    default: return .failed(complaint())
    }
  }

  /// Reads the next packet of the pictures.
  func read() throws -> Step<gf_video_packet> {
    var packet = gf_video_packet()
    return try step(gf_video_read(video, &packet), packet)
  }

  /// Goes to where a packet is that is stored under `time` or before; what was being decoded is dropped.
  func seek(to time: Int64) throws -> Step<Void> { try step(gf_video_seek(video, time), ()) }

  /// Hands the packet that was read last to the decoder, or tells it that there are no more.
  func decode(isLast: Bool = false) throws -> Step<Void> {
    try step(gf_video_decode(video, isLast), ())
  }

  /// Takes the next picture.
  ///
  /// - Throws: ``VideoError`` where it is larger than is accepted, `MemoryRefused`.
  func take() throws -> Step<gf_video_picture> {
    try Cancellation.check()
    let status = gf_video_take(video, &picture)
    if status == GF_VIDEO_DONE { try ask(width: Int(picture.width), height: Int(picture.height)) }
    return try step(status, picture)
  }

  /// The picture that was taken last.
  ///
  /// - Throws: ``VideoError`` where FFmpeg cannot convert it.
  func image() throws -> RGBImage {
    try RGBImage(width: Int(picture.width), height: Int(picture.height)) { pixels in
      guard case .failed(let complaint) = try step(gf_video_convert(video, pixels), ()) else { return }
      throw VideoError(path: path, reason: "has a picture that cannot be converted: \(complaint)")
    }
  }

  /// Whether a packet has all its bytes, as far as can be told. Some versions of FFmpeg hand out the beginning of the one
  /// that a file was cut off in.
  func isWhole(_ packet: gf_video_packet) -> Bool {
    if packet.is_damaged { return false }
    guard missingBytes > 0, packet.place >= 0 else { return true }
    return [Int(clamping: packet.place), Int(packet.size)].checkedSum() ?? .max < status.byteCount
  }

  /// What FFmpeg says of a file that ends within a packet, which it then does not give; nil where it says nothing of
  /// that.
  func complaintOfEnd() -> String? {
    let words = complaint()
    if words.contains("ended prematurely") { return "its end is missing" }
    // It may be about a picture that is yet to come.
    earlierWords = words
    return nil
  }

  /// What was said and is of no further interest.
  func forgetComplaint() { _ = complaint() }

  /// What is wrong with a picture that came, in words.
  func takeComplaint() -> String {
    let words = complaint()
    defer { earlierWords = "" }
    return [words, earlierWords].first { !$0.isEmpty } ?? "its data are damaged"
  }
}

extension VideoDecoder.Facts {
  init(_ info: gf_video_info) {
    func text<Characters>(_ characters: Characters) -> String {
      withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }.printable()
    }
    func ratio(_ numerator: Int32, _ denominator: Int32) -> Double? {
      numerator > 0 && denominator > 0 ? Double(numerator) / Double(denominator) : nil
    }
    container = text(info.container)
    codec = text(info.codec)
    (width, height) = (Int(info.width), Int(info.height))
    isOnItsSide = info.turn.0 == 0
    aspect = (Int(info.aspect_numerator), Int(info.aspect_denominator))
    unit = ratio(info.time_numerator, info.time_denominator) ?? 1
    rate = ratio(info.rate_numerator, info.rate_denominator)
    length = info.length > 0 && info.length.isFinite ? info.length : nil
    frames = info.frames > 0 ? Int(info.frames) : nil
  }
}
