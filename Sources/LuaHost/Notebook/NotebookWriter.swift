import Reports

/// What the cells of a run produce: shown as it appears, and kept in the notebook.
final class NotebookWriter {
  /// What the run produced so far.
  var notebook: Notebook
  /// Called for every output when it appears; the cell's 0-based index comes first.
  var onOutput: (Int, Notebook.Output) -> Void = { _, _ in }
  /// Takes what scripts print, byte for byte; nil: ``onOutput`` has it as text.
  var onPrint: ((UnsafeRawBufferPointer) -> Void)?
  /// Whether everything that the running cell showed is kept.
  var keepsAll: Bool { !kept.isFull }
  private let context: HostContext
  private var printed = PrintedText()
  private var kept = KeptOutputs()
  /// The cell that is running, as an index into the notebook.
  private var running = 0

  init(_ notebook: Notebook, context: HostContext) {
    self.notebook = notebook
    self.context = context
  }

  /// What follows is of another cell.
  func begin(_ index: Int) {
    running = index
    kept.beginCell()
  }

  /// The terminal gets the bytes as they are, the notebook text.
  func print(_ bytes: UnsafeRawBufferPointer) {
    let text = printed.take(bytes)
    if text.utf8.count != bytes.count { context.tracker?.block("it prints bytes that are no text") }
    if let onPrint { onPrint(bytes) } else if !text.isEmpty { onOutput(running, .text(text)) }
    if !text.isEmpty { keep(.text(text)) }
  }

  /// Shows what is left of a character that was printed in part.
  func finishPrinted() {
    let rest = printed.finish()
    guard !rest.isEmpty else { return }
    if onPrint == nil { onOutput(running, .text(rest)) }
    keep(.text(rest))
  }

  /// Shows an output and keeps it.
  func record(_ output: Notebook.Output) {
    finishPrinted()
    onOutput(running, output)
    keep(output)
  }

  /// Forgets what the running cell has shown but for its remarks, which standard error has had.
  func clear() {
    finishPrinted()
    var outputs = notebook.cells[running].outputs
    let isRemark = { (output: Notebook.Output) in if case .remark = output { true } else { false } }
    kept.forget(outputs.filter { !isRemark($0) })
    outputs.removeAll { !isRemark($0) }
    notebook.cells[running].outputs = outputs
  }

  private func keep(_ output: Notebook.Output) {
    var outputs = notebook.cells[running].outputs
    // Nobody else has the outputs now, so they are appended to in place, without a copy per line.
    notebook.cells[running].outputs = []
    let remark = kept.append(output, to: &outputs)
    notebook.cells[running].outputs = outputs
    if let remark {
      // The remark is kept in any case: it says why the rest is missing.
      notebook.cells[running].outputs.append(.remark(remark))
      context.showRemark(remark)
      context.recorder?.log([remark])
    }
  }
}
