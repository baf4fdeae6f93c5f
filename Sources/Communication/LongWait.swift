import Support

/// Waits of this process for the others that take long: who is waited for is said in a line, and such a wait ends all where a
/// limit is set.
///
/// Waiting is right where one process alone has work, so nothing ends without a limit.
public struct LongWait: Sendable {
  /// The environment variable with the seconds after which a wait ends all processes.
  public static let variable = "GFNET_LAB_MPI_PATIENCE"

  /// What is to be done about a wait.
  public enum Step: Sendable, Equatable {
    case goOn
    /// Tell the others that this process waits.
    case tell
    /// Say who is waited for; the wait has taken so many seconds.
    case say(seconds: Int)
    /// End all processes, and say why where this one speaks for those that wait.
    case end(seconds: Int)
  }

  private let rank: Int
  private let limit: Double?
  /// Seconds after which the next remark is due.
  private var notice = 60.0
  private var start: Double?
  /// Whether the others know of this wait, and what they tell is to be heard.
  public private(set) var hasTold = false
  private var hasSaid = false
  /// The number of the meeting in which the process waits.
  public private(set) var meeting = 0
  /// Who has said to wait, too.
  public var attendance: Attendance

  /// - Parameter limit: seconds after which a wait ends all; nil: never.
  public init(rank: Int, size: Int, limit: Double?) {
    (self.rank, self.limit) = (rank, limit)
    attendance = Attendance(rank: rank, size: size)
  }

  /// Seconds after which a wait ends all, from the environment.
  ///
  /// - Throws: ``CommunicationError`` where it asks for what cannot be.
  public static func limit(_ environment: [String: String]) throws -> Double? {
    guard let text = environment[variable], !text.isEmpty else { return nil }
    guard let seconds = Int(text), 1...1_000_000 ~= seconds else {
      throw CommunicationError(
        "$\(variable) is \"\(text.printable(upTo: 40))\", expected seconds from 1 to 1000000")
    }
    return Double(seconds)
  }

  /// A wait begins.
  public mutating func begin() {
    meeting += 1
    (start, hasTold, hasSaid) = (nil, false, false)
  }

  /// What is to be done now, `time` in seconds.
  public mutating func step(at time: Double) -> Step {
    guard let start else {
      start = time
      return .goOn
    }
    let waited = time - start
    let told = min(notice, (limit ?? .infinity) / 2)
    guard waited > told else { return .goOn }
    guard hasTold else {
      hasTold = true
      attendance.note(rank, in: meeting)
      return .tell
    }
    if let limit, waited > limit + (isSpeaker ? 0 : Self.timeForSpeaker) { return .end(seconds: Int(limit)) }
    // The others' words take a moment. Where the end is near, it says the same.
    guard !hasSaid, waited > told + Self.timeForWords, limit.map({ $0 > 2 * notice }) ?? true else {
      return .goOn
    }
    hasSaid = true
    // One that always lets others wait is not told of each time.
    notice *= 2
    return isSpeaker ? .say(seconds: Int(waited)) : .goOn
  }

  /// Whether this process speaks for those that wait.
  public var isSpeaker: Bool { attendance.isSpeaker(in: meeting) }

  /// Seconds in which what others tell arrives.
  private static let timeForWords = 2.0
  /// Seconds in which the first of those that wait ends all, before another does.
  private static let timeForSpeaker = 30.0
}
