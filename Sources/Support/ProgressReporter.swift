import Foundation
import Synchronization

/// How far a long piece of work has come.
public struct ProgressState: Sendable, Equatable {
  /// What is being done, as the user would say it.
  public var title: String
  /// The units that are finished.
  public var done: Int
  /// All units; nil where their number is not known.
  public var total: Int?
  /// Seconds since the work began.
  public var elapsed: Double
  /// What follows the count; empty for nothing.
  public var note: String

  public init(title: String, done: Int, total: Int?, elapsed: Double, note: String = "") {
    self.title = title
    self.done = done
    self.total = total
    self.elapsed = elapsed
    self.note = note
  }

  /// The seconds that the rest will take at the pace so far; nil where nobody can tell.
  public var remaining: Double? {
    guard let total, total > 0, done > 0 else { return nil }
    return elapsed * Double(max(total - done, 0)) / Double(done)
  }
}

/// Shows how far long work has come: a terminal, or another front end in its own way.
public protocol ProgressSink: Sendable {
  /// Seconds between two looks at one piece of work.
  var interval: Double { get }
  /// Shows how far a piece of work has come by now.
  func show(_ state: ProgressState)
  /// Takes away what was shown last: the work has ended.
  func clear(_ state: ProgressState)
}

/// Tells a sink how far a long piece of work has come.
///
/// Nothing is shown for work that ends within two seconds.
public final class ProgressReporter {
  /// Where progress is shown, and by which clock.
  public struct Setting: Sendable {
    /// What shows it.
    public var sink: any ProgressSink
    /// Seconds since some moment in the past.
    public var clock: @Sendable () -> Double
    /// Work that takes no longer is not shown.
    public var delay = 2.0

    public init(
      sink: any ProgressSink = TerminalProgress(),
      clock: @escaping @Sendable () -> Double = { MonotonicClock.seconds }
    ) {
      self.sink = sink
      self.clock = clock
    }
  }

  /// What reporters that are made from now on use; a front end that is no terminal sets its own.
  public static var standard: Setting {
    get { shared.withLock { $0 } }
    set { shared.withLock { $0 = newValue } }
  }
  private static let shared = Mutex(Setting())

  private var state: ProgressState
  private let setting: Setting
  private let start: Double
  private var lastShown: Double?
  private var lastPlanned: Double?

  /// - Parameters:
  ///   - title: what is being done, as the user would say it.
  ///   - total: the number of units, in the unit of ``update(_:note:)``; nil where it is not known.
  ///   - setting: where it is shown.
  public init(_ title: String, total: Int?, setting: Setting = ProgressReporter.standard) {
    state = ProgressState(title: title, done: 0, total: total, elapsed: 0, note: "")
    self.setting = setting
    start = setting.clock()
  }

  deinit { finish() }

  /// Reports that `done` units are finished; `note` follows the count.
  public func update(_ done: Int, note: String = "") {
    let elapsed = setting.clock() - start
    guard elapsed > setting.delay, elapsed - (lastShown ?? -.infinity) > setting.sink.interval else { return }
    lastShown = elapsed
    state.done = done
    state.elapsed = elapsed
    state.note = note
    setting.sink.show(state)
  }

  /// Reports as ``update(_:note:)`` does, and says after how many units the next report is soon enough: where units are
  /// quick, a report of each would take longer than they do.
  public func updatePlanningNext(_ done: Int) -> Int {
    update(done)
    let now = setting.clock()
    defer { lastPlanned = now }
    let isQuick = lastPlanned.map { now - $0 < 0.01 } ?? false
    return done &+ (isQuick ? min(max(done / 8, 1), 1000) : 1)
  }

  /// Says that the work has ended; later text starts on a clean line.
  public func finish() {
    guard lastShown != nil else { return }
    lastShown = nil
    setting.sink.clear(state)
  }
}

/// Progress on standard error: a bar on a terminal, plain lines elsewhere.
public struct TerminalProgress: ProgressSink {
  private let isTerminal: Bool
  private let write: @Sendable (String) -> Void

  /// - Parameters:
  ///   - isTerminal: whether lines can be drawn over.
  ///   - write: takes the text.
  public init(
    isTerminal: Bool = isatty(STDERR_FILENO) == 1,
    write: @escaping @Sendable (String) -> Void = { Console.write($0, to: STDERR_FILENO) }
  ) {
    self.isTerminal = isTerminal
    self.write = write
  }

  public var interval: Double { isTerminal ? 0.1 : 15 }

  public func show(_ state: ProgressState) {
    let title = state.title.printable(upTo: 60)
    let suffix = state.note.isEmpty ? "" : "  \(state.note.printable(upTo: 60))"
    let count = state.total.map { "\(state.done)/\($0)" } ?? "\(state.done)"
    let time = state.remaining.map { "\(Self.clock($0)) left" } ?? "\(Self.clock(state.elapsed)) so far"
    guard isTerminal else { return write("\(title): \(count), \(time)\(suffix)\n") }
    write("\r\u{1B}[K\(title) \(Self.bar(state))\(count)  \(time)\(suffix)")
  }

  public func clear(_ state: ProgressState) {
    if isTerminal { write("\r\u{1B}[K") }
  }

  /// The bar with a blank behind it; empty where nobody knows how long it would be.
  private static func bar(_ state: ProgressState) -> String {
    guard let total = state.total else { return "" }
    let width = 24
    let share = min(max(Double(state.done) / Double(max(total, 1)), 0), 1)
    let filled = Int(share * Double(width))
    return String(repeating: "━", count: filled) + String(repeating: "·", count: width - filled) + " "
  }

  private static func clock(_ seconds: Double) -> String {
    let whole = Int(min(max(seconds, 0), 1e8).rounded())
    return whole >= 3600
      ? String(format: "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60)
      : String(format: "%d:%02d", whole / 60, whole % 60)
  }
}
