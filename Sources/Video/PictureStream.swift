import CVideo
import Support

/// The pictures of a file one after the other, as the ffmpeg command has them.
final class PictureStream {
  let decoder: VideoDecoder
  /// How many packets are read; nil for all.
  private let limit: Int?
  private var packets = 0
  private var isDrained = false
  private var watch: DamageWatch
  /// What is wrong with the end of the file; nil where nothing is, and before the end.
  private(set) var damage: String?
  /// The last packet's place in the order of storage.
  private var latest: Int64?

  init(_ decoder: VideoDecoder, limit: Int? = nil) {
    self.decoder = decoder
    self.limit = limit
    watch = DamageWatch(threads: decoder.options.threads)
  }

  /// What comes next.
  enum Item {
    /// A picture, which the decoder has until the next one is asked for, and what is wrong with it.
    case picture(gf_video_picture, spoilt: String?)
    /// A packet that no picture comes of, and why.
    case failure(String)
  }

  /// The next picture, or what went wrong instead; nil at the end.
  func next() throws -> Item? {
    while true {
      switch try decoder.take() {
      case .done(let picture):
        let spoilt = watch.came(time: picture.time)
        // A picture shown later than the last packet was stored may have been followed by one shown before it.
        if damage != nil, let latest, picture.time > latest { return nil }
        return .picture(picture, spoilt: picture.is_damaged ? decoder.takeComplaint() : spoilt)
      case .end: return nil
      case .failed(let words):
        watch.failed(words)
        return .failure(words)
      case .again:
        guard !isDrained else { return nil }
        if let words = try feed() { return .failure(words) }
      }
    }
  }

  private func feed() throws -> String? {
    guard limit.map({ packets < $0 }) ?? true else { return try drain() }
    switch try decoder.read() {
    case .done(let packet):
      if decoder.missingBytes > 0, !decoder.isWhole(packet) {
        return try drain(damage: "its last packet is not whole")
      }
      packets += 1
      latest = packet.decoding == Int64.min ? latest : packet.decoding
      watch.fed(time: packet.time, isKey: packet.is_key)
      guard case .failed(let words) = try decoder.decode() else { return nil }
      watch.failed(words)
      return words
    case .failed(let words): return try drain(damage: words)
    case .end, .again:
      return try drain(
        damage: decoder.complaintOfEnd() ?? (decoder.missingBytes > 0 ? "its end is missing" : nil))
    }
  }

  private func drain(damage: String? = nil) throws -> String? {
    isDrained = true
    self.damage = damage
    _ = try decoder.decode(isLast: true)
    return nil
  }
}
