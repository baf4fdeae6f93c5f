import CDNNL

/// The sizes of a 2-D pooling.
public struct PoolingShape: Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    case max
    /// Mean over the window; padding counts as zeros (PyTorch's default) or is left out.
    case average(includingPadding: Bool)
  }
  public var kind: Kind
  public var batch, channels, inHeight, inWidth: Int
  public var kernelHeight, kernelWidth, strideHeight, strideWidth, paddingHeight, paddingWidth: Int

  public init(
    kind: Kind, batch: Int, channels: Int, inHeight: Int, inWidth: Int, kernel: (Int, Int),
    stride: (Int, Int),
    padding: (Int, Int)
  ) {
    self.kind = kind
    self.batch = batch
    self.channels = channels
    self.inHeight = inHeight
    self.inWidth = inWidth
    (kernelHeight, kernelWidth) = kernel
    (strideHeight, strideWidth) = stride
    (paddingHeight, paddingWidth) = padding
  }

  public var outHeight: Int { (inHeight + 2 * paddingHeight - kernelHeight) / strideHeight + 1 }
  public var outWidth: Int { (inWidth + 2 * paddingWidth - kernelWidth) / strideWidth + 1 }

  var source: MemoryFormat { .channelsLast(batch, channels, inHeight, inWidth) }
  var destination: MemoryFormat { .channelsLast(batch, channels, outHeight, outWidth) }
  var algorithm: dnnl_alg_kind_t {
    switch kind {
    case .max: dnnl_pooling_max
    case .average(includingPadding: true): dnnl_pooling_avg_include_padding
    case .average(includingPadding: false): dnnl_pooling_avg_exclude_padding
    }
  }
}

/// Max and average pooling on channels-last float32 arrays.
public enum Pooling {
  /// Pools `source`.
  ///
  /// - Returns: for max pooling, which element of each window won, for the backward pass.
  public static func forward(
    _ shape: PoolingShape, source: UnsafePointer<Float>, destination: UnsafeMutablePointer<Float>
  ) throws -> AlignedBuffer? {
    let context = try ComputeContext.current
    let primitive = try forwardPrimitive(shape, context)
    let input = UnsafeMutableRawPointer(mutating: source)
    guard shape.kind == .max else {
      try primitive.execute(context, input, destination)
      return nil
    }
    let winners = try context.buffers.take(primitive.bytes(dnnl_query_workspace_md))
    try primitive.execute(context, input, destination, winners.pointer)
    return winners
  }

  /// Gradient with respect to the source.
  public static func backward(
    _ shape: PoolingShape, gradient: UnsafePointer<Float>, winners: AlignedBuffer?,
    sourceGradient: UnsafeMutablePointer<Float>
  ) throws {
    let context = try ComputeContext.current
    let primitive = try context.primitive(.pooling(shape, forward: false)) {
      var operation = dnnl_pooling_desc_t()
      var source = try shape.source.descriptor()
      var destination = try shape.destination.descriptor()
      try check(
        dnnl_pooling_backward_desc_init(
          &operation, shape.algorithm, &source, &destination, strides(shape), kernel(shape), padding(shape),
          padding(shape)), "pooling backward")
      let made = try makeDescriptor(
        operation, hint: forwardPrimitive(shape, context).descriptor, context: context, "pooling backward")
      var arguments = [DNNL_ARG_DIFF_DST, DNNL_ARG_DIFF_SRC]
      if shape.kind == .max { arguments.append(DNNL_ARG_WORKSPACE) }
      return try Primitive(descriptor: made, arguments: arguments, context: context)
    }
    let output = UnsafeMutableRawPointer(mutating: gradient)
    if let winners {
      try primitive.execute(context, output, sourceGradient, winners.pointer)
    } else {
      try primitive.execute(context, output, sourceGradient)
    }
  }

  private static func forwardPrimitive(_ shape: PoolingShape, _ context: ComputeContext) throws -> Primitive {
    try context.primitive(.pooling(shape, forward: true)) {
      var operation = dnnl_pooling_desc_t()
      var source = try shape.source.descriptor()
      var destination = try shape.destination.descriptor()
      try check(
        dnnl_pooling_forward_desc_init(
          &operation, dnnl_forward_training, shape.algorithm, &source, &destination, strides(shape),
          kernel(shape),
          padding(shape), padding(shape)), "pooling")
      let made = try makeDescriptor(operation, hint: nil, context: context, "pooling")
      var arguments = [DNNL_ARG_SRC, DNNL_ARG_DST]
      if shape.kind == .max { arguments.append(DNNL_ARG_WORKSPACE) }
      return try Primitive(descriptor: made, arguments: arguments, context: context)
    }
  }

  private static func strides(_ s: PoolingShape) -> [Int64] { [Int64(s.strideHeight), Int64(s.strideWidth)] }
  private static func kernel(_ s: PoolingShape) -> [Int64] { [Int64(s.kernelHeight), Int64(s.kernelWidth)] }
  private static func padding(_ s: PoolingShape) -> [Int64] {
    [Int64(s.paddingHeight), Int64(s.paddingWidth)]
  }
}
