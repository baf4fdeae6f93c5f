import CDNNL
import Compute
import Support

/// Dense float32 matrix products.
public enum MatrixMultiply {
  /// C = A·B + beta·C, row-major, with A (rows × inner) and B (inner × columns) after any transposition.
  ///
  /// Where `transposeA` is true A is stored inner × rows, and where `transposeB` is true B is stored columns × inner.
  /// Long sums are made in parts, which are added in float64.
  ///
  /// - Throws: ``OneDNNError``; `Interrupted`, which leaves C unfinished.
  public static func multiply(
    rows: Int, columns: Int, inner: Int, a: UnsafePointer<Float>, transposeA: Bool, b: UnsafePointer<Float>,
    transposeB: Bool, beta: Float = 0, c: UnsafeMutablePointer<Float>
  ) throws {
    if rows == 0 || columns == 0 { return }
    if inner == 0 {
      if beta == 0 { c.update(repeating: 0, count: rows * columns) }
      return
    }
    if inner <= 2 * longestSum {
      return try product(rows, columns, inner, 0..<inner, a, transposeA, b, transposeB, beta, c)
    }
    // The library adds all products of a number one after the other: long sums are made in parts.
    let count = rows * columns
    let part = try ComputeContext.current.buffers.take(count * MemoryLayout<Float>.stride)
    var sums = [Double](repeating: 0, count: count)
    for first in stride(from: 0, to: inner, by: longestSum) {
      try Cancellation.check()
      let range = first..<min(first + longestSum, inner)
      try product(rows, columns, inner, range, a, transposeA, b, transposeB, 0, part.floats)
      for i in 0..<count { sums[i] += Double(part.floats[i]) }
    }
    for i in 0..<count { c[i] = Float(sums[i] + (beta == 0 ? 0 : Double(beta) * Double(c[i]))) }
  }

  /// The number of products that are added in float32.
  private static let longestSum = 4096

  /// The product over a range of the inner axis.
  private static func product(
    _ rows: Int, _ columns: Int, _ inner: Int, _ range: Range<Int>, _ a: UnsafePointer<Float>,
    _ transposeA: Bool, _ b: UnsafePointer<Float>, _ transposeB: Bool, _ beta: Float,
    _ c: UnsafeMutablePointer<Float>
  ) throws {
    // The library asks nobody whether to go on: large products are done some rows at a time.
    let ofRow = Double(columns) * Double(range.count + Self.productsOfStore)
    let most = max(Int(clamping: Self.largestPiece / ofRow), 1)
    let (fromA, fromB) = (
      a + range.lowerBound * (transposeA ? rows : 1), b + range.lowerBound * (transposeB ? 1 : columns)
    )
    for first in stride(from: 0, to: rows, by: most) {
      if first > 0 { try Cancellation.check() }
      let count = min(most, rows - first)
      try OneDNN.check(
        dnnl_sgemm(
          CChar(transposeA ? 84 : 78), CChar(transposeB ? 84 : 78), Int64(count), Int64(columns),
          Int64(range.count), 1, fromA + first * (transposeA ? 1 : inner), Int64(transposeA ? rows : inner),
          fromB, Int64(transposeB ? inner : columns), beta, c + first * columns, Int64(columns)),
        "matrix product \(rows)×\(inner) by \(inner)×\(columns)")
    }
  }

  /// Multiply-Adds between two looks at the stop flag: a quarter of a second on one slow core.
  private static let largestPiece = 0x1p32
  /// Multiply-Adds in the time that a number takes which is written to memory that nobody has used yet.
  private static let productsOfStore = 128
}
