import Tensor

/// The gates of a recurrent unit and its next state for one row, divided by units.
struct GRUGatesStep: DividedStep {
  let fromInput, fromState, old, new: UnsafeMutablePointer<Float>
  let units: Int
  var name: String { "gru gates" }

  var division: Division { .channels(units, pixels: 1) }
  var grain: Int { 128 }
  var uses: [MemoryUse] {
    [
      .reads(fromInput, 12 * units), .reads(fromState, 12 * units), .reads(old, 4 * units, division),
      .writes(new, 4 * units, division),
    ]
  }

  func run(_ parts: Range<Int>) {
    let last = min(parts.upperBound * division.unit, units)
    let first = min(parts.lowerBound * division.unit, last)
    GRUGates.units(first..<last, of: units, fromInput, fromState, old, new)
  }
}

/// The gates of a recurrent unit and its next state for several rows.
struct GRUGatesOfRowsStep: PlanStep {
  let fromInput, fromState, old, new: UnsafeMutablePointer<Float>
  let rows, units: Int
  var name: String { "gru gates" }

  func run() throws {
    GRUGates.run(
      fromInput: fromInput, fromState: fromState, old: old, new: new, gates: nil, rows: rows, units: units)
  }
}
