import CDNNL
import Compute

/// Weights rearranged as one convolution primitive wants them.
public final class PackedWeights {
  fileprivate let buffer: AlignedBuffer
  fileprivate init(_ buffer: AlignedBuffer) { self.buffer = buffer }
}

/// Convolution on channels-last arrays, forward and backward. All arrays are float32.
///
/// All functions throw ``OneDNNError`` where the library has no implementation for the sizes.
public enum Convolution {
  /// A number for the arrangement of weights that these sizes want; equal numbers stand for equal
  /// arrangements.
  public static func weightArrangement(_ shape: ConvolutionShape) throws -> Int {
    let engine = try Engine.current
    return try forwardPrimitive(shape, engine).descriptor.weightArrangement(engine)
  }

  /// Packs PyTorch-ordered weights for ``forward(_:source:weights:bias:destination:)`` at these sizes.
  public static func pack(_ shape: ConvolutionShape, _ weights: UnsafePointer<Float>) throws -> PackedWeights
  {
    let engine = try Engine.current
    return try pack(weights, for: try forwardPrimitive(shape, engine), .packWeights, shape, engine)
  }

  /// destination = weights ∗ source (+ bias), from N×C×H×W to N×O×H′×W′; the bias has O numbers.
  public static func forward(
    _ shape: ConvolutionShape, source: UnsafePointer<Float>, weights: PackedWeights,
    bias: UnsafePointer<Float>?, destination: UnsafeMutablePointer<Float>
  ) throws {
    let primitive = try forwardPrimitive(shape, Engine.current)
    let input = UnsafeMutableRawPointer(mutating: source)
    if shape.bias {
      try primitive.execute(
        input, weights.buffer.pointer, destination, bias.map { UnsafeMutableRawPointer(mutating: $0) })
    } else {
      try primitive.execute(input, weights.buffer.pointer, destination)
    }
  }

  /// The gradient with respect to the source; `weights` are in PyTorch's order.
  public static func backwardData(
    _ shape: ConvolutionShape, gradient: UnsafePointer<Float>, weights: UnsafePointer<Float>,
    sourceGradient: UnsafeMutablePointer<Float>
  ) throws {
    let engine = try Engine.current
    let primitive = try engine.primitive(.convolution(shape, .backwardData)) {
      try Primitive(
        .convolutionBackwardData(shape, of: forwardPrimitive(shape, engine).descriptor, on: engine),
        arguments: [DNNL_ARG_DIFF_DST, DNNL_ARG_WEIGHTS, DNNL_ARG_DIFF_SRC], on: engine)
    }
    let packed = try pack(weights, for: primitive, .packWeightsForData, shape, engine)
    try primitive.execute(UnsafeMutableRawPointer(mutating: gradient), packed.buffer.pointer, sourceGradient)
  }

  /// The gradients with respect to the weights, in PyTorch's order, and the bias.
  public static func backwardWeights(
    _ shape: ConvolutionShape, source: UnsafePointer<Float>, gradient: UnsafePointer<Float>,
    weightsGradient: UnsafeMutablePointer<Float>, biasGradient: UnsafeMutablePointer<Float>?
  ) throws {
    let engine = try Engine.current
    let primitive = try engine.primitive(.convolution(shape, .backwardWeights)) {
      try Primitive(
        .convolutionBackwardWeights(shape, of: forwardPrimitive(shape, engine).descriptor, on: engine),
        arguments: [DNNL_ARG_SRC, DNNL_ARG_DIFF_DST, DNNL_ARG_DIFF_WEIGHTS]
          + (shape.bias ? [DNNL_ARG_DIFF_BIAS] : []), on: engine)
    }
    let packed = try engine.context.buffers.take(primitive.descriptor.bytes(dnnl_query_diff_weights_md))
    let input = UnsafeMutableRawPointer(mutating: source)
    let output = UnsafeMutableRawPointer(mutating: gradient)
    if shape.bias {
      try primitive.execute(input, output, packed.pointer, biasGradient)
    } else {
      try primitive.execute(input, output, packed.pointer)
    }
    let unpack = try engine.primitive(.convolution(shape, .unpackGradient)) {
      try reordering(
        primitive.descriptor.layout(dnnl_query_diff_weights_md), shape.plainWeights.descriptor(), engine)
    }
    try unpack.execute(packed.pointer, weightsGradient)
  }

  private static func forwardPrimitive(_ shape: ConvolutionShape, _ engine: Engine) throws -> Primitive {
    try engine.primitive(.convolution(shape, .forward)) {
      try Primitive(
        .convolution(shape, .training, on: engine),
        arguments: [DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST] + (shape.bias ? [DNNL_ARG_BIAS] : []),
        on: engine)
    }
  }

  private static func pack(
    _ weights: UnsafePointer<Float>, for primitive: Primitive, _ pass: ConvolutionPass,
    _ shape: ConvolutionShape, _ engine: Engine
  ) throws -> PackedWeights {
    let buffer = try engine.context.buffers.take(primitive.descriptor.bytes(dnnl_query_weights_md))
    let reorder = try engine.primitive(.convolution(shape, pass)) {
      try reordering(
        shape.plainWeights.descriptor(), primitive.descriptor.layout(dnnl_query_weights_md), engine)
    }
    try reorder.execute(UnsafeMutableRawPointer(mutating: weights), buffer.pointer)
    return PackedWeights(buffer)
  }

  private static func reordering(
    _ from: dnnl_memory_desc_t, _ to: dnnl_memory_desc_t, _ engine: Engine
  ) throws -> Primitive {
    try Primitive(
      .reorder(from, to, on: engine), arguments: [DNNL_ARG_FROM, DNNL_ARG_TO], on: engine)
  }
}
