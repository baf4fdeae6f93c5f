import CVideo
import Support

/// The packets of a video in the order in which they are stored, and the pictures that they hold in the order in which
/// these are shown. No picture is decoded for it.
struct PacketTable: Sendable {
  /// A packet, in the file's units of time.
  struct Packet: Sendable {
    /// When its picture is shown, if it is.
    let time: Int64
    /// What the file finds it by: the time in the order of storage where it has one, else ``time``.
    let order: Int64
    /// Where it is in the file; -1 where that is not known.
    let place: Int64
    let isKey: Bool
    let isShown: Bool
  }

  private(set) var packets: [Packet] = []
  /// The packet of each picture, in the order in which they are shown.
  private(set) var shown: [Int] = []
  /// Packets that decoding can begin at, in the order of storage.
  private(set) var keys: [Int] = []
  /// The duration of the picture that is shown last, in units of time; 0 where the file does not say.
  private(set) var lastDuration: Int64 = 0
  /// What is wrong with the end of the file; nil where nothing is.
  private(set) var damage: String?
  /// Whether FFmpeg says that the file ends too early, not that something in it is wrong.
  private(set) var isCutOff = false
  /// Why pictures cannot be told by the times of packets; nil where they can.
  ///
  /// Such a video must be decoded to know its pictures.
  private(set) var obstacle: Obstacle?

  /// Why the packets do not say which pictures there are.
  enum Obstacle: Sendable {
    case missingTimes, equalTimes, picturesBeforeTheFirstKey, packetsWithoutPicture
  }

  /// Whether times that are left out can be found by reading on: where no picture refers to one that is shown between two
  /// that others refer to. AVI has no times of pictures, and MPEG's program streams have few.
  static func findsTimes(of codec: String) -> Bool {
    ["mpeg4", "mpeg1video", "mpeg2video"].contains(codec)
  }

  /// More packets than any film has.
  private static let most = 1 << 26
  private static let bytesEach = MemoryLayout<Packet>.stride + 2 * MemoryLayout<Int>.stride
  /// MPEG-4 says by a packet of a few bytes that the last picture stays.
  private static let leastBytesOfPicture = 12

  /// Reads all packets from where `decoder` is, which is at the beginning.
  ///
  /// - Throws: `Interrupted`, `MemoryRefused`, ``VideoError`` where there are too many.
  init(of decoder: VideoDecoder) throws {
    var lacksTimes = false
    var holdsTiny = false
    var isLastWhole = true
    var latest = Int64.min
    reading: while true {
      if packets.count % (1 << 16) == 0 {
        try Cancellation.check()
        try MemoryBudget.shared.require(Self.bytesEach << 16)
      }
      switch try decoder.read() {
      case .done(let packet):
        guard packets.count < Self.most else {
          throw VideoError(path: decoder.path, reason: "has more than \(Self.most) packets")
        }
        isLastWhole = decoder.isWhole(packet)
        let isTimed = packet.time != Int64.min
        if !packet.is_hidden {
          lacksTimes = lacksTimes || !isTimed
          holdsTiny = holdsTiny || packet.size < Self.leastBytesOfPicture
          if isTimed, packet.time >= latest {
            (latest, lastDuration) = (packet.time, max(packet.duration, 0))
          }
        }
        packets.append(
          Packet(
            time: packet.time, order: packet.decoding == Int64.min ? packet.time : packet.decoding,
            place: packet.place, isKey: packet.is_key, isShown: !packet.is_hidden))
      case .end, .again:
        damage = decoder.complaintOfEnd()
        isCutOff = damage != nil
        break reading
      case .failed(let words):
        damage = words
        break reading
      }
    }
    if !isLastWhole {
      // What is cut off in the middle is no picture; within a file, FFmpeg makes of it what it can.
      damage = "its last packet is not whole"
      isCutOff = true
      packets.removeLast()
    }
    keys = packets.indices.filter { packets[$0].isKey }
    findPictures(
      isCutOff: damage != nil || decoder.missingBytes > 0, lacksTimes: lacksTimes,
      holdsTiny: holdsTiny && decoder.facts.codec.contains("mpeg4"))
  }

  private mutating func findPictures(isCutOff: Bool, lacksTimes: Bool, holdsTiny: Bool) {
    if lacksTimes { return obstacle = .missingTimes }
    if holdsTiny { return obstacle = .packetsWithoutPicture }
    guard let first = packets.first, first.isKey else { return obstacle = .picturesBeforeTheFirstKey }
    var latest = Int64.max
    if isCutOff {
      // A picture that is shown later than the last packet was stored may have been followed by one shown before it.
      latest = packets.last?.order ?? 0
    }
    shown = packets.indices.filter { packets[$0].isShown && packets[$0].time <= latest }
    shown.sort { packets[$0].time < packets[$1].time }
    for (one, next) in zip(shown, shown.dropFirst()) where packets[one].time == packets[next].time {
      return obstacle = .equalTimes
    }
    if let earliest = shown.first, packets[earliest].time < first.time {
      return obstacle = .picturesBeforeTheFirstKey
    }
  }

  /// The last packet from which on the picture `number` (from 0) can be decoded, as a number among ``keys``.
  func key(before number: Int) -> Int {
    let packet = shown[number]
    let time = packets[packet].time
    // Pictures that are stored behind a key and shown before it may refer to what is before the key.
    var index = Self.lastIndex(in: keys) { $0 <= packet } ?? 0
    while index > 0, packets[keys[index]].time > time { index -= 1 }
    return index
  }

  /// The last of the sorted `values` that holds; nil where none does.
  private static func lastIndex(in values: [Int], _ holds: (Int) -> Bool) -> Int? {
    var (low, high) = (0, values.count)
    while low < high {
      let middle = (low + high) / 2
      if holds(values[middle]) { low = middle + 1 } else { high = middle }
    }
    return low > 0 ? low - 1 : nil
  }
}
