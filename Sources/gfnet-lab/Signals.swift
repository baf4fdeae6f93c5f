import Foundation
import LuaHost
import Support
import Synchronization

/// How the program answers requests to stop: Ctrl-C, `kill`, a terminal that closes, a time limit that is near.
///
/// The first asks politely, so that a report is written. The second ends the program at once, and so does the
/// first when a second later nothing has answered: one native computation can take minutes, and a read from a pipe
/// can wait for ever. Where something has answered, the report has ten times as long.
///
/// A prompt answers itself (``answer(with:)``): there Ctrl-C ends what runs, and the session goes on.
///
/// No handler is installed. A handler runs on the stack of whatever thread the system picks, and oneDNN's generated
/// kernels point the stack register into their working memory: the handler's frame would lie in the middle of the heap.
/// The requests are blocked everywhere instead, and one thread waits for them.
enum Signals {
  /// The environment variable with the seconds that a computation may take to answer, for machines on which others'
  /// work makes a second too short.
  private static let variable = "GFNET_LAB_PATIENCE"

  private static let asked = Atomic<Bool>(false)

  /// True once the user has asked the program to end.
  static var isAsked: Bool { asked.load(ordering: .relaxed) }

  /// Called while the program has one thread: those that it starts inherit what is blocked.
  /// - Throws: `UsageError` where the environment asks for what cannot be.
  static func install() throws {
    let patience = try patience()
    // A reader that went away (`| head`) and a limit on file sizes are errors of write, not the end of the run.
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
    // A shell has Ctrl-C ignored in what it starts in the background, and `kill -INT` must reach it all the same.
    // `mpirun` hands USR1 on to all ranks at once; TERM it follows with KILL.
    var numbers = [SIGINT, SIGTERM, SIGUSR1]
    for number in numbers { signal(number, SIG_DFL) }
    // `nohup` has SIGHUP ignored, and means it.
    let before = signal(SIGHUP, SIG_DFL)
    if unsafeBitCast(before, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) {
      signal(SIGHUP, SIG_IGN)
    } else {
      numbers.append(SIGHUP)
    }
    var blocked = sigset_t()
    sigemptyset(&blocked)
    for number in numbers { sigaddset(&blocked, number) }
    pthread_sigmask(SIG_BLOCK, &blocked, nil)
    let requests = blocked
    let thread = Thread { watch(for: requests, patience: patience) }
    thread.name = "signals"
    thread.start()
  }

  private static func patience() throws -> Int {
    guard let text = ProcessInfo.processInfo.environment[variable], !text.isEmpty else { return 1 }
    guard let seconds = Int(text), 1...3600 ~= seconds else {
      throw UsageError("$\(variable) is \"\(text.printable(upTo: 40))\", expected seconds from 1 to 3600")
    }
    return seconds
  }

  /// What a prompt makes of a signal: true where that is all, false where the program is to end.
  typealias Answer = @Sendable (Int32) -> Bool

  private static let prompt = Mutex<Answer?>(nil)

  /// What prompts hear of beside requests to stop: the terminal has another size, the program goes on after it was stopped.
  static let ofPrompt = [SIGWINCH, SIGCONT]

  /// What a task of Slurm hears of: its time is nearly over. A run ends as after any other request.
  static let ofTask = [SIGUSR1]

  /// Has a prompt, or whatever else goes on after a request to stop, answer from now on. It also hears of `others`, which are
  /// blocked in the calling thread, the program's only one beside that which waits.
  static func answer(to others: [Int32] = ofPrompt, with answer: @escaping Answer) {
    var others = set(of: others)
    pthread_sigmask(SIG_BLOCK, &others, nil)
    prompt.withLock { $0 = answer }
  }

  private static func set(of numbers: [Int32]) -> sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    for number in numbers { sigaddset(&set, number) }
    return set
  }

  /// Returns when the program is asked to end.
  private static func waitForRequest(_ requests: sigset_t) {
    var heard = requests
    let others = ofPrompt + ofTask
    for number in others { sigaddset(&heard, number) }
    var blocked = set(of: others)
    pthread_sigmask(SIG_BLOCK, &blocked, nil)
    while true {
      var info = siginfo_t()
      let number = sigwaitinfo(&heard, &info)
      if number < 0 {
        if errno == EINTR { continue }
        return
      }
      if isOfCrash(info) { continue }
      if let answer = prompt.withLock({ $0 }) {
        if !answer(number) { return }
      } else if !ofPrompt.contains(number) {
        return
      }
    }
  }

  /// True for a signal that the program has sent itself. Swift's runtime stops all threads of a program that crashes so, by USR1
  /// where it can: that is no request to stop, and the crash must not end like one.
  private static func isOfCrash(_ info: siginfo_t) -> Bool {
    info.si_code <= 0 && info._sifields._kill.si_pid == getpid()
  }

  private static func watch(for requests: sigset_t, patience: Int) {
    waitForRequest(requests)
    // Which process was asked first is chance: the first has the report to write, and ends the others.
    let patience = Ranks.isFirst ? patience : patience * (timesForReport + 2)
    asked.store(true, ordering: .relaxed)
    Cancellation.request()
    if wait(for: requests, seconds: patience) {
      end("interrupted twice: ended without the final report")
    }
    if !Cancellation.isNoticed {
      let time = patience == 1 ? "a second" : "\(patience) seconds"
      end("interrupted: nothing answered within \(time), so the run was ended without the final report")
    }
    // What was noticed may still take long: a report of half a gigabyte, a disk that does not answer.
    if wait(for: requests, seconds: patience * timesForReport) {
      end("interrupted twice: ended without the final report")
    }
    end("interrupted: the final report took too long")
  }

  /// How many times the patience the final report may take.
  private static let timesForReport = 10

  /// Returns true when a request came, false when it did not within so many seconds.
  @discardableResult
  private static func wait(for requests: sigset_t, seconds: Int? = nil) -> Bool {
    var requests = requests
    while true {
      var info = siginfo_t()
      let number: Int32
      if let seconds {
        var limit = timespec(tv_sec: seconds, tv_nsec: 0)
        number = sigtimedwait(&requests, &info, &limit)
      } else {
        number = sigwaitinfo(&requests, &info)
      }
      if number > 0, !isOfCrash(info) { return true }
      if number < 0, errno != EINTR { return false }
    }
  }

  private static func end(_ message: String) -> Never {
    AtomicFile.abandon()
    ForcedEnd.run()
    Terminal.complain(message)
    _exit(130)
  }
}
