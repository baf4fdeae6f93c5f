import Support
import Synchronization

/// Stops what a session runs, from any thread.
public final class Interruption: Sendable {
  let request = StopRequest()
  private let isRunning = Mutex(false)

  /// Asks the running cell to stop: false where none runs, and nothing happens.
  @discardableResult
  public func make() -> Bool {
    isRunning.withLock { running in
      if running { request.make() }
      return running
    }
  }

  /// Notes that a cell runs; false where one does already.
  func begin() -> Bool {
    isRunning.withLock { running in
      guard !running else { return false }
      running = true
      forget()
      return true
    }
  }

  /// Notes that the cell has ended. A request that came too late is forgotten.
  func end() {
    isRunning.withLock { running in
      running = false
      forget()
    }
  }

  private func forget() {
    request.withdraw()
    Cancellation.withdraw()
  }
}
