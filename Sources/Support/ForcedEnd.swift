import Synchronization

/// What is still done when the program ends at once because nothing answered the request to stop.
///
/// The actions run on the thread that ends the program, while others go on: they touch nothing but files, and
/// not through ``AtomicFile``, which is closed then.
public enum ForcedEnd {
  private static let actions = Mutex<(next: Int, byNumber: [Int: @Sendable () -> Void])>((0, [:]))

  /// Adds an action; returns what ``remove(_:)`` takes.
  public static func add(_ action: @escaping @Sendable () -> Void) -> Int {
    actions.withLock { actions in
      actions.next += 1
      actions.byNumber[actions.next] = action
      return actions.next
    }
  }

  /// Takes back the action of that number; nothing where it has run.
  public static func remove(_ number: Int) {
    actions.withLock { _ = $0.byNumber.removeValue(forKey: number) }
  }

  /// Runs the actions, each once.
  public static func run() {
    let taken = actions.withLock { actions in
      defer { actions.byNumber = [:] }
      return actions.byNumber.sorted { $0.key < $1.key }.map(\.value)
    }
    for action in taken { action() }
  }
}
