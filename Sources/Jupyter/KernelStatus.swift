import Foundation
import LuaHost
import Support
import Synchronization

/// What the threads of a kernel tell each other.
final class KernelStatus: Sendable {
  private struct State {
    var isBusy = false
    var isEnding = false
    var variables: [InteractiveSession.Variable] = []
    var watchesVariables = false
  }

  /// Seconds that the running cell has to notice that the kernel ends.
  private static let patience = 4.0

  private let state = Mutex(State())
  private let interruption: Interruption
  /// Requests of the control channel that only the thread of Lua can answer.
  let mail: Mailbox<Message>

  init(interruption: Interruption) throws {
    self.interruption = interruption
    mail = try Mailbox()
  }

  /// True from the moment on at which a client wants the kernel to end.
  var isEnding: Bool { state.withLock { $0.isEnding } }

  /// Has the kernel end after what runs, and what runs end now.
  func requestEnd() {
    state.withLock { $0.isEnding = true }
    interruption.make()
    mail.ring()
    // One native computation can take minutes, and nobody waits for its result any more.
    let thread = Thread {
      Thread.sleep(forTimeInterval: Self.patience)
      AtomicFile.abandon()
      ForcedEnd.run()
      _exit(0)
    }
    thread.start()
  }

  /// Stops the running cell.
  func interrupt() { interruption.make() }

  /// Notes that the thread of Lua is at work.
  func begin() { state.withLock { $0.isBusy = true } }

  /// Notes that the thread of Lua waits for requests.
  func end() { state.withLock { $0.isBusy = false } }

  /// Leaves a request for the thread of Lua; false where it is at work, and would answer late.
  func forward(_ request: Message) -> Bool {
    state.withLock { state in
      guard !state.isBusy else { return false }
      mail.post(request)
      return true
    }
  }

  /// Whether someone looks at the variables, which are then noted after each cell.
  var watchesVariables: Bool {
    get { state.withLock { $0.watchesVariables } }
    set { state.withLock { $0.watchesVariables = newValue } }
  }

  /// The variables as they were when the last cell ended.
  var variables: [InteractiveSession.Variable] {
    get { state.withLock { $0.variables } }
    set { state.withLock { $0.variables = newValue } }
  }
}

/// Stops a kernel or its cell from outside of its channels.
public struct KernelStop: Sendable {
  let status: KernelStatus
  /// Seconds between two looks at whether the parent lives.
  private static let look = 1.0

  /// Stops the running cell; the kernel lives on.
  public func interrupt() { status.interrupt() }

  /// Ends the kernel.
  public func end() { status.requestEnd() }

  /// Ends the kernel when the program that started it has gone without a word.
  public func endWithParent() {
    guard ProcessInfo.processInfo.environment["JPY_PARENT_PID"] != nil else { return }
    let parent = getppid()
    let thread = Thread { [self] in
      while getppid() == parent { Thread.sleep(forTimeInterval: Self.look) }
      end()
    }
    thread.name = "parent"
    thread.start()
  }
}

extension Kernel {
  /// Stops it or its cell, from any thread.
  public var stop: KernelStop { KernelStop(status: status) }
}
