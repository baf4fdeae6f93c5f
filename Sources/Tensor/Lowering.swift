import OneDNN

/// What a compiler of traced networks may know about an op: enough to compute it, or to merge it with its
/// neighbours, without calling it.
///
/// Ops without one run by their own ``Op/forward(_:_:)``.
public enum Lowering {
  /// Inputs: image, weights and, optionally, a bias.
  case convolution(stride: (Int, Int), padding: (Int, Int), dilation: (Int, Int), groups: Int)
  /// Inputs: image, scale, shift; statistics are fixed.
  case batchNorm(RunningStatistics, epsilon: Float, relu: Bool)
  /// Of one input, element by element.
  case function(any FusibleFunction)
  case add
  case multiply
  /// The mean over the pixels of N×C×H×W.
  case spatialMean
  case pooling(PoolingShape)
  /// Inputs: rows, weights and, optionally, a bias.
  case linear
  /// Inputs in the order of the op.
  case gruCell
  /// The same elements in row-major order under the shape of the result.
  case reshape
  case concatenate(axis: Int)
  /// Zeros around N×C×H×W images.
  case padding(top: Int, bottom: Int, left: Int, right: Int)
  /// Channels of N×C×H×W images, in any order.
  case pickChannels([Int])
  /// The result is the input.
  case identity
}
