import CKernels
import OneDNN
import Tensor

/// A linear layer of one row: weights of outputs × inputs times the row, then functions.
///
/// At batch 1 nothing but the speed counts at which weights come from memory. oneDNN 2.6 packs them in blocks and reads
/// them, as float32, at half of that.
struct MatrixVectorStep: PlanStep {
  let weights: UnsafeMutableRawPointer
  let weightType: ElementType
  let bias: UnsafeMutablePointer<Float>?
  let source: UnsafeMutableRawPointer
  let sourceType: ElementType
  let destination: UnsafeMutableRawPointer
  let resultType: ElementType
  /// The row and the sums as float32, where source or result are not.
  let row, sums: UnsafeMutablePointer<Float>
  let functions: [PostFunction]
  let inputs, outputs: Int
  var name: String { "linear own\(weightType == .bfloat16 ? " bf16" : "")" }
  var multiplyAdds: Int { inputs * outputs }

  func run() throws {
    if sourceType == .bfloat16 { plan_widen(source.assumingMemoryBound(to: UInt16.self), row, inputs) }
    // Whole blocks of outputs: each is then summed in the same order for any number of threads.
    let block = Int(PLAN_MATRIX_VECTOR_ROWS)
    let blocks = (outputs + block - 1) / block
    ThreadTeam.parallel(blocks, grain: max(1, Self.grain / (block * inputs))) { range in
      let first = range.lowerBound * block
      let count = min(range.upperBound * block, outputs) - first
      plan_matrix_vector(
        weights + first * inputs * weightType.bytes, weightType == .bfloat16, row, bias.map { $0 + first },
        sums + first, inputs, count)
      for function in functions { function.apply(to: sums + first, count: count) }
      if resultType == .bfloat16 {
        plan_narrow(sums + first, destination.assumingMemoryBound(to: UInt16.self) + first, count)
      }
    }
  }

  /// Products worth a second thread.
  private static let grain = 1 << 16

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

extension PostFunction {
  /// The function of each of `count` numbers, in place.
  func apply(to x: UnsafeMutablePointer<Float>, count: Int) {
    switch self {
    case .clamp(let low, let high):
      // Written so that NaN stays.
      for i in 0..<count { x[i] = x[i] < low ? low : x[i] > high ? high : x[i] }
    case .linear(let scale, let shift): for i in 0..<count { x[i] = x[i] * scale + shift }
    case .hardSwish: for i in 0..<count { x[i] *= Self.hardSigmoid(x[i]) }
    case .hardSigmoid: for i in 0..<count { x[i] = Self.hardSigmoid(x[i]) }
    case .sigmoid: Transcendental.applySigmoid(x, count: count)
    case .silu: plan_silu(x, false, count)
    case .tanh: Transcendental.applyTanh(x, count: count)
    }
  }

  private static func hardSigmoid(_ x: Float) -> Float {
    let y = x * (1 / 6) + 0.5
    return y < 0 ? 0 : y > 1 ? 1 : y
  }
}
