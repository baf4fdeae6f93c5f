import Reports

/// What a run keeps of what its cells show: enough for any reader, and bounded whatever a loop prints.
///
/// The terminal shows everything; beyond the limits the report says how it goes on.
struct KeptOutputs {
  /// The most bytes of printed text that a cell keeps.
  static let textOfCell = 1 << 20
  /// The most tables, figures and pieces of text that a cell keeps.
  static let countOfCell = 2000
  /// The most bytes that a run keeps, pictures included.
  static let bytesOfRun = 512 << 20

  private var textInCell = 0
  private var countInCell = 0
  private var bytes = 0
  /// True where outputs of the running cell were left out.
  private(set) var isFull = false

  mutating func beginCell() {
    textInCell = 0
    countInCell = 0
    isFull = false
  }

  /// Appends an output to those of the running cell. Text joins the text before it.
  ///
  /// - Returns: a remark, once per cell, when outputs begin to be left out.
  mutating func append(_ output: Notebook.Output, to outputs: inout [Notebook.Output]) -> String? {
    guard !isFull else { return nil }
    let size = output.keptBytes
    if case .text(let new) = output {
      guard textInCell < Self.textOfCell, countInCell < Self.countOfCell else {
        isFull = true
        outputs.append(.text("… (more was printed, and is not kept)\n"))
        return nil
      }
      textInCell += size
      bytes += size
      if case .text(var text)? = outputs.last {
        // We append in place: a copy per printed line would take time that grows with the square of their
        // number.
        outputs.removeLast()
        text += new
        outputs.append(.text(text))
      } else {
        countInCell += 1
        outputs.append(output)
      }
      return nil
    }
    guard countInCell < Self.countOfCell, bytes + size <= Self.bytesOfRun else {
      isFull = true
      let reason =
        countInCell < Self.countOfCell
        ? "all results together have more than \(Self.bytesOfRun >> 20) MB"
        : "it shows more than \(countInCell) results"
      return "the report leaves out what this cell shows from here on: \(reason)"
    }
    countInCell += 1
    bytes += size
    outputs.append(output)
    return nil
  }
}

extension Notebook.Output {
  /// Roughly the memory that the output takes.
  fileprivate var keptBytes: Int {
    switch self {
    case .text(let text), .value(let text), .markdown(let text), .remark(let text): text.utf8.count
    case .error(let message, let traceback): message.utf8.count + traceback.utf8.count
    case .figure(let picture): picture.files.reduce(picture.csv?.utf8.count ?? 0) { $0 + $1.content.count }
    case .table(let table):
      table.rows.reduce(0) { sum, row in
        row.reduce(sum) { if case .text(let text) = $1 { $0 + 24 + text.utf8.count } else { $0 + 24 } }
      }
    }
  }
}
