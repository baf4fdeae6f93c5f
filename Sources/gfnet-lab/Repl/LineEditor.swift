import CEdit
import Foundation
import Support

/// Reads lines at a terminal with libedit: editing, history, completion.
///
/// The library installs no handlers of signals (`Signals` says why there are none). What would interrupt it comes through a
/// pipe: its reader waits for keys and for that pipe at once.
final class LineEditor {
  /// What came of a line.
  enum Reading {
    case line(String)
    /// Ctrl-C: the line is thrown away.
    case interrupted
    /// Ctrl-D on an empty line, or a terminal that has gone.
    case end
  }

  /// What may take the place of the last `replacing` characters before the cursor.
  struct Completion {
    var replacing: Int
    /// What is inserted for each, and what a list shows beside it.
    var matches: [(text: String, note: String)]
  }

  /// Asked at Tab, with the text of the line before the cursor.
  var complete: (String) -> Completion = { _ in Completion(replacing: 0, matches: []) }
  /// What wakes the reader.
  let wake: WakePipe

  private let edit: OpaquePointer
  private let list: OpaquePointer?
  private var prompt: [CChar] = [0]
  private var wasInterrupted = false
  private var hasEnded = false
  /// Bytes that were read and belong to no key yet.
  private var pending: [UInt8] = []

  /// Nil where libedit cannot use the terminal.
  init?(history entries: [String]) {
    Self.useUTF8()
    guard let wake = WakePipe(), let made = gf_edit_open("gfnet-lab") else { return nil }
    self.wake = wake
    edit = made
    list = history_init()
    gf_edit_without_signals(edit)
    gf_edit_set_client(edit, Unmanaged.passUnretained(self).toOpaque())
    gf_edit_set_prompt(edit, { LineEditor.of($0)?.promptBytes }, 1)
    gf_edit_set_reader(edit) { LineEditor.of($0)?.readKey(into: $1) ?? 0 }
    if let list {
      _ = gf_history_set_size(list, 10_000)
      _ = gf_history_set_unique(list, 1)
      for entry in entries { _ = gf_history_enter(list, entry) }
      gf_edit_set_history(edit, list)
    }
    gf_edit_set_editor(edit, "emacs")
    // The user's ~/.editrc comes before what the prompt cannot do without.
    el_source(edit, nil)
    gf_edit_add(edit, "gfnet-complete", "Completes the name before the cursor") { edit, _ in
      LineEditor.of(edit)?.completeWord() ?? UInt8(CC_ERROR)
    }
    gf_edit_add(edit, "gfnet-interrupt", "Throws the line away") { edit, _ in
      LineEditor.of(edit)?.wasInterrupted = true
      return UInt8(CC_EOF)
    }
    gf_edit_bind(edit, "^I", "gfnet-complete")
    gf_edit_bind(edit, "^C", "gfnet-interrupt")
    gf_edit_bind_commands(edit, "^C", "gfnet-interrupt")
    gf_edit_bind(edit, "^R", "em-inc-search-prev")
    for (key, name) in [
      ("\\e[1~", "ed-move-to-beg"), ("\\e[4~", "ed-move-to-end"), ("\\e[H", "ed-move-to-beg"),
      ("\\e[F", "ed-move-to-end"), ("\\e[3~", "ed-delete-next-char"), ("\\e[1;5C", "em-next-word"),
      ("\\e[1;5D", "ed-prev-word"),
    ] {
      gf_edit_bind(edit, key, name)
    }
  }

  deinit {
    el_end(edit)
    if let list { history_end(list) }
  }

  /// Names and texts are UTF-8 whatever the locale says; numbers are read and written as ever.
  private static func useUTF8() {
    setlocale(LC_CTYPE, "")
    if String(cString: nl_langinfo(Int32(CODESET))) != "UTF-8" { setlocale(LC_CTYPE, "C.UTF-8") }
  }

  private static func of(_ edit: OpaquePointer?) -> LineEditor? {
    edit.flatMap(gf_edit_client).map { Unmanaged<LineEditor>.fromOpaque($0).takeUnretainedValue() }
  }

  private var promptBytes: UnsafeMutablePointer<CChar>? {
    prompt.withUnsafeMutableBufferPointer(\.baseAddress)
  }

  // MARK: Lines

  /// Reads a line; `text` stands in it already.
  func read(prompt: String, beginningWith text: String = "") -> Reading {
    // The library keeps the address of the text while it reads.
    self.prompt = prompt.utf8CString.map(\.self)
    wasInterrupted = false
    hasEnded = false
    if !text.isEmpty { el_push(edit, text) }
    var count: Int32 = 0
    // The library draws the prompt before it has the terminal pass on single keys; what is typed in between would be taken
    // as a line.
    gf_edit_prepare(edit, 1)
    guard let line = el_gets(edit, &count), count > 0 else {
      return wasInterrupted ? .interrupted : .end
    }
    var read = String(cString: line)
    if read.hasSuffix("\n") { read.removeLast() }
    return .line(read)
  }

  /// Adds an entry to the history.
  func remember(_ entry: String) {
    if let list { _ = gf_history_enter(list, entry) }
  }

  /// Whether more was typed, or pasted, than the lines that were read.
  var hasTypedAhead: Bool { !pending.isEmpty }

  /// Bytes that somebody else read and that belong to the lines to come.
  func giveBack(_ bytes: [UInt8]) { pending += bytes }

  // MARK: Keys

  /// Waits for a key; returns 1, or 0 at the end of the input.
  private func readKey(into key: UnsafeMutablePointer<wchar_t>?) -> Int32 {
    while true {
      if let scalar = takeScalar() {
        key?.pointee = wchar_t(bitPattern: scalar)
        return 1
      }
      if hasEnded { return 0 }
      var waiting = [
        pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
        pollfd(fd: wake.reader, events: Int16(POLLIN), revents: 0),
      ]
      guard poll(&waiting, 2, -1) > 0 else { continue }
      if waiting[1].revents != 0 { answer(wake.take()) }
      if waiting[0].revents != 0 { fill() }
    }
  }

  private func fill() {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = Glibc.read(STDIN_FILENO, &bytes, bytes.count)
    if count > 0 { return pending += bytes[..<count] }
    if count < 0, errno == EINTR || errno == EAGAIN { return }
    hasEnded = true
  }

  private func answer(_ messages: [WakePipe.Message]) {
    for message in messages {
      switch message {
      // The key that the terminal made a signal of.
      case .interrupt: pending.insert(3, at: 0)
      case .resized: el_resize(edit)
      case .resumed:
        gf_edit_prepare(edit, 1)
        gf_edit_refresh(edit)
      case .end: hasEnded = true
      }
    }
  }

  /// Takes the first character of what was read; nil where it is not there as a whole. A byte that belongs to none is one.
  private func takeScalar() -> UInt32? {
    guard let first = pending.first else { return nil }
    let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1
    guard pending.count >= length || hasEnded else { return nil }
    var decoder = UTF8()
    var iterator = pending.prefix(length).makeIterator()
    if case .scalarValue(let scalar) = decoder.decode(&iterator) {
      pending.removeFirst(UTF8.width(scalar))
      return scalar.value
    }
    pending.removeFirst()
    return 0xFFFD
  }

  // MARK: Completion

  private func completeWord() -> UInt8 {
    guard let line = el_line(edit)?.pointee, let start = line.buffer, let cursor = line.cursor else {
      return UInt8(CC_ERROR)
    }
    let bytes = UnsafeRawBufferPointer(start: start, count: max(cursor - start, 0))
    let before = String(decoding: bytes, as: UTF8.self)
    guard !before.allSatisfy({ $0 == " " }) else {
      el_insertstr(edit, "  ")
      return UInt8(CC_REFRESH)
    }
    let found = complete(before)
    guard !found.matches.isEmpty else { return UInt8(CC_REFRESH_BEEP) }
    let common = Self.commonStart(of: found.matches.map(\.text))
    let word = String(before.suffix(found.replacing))
    if found.matches.count == 1 || common.count > word.count {
      if found.replacing > 0 { el_deletestr(edit, Int32(clamping: word.unicodeScalars.count)) }
      el_insertstr(edit, common)
      return UInt8(CC_REFRESH)
    }
    Terminal.write("\n" + CompletionList.text(of: found.matches, width: Terminal.currentWidth))
    return UInt8(CC_REDISPLAY)
  }

  private static func commonStart(of texts: [String]) -> String {
    var common = texts.first ?? ""
    for text in texts.dropFirst() { common = common.commonPrefix(with: text, options: .literal) }
    return common
  }
}

/// The list that Tab shows where there is more than one possibility.
enum CompletionList {
  /// Few come with what is known of them, more in columns.
  private static let mostWithNotes = 12
  private static let mostLines = 20

  static func text(of matches: [(text: String, note: String)], width: Int) -> String {
    let longest = matches.map(\.text.count).max() ?? 0
    func padded(_ text: String) -> String { text + String(repeating: " ", count: longest + 2 - text.count) }
    if matches.count <= mostWithNotes {
      return matches.map { match in
        let line = match.note.isEmpty ? match.text : padded(match.text) + match.note
        return line.printable(upTo: max(width - 1, 20)) + "\n"
      }.joined()
    }
    let columns = max(width / (longest + 2), 1)
    let rows = (matches.count + columns - 1) / columns
    var lines = (0..<min(rows, mostLines)).map { row in
      let line = stride(from: row, to: matches.count, by: rows).map {
        padded(matches[$0].text.printable(upTo: 200))
      }
      return line.joined()
    }
    if rows > mostLines { lines.append("… (\(matches.count) in all)") }
    return lines.joined(separator: "\n") + "\n"
  }
}

/// Tells the prompt what another thread has heard of.
final class WakePipe: Sendable {
  enum Message: UInt8, Sendable { case interrupt = 1, resized, resumed, end }

  let reader: Int32
  private let writer: Int32

  init?() {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { return nil }
    (reader, writer) = (ends[0], ends[1])
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
  }

  deinit {
    close(reader)
    close(writer)
  }

  func send(_ message: Message) {
    var byte = message.rawValue
    _ = Glibc.write(writer, &byte, 1)
  }

  /// All messages since the last look.
  func take() -> [Message] {
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = Glibc.read(reader, &bytes, bytes.count)
    return count > 0 ? bytes[..<count].compactMap(Message.init) : []
  }
}
