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

/// A convolution that is compiled in two steps, so that its weights can be packed in between.
public final class PlannedConvolution {
  private let descriptor: Descriptor
  private let shape: PlannedConvolutionShape
  private let context: ComputeContext

  public init(_ shape: PlannedConvolutionShape) throws {
    let context = try ComputeContext.current
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
    descriptor = try Descriptor(operation, shape.postOperations, context: context, what)
    self.shape = shape
    self.context = context
  }

  public var implementation: String { descriptor.implementation }

  /// True where oneDNN has no fast implementation of this combination.
  public var isSlow: Bool { implementation.hasPrefix("ref") || implementation.hasPrefix("gemm:ref") }

  /// Names the arrangement of the weights: equal numbers, equal arrangements.
  public func weightArrangement() throws -> Int {
    context.arrangement(try descriptor.layout(dnnl_query_weights_md))
  }

  /// Packs weights given as O×(I/G)×H×W.
  public func pack(_ weights: UnsafePointer<Float>) throws -> AlignedBuffer {
    try PlannedReorder.pack(
      weights, shape.sizes.plainWeights, to: descriptor.layout(dnnl_query_weights_md), context)
  }

  /// The convolution on these arrays.
  public func bound(
    source: UnsafeMutableRawPointer, weights: AlignedBuffer, bias: UnsafeMutableRawPointer?,
    destination: UnsafeMutableRawPointer
  ) throws -> PlannedPrimitive {
    try PlannedPrimitive(
      descriptor.handle, source: source, weights: weights, bias: bias, destination: destination,
      context: context)
  }
}

enum PlannedReorder {
  /// A copy of `weights` arranged as `layout`, converted to its type.
  static func pack(
    _ weights: UnsafePointer<Float>, _ plain: MemoryFormat, to layout: dnnl_memory_desc_t,
    _ context: ComputeContext
  ) throws -> AlignedBuffer {
    var layout = layout
    let buffer = try context.buffers.take(Int(dnnl_memory_desc_get_size(&layout)))
    let reorder = try Reorder.make(try plain.descriptor(), layout, context)
    try reorder.execute(context, UnsafeMutableRawPointer(mutating: weights), buffer.pointer)
    return buffer
  }
}
