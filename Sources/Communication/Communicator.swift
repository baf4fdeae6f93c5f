import Support

/// Processes that do one piece of work together, each of which holds one of these.
///
/// Every process runs the same program and calls the same functions in the same order; each call returns when all have
/// made it. Where only some of them can fail, the work is wrapped in ``agree(on:_:)``.
public protocol Communicator: AnyObject {
  /// The number of this process, 0 ..< ``size``.
  var rank: Int { get }
  /// How many processes there are, at least 1.
  var size: Int { get }
  /// The names of the machines that the processes run on, by rank.
  var hosts: [String] { get }

  /// Gives every process the bytes that `root` has. All pass as many.
  ///
  /// - Throws: ``CommunicationError``.
  func broadcast(_ bytes: UnsafeMutableRawBufferPointer, from root: Int) throws

  /// Gives every process what each has, in the order of ranks.
  ///
  /// - Parameters:
  ///   - mine: what this process has, `counts[rank]` bytes.
  ///   - all: room for the sum of `counts`.
  ///   - counts: how many bytes each process has; the same everywhere.
  /// - Throws: ``CommunicationError``.
  func gather(_ mine: UnsafeRawBufferPointer, into all: UnsafeMutableRawBufferPointer, counts: [Int]) throws

  /// Gives every process what each has for it, in the order of ranks.
  ///
  /// - Parameters:
  ///   - sent: what this process has for others: `sending[r]` bytes for the process of rank r.
  ///   - received: room for what the others have for it: `receiving[r]` bytes from the process of rank r.
  /// - Throws: ``CommunicationError``.
  func exchange(
    _ sent: UnsafeRawBufferPointer, sending: [Int], into received: UnsafeMutableRawBufferPointer,
    receiving: [Int]
  ) throws

  /// Returns when all processes have come here.
  ///
  /// - Throws: ``CommunicationError``.
  func barrier() throws

  /// Ends all processes with that exit status, without waiting for any.
  func abort(_ status: Int32)
}

/// What happens when processes cannot reach each other: one line.
public struct CommunicationError: LineError {
  public let description: String

  public init(_ description: String) { self.description = description }
}

extension Communicator {
  /// True for the process that shows results and writes files.
  public var isFirst: Bool { rank == 0 }
  /// True where there are several processes.
  public var isShared: Bool { size > 1 }

  /// How a process is called in messages, such as `rank 3 of 8 on node7`.
  public func name(of rank: Int) -> String {
    "rank \(rank) of \(size) on \(hosts.indices.contains(rank) ? hosts[rank] : "?")"
  }

  /// How many of the processes run on the same machine as this one, itself included.
  public var ranksOfMachine: Int { hosts.count { $0 == hosts[rank] } }

  /// What each process has, in the order of ranks; the numbers of bytes may differ.
  ///
  /// - Throws: ``CommunicationError``; `MemoryRefused`.
  public func gather(_ bytes: [UInt8]) throws -> [[UInt8]] {
    guard isShared else { return [bytes] }
    var lengths = [UInt64](repeating: 0, count: size)
    let mine = UInt64(bytes.count)
    try withUnsafeBytes(of: mine) { mine in
      try lengths.withUnsafeMutableBytes {
        try gather(mine, into: $0, counts: [Int](repeating: 8, count: size))
      }
    }
    let counts = lengths.map { Int(clamping: $0) }
    try MemoryBudget.shared.require(2 * (counts.checkedSum() ?? .max))
    var all = counts.map { _ in [UInt8]() }
    // Libraries count bytes with 32 bits.
    let most = CommunicationLimits.bytesAtOnce / size
    for start in stride(from: 0, to: counts.max() ?? 0, by: most) {
      let pieces = counts.map { min(max($0 - start, 0), most) }
      var received = [UInt8](repeating: 0, count: pieces.reduce(0, +))
      try bytes.withUnsafeBytes { bytes in
        let piece = UnsafeRawBufferPointer(
          rebasing: bytes[min(start, bytes.count)..<min(start, bytes.count) + pieces[rank]])
        try received.withUnsafeMutableBytes { try gather(piece, into: $0, counts: pieces) }
      }
      var place = 0
      for (rank, piece) in pieces.enumerated() {
        all[rank] += received[place..<place + piece]
        place += piece
      }
    }
    return all
  }

  /// The bytes that `root` has. Others' are not looked at.
  ///
  /// - Throws: ``CommunicationError``; `MemoryRefused`.
  public func broadcast(_ bytes: [UInt8], from root: Int = 0) throws -> [UInt8] {
    guard isShared else { return bytes }
    var length = UInt64(bytes.count)
    try withUnsafeMutableBytes(of: &length) { try broadcast($0, from: root) }
    let count = Int(clamping: length)
    var result = bytes
    if rank != root {
      try MemoryBudget.shared.require(count)
      result = [UInt8](repeating: 0, count: count)
    }
    try result.withUnsafeMutableBytes { try broadcastInPieces($0, from: root) }
    return result
  }

  /// Gives every process the bytes that `root` has, however many these are. All pass as many.
  ///
  /// - Throws: ``CommunicationError``.
  public func broadcastInPieces(_ bytes: UnsafeMutableRawBufferPointer, from root: Int = 0) throws {
    guard isShared else { return }
    for start in stride(from: 0, to: bytes.count, by: CommunicationLimits.bytesAtOnce) {
      let end = min(start + CommunicationLimits.bytesAtOnce, bytes.count)
      try broadcast(UnsafeMutableRawBufferPointer(rebasing: bytes[start..<end]), from: root)
    }
  }
}

enum CommunicationLimits {
  /// The most bytes that one call moves to or from a process.
  static let bytesAtOnce = 1 << 28
}
