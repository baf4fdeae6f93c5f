import CKernels
import Compute

/// x·sigmoid(x) of all numbers of a value, in place.
///
/// oneDNN 2.6 computes it within a convolution, but so slowly that a pass of our own over the result takes
/// less.
struct SiLUStep: PlanStep {
  let values: UnsafeMutableRawPointer
  let type: ElementType
  let count: Int
  var name: String { "silu" }

  func run() throws {
    // Threads get whole vectors: each number is then computed in the same way for any number of threads.
    let block = 64
    ThreadTeam.parallel((count + block - 1) / block, grain: 64) { range in
      let first = range.lowerBound * block
      plan_silu(
        values + first * type.bytes, type == .bfloat16, min(range.upperBound * block, count) - first)
    }
  }
}
