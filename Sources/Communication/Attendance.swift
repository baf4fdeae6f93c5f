/// Tells which processes keep the others waiting.
///
/// All that processes do together is a meeting, and all count their meetings alike. Who has waited for long in one tells
/// the others its number. Whoever tells nothing has not come: it computes, was stopped, or cannot be reached.
public struct Attendance: Sendable {
  private let rank: Int
  /// The last meeting that each process is known to have come to.
  private var meetings: [Int]

  /// - Parameters:
  ///   - rank: this process.
  ///   - size: how many there are.
  public init(rank: Int, size: Int) {
    self.rank = rank
    meetings = [Int](repeating: 0, count: size)
  }

  /// Takes note that a process, perhaps this one, waits in that meeting.
  public mutating func note(_ rank: Int, in meeting: Int) {
    guard meetings.indices.contains(rank) else { return }
    meetings[rank] = max(meetings[rank], meeting)
  }

  /// Those that have not said that they have come to that meeting, or a later one.
  public func absent(from meeting: Int) -> [Int] {
    meetings.indices.filter { meetings[$0] < meeting }
  }

  /// Whether this process speaks for those that wait: the first of them does.
  public func isSpeaker(in meeting: Int) -> Bool {
    meetings.firstIndex { $0 >= meeting } == rank
  }
}

extension Communicator {
  /// What to say of those that have kept the others waiting for some seconds: one line.
  public func lineOfAbsence(_ ranks: [Int], seconds: Int) -> String {
    guard let first = ranks.first else {
      return "\(name(of: rank)): all ranks have waited for \(seconds) s: the network loses what they send"
    }
    let others = ranks.count > 1 ? " and \(ranks.count - 1) more" : ""
    return "\(name(of: first))\(others): the other ranks have waited for \(seconds) s"
  }
}
