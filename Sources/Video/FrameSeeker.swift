import CVideo
import Support
import Vision

/// Pictures of a file whose packets say when each is shown. It decodes on where that is less work, and goes to a key where
/// it is not.
///
/// A picture is known by the time of its packet, so that what a decoder holds back or leaves out shifts no other one.
final class FrameSeeker: FrameSource {
  private let table: PacketTable
  private let options: VideoDecoder.Options
  private let path: FilePath
  private let status: FileStatus
  private var decoder: VideoDecoder?
  /// The packet that is read next.
  private var next: Int
  /// True where there is nothing to go on with.
  private var isDrained = true
  /// The picture that came last, which the decoder still has; nil right behind a key.
  private var last: (picture: gf_video_picture, spoilt: String?)?
  private var watch: DamageWatch
  /// Whether going to a key leads to where the table says that it is.
  private var canSeek = true
  /// Whether all packets since the start of the file were read.
  private var isFromStart = false
  /// Pictures that do not come however far back decoding begins, and why.
  private var absent: [Int: String] = [:]

  /// - Parameter decoder: its packets have been read for the table.
  init(_ decoder: VideoDecoder, _ table: PacketTable) {
    self.table = table
    options = decoder.options
    path = decoder.path
    status = decoder.status
    self.decoder = decoder
    next = table.packets.count
    watch = DamageWatch(threads: decoder.options.threads)
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
    if let words = absent[number] { return .damaged(words) }
    let wanted = table.packets[table.shown[number]].time
    var key = table.key(before: number)
    var words = ""
    if leads(to: wanted, key), let outcome = try look(for: wanted, &words) { return outcome }
    var stride = 1
    while true {
      try go(to: key)
      if let outcome = try look(for: wanted, &words) { return outcome }
      // The key may be one that others behind it do not rest on, as with pictures that are renewed bit by bit. Where
      // that did not help before, it is not tried again.
      guard key > 0, absent.count < Self.mostFarReturns else { break }
      key = max(key - stride, 0)
      stride *= 2
    }
    let reason = words.isEmpty ? "FFmpeg makes no picture of it" : words
    absent[number] = reason
    return .damaged(reason)
  }

  func close() {
    decoder = nil
    forget()
    isDrained = true
  }

  /// How many packets may be decoded rather than passed over by going to a key.
  private static let fewPackets = 4
  /// How many pictures that did not come from the key before them are looked for from the keys before that.
  private static let mostFarReturns = 3

  /// Whether decoding on leads to the picture shown at `wanted`, without much that a start at the key would spare.
  private func leads(to wanted: Int64, _ key: Int) -> Bool {
    guard let last, last.picture.time <= wanted else { return false }
    // The picture that came last can be had once more.
    if last.picture.time == wanted { return true }
    return !isDrained && table.keys[key] - next <= Self.fewPackets
  }

  /// Decodes until the picture shown at `wanted` comes; nil where it does not.
  private func look(for wanted: Int64, _ words: inout String) throws -> FrameOutcome? {
    while let decoder {
      if let last {
        if last.picture.time > wanted { return nil }
        if last.picture.time == wanted {
          if last.picture.is_damaged { return .damaged(decoder.takeComplaint()) }
          return try last.spoilt.map { .damaged($0) } ?? .image(decoder.image())
        }
      }
      switch try decoder.take() {
      case .done(let picture): last = (picture, watch.came(time: picture.time))
      case .end: return nil
      case .failed(let complaint):
        words = complaint
        watch.failed(complaint)
      case .again:
        guard !isDrained else { return nil }
        try feed(decoder, &words)
      }
    }
    return nil
  }

  private func feed(_ decoder: VideoDecoder, _ words: inout String) throws {
    guard next < table.packets.count else {
      isDrained = true
      _ = try decoder.decode(isLast: true)
      return
    }
    if case .done(let packet) = try decoder.read(), packet.time == table.packets[next].time {
      return try hand(packet, to: decoder, &words)
    }
    // After a jump some containers count times otherwise; from the start they are those of the table.
    guard !isFromStart else { throw changed }
    canSeek = false
    try restart(decodingFrom: table.keys.last { $0 <= next } ?? 0)
  }

  /// Hands the packet that was read last to the decoder.
  private func hand(_ packet: gf_video_packet, to decoder: VideoDecoder, _ words: inout String) throws {
    watch.fed(time: packet.time, isKey: packet.is_key)
    next += 1
    if case .failed(let complaint) = try decoder.decode() {
      words = complaint
      watch.failed(complaint)
    }
  }

  private var changed: VideoError {
    VideoError(
      path: path, reason: "gives other packets than when it was opened: it has changed, or is damaged")
  }

  // MARK: Going elsewhere

  /// Begins to decode at the key.
  private func go(to key: Int) throws {
    let target = table.keys[key]
    if canSeek, let decoder {
      if try seek(decoder, to: target) { return }
      canSeek = false
    }
    try restart(decodingFrom: target)
  }

  /// Has the file go to the packet; false where it does not find it.
  private func seek(_ decoder: VideoDecoder, to target: Int) throws -> Bool {
    let wanted = table.packets[target]
    forget()
    guard case .done = try decoder.seek(to: wanted.order) else { return false }
    decoder.forgetComplaint()
    // Some containers go to a packet before it.
    for _ in 0...target {
      guard case .done(let packet) = try decoder.read() else { return false }
      guard packet.time == wanted.time, packet.place == wanted.place else { continue }
      var words = ""
      next = target
      try hand(packet, to: decoder, &words)
      return true
    }
    return false
  }

  /// Opens the file anew and passes over the packets before the one to decode from.
  private func restart(decodingFrom target: Int) throws {
    decoder = nil
    forget()
    let fresh = try VideoDecoder(path, options)
    guard fresh.status == status else {
      throw VideoError(path: path, reason: "has changed since it was opened")
    }
    for packet in 0..<target {
      guard case .done(let read) = try fresh.read(), read.time == table.packets[packet].time else {
        throw changed
      }
    }
    next = target
    isFromStart = true
    decoder = fresh
  }

  private func forget() {
    isDrained = false
    isFromStart = false
    last = nil
    watch = DamageWatch(threads: options.threads)
  }
}
