import Foundation
import Support
import Tensor

// Sums in float64 against plain loops in float32 (sixteen running sums, or one for each column), and batch normalisation
// against oneDNN's: time, and what each side errs by.

/// All numbers, as one loop with sixteen running sums: what there was before.
private func plainSum(_ x: UnsafePointer<Float>, _ count: Int) -> Float {
  var sums = SIMD16<Float>.zero
  let raw = UnsafeRawPointer(x)
  for i in stride(from: 0, to: count - 15, by: 16) {
    sums += raw.loadUnaligned(fromByteOffset: 4 * i, as: SIMD16<Float>.self)
  }
  return (count & ~15..<count).reduce(sums.sum()) { $0 + x[$1] }
}

/// Rows added to a row of sums.
private func plainColumns(
  _ x: UnsafePointer<Float>, _ sums: UnsafeMutablePointer<Float>, rows: Int, columns: Int
) {
  sums.update(repeating: 0, count: columns)
  for row in 0..<rows {
    let from = x + row * columns
    for column in 0..<columns { sums[column] += from[column] }
  }
}

private func rounds(_ count: Int) -> Int { max(5, min(2000, (1 << 27) / count)) }

/// The sum of `rows` × `columns` numbers over rows, columns or both.
func sums(_ rows: Int, _ columns: Int, over axes: [Int]) throws {
  let x = try Tensor.full([rows, columns], 0.1)
  let sums = try Tensor.full([max(rows, columns)], 0)
  let (source, target) = (x.pointer, sums.pointer)
  var result = try x.sum(axes)
  let name = axes.count == 2 ? "sum" : axes == [0] ? "sum over rows" : "sum over columns"
  try compare(
    "\(name) of \(rows)×\(columns)", rounds: rounds(x.count), own: { _ in result = try x.sum(axes) },
    library: { _ in
      switch axes {
      case [0]: plainColumns(source, target, rows: rows, columns: columns)
      case [1]: for row in 0..<rows { target[row] = plainSum(source + row * columns, columns) }
      default: target[0] = plainSum(source, rows * columns)
      }
    })
  let exact = Double(x.count / result.count) * Double(Float(0.1))
  print(
    String(
      format: "    errs by %.1e, the plain loop by %.1e",
      abs(Double(result.pointer[0]) - exact) / exact, abs(Double(sums.pointer[0]) - exact) / exact))
}

/// What is done in several passes over memory otherwise.
func variance(_ count: Int) throws {
  let x = try Tensor.full([count], 0.1)
  try compare(
    "variance of \(count)", rounds: rounds(count), own: { _ in _ = try x.variance() },
    library: { _ in _ = try (x - x.mean()).square().sum() })
}

func allSums() throws {
  for count in [100, 10_000, 1_000_000, 100_000_000] { try sums(1, count, over: [0, 1]) }
  for (rows, columns) in [(1_000_000, 3), (100_000, 64), (1000, 1000), (100, 1_000_000)] {
    try sums(rows, columns, over: [0])
    try sums(rows, columns, over: [1])
  }
  for count in [10_000, 10_000_000] { try variance(count) }
}
