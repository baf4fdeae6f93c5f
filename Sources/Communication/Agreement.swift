import Support

/// What another process failed on, in one line that names it and its machine.
public struct RankFailure: LineError {
  /// The process.
  public let rank: Int
  public let description: String

  /// True where `message` names one of the processes already.
  public static func isNamed(in message: String, of size: Int) -> Bool {
    message.firstMatch(of: #/\brank [0-9]+ of ([0-9]+) on\x20/#)?.1 == "\(size)"
  }
}

extension Communicator {
  /// Runs `body` on every process, and gives what it came to on each, in the order of ranks.
  ///
  /// Where it fails on one, it fails on all: so nobody waits for a process that has gone another way, and a script that
  /// catches the error catches it on all. Where one was asked to stop, all are.
  ///
  /// - Parameter what: what is done, as messages call it. Processes that do different things at once fail.
  /// - Throws: ``RankFailure``; `Interrupted`; ``CommunicationError``. What `body` throws, where there is one process.
  public func agree(on what: String, _ body: () throws -> [UInt8]) throws -> [[UInt8]] {
    guard isShared else { return [try body()] }
    var mine = PackedBytes()
    var stop: Interrupted?
    do {
      let bytes = try body()
      mine.append(Outcome.done.rawValue)
      mine.append(what)
      mine.append(bytes)
    } catch let reason as Interrupted where reason.deadline == nil {
      stop = reason
      mine.append(Outcome.stopped.rawValue)
      mine.append(what)
    } catch {
      mine.append(Outcome.failed.rawValue)
      mine.append(what)
      mine.append(Array("\(error)".utf8))
    }
    let all = try gather(mine.bytes)
    var results: [[UInt8]] = []
    var kinds: [Outcome] = []
    for (rank, bytes) in all.enumerated() {
      var reader = PackedReader(bytes)
      let kind = Outcome(rawValue: try reader.byte()) ?? .failed
      let theirs = try reader.text()
      guard theirs == what else {
        throw RankFailure(
          rank: rank,
          description:
            "\(name(of: rank)): \(theirs), while \(name(of: self.rank)): \(what);"
            + " every rank must do the same, in the same order"
        )
      }
      kinds.append(kind)
      results.append(kind == .stopped ? [] : try reader.byteList())
    }
    if let rank = kinds.firstIndex(of: .failed) {
      let message = String(decoding: results[rank], as: UTF8.self)
      // What failed may itself have been told by another process.
      let isNamed = RankFailure.isNamed(in: message, of: size)
      throw RankFailure(rank: rank, description: isNamed ? message : "\(name(of: rank)): \(message)")
    }
    if kinds.contains(.stopped) { throw stop ?? Interrupted() }
    return results
  }

  /// Runs `body` on the first process alone, and gives what it came to on all; it fails on all where it fails there.
  ///
  /// - Throws: as ``agree(on:_:)``.
  public func ofFirst(_ what: String, _ body: () throws -> [UInt8]) throws -> [UInt8] {
    guard isShared else { return try body() }
    var found: [UInt8] = []
    _ = try agree(on: what) {
      if isFirst { found = try body() }
      return []
    }
    return try broadcast(found)
  }

  private typealias Outcome = AgreedOutcome
}

private enum AgreedOutcome: UInt8 {
  case done
  case stopped
  case failed
}
