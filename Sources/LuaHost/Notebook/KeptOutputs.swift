import Reports
import Support

/// What a run keeps of what its cells show: enough for any reader, and bounded whatever a loop shows, so that the report is
/// written soon after the run and a browser opens it.
///
/// The terminal shows everything; beyond the limits the report says how it goes on.
struct KeptOutputs {
  /// The most bytes of text that a cell keeps.
  static let textOfCell = 1 << 20
  /// The most tables, figures and pieces of text that a cell keeps.
  static let countOfCell = 2000
  /// The most bytes of one piece of Markdown, whose formatting may take a hundred times as much memory.
  static let markdownOfPiece = 1_000_000

  /// What has a limit of its own.
  enum Kind: CaseIterable {
    case text, markdown, table, picture

    /// The most bytes that a run keeps.
    var mostOfRun: Int {
      switch self {
      case .text: 64_000_000
      case .markdown: 4_000_000
      case .table: 128_000_000
      case .picture: 512_000_000
      }
    }

    fileprivate var words: String {
      switch self {
      case .text: "text"
      case .markdown: "Markdown"
      case .table: "tables"
      case .picture: "figures"
      }
    }
  }

  private var textInCell = 0
  private var countInCell = 0
  /// Bytes of the whole run.
  private var bytes: [Kind: Int] = [:]
  /// What is left out of the running cell from here on.
  private var full: Set<Kind> = []
  private var isOver = false
  /// True where outputs of the running cell were left out.
  var isFull: Bool { isOver || !full.isEmpty }

  mutating func beginCell() {
    textInCell = 0
    countInCell = 0
    full = []
    isOver = false
  }

  /// The running cell begins anew, without these outputs.
  mutating func forget(_ outputs: [Notebook.Output]) {
    for output in outputs { bytes[output.kind, default: 0] -= output.keptBytes }
    beginCell()
  }

  /// Appends an output to those of the running cell. Text joins the text before it.
  ///
  /// - Returns: a remark, once per cell and kind, when outputs begin to be left out.
  mutating func append(_ output: Notebook.Output, to outputs: inout [Notebook.Output]) -> String? {
    let kind = output.kind
    guard !isOver, !full.contains(kind) else { return nil }
    guard countInCell < Self.countOfCell else {
      isOver = true
      if case .text = output {
        outputs.append(.text(Self.more))
        return nil
      }
      return
        "the report leaves out what this cell shows from here on: it shows more than \(countInCell) results"
    }
    let size = output.keptBytes
    if kind == .text {
      let room = min(Self.textOfCell - textInCell, kind.mostOfRun - bytes[kind, default: 0])
      guard size <= room else {
        full.insert(kind)
        if room > 0 { add(output.cut(to: room), of: kind, to: &outputs) }
        outputs.append(.text(Self.more))
        return nil
      }
    } else if size > kind.mostOfRun - bytes[kind, default: 0] {
      full.insert(kind)
      return "the report leaves out the \(kind.words) that this cell shows from here on:"
        + " a run keeps \(MemoryText.size(kind.mostOfRun)) of them"
    }
    add(output, of: kind, to: &outputs)
    return nil
  }

  private static let more = "… (more was printed, and is not kept)\n"

  private mutating func add(_ output: Notebook.Output, of kind: Kind, to outputs: inout [Notebook.Output]) {
    let size = output.keptBytes
    bytes[kind, default: 0] += size
    if kind == .text { textInCell += size }
    if case .text(let new) = output, case .text(var text)? = outputs.last {
      // We append in place: a copy per printed line would take time that grows with the square of their
      // number.
      outputs.removeLast()
      text += new
      outputs.append(.text(text))
    } else {
      countInCell += 1
      outputs.append(output)
    }
  }
}

extension Notebook.Output {
  fileprivate var kind: KeptOutputs.Kind {
    switch self {
    case .text, .value, .remark, .error: .text
    case .markdown: .markdown
    case .table: .table
    case .figure: .picture
    }
  }

  /// The beginning of what is text.
  fileprivate func cut(to bytes: Int) -> Notebook.Output {
    func beginning(_ text: String) -> String {
      // A character that the limit falls into is left out.
      var end =
        text.utf8.index(text.startIndex, offsetBy: max(bytes, 0), limitedBy: text.endIndex) ?? text.endIndex
      while end > text.startIndex, end.samePosition(in: text.unicodeScalars) == nil {
        text.utf8.formIndex(before: &end)
      }
      return String(text[..<end])
    }
    switch self {
    case .text(let text): return .text(beginning(text) + "\n")
    case .value(let text): return .value(beginning(text))
    case .remark(let text): return .remark(beginning(text))
    case .markdown, .table, .figure, .error: return self
    }
  }

  /// Roughly the memory that the output takes.
  var keptBytes: Int {
    switch self {
    case .text(let text), .value(let text), .markdown(let text), .remark(let text): text.utf8.count
    case .error(let message, let traceback): message.utf8.count + traceback.utf8.count
    case .figure(let picture):
      picture.files.reduce((picture.csv?.utf8.count ?? 0) + (picture.explorer?.byteCount ?? 0)) {
        $0 + $1.content.count
      }
    case .table(let table):
      table.rows.reduce(0) { sum, row in
        row.reduce(sum) { if case .text(let text) = $1 { $0 + 24 + text.utf8.count } else { $0 + 24 } }
      }
    }
  }
}
