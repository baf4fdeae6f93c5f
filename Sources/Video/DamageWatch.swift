/// Knows which pictures what went wrong in decoding may have spoiled: those that were stored from the packet on that
/// failed, up to the next one that decoding can begin at.
struct DamageWatch {
  private struct Place {
    let order: Int
    let isKey: Bool
  }

  /// Packets whose pictures have not come yet, by their times.
  private var waiting: [Int64: Place] = [:]
  private var order = 0
  private var first: (order: Int, words: String)?
  private var next: (order: Int, time: Int64)?
  /// How many packets a decoder may have in hand before it says that one was bad.
  private let lag: Int

  init(threads: Int) { lag = threads - 1 }

  /// True where nothing is known to be wrong.
  var isClear: Bool { first == nil }

  /// A packet was handed to the decoder.
  mutating func fed(time: Int64, isKey: Bool) {
    order += 1
    // What never comes is forgotten in the end.
    if waiting.count > 512 { waiting = waiting.filter { $0.value.order > order - 256 } }
    if time != Int64.min { waiting[time] = Place(order: order, isKey: isKey) }
    if first != nil, next == nil, isKey { next = (order, time) }
  }

  /// The decoder could not make anything of a packet.
  mutating func failed(_ words: String) {
    first = (max(order - lag, 1), first?.words ?? words)
    next = nil
  }

  /// A picture has come. What is wrong with it; nil where nothing is.
  mutating func came(time: Int64) -> String? {
    let place = waiting.removeValue(forKey: time)
    guard let first else { return nil }
    guard let place else {
      // Nothing is known of where it was stored.
      return next == nil ? first.words : nil
    }
    if place.order < first.order { return nil }
    guard let next, place.order >= next.order else { return first.words }
    // A picture that is stored behind a key and shown before it may refer to what is before the key.
    if time < next.time { return first.words }
    self.first = nil
    self.next = nil
    return nil
  }
}
