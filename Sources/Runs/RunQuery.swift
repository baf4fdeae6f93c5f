import Foundation
import Support

/// Which runs are asked for, and in which order.
public struct RunQuery: Sendable {
  /// Where a name that runs are sorted by belongs; the first of them that knows a name is meant by it.
  public enum ValueKind: Int, Sendable, CaseIterable {
    case result, metric, parameter

    /// What names of the kind begin with where they are to mean no other.
    var prefix: String {
      switch self {
      case .result: "results."
      case .metric: "metrics."
      case .parameter: "parameters."
      }
    }
  }

  /// The script, by its path or by its name without folders and ending; nil for any.
  public var script: String?
  /// How the runs ended; empty for any.
  public var statuses: [String] = []
  /// Names that all runs have.
  public var tags: [String] = []
  /// When they began at the earliest.
  public var since: Date?
  /// What they are sorted by: `started`, `run`, `script`, `status`, `seconds`, or the name of a result, a metric or a parameter. Nil:
  /// the newest first.
  public var sort: String?
  /// The largest first; runs without the value come last all the same.
  public var isReversed = false
  /// The most runs.
  public var limit: Int?

  public init() {}

  /// The columns that runs are sorted by beside values of their own.
  static let columns = [
    "started": "started", "run": "path", "script": "script", "status": "status", "seconds": "seconds",
  ]

  /// A time as it is typed: `2026-03-01`, `2026-03-01T14:05`, or back from `now`: `30min`, `12h`, `7d`, `2w`; nil for other texts.
  public static func date(_ text: String, now: Date = Date(), zone: TimeZone = .current) -> Date? {
    if let match = text.wholeMatch(of: /([0-9]{1,6})(min|h|d|w)/), let count = Double(match.1) {
      let unit: Double =
        switch match.2 {
        case "min": 60
        case "h": 3600
        case "d": 86_400
        default: 604_800
        }
      return now - count * unit
    }
    guard
      let match = text.wholeMatch(
        of: /([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?(Z)?)?/)
    else { return nil }
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = match.7 == nil ? zone : TimeZone(secondsFromGMT: 0) ?? zone
    let parts = DateComponents(
      year: Int(match.1), month: Int(match.2), day: Int(match.3), hour: match.4.flatMap { Int($0) } ?? 0,
      minute: match.5.flatMap { Int($0) } ?? 0, second: match.6.flatMap { Int($0) } ?? 0)
    // Other calendars of the world would take the 31st of February for a day of March.
    guard let date = calendar.date(from: parts),
      calendar.dateComponents([.year, .month, .day, .hour, .minute], from: date)
        == DateComponents(
          year: parts.year, month: parts.month, day: parts.day, hour: parts.hour, minute: parts.minute)
    else { return nil }
    return date
  }
}
