import CDNNL

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
    try check(
      dnnl_sgemm(
        CChar(transposeA ? 84 : 78), CChar(transposeB ? 84 : 78), Int64(rows), Int64(columns), Int64(inner),
        1, a,
        Int64(transposeA ? rows : inner), b, Int64(transposeB ? inner : columns), beta, c, Int64(columns)),
      "matrix product \(rows)×\(inner) by \(inner)×\(columns)")
  }
}
