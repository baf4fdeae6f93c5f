import CDNNL
import Compute

/// The sizes of a 2-D convolution of channels-last maps.
public struct ConvolutionShape: Hashable, Sendable {
  /// The number of images, and the channels, rows and columns of each.
  public var batch, inChannels, inHeight, inWidth: Int
  /// The channels of the result, and the size of a kernel.
  public var outChannels, kernelHeight, kernelWidth: Int
  /// Pixels of the input between neighbours of the result.
  public var strideHeight, strideWidth: Int
  /// Rows of zeros above and below, columns of zeros to the left and to the right.
  public var paddingHeight, paddingBelow, paddingWidth, paddingRight: Int
  /// Pixels of the input between neighbours of a kernel, and the groups that channels fall into.
  public var dilationHeight, dilationWidth, groups: Int
  /// Whether a number for each output channel is added.
  public var bias: Bool

  /// Pairs are of the vertical and the horizontal direction; `paddingAfter` is below and to the right, where
  /// that differs from `padding`, above and to the left.
  public init(
    batch: Int, inChannels: Int, inHeight: Int, inWidth: Int, outChannels: Int, kernel: (Int, Int),
    stride: (Int, Int), padding: (Int, Int), paddingAfter: (Int, Int)? = nil, dilation: (Int, Int),
    groups: Int, bias: Bool
  ) {
    self.batch = batch
    self.inChannels = inChannels
    self.inHeight = inHeight
    self.inWidth = inWidth
    self.outChannels = outChannels
    (kernelHeight, kernelWidth) = kernel
    (strideHeight, strideWidth) = stride
    (paddingHeight, paddingWidth) = padding
    (paddingBelow, paddingRight) = paddingAfter ?? padding
    (dilationHeight, dilationWidth) = dilation
    self.groups = groups
    self.bias = bias
  }

  /// Rows of the result.
  public var outHeight: Int {
    (inHeight + paddingHeight + paddingBelow - dilationHeight * (kernelHeight - 1) - 1) / strideHeight + 1
  }
  /// Columns of the result.
  public var outWidth: Int {
    (inWidth + paddingWidth + paddingRight - dilationWidth * (kernelWidth - 1) - 1) / strideWidth + 1
  }

  /// The number of Multiply-Adds for the whole batch.
  public var multiplyAdds: Int {
    batch * outChannels * outHeight * outWidth * inChannels / groups * kernelHeight * kernelWidth
  }

  var source: MemoryFormat { .channelsLast(batch, inChannels, inHeight, inWidth) }
  var destination: MemoryFormat { .channelsLast(batch, outChannels, outHeight, outWidth) }
  /// PyTorch's O×(I/G)×H×W, with the groups split off as oneDNN wants them.
  var weightSizes: [Int] {
    groups == 1
      ? [outChannels, inChannels, kernelHeight, kernelWidth]
      : [groups, outChannels / groups, inChannels / groups, kernelHeight, kernelWidth]
  }
  var plainWeights: MemoryFormat { .dense(weightSizes) }
}

/// The passes of a convolution, and the rearrangements that they need.
enum ConvolutionPass: Hashable {
  case forward, packWeights, backwardData, packWeightsForData, backwardWeights, unpackGradient
}

extension PrimitiveDescriptor {
  /// The layer destination = weights ∗ source (+ bias), with what is fused behind it.
  static func convolution(
    _ shape: ConvolutionShape, _ propagation: Propagation, _ numbers: LayerNumbers = LayerNumbers(),
    on engine: Engine
  ) throws -> PrimitiveDescriptor {
    var operation = dnnl_convolution_desc_t()
    var arrays = try ConvolutionArrays(shape, numbers)
    let what = describe(shape, "forward")
    let status = withUnsafePointer(to: &arrays.bias) { bias in
      dnnl_dilated_convolution_forward_desc_init(
        &operation, propagation.kind, dnnl_convolution_direct, &arrays.source, &arrays.weights,
        shape.bias ? bias : nil, &arrays.destination, arrays.strides, arrays.dilates, arrays.paddingBefore,
        arrays.paddingAfter)
    }
    try check(status, what)
    return try PrimitiveDescriptor(operation, numbers.postOperations, on: engine, what)
  }

  /// The gradient with respect to the source.
  static func convolutionBackwardData(
    _ shape: ConvolutionShape, of forward: PrimitiveDescriptor, on engine: Engine
  ) throws -> PrimitiveDescriptor {
    var operation = dnnl_convolution_desc_t()
    var arrays = try ConvolutionArrays(shape, LayerNumbers())
    let what = describe(shape, "backward")
    try check(
      dnnl_dilated_convolution_backward_data_desc_init(
        &operation, dnnl_convolution_direct, &arrays.source, &arrays.weights, &arrays.destination,
        arrays.strides, arrays.dilates, arrays.paddingBefore, arrays.paddingAfter), what)
    return try PrimitiveDescriptor(operation, forward: forward, on: engine, what)
  }

  /// The gradients with respect to the weights and the bias.
  static func convolutionBackwardWeights(
    _ shape: ConvolutionShape, of forward: PrimitiveDescriptor, on engine: Engine
  ) throws -> PrimitiveDescriptor {
    var operation = dnnl_convolution_desc_t()
    var arrays = try ConvolutionArrays(shape, LayerNumbers())
    let what = describe(shape, "backward")
    let status = withUnsafePointer(to: &arrays.bias) { bias in
      dnnl_dilated_convolution_backward_weights_desc_init(
        &operation, dnnl_convolution_direct, &arrays.source, &arrays.weights, shape.bias ? bias : nil,
        &arrays.destination, arrays.strides, arrays.dilates, arrays.paddingBefore, arrays.paddingAfter)
    }
    try check(status, what)
    return try PrimitiveDescriptor(operation, forward: forward, on: engine, what)
  }

  private static func describe(_ s: ConvolutionShape, _ pass: String) -> String {
    "convolution \(pass), input \(s.batch)×\(s.inChannels)×\(s.inHeight)×\(s.inWidth), "
      + "weights \(s.outChannels)×\(s.inChannels / max(s.groups, 1))×\(s.kernelHeight)×\(s.kernelWidth)"
  }
}

/// The arrays and distances of a convolution in oneDNN's terms.
private struct ConvolutionArrays {
  var source, weights, bias, destination: dnnl_memory_desc_t
  let strides, dilates, paddingBefore, paddingAfter: [Int64]

  init(_ s: ConvolutionShape, _ numbers: LayerNumbers) throws {
    source = try s.source.descriptor(numbers.type)
    weights = try MemoryFormat.chosen(s.weightSizes).descriptor(numbers.type)
    bias = try MemoryFormat.dense([s.outChannels]).descriptor()
    destination = try s.destination.descriptor(numbers.resultType)
    strides = [Int64(s.strideHeight), Int64(s.strideWidth)]
    // oneDNN counts the gaps, PyTorch the distance.
    dilates = [Int64(s.dilationHeight - 1), Int64(s.dilationWidth - 1)]
    paddingBefore = [Int64(s.paddingHeight), Int64(s.paddingWidth)]
    paddingAfter = [Int64(s.paddingBelow), Int64(s.paddingRight)]
  }
}
