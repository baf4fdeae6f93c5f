import Foundation
import Support

/// Threads of one process that work together as processes do, so that what processes do together can be tested
/// without any.
///
/// Each holds one; it is used by the thread that runs as that rank alone. When one of them leaves early
/// (``abort(_:)``), the others' calls fail instead of waiting for it.
public final class ThreadCommunicator: Communicator {
  public let rank: Int
  public var size: Int { meeting.size }
  public var hosts: [String] { (0..<size).map { "thread\($0 + 1)" } }
  private let meeting: Meeting

  private init(rank: Int, meeting: Meeting) {
    self.rank = rank
    self.meeting = meeting
  }

  /// Runs `body` on `size` threads, each with its rank, and gives what each came to, in the order of ranks.
  public static func run<Result: Sendable>(
    _ size: Int, _ body: @escaping @Sendable (any Communicator) throws -> Result
  ) -> [Swift.Result<Result, any Error>] {
    let meeting = Meeting(size: max(size, 1))
    let ends = Ends<Result>(count: meeting.size)
    for rank in 0..<meeting.size {
      let thread = Thread {
        let communicator = ThreadCommunicator(rank: rank, meeting: meeting)
        let end = Swift.Result { try body(communicator) }
        if case .failure = end { communicator.abort(1) }
        ends.note(rank, end)
      }
      // Networks are deeper than what a thread has by default.
      thread.stackSize = 8 << 20
      thread.start()
    }
    return ends.all()
  }

  public func broadcast(_ bytes: UnsafeMutableRawBufferPointer, from root: Int) throws {
    try meeting.meet(rank, UnsafeRawBufferPointer(bytes)) { all in
      if rank != root { bytes.copyMemory(from: all[root]) }
    }
  }

  public func gather(
    _ mine: UnsafeRawBufferPointer, into all: UnsafeMutableRawBufferPointer, counts: [Int]
  ) throws {
    try meeting.meet(rank, mine) { parts in
      var place = 0
      for (part, count) in zip(parts, counts) {
        Self.copy(part, 0..<count, to: all, at: place)
        place += count
      }
    }
  }

  public func exchange(
    _ sent: UnsafeRawBufferPointer, sending: [Int], into received: UnsafeMutableRawBufferPointer,
    receiving: [Int]
  ) throws {
    // Where in the others' bytes those for this rank begin is theirs to say.
    var begins = [Int](repeating: 0, count: size)
    var places: [Int] = []
    var next = 0
    for count in sending {
      places.append(next)
      next += count
    }
    try places.withUnsafeBytes { places in
      try meeting.meet(rank, places) { all in
        for (other, places) in all.enumerated() {
          begins[other] = places.loadUnaligned(fromByteOffset: rank * MemoryLayout<Int>.stride, as: Int.self)
        }
      }
    }
    try meeting.meet(rank, sent) { all in
      var place = 0
      for (other, count) in receiving.enumerated() {
        Self.copy(all[other], begins[other]..<begins[other] + count, to: received, at: place)
        place += count
      }
    }
  }

  public func barrier() throws {
    try meeting.meet(rank, UnsafeRawBufferPointer(start: nil, count: 0)) { _ in }
  }

  public func abort(_ status: Int32) { meeting.end(by: rank) }

  private static func copy(
    _ source: UnsafeRawBufferPointer, _ range: Range<Int>, to target: UnsafeMutableRawBufferPointer,
    at place: Int
  ) {
    guard !range.isEmpty else { return }
    UnsafeMutableRawBufferPointer(rebasing: target[place..<place + range.count])
      .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[range]))
  }
}

/// Where threads wait for each other and show each other their bytes.
///
/// What is shared is only touched with the lock held, and the bytes while all who own them wait.
private final class Meeting: @unchecked Sendable {
  let size: Int
  private let condition = NSCondition()
  private var shown: [UnsafeRawBufferPointer]
  private var present = 0
  private var round = 0
  private var leaver: Int?

  init(size: Int) {
    self.size = size
    shown = [UnsafeRawBufferPointer](repeating: UnsafeRawBufferPointer(start: nil, count: 0), count: size)
  }

  /// Shows `bytes` to the others, and looks at theirs when all are there; returns when all have looked.
  func meet(_ rank: Int, _ bytes: UnsafeRawBufferPointer, _ look: ([UnsafeRawBufferPointer]) -> Void) throws {
    condition.withLock { shown[rank] = bytes }
    try wait()
    look(condition.withLock { shown })
    try wait()
  }

  private func wait() throws {
    condition.lock()
    defer { condition.unlock() }
    let mine = round
    present += 1
    if present == size {
      present = 0
      round += 1
      condition.broadcast()
    }
    while round == mine, leaver == nil { condition.wait() }
    if round == mine, let leaver { throw CommunicationError("rank \(leaver) has ended") }
  }

  /// Has the others' waits fail.
  func end(by rank: Int) {
    condition.withLock {
      leaver = leaver ?? rank
      condition.broadcast()
    }
  }
}

/// What threads came to.
private final class Ends<Value: Sendable>: @unchecked Sendable {
  private let condition = NSCondition()
  private var ends: [Result<Value, any Error>?]

  init(count: Int) { ends = [Result<Value, any Error>?](repeating: nil, count: count) }

  func note(_ rank: Int, _ end: Result<Value, any Error>) {
    condition.withLock {
      ends[rank] = end
      condition.signal()
    }
  }

  func all() -> [Result<Value, any Error>] {
    condition.withLock {
      while ends.contains(where: { $0 == nil }) { condition.wait() }
      return ends.compactMap(\.self)
    }
  }
}
