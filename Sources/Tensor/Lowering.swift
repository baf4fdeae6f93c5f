import OneDNN

/// What a compiler of traced networks may know about an op: enough to compute it, or to merge it with its
/// neighbours, without calling it.
///
/// Ops without a lowering run by their own ``Op/forward(_:_:)``.
public enum Lowering {
  /// A convolution of the first input by the second; the third, if any, is the bias.
  case convolution(stride: (Int, Int), padding: (Int, Int), dilation: (Int, Int), groups: Int)
  /// Batch normalisation by fixed statistics; inputs are the image, the scale and the shift.
  case batchNorm(RunningStatistics, epsilon: Float, relu: Bool)
  /// A function of one input, element by element.
  case function(any FusibleFunction)
  /// The sum of two inputs, which broadcast.
  case add
  /// The product of two inputs, which broadcast.
  case multiply
  /// The mean over the pixels of N×C×H×W.
  case spatialMean
  /// Max or average pooling of N×C×H×W.
  case pooling(PoolingShape)
  /// x·Wᵀ + b; inputs are rows, weights and, optionally, a bias.
  case linear
  /// A step of a gated recurrent unit; the inputs are x, h, W_i, W_h, b_i and b_h, in this order.
  case gruCell
  /// The same elements in row-major order under the shape of the result.
  case reshape
  /// All inputs one after the other along an axis, which is counted from 0.
  case concatenate(axis: Int)
  /// Zeros around N×C×H×W images.
  case padding(top: Int, bottom: Int, left: Int, right: Int)
  /// Channels of N×C×H×W images, in any order.
  case pickChannels([Int])
  /// Some channels of each frame from its neighbours; rows are clip by clip, frame by frame.
  case temporalShift(FrameShift)
  /// The first input with its first channels replaced by the second input, which has as many.
  case following
  /// The result is the input.
  case identity
}
