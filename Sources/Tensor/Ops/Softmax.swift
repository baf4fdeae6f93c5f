import Glibc
import Compute

/// Softmax or its logarithm over the last axis.
struct Softmax: Op {
  let logarithm: Bool
  var name: String { logarithm ? "log_softmax" : "softmax" }

  func outputShape(_ inputs: [Shape]) throws -> Shape {
    guard inputs[0].rank > 0 else { throw TensorError(name, "needs at least one axis") }
    return inputs[0]
  }

  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor {
    let x = try inputs[0].contiguous()
    let classes = x.shape[x.rank - 1]
    let y = try Tensor.emptyRowMajor(x.shape)
    let (source, target) = (x.pointer, y.pointer)
    let rows = classes == 0 ? 0 : x.count / classes
    ThreadTeam.parallel(rows, grain: max(1, 4096 / max(classes, 1))) { range in
      for row in range {
        softmaxRow(source + row * classes, target + row * classes, classes, logarithm: logarithm)
      }
    }
    saved.keep(y)
    return y
  }

  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] {
    let y = saved.tensors[0]
    let dy = try gradient.contiguous()
    let dx = try Tensor.emptyRowMajor(y.shape)
    let classes = y.shape[y.rank - 1]
    let rows = classes == 0 ? 0 : y.count / classes
    let (p, g, d) = (y.pointer, dy.pointer, dx.pointer)
    for row in 0..<rows {
      let base = row * classes
      var sum = 0.0
      if logarithm {
        for c in base..<base + classes { sum += Double(g[c]) }
        let total = Float(sum)
        for c in base..<base + classes { d[c] = g[c] - expf(p[c]) * total }
      } else {
        for c in base..<base + classes { sum += Double(g[c]) * Double(p[c]) }
        let total = Float(sum)
        for c in base..<base + classes { d[c] = p[c] * (g[c] - total) }
      }
    }
    return [dx]
  }
}

/// Computes one row of softmax; subtracting the largest keeps the exponentials finite.
private func softmaxRow(
  _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int, logarithm: Bool
) {
  var largest = x[0]
  for c in 1..<max(count, 1) where x[c] > largest { largest = x[c] }
  var sum = 0.0
  for c in 0..<count {
    let e = expf(x[c] - largest)
    y[c] = e
    sum += Double(e)
  }
  if logarithm {
    // One shift of largest + log Σ would lose the logarithm beside a large x; the difference of two x is exact here.
    let logarithmOfSum = log(sum)
    for c in 0..<count { y[c] = Float(Double(x[c]) - Double(largest) - logarithmOfSum) }
  } else {
    let factor = 1 / Float(sum)
    for c in 0..<count { y[c] *= factor }
  }
}

/// Mean over the batch of −log softmax(x)[label], with optional label smoothing.
///
/// Input: B×K logits. The labels are 0-based and part of the op.
struct CrossEntropy: Op {
  let labels: [Int]
  let smoothing: Float
  var name: String { "cross_entropy" }

  func outputShape(_ inputs: [Shape]) throws -> Shape {
    let x = inputs[0]
    guard x.rank == 2, x[0] == labels.count, x[0] > 0 else {
      throw TensorError(name, "\(labels.count) labels for logits of shape \(x)")
    }
    if let bad = labels.first(where: { $0 < 0 || $0 >= x[1] }) {
      throw TensorError(name, "label \(bad + 1) of \(x[1]) classes")
    }
    return []
  }

  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor {
    let log = try Recording.paused { try apply(Softmax(logarithm: true), [inputs[0]]) }
    saved.keep(log)
    let classes = log.shape[1]
    var total = 0.0
    for (row, label) in labels.enumerated() {
      let p = log.pointer + row * classes
      total -= Double(p[label]) * Double(1 - smoothing)
      if smoothing > 0 {
        var sum = 0.0
        for c in 0..<classes { sum += Double(p[c]) }
        total -= sum * Double(smoothing) / Double(classes)
      }
    }
    return try Tensor(Float(total / Double(labels.count)))
  }

  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] {
    let log = saved.tensors[0]
    let classes = log.shape[1]
    let scale = try gradient.item() / Float(labels.count)
    let dx = try Tensor.emptyRowMajor(log.shape)
    for (row, label) in labels.enumerated() {
      let (p, d) = (log.pointer + row * classes, dx.pointer + row * classes)
      let spread = smoothing / Float(classes)
      for c in 0..<classes { d[c] = scale * (expf(p[c]) - spread) }
      d[label] -= scale * (1 - smoothing)
    }
    return [dx]
  }
}

extension Tensor {
  /// Softmax over the last axis.
  public func softmax() throws -> Tensor { try apply(Softmax(logarithm: false), [self]) }

  /// Logarithm of the softmax over the last axis.
  public func logSoftmax() throws -> Tensor { try apply(Softmax(logarithm: true), [self]) }

  /// The mean cross-entropy of B×K logits against 0-based `labels`, a scalar.
  ///
  /// A share `smoothing` of each label is spread over all classes (Szegedy et al. 2016).
  ///
  /// - Throws: ``TensorError`` where there is not one label for each row, or a label is no class.
  public func crossEntropy(_ labels: [Int], smoothing: Float = 0) throws -> Tensor {
    try apply(CrossEntropy(labels: labels, smoothing: smoothing), [self])
  }
}
