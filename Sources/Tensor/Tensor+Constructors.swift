import Compute
import Support

extension Tensor {
  /// The numbers from `start` up to but not including `end`, `step` apart; each rounded once.
  ///
  /// - Throws: ``TensorError`` for a step of 0, and for more numbers than a tensor may have.
  public static func arange(_ start: Double, _ end: Double, step: Double = 1) throws -> Tensor {
    let count = ((end - start) / step).rounded(.up)
    guard step != 0, count.isFinite, count < 0x1p40 else {
      throw TensorError("arange", "from \(start) to \(end) in steps of \(step)")
    }
    return try filled([max(Int(clamping: count), 0)]) { Float(start + Double($0) * step) }
  }

  /// `count` numbers from `start` in steps of `step`.
  public static func arange(from start: Double, step: Double, count: Int) throws -> Tensor {
    guard count >= 0 else { throw TensorError("arange", "\(count) numbers") }
    return try filled([count]) { Float(start + Double($0) * step) }
  }

  /// `count` evenly spaced numbers from `start` to `end`, both included.
  public static func linspace(_ start: Double, _ end: Double, count: Int) throws -> Tensor {
    guard count >= 0 else { throw TensorError("linspace", "\(count) numbers") }
    let step = count > 1 ? (end - start) / Double(count - 1) : 0
    return try filled([count]) { $0 > 0 && $0 == count - 1 ? Float(end) : Float(start + Double($0) * step) }
  }

  /// Uniform random numbers in `range`, stored row-major; element i is draw i of `random`.
  public static func uniform(_ shape: Shape, in range: Range<Float> = 0..<1, random: CounterRandom) throws
    -> Tensor
  {
    let width = range.upperBound - range.lowerBound
    return try filled(shape) { range.lowerBound + random.uniform($0) * width }
  }

  /// Normal random numbers, stored row-major; element i is draw i of `random`.
  public static func normal(
    _ shape: Shape, mean: Float = 0, standardDeviation: Float = 1, random: CounterRandom
  ) throws -> Tensor {
    try filled(shape) { mean + random.normal($0) * standardDeviation }
  }

  /// B×`classes`: 1 at each 0-based index, 0 elsewhere.
  public static func oneHot(_ indices: [Int], classes: Int) throws -> Tensor {
    if let bad = indices.first(where: { $0 < 0 || $0 >= classes }) {
      throw TensorError("one_hot", "index \(bad) of \(classes) classes")
    }
    let result = try zeros([indices.count, max(classes, 0)])
    for (row, index) in indices.enumerated() { result.pointer[row * classes + index] = 1 }
    return result
  }

  @inline(__always)
  private static func filled(_ shape: Shape, _ value: (Int) -> Float) throws -> Tensor {
    let result = try emptyRowMajor(shape)
    let target = result.pointer
    ThreadTeam.parallel(shape.count, grain: 1 << 13) { range in
      for i in range { target[i] = value(i) }
    }
    try Cancellation.check()
    return result
  }

  /// Sets every element of a tensor that nobody has seen yet.
  func fill(_ value: Float) throws {
    let target = pointer
    ThreadTeam.parallel(shape.count, grain: 1 << 16) { range in
      (target + range.lowerBound).update(repeating: value, count: range.count)
    }
    try Cancellation.check()
  }

  /// All elements equal to `value`, stored row-major whatever the rank.
  public static func fullRowMajor(_ shape: Shape, _ value: Float) throws -> Tensor {
    let tensor = try emptyRowMajor(shape)
    try tensor.fill(value)
    return tensor
  }
}
