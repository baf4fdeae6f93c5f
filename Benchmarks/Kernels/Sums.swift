import Foundation
import OneDNN
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

/// A training step's batch normalisation, with ReLU: forward, and its gradient.
func batchNormalization(_ images: Int, _ channels: Int, _ side: Int) throws {
  let shape: Shape = [images, channels, side, side]
  let x = try Tensor.uniform(shape, random: CounterRandom(seed: 1, stream: "maps"))
  let maps = try Tensor.empty(shape)
  try maps.assign(x)
  let dy = try Tensor.full(shape, 0.1)
  let (y, dx) = (try Tensor.empty(shape), try Tensor.empty(shape))
  let (scale, shift) = (try Tensor.full([channels], 1), try Tensor.zeros([channels]))
  let (mean, variance) = (try Tensor.zeros([channels]), try Tensor.zeros([channels]))
  let (dScale, dShift) = (try Tensor.zeros([channels]), try Tensor.zeros([channels]))
  let form = BatchNormalizationShape(
    batch: images, channels: channels, height: side, width: side, epsilon: 1e-5, relu: true)
  let running = RunningStatistics(
    mean: try Tensor.zeros([channels]), variance: try Tensor.zeros([channels]), momentum: 1)
  var mask: AlignedBuffer?
  let name = "\(images)×\(channels)×\(side)×\(side)"
  try compare(
    "batch norm of \(name)", rounds: rounds(4 * maps.count),
    own: { _ in
      _ = try maps.batchNormalized(scale: scale, shift: shift, running: running, training: true, relu: true)
    },
    library: { _ in
      mask = try BatchNormalization.forward(
        form, source: maps.pointer, scale: scale.pointer, shift: shift.pointer, destination: y.pointer,
        mean: mean.pointer, variance: variance.pointer)
    })
  let exact = try maps.variance([0, 2, 3], unbiased: false)
  let worst = try ((variance - exact) / exact).abs().maximum(axis: 0).values.item()
  print(String(format: "    oneDNN's variance errs by up to %.1e", worst))
  try compare(
    "… and its gradient", rounds: rounds(4 * maps.count),
    own: { _ in
      let tape = Tape()
      let inputs = [maps, scale, shift].map { tape.watch($0) }
      let result = try tape.record {
        try inputs[0].batchNormalized(
          scale: inputs[1], shift: inputs[2], running: running, training: true, relu: true)
      }
      try tape.backward(from: result, seed: dy)
    },
    library: { _ in
      mask = try BatchNormalization.forward(
        form, source: maps.pointer, scale: scale.pointer, shift: shift.pointer, destination: y.pointer,
        mean: mean.pointer, variance: variance.pointer)
      try BatchNormalization.backward(
        form, source: maps.pointer, gradient: dy.pointer, scale: scale.pointer, mean: mean.pointer,
        variance: variance.pointer, mask: mask, sourceGradient: dx.pointer, scaleGradient: dScale.pointer,
        shiftGradient: dShift.pointer)
    })
}

func allSums() throws {
  for count in [100, 10_000, 1_000_000, 100_000_000] { try sums(1, count, over: [0, 1]) }
  for (rows, columns) in [(1_000_000, 3), (100_000, 64), (1000, 1000), (100, 1_000_000)] {
    try sums(rows, columns, over: [0])
    try sums(rows, columns, over: [1])
  }
  for count in [10_000, 10_000_000] { try variance(count) }
  for (images, channels, side) in [
    (8, 16, 24), (32, 256, 3), (32, 64, 28), (128, 24, 24), (128, 144, 12), (64, 16, 224), (64, 3, 224),
  ] {
    try batchNormalization(images, channels, side)
  }
}
