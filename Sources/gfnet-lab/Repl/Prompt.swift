import Foundation
import LuaHost
import Support
import Synchronization

/// The prompt: reads cells at a terminal and runs them.
final class Prompt {
  private let session: InteractiveSession
  private let display: SessionDisplay
  private let signals: PromptSignals
  private let editor: LineEditor
  private var history = PromptHistory()
  private var count = 0
  /// The lines of the cell that is being typed.
  private var lines: [String] = []

  /// Nil where the terminal cannot be edited on.
  init?(_ session: InteractiveSession, _ display: SessionDisplay, _ signals: PromptSignals) {
    guard let editor = LineEditor(history: history.entries) else { return nil }
    (self.session, self.display, self.signals, self.editor) = (session, display, signals, editor)
    signals.wake.withLock { $0 = editor.wake }
    display.onTyped = { [unowned self] in self.editor.giveBack($0) }
    editor.complete = { [unowned self] in complete($0) }
    session.confirm = { [unowned self] in confirm($0) }
    session.farewells = ["exit", "quit", "exit()", "quit()", ":q"]
  }

  /// Reads and runs cells until the input ends; returns the exit status.
  func run() -> Int32 {
    Terminal.write(
      "gfnet-lab \(Doctor.version), Lua 5.4. ?gfnet lists what there is, %help the commands; Ctrl-D ends.\n")
    while let cell = readCell() {
      guard !cell.isEmpty else { continue }
      if isFarewell(cell) { break }
      count += 1
      session.helpWidth = Terminal.currentWidth
      signals.begin()
      display.show(session.run(cell, name: "In [\(count)]", isSilent: false))
    }
    return signals.isEnding ? 130 : 0
  }

  /// A cell as it was typed, empty where it was thrown away; nil at the end.
  private func readCell() -> String? {
    lines = []
    defer { lines = [] }
    var indent = ""
    while true {
      switch read(prompt: label, beginningWith: indent) {
      case .interrupted:
        Terminal.write("^C\n")
        return ""
      case .end:
        Terminal.write("\n")
        return lines.isEmpty || signals.isEnding ? nil : ""
      case .line(let line): lines.append(line)
      }
      let cell = lines.joined(separator: "\n")
      if cell.allSatisfy(\.isWhitespace) { return "" }
      if case .incomplete(let deeper) = session.completeness(of: cell) {
        // What is pasted brings its own.
        indent = editor.hasTypedAhead ? "" : deeper
        continue
      }
      let entry = lines.joined(separator: "\n")
      editor.remember(entry)
      history.add(entry)
      return cell
    }
  }

  private func read(prompt: String, beginningWith text: String = "") -> LineEditor.Reading {
    signals.isReading.store(true, ordering: .sequentiallyConsistent)
    defer { signals.isReading.store(false, ordering: .sequentiallyConsistent) }
    return editor.read(prompt: prompt, beginningWith: text)
  }

  /// What stands before the line. Bytes of 1 enclose what takes no room.
  private var label: String {
    let text = "In [\(count + 1)]: "
    let shown = lines.isEmpty ? text : String(repeating: " ", count: max(text.count - 5, 0)) + "...: "
    return Terminal.hasColour ? "\u{1}\u{1B}[32m\u{1}\(shown)\u{1}\u{1B}[0m\u{1}" : shown
  }

  /// What people type who want to leave; a variable of the name is shown instead.
  private func isFarewell(_ cell: String) -> Bool {
    guard session.farewells.contains(cell.trimmingCharacters(in: .whitespaces)) else { return false }
    return !session.variables.contains { cell.hasPrefix($0.name) }
  }

  private func confirm(_ question: String) -> Bool {
    guard case .line(let answer) = read(prompt: question + " [Y/n] ") else { return false }
    return !answer.lowercased().hasPrefix("n")
  }

  private func complete(_ before: String) -> LineEditor.Completion {
    let source = (lines + [before]).joined(separator: "\n")
    let found = session.completions(of: source, at: source.utf8.count)
    let word = String(decoding: Array(source.utf8)[found.start..<found.end], as: UTF8.self)
    return LineEditor.Completion(
      replacing: word.count, matches: found.matches.map { (text: $0.text, note: $0.signature) })
  }
}

/// What Ctrl-C and the like do at a prompt.
final class PromptSignals: Sendable {
  /// Wakes the editor; nil before there is one.
  let wake = Mutex<WakePipe?>(nil)
  /// Whether a line is being read.
  let isReading = Atomic<Bool>(false)
  private let interruption = Mutex<Interruption?>(nil)
  private let presses = Atomic<Int>(0)
  private let ending = Atomic<Bool>(false)

  /// Hears of signals from now on. What the terminal is set to is put back where the program is ended at once.
  init() {
    var before = termios()
    if tcgetattr(STDIN_FILENO, &before) == 0 {
      let before = before
      _ = ForcedEnd.add {
        var before = before
        tcsetattr(STDIN_FILENO, TCSANOW, &before)
      }
    }
    Signals.answer { [weak self] in self?.answer($0) ?? false }
  }

  /// Has Ctrl-C stop what the session runs.
  func watch(_ interruption: Interruption) { self.interruption.withLock { $0 = interruption } }

  /// Notes that a cell begins, which nobody has asked to stop.
  func begin() { presses.store(0, ordering: .relaxed) }

  /// Whether the program was asked to end.
  var isEnding: Bool { ending.load(ordering: .sequentiallyConsistent) }

  private func answer(_ number: Int32) -> Bool {
    switch number {
    case SIGWINCH: send(.resized)
    case SIGCONT: send(.resumed)
    case SIGINT:
      if isReading.load(ordering: .sequentiallyConsistent) {
        send(.interrupt)
        return true
      }
      // Before the first cell there is nothing to live on for.
      guard let interruption = interruption.withLock({ $0 }) else { return end() }
      guard interruption.make() else { return true }
      switch presses.wrappingAdd(1, ordering: .relaxed).newValue {
      case 1: break
      case 2:
        Terminal.complain("waiting for one native computation to end; Ctrl-C once more ends the program")
      default: return end()
      }
    default: return end()
    }
    return true
  }

  private func send(_ message: WakePipe.Message) { wake.withLock { $0?.send(message) } }

  private func end() -> Bool {
    ending.store(true, ordering: .sequentiallyConsistent)
    send(.end)
    return false
  }
}
