import OneDNN
import Tensor

/// A oneDNN primitive on fixed arrays.
struct PrimitiveStep: PlanStep {
  let name: String
  let primitive: PlannedPrimitive
  var multiplyAdds = 0

  func run() throws { try primitive.run() }
}

/// An op without a lowering: evaluated as in training, its result copied to where the plan expects it.
struct EagerStep: PlanStep {
  let op: any Op
  let arguments: [Tensor]
  let result: Tensor
  var name: String { "eager \(op.name)" }

  func run() throws { try op.evaluate(arguments).copy(to: result) }
}

/// The elements in row-major order under another shape, where memory is in another order.
struct ReshapeStep: PlanStep {
  let source, destination: Tensor
  var name: String { "reshape" }

  func run() throws { try Tape.paused { try source.reshaped(destination.shape) }.copy(to: destination) }
}

/// A copy of a whole value.
struct CopyStep: PlanStep {
  let source, destination: UnsafeMutableRawPointer
  let bytes: Int
  var name: String { "copy" }

  func run() throws { destination.copyMemory(from: source, byteCount: bytes) }
}

/// Rows of several arrays side by side.
struct ConcatenateStep: PlanStep {
  let parts: [(source: UnsafeRawPointer, bytes: Int)]
  let destination: UnsafeMutableRawPointer
  let rows, stride: Int
  var name: String { "concatenate" }

  func run() throws {
    var column = 0
    for (source, bytes) in parts {
      let target = destination + column
      ThreadTeam.parallel(rows, grain: max(1, (1 << 15) / max(bytes, 1))) { range in
        for row in range { (target + row * stride).copyMemory(from: source + row * bytes, byteCount: bytes) }
      }
      column += bytes
    }
  }
}

/// The gates of a recurrent unit and its next state, of one row by units.
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

/// The same of several rows.
struct GRUGatesOfRowsStep: PlanStep {
  let fromInput, fromState, old, new: UnsafeMutablePointer<Float>
  let rows, units: Int
  var name: String { "gru gates" }

  func run() throws {
    GRUGates.run(
      fromInput: fromInput, fromState: fromState, old: old, new: new, gates: nil, rows: rows, units: units)
  }
}
