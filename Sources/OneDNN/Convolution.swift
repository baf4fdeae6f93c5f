import CDNNL

/// The sizes of a 2-D convolution; padding is symmetric.
public struct ConvolutionShape: Hashable, Sendable {
  public var batch, inChannels, inHeight, inWidth: Int
  public var outChannels, kernelHeight, kernelWidth: Int
  public var strideHeight, strideWidth, paddingHeight, paddingWidth: Int
  public var dilationHeight, dilationWidth, groups: Int
  public var bias: Bool

  public init(
    batch: Int, inChannels: Int, inHeight: Int, inWidth: Int, outChannels: Int, kernel: (Int, Int),
    stride: (Int, Int), padding: (Int, Int), dilation: (Int, Int), groups: Int, bias: Bool
  ) {
    self.batch = batch
    self.inChannels = inChannels
    self.inHeight = inHeight
    self.inWidth = inWidth
    self.outChannels = outChannels
    (kernelHeight, kernelWidth) = kernel
    (strideHeight, strideWidth) = stride
    (paddingHeight, paddingWidth) = padding
    (dilationHeight, dilationWidth) = dilation
    self.groups = groups
    self.bias = bias
  }

  public var outHeight: Int {
    (inHeight + 2 * paddingHeight - dilationHeight * (kernelHeight - 1) - 1) / strideHeight + 1
  }
  public var outWidth: Int {
    (inWidth + 2 * paddingWidth - dilationWidth * (kernelWidth - 1) - 1) / strideWidth + 1
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

enum ConvolutionPass: Hashable {
  case forward, packWeights, backwardData, packWeightsForData, backwardWeights, unpackGradient
}

/// Weights rearranged as one convolution primitive wants them.
public final class PackedWeights {
  fileprivate let buffer: AlignedBuffer
  fileprivate init(_ buffer: AlignedBuffer) { self.buffer = buffer }
}

/// Convolution on channels-last arrays, forward and backward. All pointers are float32.
public enum Convolution {
  /// Names the arrangement of weights that these sizes want: equal numbers, equal arrangements.
  public static func weightArrangement(_ shape: ConvolutionShape) throws -> Int {
    let context = try ComputeContext.current
    return try forwardPrimitive(shape, context).weightArrangement(context)
  }

  /// Packs PyTorch-ordered weights for ``forward(_:source:weights:bias:destination:)`` at these sizes.
  public static func pack(_ shape: ConvolutionShape, _ weights: UnsafePointer<Float>) throws -> PackedWeights
  {
    let context = try ComputeContext.current
    return try pack(weights, for: try forwardPrimitive(shape, context), .packWeights, shape, context)
  }

  /// destination = weights ∗ source (+ bias).
  public static func forward(
    _ shape: ConvolutionShape, source: UnsafePointer<Float>, weights: PackedWeights,
    bias: UnsafePointer<Float>?, destination: UnsafeMutablePointer<Float>
  ) throws {
    let context = try ComputeContext.current
    let primitive = try forwardPrimitive(shape, context)
    let input = UnsafeMutableRawPointer(mutating: source)
    if shape.bias {
      try primitive.execute(
        context, input, weights.buffer.pointer, destination,
        bias.map { UnsafeMutableRawPointer(mutating: $0) })
    } else {
      try primitive.execute(context, input, weights.buffer.pointer, destination)
    }
  }

  /// Gradient with respect to the source; `weights` in PyTorch's order.
  public static func backwardData(
    _ shape: ConvolutionShape, gradient: UnsafePointer<Float>, weights: UnsafePointer<Float>,
    sourceGradient: UnsafeMutablePointer<Float>
  ) throws {
    let context = try ComputeContext.current
    let primitive = try context.primitive(.convolution(shape, .backwardData)) {
      var operation = dnnl_convolution_desc_t()
      var source = try shape.source.descriptor()
      var filter = try MemoryFormat.chosen(shape.weightSizes).descriptor()
      var destination = try shape.destination.descriptor()
      try check(
        dnnl_dilated_convolution_backward_data_desc_init(
          &operation, dnnl_convolution_direct, &source, &filter, &destination, strides(shape), dilates(shape),
          padding(shape), padding(shape)), describe(shape, "backward"))
      let made = try makeDescriptor(
        operation, hint: forwardPrimitive(shape, context).descriptor, context: context,
        describe(shape, "backward"))
      return try Primitive(
        descriptor: made,
        arguments: [
          DNNL_ARG_DIFF_DST, DNNL_ARG_WEIGHTS,
          DNNL_ARG_DIFF_SRC,
        ], context: context)
    }
    let packed = try pack(weights, for: primitive, .packWeightsForData, shape, context)
    try primitive.execute(
      context, UnsafeMutableRawPointer(mutating: gradient), packed.buffer.pointer, sourceGradient)
  }

  /// Gradients with respect to the weights (PyTorch's order) and the bias.
  public static func backwardWeights(
    _ shape: ConvolutionShape, source: UnsafePointer<Float>, gradient: UnsafePointer<Float>,
    weightsGradient: UnsafeMutablePointer<Float>, biasGradient: UnsafeMutablePointer<Float>?
  ) throws {
    let context = try ComputeContext.current
    let primitive = try context.primitive(.convolution(shape, .backwardWeights)) {
      var operation = dnnl_convolution_desc_t()
      var input = try shape.source.descriptor()
      var filter = try MemoryFormat.chosen(shape.weightSizes).descriptor()
      var bias = try MemoryFormat.dense([shape.outChannels]).descriptor()
      var destination = try shape.destination.descriptor()
      let status = withUnsafePointer(to: &bias) { bias in
        dnnl_dilated_convolution_backward_weights_desc_init(
          &operation, dnnl_convolution_direct, &input, &filter, shape.bias ? bias : nil, &destination,
          strides(shape), dilates(shape), padding(shape), padding(shape))
      }
      try check(status, describe(shape, "backward"))
      let made = try makeDescriptor(
        operation, hint: forwardPrimitive(shape, context).descriptor, context: context,
        describe(shape, "backward"))
      var layout = [
        DNNL_ARG_SRC, DNNL_ARG_DIFF_DST,
        DNNL_ARG_DIFF_WEIGHTS,
      ]
      if shape.bias { layout.append(DNNL_ARG_DIFF_BIAS) }
      return try Primitive(descriptor: made, arguments: layout, context: context)
    }
    let packed = try context.buffers.take(primitive.bytes(dnnl_query_diff_weights_md))
    let input = UnsafeMutableRawPointer(mutating: source)
    let output = UnsafeMutableRawPointer(mutating: gradient)
    if shape.bias {
      try primitive.execute(context, input, output, packed.pointer, biasGradient)
    } else {
      try primitive.execute(context, input, output, packed.pointer)
    }
    let unpack = try context.primitive(.convolution(shape, .unpackGradient)) {
      guard let from = dnnl_primitive_desc_query_md(primitive.descriptor, dnnl_query_diff_weights_md, 0)
      else {
        throw OneDNNError(call: describe(shape, "backward"), reason: "no weight arrangement")
      }
      return try Reorder.make(from.pointee, try shape.plainWeights.descriptor(), context)
    }
    try unpack.execute(context, packed.pointer, weightsGradient)
  }

  /// The implementations that oneDNN chose, for tables and benchmarks.
  public static func implementation(_ shape: ConvolutionShape) throws -> String {
    try forwardPrimitive(shape, ComputeContext.current).implementation
  }

  private static func forwardPrimitive(_ shape: ConvolutionShape, _ context: ComputeContext) throws
    -> Primitive
  {
    try context.primitive(.convolution(shape, .forward)) {
      var operation = dnnl_convolution_desc_t()
      var source = try shape.source.descriptor()
      var filter = try MemoryFormat.chosen(shape.weightSizes).descriptor()
      var bias = try MemoryFormat.dense([shape.outChannels]).descriptor()
      var destination = try shape.destination.descriptor()
      let status = withUnsafePointer(to: &bias) { bias in
        dnnl_dilated_convolution_forward_desc_init(
          &operation, dnnl_forward_training, dnnl_convolution_direct, &source, &filter,
          shape.bias ? bias : nil,
          &destination, strides(shape), dilates(shape), padding(shape), padding(shape))
      }
      try check(status, describe(shape, "forward"))
      let made = try makeDescriptor(operation, hint: nil, context: context, describe(shape, "forward"))
      var layout = [
        DNNL_ARG_SRC, DNNL_ARG_WEIGHTS,
        DNNL_ARG_DST,
      ]
      if shape.bias { layout.append(DNNL_ARG_BIAS) }
      return try Primitive(descriptor: made, arguments: layout, context: context)
    }
  }

  private static func pack(
    _ weights: UnsafePointer<Float>, for primitive: Primitive, _ pass: ConvolutionPass,
    _ shape: ConvolutionShape,
    _ context: ComputeContext
  ) throws -> PackedWeights {
    let buffer = try context.buffers.take(primitive.bytes(dnnl_query_weights_md))
    let reorder = try context.primitive(.convolution(shape, pass)) {
      guard let to = dnnl_primitive_desc_query_md(primitive.descriptor, dnnl_query_weights_md, 0) else {
        throw OneDNNError(call: describe(shape, "forward"), reason: "no weight arrangement")
      }
      return try Reorder.make(try shape.plainWeights.descriptor(), to.pointee, context)
    }
    try reorder.execute(context, UnsafeMutableRawPointer(mutating: weights), buffer.pointer)
    return PackedWeights(buffer)
  }

  private static func strides(_ s: ConvolutionShape) -> [Int64] {
    [Int64(s.strideHeight), Int64(s.strideWidth)]
  }
  /// oneDNN counts the gaps, PyTorch the distance.
  private static func dilates(_ s: ConvolutionShape) -> [Int64] {
    [Int64(s.dilationHeight - 1), Int64(s.dilationWidth - 1)]
  }
  private static func padding(_ s: ConvolutionShape) -> [Int64] {
    [Int64(s.paddingHeight), Int64(s.paddingWidth)]
  }
  private static func describe(_ s: ConvolutionShape, _ pass: String) -> String {
    "convolution \(pass), input \(s.batch)×\(s.inChannels)×\(s.inHeight)×\(s.inWidth), "
      + "weights \(s.outChannels)×\(s.inChannels / max(s.groups, 1))×\(s.kernelHeight)×\(s.kernelWidth)"
  }
}
