import CKernels
import Compute
import Support

/// Running sums along an axis, in float64.
struct CumulativeSum: Op {
  let axis: Int
  let name = "cumulative_sum"

  func outputShape(_ inputs: [Shape]) throws -> Shape {
    _ = try inputs[0].axis(axis, for: name)
    return inputs[0]
  }

  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor {
    try accumulated(inputs[0], fromEnd: false)
  }

  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] {
    [try accumulated(gradient, fromEnd: true)]
  }

  private func accumulated(_ x: Tensor, fromEnd: Bool) throws -> Tensor {
    let axis = try x.shape.axis(self.axis, for: name)
    let source = try x.contiguous()
    let result = try Tensor.emptyRowMajor(x.shape)
    if result.count == 0 { return result }
    let size = x.shape[axis]
    let inner = Shape(Array(x.shape.sizes[(axis + 1)...])).count
    let lines = x.count / (size * inner)
    if inner == 1 {
      try alongMemory(source.pointer, result.pointer, lines: lines, size: size, fromEnd: fromEnd)
    } else {
      try acrossMemory(source.pointer, result.pointer, lines, size, inner, fromEnd: fromEnd)
    }
    return result
  }

  /// Computes running sums over neighbours in memory.
  private func alongMemory(
    _ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>, lines: Int, size: Int,
    fromEnd: Bool
  ) throws {
    // A single line can be long: its pieces follow each other.
    let piece = 1 << 24
    let first = fromEnd ? size - 1 : 0
    let step = fromEnd ? -1 : 1
    if size > piece {
      for line in 0..<lines {
        var sum = 0.0
        for done in stride(from: 0, to: size, by: piece) {
          try Cancellation.check()
          let start = line * size + first + done * step
          cumulate(source + start, target + start, step, min(piece, size - done), &sum)
        }
      }
      return
    }
    ThreadTeam.parallel(lines, grain: max(1, (1 << 14) / size)) {
      for line in $0 {
        var sum = 0.0
        cumulate(source + line * size + first, target + line * size + first, step, size, &sum)
      }
    }
  }

  /// Computes running sums side by side, some hundreds of them at a time, and for long lines some rows at a
  /// time.
  private func acrossMemory(
    _ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>, _ lines: Int, _ size: Int,
    _ inner: Int, fromEnd: Bool
  ) throws {
    let width = min(inner, 512)
    let stripes = (inner + width - 1) / width
    let piece = min(size, max(1, (1 << 24) / inner))
    // Lines that are short go together.
    let together = max(1, (1 << 24) / (size * inner))
    var sums = [Double](repeating: 0, count: min(together, lines) * inner)
    try sums.withUnsafeMutableBufferPointer { sums in
      guard let sums = sums.baseAddress else { return }
      for line in stride(from: 0, to: lines, by: together) {
        let count = min(together, lines - line)
        sums.update(repeating: 0, count: count * inner)
        for done in stride(from: 0, to: size, by: piece) {
          try Cancellation.check()
          let end = min(size, done + piece)
          let grain = max(1, (1 << 14) / (width * (end - done)))
          ThreadTeam.parallel(count * stripes, grain: grain) { range in
            for index in range {
              let start = index % stripes * width
              let first = (line + index / stripes) * size * inner + start
              for row in done..<end {
                let offset = first + (fromEnd ? size - 1 - row : row) * inner
                cumulate_row(
                  source + offset, target + offset, min(width, inner - start),
                  sums + index / stripes * inner + start)
              }
            }
          }
        }
      }
    }
    try Cancellation.check()
  }
}

extension Tensor {
  /// The sum of the elements up to and including each along `axis`, in the same shape.
  public func cumulativeSum(axis: Int) throws -> Tensor { try apply(CumulativeSum(axis: axis), [self]) }
}
