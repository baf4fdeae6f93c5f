import CDNNL
import Compute

/// A primitive with weights for a plan, compiled in two steps, so that these can be packed in between.
public final class PlannedLayer {
  private let descriptor: PrimitiveDescriptor
  /// How the weights lie before they are packed.
  private let plainWeights: MemoryFormat
  private let engine: Engine

  /// A convolution of channels-last maps.
  public init(_ shape: ConvolutionShape, _ numbers: LayerNumbers) throws {
    engine = try Engine.current
    plainWeights = shape.plainWeights
    descriptor = try .convolution(shape, .inference, numbers, on: engine)
  }

  /// A linear layer on rows.
  public init(_ shape: LinearShape, _ numbers: LayerNumbers) throws {
    engine = try Engine.current
    plainWeights = .dense([shape.outputs, shape.inputs])
    descriptor = try .linear(shape, numbers, on: engine)
  }

  /// The implementation that the library chose, such as `brgconv:avx512_core`.
  public var implementation: String { descriptor.implementation }

  /// A number for the arrangement of the weights; equal numbers stand for equal arrangements.
  public func weightArrangement() throws -> Int { try descriptor.weightArrangement(engine) }

  /// Packs weights given in PyTorch's order: outputs × inputs, or O×(I/G)×H×W.
  public func pack(_ weights: UnsafePointer<Float>, in slab: BufferSlab) throws -> AlignedBuffer {
    let buffer = try slab.take(descriptor.bytes(dnnl_query_weights_md))
    let reorder = try PrimitiveDescriptor.reorder(
      plainWeights.descriptor(), descriptor.layout(dnnl_query_weights_md), on: engine)
    try Primitive(reorder, arguments: [DNNL_ARG_FROM, DNNL_ARG_TO], on: engine)
      .execute(UnsafeMutableRawPointer(mutating: weights), buffer.pointer)
    return buffer
  }

  /// The layer on these arrays, whose memory must outlive the primitive.
  public func bound(
    source: UnsafeMutableRawPointer, weights: AlignedBuffer, bias: UnsafeMutableRawPointer?,
    destination: UnsafeMutableRawPointer
  ) throws -> Primitive {
    var bindings: [(Int32, UnsafeMutableRawPointer?)] = [
      (DNNL_ARG_SRC, source), (DNNL_ARG_WEIGHTS, weights.pointer), (DNNL_ARG_DST, destination),
    ]
    if let bias { bindings.append((DNNL_ARG_BIAS, bias)) }
    return try Primitive(descriptor, bindings, on: engine)
  }
}
