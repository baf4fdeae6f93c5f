import Inference
import Compute
import OneDNN
import Support
import Tensor

/// What this machine can multiply at best: a product of square matrices that stay in the cache.
///
/// Run in turn with what is measured, it says how much of the processor is left by whatever else runs on it.
final class MachinePeak {
  private static let side = 1024
  private let product: Primitive
  /// Keeps the memory behind the primitive.
  private let memory: [AnyObject]
  /// Billions of Multiply-Adds per second of the fastest run so far.
  private(set) var gigaMultiplyAddsPerSecond = 0.0

  init(_ precision: Precision) throws {
    let type: ElementType = precision == .float32 ? .float32 : .bfloat16
    let side = Self.side
    let linear = try PlannedLayer(
      LinearShape(rows: side, inputs: side, outputs: side, bias: false), LayerNumbers(type))
    let weights = try linear.pack(Tensor.formula(side).pointer, in: BufferSlab())
    let (source, result) = (try Storage(count: side * side), try Storage(count: side * side))
    // As bfloat16 these are other numbers, but ordinary ones.
    source.pointer.update(from: try Tensor.formula(side).pointer, count: side * side)
    product = try linear.bound(
      source: UnsafeMutableRawPointer(source.pointer), weights: weights, bias: nil,
      destination: UnsafeMutableRawPointer(result.pointer))
    let scratchpad = try Storage(count: product.scratchpadBytes / 4 + 1)
    try product.useScratchpad(UnsafeMutableRawPointer(scratchpad.pointer))
    memory = [weights, source, result, scratchpad]
  }

  func run() throws {
    let time = try MonotonicClock.time { try product.run() }
    let count = Double(Self.side) * Double(Self.side) * Double(Self.side)
    gigaMultiplyAddsPerSecond = max(gigaMultiplyAddsPerSecond, count / time / 1e6)
  }
}

extension Tensor {
  /// Numbers from −1 to 1 without a pattern that a cache could love.
  fileprivate static func formula(_ side: Int) throws -> Tensor {
    try Tensor([side, side], (0..<side * side).map { Float(($0 * 7919) % 2003) / 1001.5 - 1 })
  }
}
