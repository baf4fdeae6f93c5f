import CKernels
import Compute

/// A row of bfloat16 as float32, for a ``MatrixVectorStep``.
struct WidenStep: DividedStep {
  let source: UnsafeMutablePointer<UInt16>
  let destination: UnsafeMutablePointer<Float>
  let count: Int
  var name: String { "widen" }

  var division: Division { .channels(count, pixels: 1) }
  var grain: Int { 1 << 12 }
  var uses: [MemoryUse] {
    [.reads(source, 2 * count, division), .writes(destination, 4 * count, division)]
  }

  func run(_ parts: Range<Int>) {
    let first = parts.lowerBound * division.unit
    let last = min(parts.upperBound * division.unit, count)
    if first < last { plan_widen(source + first, destination + first, last - first) }
  }
}
