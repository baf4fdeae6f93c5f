import Foundation
import Reports
import Support
import Synchronization

/// Shows how far long work of a cell is, in one place of it that is drawn over.
final class ProgressDisplay: ProgressSink {
  private struct State {
    /// The request whose cell runs; nil: nothing is shown.
    var parent: JSONValue?
    /// The name of the place; nil before there is one.
    var name: String?
  }

  let interval = 0.1
  private let publisher: Publisher
  private let state = Mutex(State())

  init(_ publisher: Publisher) { self.publisher = publisher }

  /// Begins with a new cell; nil: with none.
  func begin(_ parent: JSONValue?) { state.withLock { $0 = State(parent: parent) } }

  func show(_ progress: ProgressState) { publish(progress, hasEnded: false) }

  /// What has ended stays, so that a reader sees what was done.
  func clear(_ progress: ProgressState) { publish(progress, hasEnded: true) }

  private func publish(_ progress: ProgressState, hasEnded: Bool) {
    let text = Self.text(progress, hasEnded: hasEnded)
    var html = HTMLText.escape(text)
    if let total = progress.total, !hasEnded {
      let done = min(max(progress.done, 0), max(total, 1))
      html = "<progress value=\"\(done)\" max=\"\(max(total, 1))\" style=\"width:16em\"></progress> " + html
    }
    state.withLock { state in
      guard let parent = state.parent else { return }
      let isNew = state.name == nil
      let name = state.name ?? UUID().uuidString.lowercased()
      state.name = name
      publisher.publish(
        isNew ? "display_data" : "update_display_data",
        [
          "data": ["text/html": .string("<div>\(html)</div>"), "text/plain": .string(text)],
          "metadata": .object([]),
          "transient": ["display_id": .string(name)],
        ], parent: parent)
    }
  }

  private static func text(_ progress: ProgressState, hasEnded: Bool) -> String {
    // The count is that of the last look, and the work has gone on since.
    if hasEnded { return "\(progress.title)  \(clock(progress.elapsed))" }
    var text = "\(progress.title) \(progress.done)" + (progress.total.map { "/\($0)" } ?? "")
    text += progress.remaining.map { "  \(clock($0)) left" } ?? "  \(clock(progress.elapsed)) so far"
    return progress.note.isEmpty ? text : text + "  \(progress.note)"
  }

  private static func clock(_ seconds: Double) -> String {
    let whole = Int(min(max(seconds, 0), 1e8).rounded())
    return whole >= 3600
      ? String(format: "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60)
      : String(format: "%d:%02d", whole / 60, whole % 60)
  }
}
