import CDNNL

/// A primitive with weights, compiled in two steps, so that these can be packed in between.
public final class PlannedLayer {
  private let descriptor: Descriptor
  /// How the weights lie before they are packed.
  private let plainWeights: MemoryFormat
  private let context: ComputeContext

  init<Operation>(
    _ operation: Operation, _ postOperations: [PostOperation], weights: MemoryFormat,
    _ what: @autoclosure () -> String
  ) throws {
    context = try ComputeContext.current
    plainWeights = weights
    descriptor = try Descriptor(operation, postOperations, context: context, what())
  }

  public var implementation: String { descriptor.implementation }

  /// Names the arrangement of the weights: equal numbers, equal arrangements.
  public func weightArrangement() throws -> Int {
    context.arrangement(try descriptor.layout(dnnl_query_weights_md))
  }

  /// Packs weights given in PyTorch's order: outputs × inputs, or O×(I/G)×H×W.
  public func pack(_ weights: UnsafePointer<Float>, in slab: BufferSlab) throws -> AlignedBuffer {
    var layout = try descriptor.layout(dnnl_query_weights_md)
    let buffer = try slab.take(Int(dnnl_memory_desc_get_size(&layout)))
    let reorder = try Reorder.make(try plainWeights.descriptor(), layout, context)
    try reorder.execute(context, UnsafeMutableRawPointer(mutating: weights), buffer.pointer)
    return buffer
  }

  /// The layer on these arrays.
  public func bound(
    source: UnsafeMutableRawPointer, weights: AlignedBuffer, bias: UnsafeMutableRawPointer?,
    destination: UnsafeMutableRawPointer
  ) throws -> PlannedPrimitive {
    var bindings = [
      (argument: DNNL_ARG_SRC, pointer: source), (DNNL_ARG_WEIGHTS, weights.pointer),
      (DNNL_ARG_DST, destination),
    ]
    if let bias { bindings.append((DNNL_ARG_BIAS, bias)) }
    return try PlannedPrimitive(descriptor.handle, bindings, context: context)
  }
}
