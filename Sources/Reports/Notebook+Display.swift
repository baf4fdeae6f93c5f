import Foundation

extension Notebook {
  /// True when the first cell is text that begins with the title as its heading.
  var startsWithTitle: Bool {
    guard let first = cells.first, first.kind == .markdown else { return false }
    let line = first.trimmedSource.prefix { !$0.isNewline }
    guard line.hasPrefix("# ") else { return false }
    return line.dropFirst(2).trimmingCharacters(in: .whitespaces) == title
  }

  /// The cell that stopped the run, 0-based.
  var failedCell: Int? { cells.firstIndex { $0.status == .failed || $0.status == .interrupted } }
}

extension Notebook.Cell {
  /// The source's lines, whether they end in LF or CRLF (which is a single Character); by bytes, which takes a tenth of
  /// the time.
  private var lines: [Substring] {
    source.utf8.split(separator: 10, omittingEmptySubsequences: false).map { line in
      Substring(line.last == 13 ? line.dropLast() : line)
    }
  }

  /// The source without blank lines at its start and end.
  var trimmedSource: String {
    var lines = self.lines[...]
    lines = lines.drop { $0.allSatisfy(\.isWhitespace) }
    while let last = lines.last, last.allSatisfy(\.isWhitespace) { lines.removeLast() }
    return lines.joined(separator: "\n")
  }

  /// The script's line number of the first line of ``trimmedSource``.
  var trimmedFirstLine: Int {
    firstLine + (lines.firstIndex { !$0.allSatisfy(\.isWhitespace) } ?? 0)
  }

  /// What to say about a cell that did not simply finish; nil for one that did.
  var statusNote: String? {
    switch status {
    case .pending where earlier == .stale: "stale: of a run before the changes above"
    case .pending where earlier == .unchanged: "of the run before"
    case .pending: "not run"
    case .running: "running"
    case .done: nil
    case .failed: "failed" + (seconds.map { " after " + NumberText.duration($0) } ?? "")
    case .interrupted: "interrupted" + (seconds.map { " after " + NumberText.duration($0) } ?? "")
    }
  }

  /// Time and memory of a cell that ran: "1.24 s, 512.0 MiB (+20.0 MiB)"; empty before.
  var costNote: String {
    guard let seconds else { return "" }
    guard let memory else { return NumberText.duration(seconds) }
    let sign = memory.change < 0 ? "−" : "+"
    let change = sign + NumberText.bytes(UInt64(memory.change.magnitude))
    return "\(NumberText.duration(seconds)), \(NumberText.bytes(UInt64(max(memory.peak, 0)))) (\(change))"
  }

  /// What `meta.json` and `summary.json` say of the cell; `number` counts from 1.
  func json(number: Int) -> JSONValue {
    .object([
      .init("cell", .integer(number)), .init("line", .integer(trimmedFirstLine)),
      .init("title", .string(title)), .init("status", .string("\(status)")),
      .init("seconds", seconds.map(JSONValue.number) ?? .null),
      .init("peak_memory_bytes", memory.map { .integer($0.peak) } ?? .null),
      .init("stale", .bool(earlier == .stale)),
      .init("kept_seconds", keptSeconds.map(JSONValue.number) ?? .null),
      .init("memory_change_bytes", memory.map { .integer($0.change) } ?? .null),
    ])
  }

  /// The 1-based line of ``trimmedSource`` that the error names, as in "sweep.lua:14:" or "line 14".
  var failedLine: Int? {
    guard outputs.contains(where: { if case .error = $0 { true } else { false } }) else { return nil }
    let first = trimmedFirstLine
    let range = first..<(first + trimmedSource.utf8.count { $0 == 10 } + 1)
    for case .error(let message, let traceback) in outputs {
      for match in (message + "\n" + traceback).matches(of: /(?::|\bline )(\d{1,9})\b/) {
        if let line = Int(match.1), range.contains(line) { return line - first + 1 }
      }
    }
    return nil
  }
}

extension RunFacts.Source {
  /// Name, version, file and checksum.
  fileprivate var line: String {
    [name, version, path, checksum].filter { !$0.isEmpty }.joined(separator: " ")
  }
}

extension RunFacts {
  /// The facts as names and values, for the header and the footer.
  var rows: [(name: String, value: String)] {
    var rows = [("Command", shellCommand), ("Started", startedText)]
    if let seconds { rows.append(("Took", NumberText.duration(seconds))) }
    if let repository { rows.append(("Commit", repository.text)) }
    rows += [
      ("Seed", String(seed)), ("Threads", String(threads)), ("Precision", precision),
      ("Versions", versions.map { "\($0.name) \($0.version)" }.joined(separator: ", ")),
    ]
    rows += plugins.map { ("Plugin", $0.line) } + models.map { ("Model", $0.line) }
    rows += data.map { ("Data", "\($0.name), \($0.count) items: \($0.identity)") }
    rows += [("Processor", "\(host.processor), \(host.sizeText)"), ("System", host.system)]
    let set = parameters.filter(\.isOverridden)
    if !set.isEmpty {
      rows.insert(("Set", set.map { "\($0.name) = \($0.value.plain)" }.joined(separator: ", ")), at: 1)
    }
    return rows
  }

  /// Shell lines that repeat the run.
  var rerunLines: [String] {
    guard let repository else { return [shellCommand] }
    let remark = repository.isDirty ? "  # the files had uncommitted changes" : ""
    return ["git checkout \(repository.commit)\(remark)", shellCommand]
  }
}
