import Compute
import OneDNN

/// Max or average pooling of N×C×H×W; oneDNN computes it.
struct Pool2d: Op {
  let kind: PoolingShape.Kind
  let kernel: (Int, Int)
  let stride: (Int, Int)
  let padding: (Int, Int)
  var name: String { kind == .max ? "max_pool" : "avg_pool" }

  private func geometry(_ x: Shape) throws -> PoolingShape {
    guard x.rank == 4 else { throw TensorError(name, "input must be N×C×H×W, not shape \(x)") }
    guard kernel.0 > 0, kernel.1 > 0, stride.0 > 0, stride.1 > 0, padding.0 >= 0, padding.1 >= 0,
      2 * padding.0 <= kernel.0, 2 * padding.1 <= kernel.1
    else { throw TensorError(name, "kernel \(kernel), stride \(stride), padding \(padding)") }
    guard x[2] + 2 * padding.0 >= kernel.0, x[3] + 2 * padding.1 >= kernel.1 else {
      throw TensorError(name, "input of shape \(x) is smaller than the \(kernel.0)×\(kernel.1) window")
    }
    return PoolingShape(
      kind: kind, batch: x[0], channels: x[1], inHeight: x[2], inWidth: x[3], kernel: kernel, stride: stride,
      padding: padding)
  }

  func outputShape(_ inputs: [Shape]) throws -> Shape {
    let g = try geometry(inputs[0])
    return [g.batch, g.channels, g.outHeight, g.outWidth]
  }

  func lowering(_ inputs: [Shape]) -> Lowering? { (try? geometry(inputs[0])).map { .pooling($0) } }

  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor {
    let x = try inputs[0].channelsLast()
    saved.shapes = [x.shape]
    if let mean = try meanOfAll(x) { return mean }
    let result = try Tensor.empty(outputShape([x.shape]))
    if result.count == 0 { return result }
    let winners = try Pooling.forward(geometry(x.shape), source: x.pointer, destination: result.pointer)
    if saved.isRecording, let winners { saved.buffers = [winners] }
    return result
  }

  /// The mean where one window is the whole map, else nil: oneDNN would add its pixels one after the other in
  /// float32.
  private func meanOfAll(_ x: Tensor) throws -> Tensor? {
    guard kind != .max, padding == (0, 0), kernel == (x.shape[2], x.shape[3]) else { return nil }
    let mean = try Reduction.mean(x, axes: [2, 3])
    let shape = try outputShape([x.shape])
    return Tensor(storage: mean.storage, offset: mean.offset, shape: shape, strides: shape.rowMajorStrides)
  }

  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] {
    let shape = saved.shapes[0]
    let dx = try Tensor.empty(shape)
    if dx.count == 0 { return [dx] }
    let dy = try gradient.channelsLast()
    try Pooling.backward(
      geometry(shape), gradient: dy.pointer, winners: saved.buffers.first, sourceGradient: dx.pointer)
    return [dx]
  }
}

extension Tensor {
  /// The largest element of each window of N×C×H×W maps.
  ///
  /// Pairs are of the vertical and the horizontal direction, in pixels; the stride is the kernel's size where none is
  /// given.
  ///
  /// - Throws: ``TensorError`` for other ranks, and for windows that are larger than the map.
  public func maxPooled2d(kernel: (Int, Int), stride: (Int, Int)? = nil, padding: (Int, Int) = (0, 0)) throws
    -> Tensor
  {
    try apply(Pool2d(kind: .max, kernel: kernel, stride: stride ?? kernel, padding: padding), [self])
  }

  /// The mean of each window of N×C×H×W maps; padding counts as zeros unless `includingPadding` is false.
  ///
  /// Sizes and errors are those of ``maxPooled2d(kernel:stride:padding:)``.
  public func averagePooled2d(
    kernel: (Int, Int), stride: (Int, Int)? = nil, padding: (Int, Int) = (0, 0), includingPadding: Bool = true
  ) throws -> Tensor {
    try apply(
      Pool2d(
        kind: .average(includingPadding: includingPadding), kernel: kernel, stride: stride ?? kernel,
        padding: padding), [self])
  }

  /// N×C×H×W → N×C: the mean over each map.
  public func globalAveragePooled() throws -> Tensor { try mean([2, 3]) }
}
