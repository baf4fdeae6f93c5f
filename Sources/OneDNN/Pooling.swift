import CDNNL
import Compute

/// Max and average pooling on channels-last float32 arrays.
public enum Pooling {
  /// Pools `source`, N×C×H×W, into `destination`, N×C×H′×W′.
  ///
  /// - Returns: for max pooling, which element of each window won, for the backward pass.
  /// - Throws: ``OneDNNError``.
  public static func forward(
    _ shape: PoolingShape, source: UnsafePointer<Float>, destination: UnsafeMutablePointer<Float>
  ) throws -> AlignedBuffer? {
    let engine = try Engine.current
    let primitive = try forwardPrimitive(shape, engine)
    let input = UnsafeMutableRawPointer(mutating: source)
    guard shape.kind == .max else {
      try primitive.execute(input, destination)
      return nil
    }
    let winners = try engine.context.buffers.take(primitive.descriptor.bytes(dnnl_query_workspace_md))
    try primitive.execute(input, destination, winners.pointer)
    return winners
  }

  /// The gradient with respect to the source; `winners` are what ``forward(_:source:destination:)`` returned.
  public static func backward(
    _ shape: PoolingShape, gradient: UnsafePointer<Float>, winners: AlignedBuffer?,
    sourceGradient: UnsafeMutablePointer<Float>
  ) throws {
    let engine = try Engine.current
    let primitive = try engine.primitive(.pooling(shape, forward: false)) {
      try Primitive(
        .poolingBackward(shape, of: forwardPrimitive(shape, engine).descriptor, on: engine),
        arguments: [DNNL_ARG_DIFF_DST, DNNL_ARG_DIFF_SRC] + (shape.kind == .max ? [DNNL_ARG_WORKSPACE] : []),
        on: engine)
    }
    let output = UnsafeMutableRawPointer(mutating: gradient)
    if let winners {
      try primitive.execute(output, sourceGradient, winners.pointer)
    } else {
      try primitive.execute(output, sourceGradient)
    }
  }

  private static func forwardPrimitive(_ shape: PoolingShape, _ engine: Engine) throws -> Primitive {
    try engine.primitive(.pooling(shape, forward: true)) {
      try Primitive(
        .pooling(shape, .training, on: engine),
        arguments: [DNNL_ARG_SRC, DNNL_ARG_DST] + (shape.kind == .max ? [DNNL_ARG_WORKSPACE] : []),
        on: engine)
    }
  }
}
