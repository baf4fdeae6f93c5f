import Support
import Synchronization
import Testing

/// Progress is shown for long work alone, and as its sink has it.
@Suite struct ProgressReporterTests {
  private final class Recorder: ProgressSink {
    let interval = 1.0
    let lines = Mutex<[String]>([])
    let time = Mutex(0.0)

    func show(_ state: ProgressState) {
      lines.withLock {
        $0.append("\(state.title) \(state.done)/\(state.total ?? -1) \(state.remaining ?? -1)")
      }
    }
    func clear(_ state: ProgressState) { lines.withLock { $0.append("clear") } }

    var setting: ProgressReporter.Setting {
      .init(sink: self, clock: { [self] in time.withLock { $0 } })
    }
  }

  @Test func shortWorkShowsNothing() {
    let recorder = Recorder()
    let bar = ProgressReporter("trace", total: 4, setting: recorder.setting)
    recorder.time.withLock { $0 = 1.9 }
    bar.update(3)
    bar.finish()
    #expect(recorder.lines.withLock { $0 } == [])
  }

  @Test func longWorkIsShownOnceAnIntervalAndClearedOnce() {
    let recorder = Recorder()
    let bar = ProgressReporter("trace", total: 4, setting: recorder.setting)
    for (time, done) in [(2.5, 1), (3.0, 2), (4.0, 2)] {
      recorder.time.withLock { $0 = time }
      bar.update(done)
    }
    bar.finish()
    bar.finish()
    #expect(recorder.lines.withLock { $0 } == ["trace 1/4 7.5", "trace 2/4 4.0", "clear"])
  }

  @Test func quickWorkIsLookedAtLessOften() {
    let recorder = Recorder()
    let bar = ProgressReporter("loop", total: nil, setting: recorder.setting)
    #expect(bar.updatePlanningNext(400) == 401)
    recorder.time.withLock { $0 = 0.005 }
    #expect(bar.updatePlanningNext(401) == 451)
    #expect(bar.updatePlanningNext(100_000) == 101_000)
    recorder.time.withLock { $0 = 3 }
    #expect(bar.updatePlanningNext(101_000) == 101_001)
    bar.finish()
    #expect(recorder.lines.withLock { $0 } == ["loop 101000/-1 -1.0", "clear"])
  }

  @Test func aBarThatIsForgottenIsCleared() {
    let recorder = Recorder()
    do {
      let bar = ProgressReporter("loop", total: nil, setting: recorder.setting)
      recorder.time.withLock { $0 = 3 }
      bar.update(7)
    }
    #expect(recorder.lines.withLock { $0 } == ["loop 7/-1 -1.0", "clear"])
  }

  @Test func terminalsGetABarAndFilesLines() {
    let text = Mutex("")
    let state = ProgressState(title: "images\u{1B}[2J", done: 6, total: 24, elapsed: 10, note: "loss 0.5")
    TerminalProgress(isTerminal: true) { line in text.withLock { $0 += line } }.show(state)
    let bar = text.withLock { $0 }
    #expect(
      bar.hasPrefix("\r\u{1B}[K") && bar.contains("━━━━━━······") && bar.contains("6/24  0:30 left  loss 0.5")
    )
    #expect(!bar.contains("[2J") || !bar.contains("\u{1B}[2J"))
    text.withLock { $0 = "" }
    TerminalProgress(isTerminal: false) { line in text.withLock { $0 += line } }.show(
      ProgressState(title: "loop", done: 6, total: nil, elapsed: 75, note: ""))
    #expect(text.withLock { $0 } == "loop: 6, 1:15 so far\n")
  }
}
