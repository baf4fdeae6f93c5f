import Foundation
import Support
import Synchronization
import TestSupport
import Testing

/// Deadlines of a thread: every loop that polls ends at them.
@Suite struct CancellationTests {
  private func reason() -> String? { Cancellation.reasonToStop.map { "\($0)" } }

  @Test func aDeadlineEndsTheWorkOfItsScopeOnly() throws {
    let time = StillClock()
    #expect(reason() == nil)
    try Cancellation.withDeadline(Deadline(of: "a cell", seconds: 2, clock: time.clock)) {
      try Cancellation.check()
      time.set(2)
      try Cancellation.check()
      time.set(2.25)
      #expect(throws: Interrupted.self) { try Cancellation.check() }
      #expect(reason() == "time limit reached: a cell may run 2 s")
    }
    #expect(reason() == nil)
  }

  @Test func theOneThatIsOverFirstCounts() {
    let time = StillClock()
    let inner = Deadline(of: "the plugin 'x'", seconds: 5, clock: time.clock)
    for (seconds, said) in [(0.5, "a cell may run 0.5 s"), (7, "the plugin 'x' may run 5 s")] {
      time.set(0)
      Cancellation.withDeadline(Deadline(of: "a cell", seconds: seconds, clock: time.clock)) {
        Cancellation.withDeadline(inner) {
          #expect(reason() == nil)
          time.set(100)
          #expect(reason() == "time limit reached: " + said)
        }
        time.set(0)
        #expect(reason() == nil)
      }
    }
  }

  @Test func noDeadlineChangesNothing() {
    let time = StillClock()
    Cancellation.withDeadline(Deadline(of: "a cell", seconds: 1, clock: time.clock)) {
      Cancellation.withDeadline(nil) {
        time.set(2)
        #expect(reason() == "time limit reached: a cell may run 1 s")
      }
    }
  }

  @Test func anErrorLeavesNoDeadlineBehind() {
    struct Failure: Error {}
    let time = StillClock()
    #expect(throws: Failure.self) {
      try Cancellation.withDeadline(Deadline(of: "a cell", seconds: 0, clock: time.clock)) { throw Failure() }
    }
    time.set(9)
    #expect(reason() == nil)
  }

  @Test func otherThreadsHaveTheirOwn() {
    let time = StillClock()
    let others = Mutex<String?>("not asked")
    Cancellation.withDeadline(Deadline(of: "a cell", seconds: 1, clock: time.clock)) {
      time.set(2)
      let done = DispatchSemaphore(value: 0)
      let thread = Thread {
        others.withLock { $0 = Cancellation.reasonToStop.map { "\($0)" } }
        done.signal()
      }
      thread.start()
      done.wait()
    }
    #expect(others.withLock { $0 } == nil)
  }
}
