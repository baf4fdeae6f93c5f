import Reports
import Support

/// What a cell costs, from the moment that this is made.
struct CellCost {
  private let start = MonotonicClock.seconds
  private let before: Int?

  init() {
    SystemMemory.forgetPeak()
    before = SystemMemory.resident()?.now
  }

  /// Enters time and memory so far.
  func note(in cell: inout Notebook.Cell) {
    cell.seconds = MonotonicClock.seconds - start
    guard let before, let after = SystemMemory.resident() else { return }
    cell.memory = .init(peak: after.peak, change: after.now - before)
  }
}
