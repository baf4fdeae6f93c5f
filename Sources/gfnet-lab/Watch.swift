import ArgumentParser
import Foundation
import LuaHost
import Reports
import Support

/// Runs a script again whenever one of its files is saved, until Ctrl-C.
///
/// The files are looked at a few times a second: notices of the system do not come from every file system, editors replace
/// files instead of writing them, and a handful of looks costs nothing.
final class Watch {
  /// What a run leaves for the next.
  struct Run {
    var notebook: Notebook?
    /// The files that it has read.
    var files: [FilePath] = []
    /// Takes the part of the report away that follows the runs.
    var endReport: () -> Void = {}
    /// Lets the next run have the folder.
    var close: () -> Void = {}
  }

  private static let interval = 0.25
  private let script: FilePath
  private let states = FileStates()

  init(script: FilePath) { self.script = script }

  /// Runs until the user wants an end; `body` gets what the run before has left.
  func run(_ body: (Run) throws -> Run) throws -> Never {
    var last = Run()
    while true {
      states.look(at: [script] + last.files)
      let watcher = Thread { [states] in
        // A change while the script runs ends that run: its results would be those of an older text.
        while !states.isOver {
          if states.haveChanged { return Cancellation.request() }
          Thread.sleep(forTimeInterval: Self.interval)
        }
      }
      last.close()
      states.isOver = false
      watcher.start()
      do {
        last = try body(last)
      } catch let error as ExitCode where error.rawValue == 2 {
        // Wrong usage of a parameter may be mended in the script.
      } catch is ExitCode {
      } catch is Interrupted {
      } catch {
        Terminal.complain((error as? any LineError)?.commandLineText ?? "\(error)")
      }
      states.isOver = true
      endWhereAsked(last)
      Cancellation.withdraw()
      endWhereAsked(last)
      states.add(last.files)
      let others = last.files.count
      Terminal.note(
        "watching \(script)\(others == 0 ? "" : " and \(others) file\(others == 1 ? "" : "s") that it reads"); Ctrl-C ends"
      )
      while !states.haveChanged {
        Thread.sleep(forTimeInterval: Self.interval)
        endWhereAsked(last)
      }
      // Who saves several files, or a large one, is not done at once.
      Thread.sleep(forTimeInterval: Self.interval)
    }
  }

  private func endWhereAsked(_ last: Run) {
    guard Signals.isAsked else { return }
    _ = Cancellation.isRequested
    last.endReport()
    exit(130)
  }
}

/// What files were like when they were last looked at; two threads ask.
private final class FileStates: @unchecked Sendable {
  private let lock = NSLock()
  private var states: [FilePath: FileStatus?] = [:]
  private var over = false

  var isOver: Bool {
    get { lock.withLock { over } }
    set { lock.withLock { over = newValue } }
  }

  /// Forgets all files but these, which are as they should be now.
  func look(at paths: [FilePath]) {
    lock.withLock { states = Dictionary(paths.map { ($0, FileStatus($0)) }, uniquingKeysWith: { $1 }) }
  }

  /// Watches more files from now on.
  func add(_ paths: [FilePath]) {
    lock.withLock { for path in paths where states[path] == nil { states[path] = .some(FileStatus(path)) } }
  }

  /// Whether one of the files is another than it was, there again, or gone.
  var haveChanged: Bool {
    lock.withLock { states.contains { FileStatus($0.key) != $0.value } }
  }
}

extension Watch.Run {
  /// What a run has left; of one that was interrupted or whose script is no Lua, the notebook of the run before stays.
  init(
    of runner: ScriptRunner, _ context: HostContext, _ recorder: RunRecorder, _ outcome: ScriptRunner.Outcome,
    _ before: Watch.Run
  ) {
    let hasRun = recorder.hasReport(of: outcome)
    let notebook = runner.notebook
    self.init(
      notebook: hasRun ? notebook : before.notebook,
      files: hasRun ? context.inputs.files : before.files,
      endReport: { recorder.endFollowing(notebook) }, close: { recorder.close() })
    let stale = notebook.cells.indices.filter { notebook.cells[$0].earlier == .stale }.map { "\($0 + 1)" }
    guard hasRun, !stale.isEmpty else { return }
    Terminal.note(
      "stale: cell\(stale.count == 1 ? "" : "s") \(stale.joined(separator: ", ")) still show\(stale.count == 1 ? "s" : "") what a run before the changes has left"
    )
  }
}
