import Glibc
import Support

/// The logarithm of the sum of eˣ over axes, also where eˣ is beyond float32.
struct LogSumExp: AxisStatistic {
  let axes: [Int]
  let keepingAxes: Bool
  let name = "logsumexp"

  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor {
    let x = inputs[0]
    let lines = try Lines(x, try resolved(x))
    let result = try Tensor.emptyRowMajor(try outputShape([x.shape]))
    let (source, target) = (lines.tensor.pointer, result.pointer)
    for row in 0..<lines.rows {
      if row & 0xFF == 0 { try Cancellation.check() }
      let range = row * lines.length..<(row + 1) * lines.length
      var largest = -Float.infinity
      for piece in range.pieces() {
        for i in piece where source[i] > largest || source[i].isNaN { largest = source[i] }
        try Cancellation.check()
      }
      // Where all are −∞, or one is ∞ or NaN, differences would be NaN, or already are what is wanted.
      guard largest.isFinite else {
        target[row] = largest
        continue
      }
      var sum = 0.0
      for piece in range.pieces() {
        for i in piece { sum += Glibc.exp(Double(source[i]) - Double(largest)) }
        try Cancellation.check()
      }
      target[row] = Float(Double(largest) + Glibc.log(sum))
    }
    saved.keep(x, result)
    return result
  }

  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] {
    let (x, y) = (saved.tensors[0], saved.tensors[1])
    let kept = x.shape.reduced(try resolved(x), keepingAxes: true)
    return [try (x - y.reshaped(kept)).exp() * gradient.reshaped(kept)]
  }
}

extension Tensor {
  /// log Σ eˣ over `axes`, or over all of them; negative axes count from the end. Axes are dropped, or kept with size
  /// 1.
  public func logSumExp(_ axes: [Int]? = nil, keepingAxes: Bool = false) throws -> Tensor {
    try apply(LogSumExp(axes: axes ?? Array(0..<rank), keepingAxes: keepingAxes), [self])
  }
}
