import CDNNL
import Support

/// Dense float32 matrix products.
public enum MatrixMultiply {
  /// C = A·B + beta·C, row-major, with A (rows × inner) and B (inner × columns) after any transposition.
  ///
  /// - Parameters:
  ///   - transposeA: A is stored inner × rows.
  ///   - transposeB: B is stored columns × inner.
  public static func multiply(
    rows: Int, columns: Int, inner: Int, a: UnsafePointer<Float>, transposeA: Bool, b: UnsafePointer<Float>,
    transposeB: Bool, beta: Float = 0, c: UnsafeMutablePointer<Float>
  ) throws {
    if rows == 0 || columns == 0 { return }
    if inner == 0 {
      if beta == 0 { c.update(repeating: 0, count: rows * columns) }
      return
    }
    // The library asks nobody whether to go on: large products are done some rows at a time.
    let ofRow = Double(columns) * Double(inner)
    let most = max(Int(clamping: Self.largestPiece / ofRow), 1)
    for first in stride(from: 0, to: rows, by: most) {
      if first > 0 { try Cancellation.check() }
      let count = min(most, rows - first)
      try OneDNN.check(
        dnnl_sgemm(
          CChar(transposeA ? 84 : 78), CChar(transposeB ? 84 : 78), Int64(count), Int64(columns),
          Int64(inner), 1,
          a + first * (transposeA ? 1 : inner), Int64(transposeA ? rows : inner), b,
          Int64(transposeB ? inner : columns), beta, c + first * columns, Int64(columns)),
        "matrix product \(rows)×\(inner) by \(inner)×\(columns)")
    }
  }

  /// Multiply-Adds between two looks at the stop flag: a quarter of a second on one slow core.
  private static let largestPiece = 0x1p32
}
