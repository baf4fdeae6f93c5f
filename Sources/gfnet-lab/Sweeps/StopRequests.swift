import Glibc
import Support
import Synchronization

/// How a sweep is asked to stop. The first request lets runs save their state for as long as that takes, the second ends them at
/// once, the third ends the program.
final class StopRequests: Sendable {
  private let count = Atomic<Int>(0)
  private let timeIsOver = Atomic<Bool>(false)

  /// Hears requests from now on.
  func listen() {
    Signals.answer(to: Signals.ofTask) { [self] number in
      if number == SIGUSR1 { timeIsOver.store(true, ordering: .relaxed) }
      let asked = count.add(1, ordering: .relaxed).newValue
      Cancellation.request()
      return asked < 3
    }
  }

  /// How often a stop was asked for.
  var times: Int { count.load(ordering: .relaxed) }

  /// Whether Slurm has said that a time limit is near.
  var isAtTimeLimit: Bool { timeIsOver.load(ordering: .relaxed) }
}
