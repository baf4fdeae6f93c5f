import Foundation
import Jupyter
import LuaHost
import Support
import Synchronization

/// Runs cases one after the other and says what became of them on standard output.
struct Trials {
  private let kind: CaseKind
  private let folder: String
  private let source: CaseSource

  /// What all that is held may take in a case, and Lua's values of it.
  private static let memory = (all: 768 << 20, lua: 96 << 20)
  /// Beyond that: what nobody counts, such as the library's compiled primitives and AddressSanitizer's own.
  private static let slack = 512 << 20

  init(_ kind: CaseKind, folder: String, seed: UInt64) throws {
    self.kind = kind
    self.folder = folder
    source = try CaseSource(kind, seed: seed)
    MemoryBudget.shared.setLimit(Self.memory.all)
    guard FileManager.default.changeCurrentDirectoryPath(folder) else {
      throw LuaError("\(folder) cannot be entered")
    }
  }

  /// Returns the exit status: 3 where the rest is better run by a fresh process.
  func run(_ cases: Range<Int>) throws -> Int32 {
    Watch.start()
    var host = try Host(kind, Self.memory.lua)
    for number in cases {
      try Data("\(number)".utf8).write(to: URL(fileURLWithPath: "case.txt"))
      let before = Watch.begin()
      var outcome = "value"
      do {
        switch kind {
        case .calls: try host.call(number == cases.lowerBound ? source.text(number) : source.call(number))
        case .scripts: try host.compile(source.script(number))
        case .plugins: try host.load(source.plugin(number), in: folder)
        case .messages:
          // What was taken can be sent on.
          _ = MessageMutation.coder.encode(try MessageMutation.coder.decode(source.frames(number)))
        }
      } catch is Interrupted {
        outcome = "stopped"
      } catch {
        outcome = "refused"
        complain(about: "\(error)", number)
      }
      let seconds = Watch.end(before)
      if outcome == "stopped" { host.revive() }
      let held = SystemMemory.ofProcess()
      if held > Self.memory.all + Self.memory.lua + Self.slack {
        say("problem \(number) holds \(held >> 20) MB")
      }
      say("\(number) \(outcome) \(held) \(seconds)")
      // Figures, reports and rules pile up in a state that lives long; a plugin is loaded into an empty one.
      if kind == .plugins || number % 500 == 499 {
        host = try Host(kind, Self.memory.lua, prelude: kind == .calls)
      }
    }
    return 0
  }

  /// A line, at once: what a process had printed before it died must not be lost.
  private func say(_ line: String) { Console.write(line + "\n", to: STDOUT_FILENO) }

  private func complain(about message: String, _ number: Int) {
    if message.isEmpty || message.utf8.count > 100_000 {
      say("problem \(number) has a message of \(message.utf8.count) bytes")
    }
  }
}

/// A Lua state with the program's catalogue.
private struct Host {
  private let state: LuaState
  private let environment: LuaTable
  private let session: CellSession

  init(_ kind: CaseKind, _ memory: Int, prelude: Bool = false) throws {
    var limits = LuaState.Limits()
    limits.memory = memory
    let context = HostContext()
    context.traceCache = nil
    context.showRemark = { _ in }
    state = try LuaState(limits: limits, context: context)
    try Catalog.standard.install(in: state)
    environment = try LuaEnvironment(in: state, catalog: .standard, moduleFolders: ["."]).table
    session = CellSession(state: state, environment: environment, chunkName: "case.lua")
    if prelude { _ = try session.run(session.compile(Prelude.text, firstLine: 1)) }
  }

  func call(_ text: String) throws {
    // A cell's locals are those of later ones; a block keeps them apart.
    try limited {
      _ = try session.run(
        session.compile(text.hasPrefix("local kept") ? text : "do \(text) end", firstLine: 1))
    }
  }

  func compile(_ text: String) throws {
    let script = ScriptFile(path: "case.lua", source: text)
    let cells = CellSession(state: state, environment: environment, chunkName: "case.lua")
    try limited {
      for cell in script.cells where cell.kind == .code {
        _ = try cells.compile(cell.source, firstLine: cell.firstLine)
      }
    }
  }

  /// The deadline of a case.
  private func limited(_ body: () throws -> Void) throws {
    try Cancellation.withDeadline(Deadline(of: "the case", seconds: 1), body)
  }

  func load(_ files: [(name: String, text: String)], in folder: String) throws {
    let plugins = folder + "/plugins"
    try? FileManager.default.removeItem(atPath: plugins)
    for file in files {
      let url = URL(fileURLWithPath: plugins + "/" + file.name)
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(file.text.utf8).write(to: url)
    }
    let loader = PluginLoader(folders: [FilePath(plugins)], secondsToLoad: 0.2)
    for candidate in loader.candidates() { _ = try loader.load(candidate, into: state, catalog: .standard) }
  }

  func revive() { state.revive() }
}

/// Ends the process when a case does not stop.
///
/// What counts is the time that the process computes: a busy machine makes nothing hang. A case that waits for ever
/// computes nothing, and is left after a long time on the clock.
enum Watch {
  /// Seconds, much longer than a case's deadline.
  private static let computing = 15.0
  private static let waiting = 600.0
  private static let started = Mutex<Moment?>(nil)

  private struct Moment {
    let clock = MonotonicClock.seconds
    let computed = Watch.computed
  }

  /// Seconds that all threads of the process have computed.
  private static var computed: Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  static func begin() -> Double {
    let now = Moment()
    started.withLock { $0 = now }
    return now.clock
  }

  /// Seconds since `before`.
  static func end(_ before: Double) -> Double {
    started.withLock { $0 = nil }
    return MonotonicClock.seconds - before
  }

  static func start() {
    let thread = Thread {
      while true {
        usleep(100_000)
        guard let start = started.withLock({ $0 }) else { continue }
        let now = Moment()
        guard now.computed - start.computed > computing || now.clock - start.clock > waiting else { continue }
        Console.note("Fatal: does not stop")
        _exit(4)
      }
    }
    thread.start()
  }
}
