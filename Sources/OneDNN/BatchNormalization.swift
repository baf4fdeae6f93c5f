import CDNNL

/// The sizes of a batch normalisation, and whether a ReLU follows it in the same pass.
public struct BatchNormalizationShape: Hashable, Sendable {
  public var batch, channels, height, width: Int
  public var epsilon: Float
  public var relu: Bool

  public init(batch: Int, channels: Int, height: Int, width: Int, epsilon: Float, relu: Bool) {
    self.batch = batch
    self.channels = channels
    self.height = height
    self.width = width
    self.epsilon = epsilon
    self.relu = relu
  }

  var data: MemoryFormat { .channelsLast(batch, channels, height, width) }
  var flags: UInt32 {
    dnnl_use_scale.rawValue | dnnl_use_shift.rawValue | (relu ? dnnl_fuse_norm_relu.rawValue : 0)
  }
}

/// Batch normalisation with the batch's own statistics, on channels-last float32 arrays.
public enum BatchNormalization {
  /// Normalises `source`; writes the batch mean and biased variance (channels each).
  ///
  /// - Returns: where the fused ReLU was active, for the backward pass; nil without ReLU.
  public static func forward(
    _ shape: BatchNormalizationShape, source: UnsafePointer<Float>, scale: UnsafePointer<Float>,
    shift: UnsafePointer<Float>, destination: UnsafeMutablePointer<Float>, mean: UnsafeMutablePointer<Float>,
    variance: UnsafeMutablePointer<Float>
  ) throws -> AlignedBuffer? {
    let context = try ComputeContext.current
    let primitive = try forwardPrimitive(shape, context)
    let input = UnsafeMutableRawPointer(mutating: source)
    let gamma = UnsafeMutableRawPointer(mutating: scale)
    let beta = UnsafeMutableRawPointer(mutating: shift)
    guard shape.relu else {
      try primitive.execute(context, input, gamma, beta, destination, mean, variance)
      return nil
    }
    let mask = try context.buffers.take(primitive.bytes(dnnl_query_workspace_md))
    try primitive.execute(context, input, gamma, beta, destination, mean, variance, mask.pointer)
    return mask
  }

  /// Gradients with respect to the source, the scale and the shift.
  public static func backward(
    _ shape: BatchNormalizationShape, source: UnsafePointer<Float>, gradient: UnsafePointer<Float>,
    scale: UnsafePointer<Float>, mean: UnsafePointer<Float>, variance: UnsafePointer<Float>,
    mask: AlignedBuffer?,
    sourceGradient: UnsafeMutablePointer<Float>, scaleGradient: UnsafeMutablePointer<Float>,
    shiftGradient: UnsafeMutablePointer<Float>
  ) throws {
    let context = try ComputeContext.current
    let primitive = try context.primitive(.batchNormalization(shape, forward: false)) {
      var operation = dnnl_batch_normalization_desc_t()
      var data = try shape.data.descriptor()
      try check(
        dnnl_batch_normalization_backward_desc_init(
          &operation, dnnl_backward, &data, &data, shape.epsilon, shape.flags), "batch normalisation backward"
      )
      let made = try makeDescriptor(
        operation, hint: forwardPrimitive(shape, context).descriptor, context: context,
        "batch normalisation backward")
      var arguments = [
        DNNL_ARG_SRC, DNNL_ARG_DIFF_DST, DNNL_ARG_SCALE, DNNL_ARG_SHIFT, DNNL_ARG_MEAN, DNNL_ARG_VARIANCE,
        DNNL_ARG_DIFF_SRC, DNNL_ARG_DIFF_SCALE, DNNL_ARG_DIFF_SHIFT,
      ]
      if shape.relu { arguments.append(DNNL_ARG_WORKSPACE) }
      return try Primitive(descriptor: made, arguments: arguments, context: context)
    }
    let input = UnsafeMutableRawPointer(mutating: source)
    let output = UnsafeMutableRawPointer(mutating: gradient)
    let gamma = UnsafeMutableRawPointer(mutating: scale)
    let mu = UnsafeMutableRawPointer(mutating: mean)
    let sigma = UnsafeMutableRawPointer(mutating: variance)
    // The gradient does not depend on the shift, but the library counts it among the arguments.
    let unread = gamma
    if let mask {
      try primitive.execute(
        context, input, output, gamma, unread, mu, sigma, sourceGradient, scaleGradient, shiftGradient,
        mask.pointer)
    } else {
      try primitive.execute(
        context, input, output, gamma, unread, mu, sigma, sourceGradient, scaleGradient, shiftGradient)
    }
  }

  private static func forwardPrimitive(
    _ shape: BatchNormalizationShape, _ context: ComputeContext
  ) throws -> Primitive {
    try context.primitive(.batchNormalization(shape, forward: true)) {
      var operation = dnnl_batch_normalization_desc_t()
      var data = try shape.data.descriptor()
      try check(
        dnnl_batch_normalization_forward_desc_init(
          &operation, dnnl_forward_training, &data, shape.epsilon, shape.flags), "batch normalisation")
      let made = try makeDescriptor(operation, hint: nil, context: context, "batch normalisation")
      var arguments = [
        DNNL_ARG_SRC, DNNL_ARG_SCALE, DNNL_ARG_SHIFT, DNNL_ARG_DST, DNNL_ARG_MEAN, DNNL_ARG_VARIANCE,
      ]
      if shape.relu { arguments.append(DNNL_ARG_WORKSPACE) }
      return try Primitive(descriptor: made, arguments: arguments, context: context)
    }
  }
}
