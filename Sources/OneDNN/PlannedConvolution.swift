import CDNNL

/// A convolution for inference: its sizes, the type of its numbers, and what is fused behind it.
public struct PlannedConvolutionShape: Hashable, Sendable {
  /// Sizes; `paddingHeight` and `paddingWidth` are those above and left.
  public var sizes: ConvolutionShape
  public var paddingBelow, paddingRight: Int
  /// Of the source and the weights; the bias is float32.
  public var type: ElementType
  public var resultType: ElementType
  public var postOperations: [PostOperation]

  public init(
    _ sizes: ConvolutionShape, paddingBelow: Int? = nil, paddingRight: Int? = nil,
    type: ElementType = .float32, resultType: ElementType? = nil, postOperations: [PostOperation] = []
  ) {
    self.sizes = sizes
    self.paddingBelow = paddingBelow ?? sizes.paddingHeight
    self.paddingRight = paddingRight ?? sizes.paddingWidth
    self.type = type
    self.resultType = resultType ?? type
    self.postOperations = postOperations
  }

  public var outHeight: Int {
    (sizes.inHeight + sizes.paddingHeight + paddingBelow - sizes.dilationHeight * (sizes.kernelHeight - 1) - 1)
      / sizes.strideHeight + 1
  }
  /// Of the whole batch.
  public var multiplyAdds: Int {
    sizes.batch * sizes.outChannels * outHeight * outWidth * sizes.inChannels / sizes.groups
      * sizes.kernelHeight * sizes.kernelWidth
  }
  public var outWidth: Int {
    (sizes.inWidth + sizes.paddingWidth + paddingRight - sizes.dilationWidth * (sizes.kernelWidth - 1) - 1)
      / sizes.strideWidth + 1
  }
}

extension PlannedLayer {
  /// A convolution of channels-last maps.
  public convenience init(_ shape: PlannedConvolutionShape) throws {
    let s = shape.sizes
    var operation = dnnl_convolution_desc_t()
    var source = try s.source.descriptor(shape.type)
    var filter = try MemoryFormat.chosen(s.weightSizes).descriptor(shape.type)
    var bias = try MemoryFormat.dense([s.outChannels]).descriptor()
    var destination = try MemoryFormat.channelsLast(s.batch, s.outChannels, shape.outHeight, shape.outWidth)
      .descriptor(shape.resultType)
    let what = "convolution of \(s.batch)×\(s.inChannels)×\(s.inHeight)×\(s.inWidth)"
    let status = withUnsafePointer(to: &bias) { bias in
      dnnl_dilated_convolution_forward_desc_init(
        &operation, dnnl_forward_inference, dnnl_convolution_direct, &source, &filter, s.bias ? bias : nil,
        &destination, [Int64(s.strideHeight), Int64(s.strideWidth)],
        [Int64(s.dilationHeight - 1), Int64(s.dilationWidth - 1)],
        [Int64(s.paddingHeight), Int64(s.paddingWidth)],
        [Int64(shape.paddingBelow), Int64(shape.paddingRight)])
    }
    try check(status, what)
    try self.init(operation, shape.postOperations, weights: s.plainWeights, what)
  }
}
