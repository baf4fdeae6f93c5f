import CKernels
import Compute
import Tensor

/// A linear layer of one row: weights of outputs × inputs times the row, then functions.
///
/// At batch 1 nothing but the speed counts at which weights come from memory. oneDNN 2.6 packs them in blocks
/// and reads them, as float32, at half of that.
struct MatrixVectorStep: DividedStep {
  let weights: UnsafeMutableRawPointer
  let weightType: ElementType
  let bias: UnsafeMutablePointer<Float>?
  let row: UnsafeMutablePointer<Float>
  let destination: UnsafeMutableRawPointer
  let resultType: ElementType
  /// Memory for the sums as float32, where the result has another type; else the result itself.
  let sums: UnsafeMutablePointer<Float>
  let functions: [any FusibleFunction]
  let inputs, outputs: Int
  var name: String { "linear own\(weightType == .bfloat16 ? " bf16" : "")" }
  var multiplyAdds: Int { inputs * outputs }

  var division: Division { .channels(outputs, pixels: 1) }
  var grain: Int { max(1, Self.grain / max(division.unit * inputs, 1)) }
  var uses: [MemoryUse] {
    [
      .reads(row, 4 * inputs), .writes(sums, 4 * outputs, division),
      .writes(destination, resultType.bytes * outputs, division),
    ]
  }

  /// The number of products that are worth a second thread.
  private static let grain = 1 << 16

  func run(_ parts: Range<Int>) {
    let first = parts.lowerBound * division.unit
    let count = min(parts.upperBound * division.unit, outputs) - first
    if count <= 0 { return }
    plan_matrix_vector(
      weights + first * inputs * weightType.bytes, weightType == .bfloat16, row, bias.map { $0 + first },
      sums + first, inputs, count)
    for function in functions { function.apply(to: sums + first, count: count) }
    if resultType == .bfloat16 {
      plan_narrow(sums + first, destination.assumingMemoryBound(to: UInt16.self) + first, count)
    }
  }

  /// Weights as the kernel reads them.
  static func pack(_ values: [Float], inputs: Int, as type: ElementType, in slab: BufferSlab) throws
    -> AlignedBuffer
  {
    guard type == .bfloat16 else { return try WeightStore.buffer(values, in: slab) }
    let buffer = try slab.take(values.count * type.bytes)
    let target = buffer.pointer.assumingMemoryBound(to: UInt16.self)
    values.withUnsafeBufferPointer { values in
      guard let base = values.baseAddress else { return }
      for first in stride(from: 0, to: values.count, by: max(inputs, 1)) {
        plan_pair_halves(base + first, target + first, inputs)
      }
    }
    return buffer
  }
}
