import CDNNL

/// y = x·Wᵀ + b for inference, with what is fused behind it.
public struct PlannedLinearShape: Hashable, Sendable {
  public var rows, inputs, outputs: Int
  public var bias: Bool
  public var type: ElementType
  public var resultType: ElementType
  public var postOperations: [PostOperation]

  public init(
    rows: Int, inputs: Int, outputs: Int, bias: Bool, type: ElementType = .float32,
    resultType: ElementType? = nil, postOperations: [PostOperation] = []
  ) {
    self.rows = rows
    self.inputs = inputs
    self.outputs = outputs
    self.bias = bias
    self.type = type
    self.resultType = resultType ?? type
    self.postOperations = postOperations
  }
}

/// A linear layer that is compiled in two steps, so that its weights can be packed in between.
public final class PlannedLinear {
  private let descriptor: Descriptor
  private let shape: PlannedLinearShape
  private let context: ComputeContext

  public init(_ shape: PlannedLinearShape) throws {
    let context = try ComputeContext.current
    var operation = dnnl_inner_product_desc_t()
    var source = try MemoryFormat.dense([shape.rows, shape.inputs]).descriptor(shape.type)
    var filter = try MemoryFormat.chosen([shape.outputs, shape.inputs]).descriptor(shape.type)
    var bias = try MemoryFormat.dense([shape.outputs]).descriptor()
    var destination = try MemoryFormat.dense([shape.rows, shape.outputs]).descriptor(shape.resultType)
    let what = "linear layer, \(shape.rows)×\(shape.inputs) to \(shape.outputs)"
    let status = withUnsafePointer(to: &bias) { bias in
      dnnl_inner_product_forward_desc_init(
        &operation, dnnl_forward_inference, &source, &filter, shape.bias ? bias : nil, &destination)
    }
    try check(status, what)
    descriptor = try Descriptor(operation, shape.postOperations, context: context, what)
    self.shape = shape
    self.context = context
  }

  public var implementation: String { descriptor.implementation }

  /// Names the arrangement of the weights: equal numbers, equal arrangements.
  public func weightArrangement() throws -> Int {
    context.arrangement(try descriptor.layout(dnnl_query_weights_md))
  }

  /// Packs weights given as outputs × inputs.
  public func pack(_ weights: UnsafePointer<Float>) throws -> AlignedBuffer {
    try PlannedReorder.pack(
      weights, .dense([shape.outputs, shape.inputs]), to: descriptor.layout(dnnl_query_weights_md), context)
  }

  /// The layer on these arrays.
  public func bound(
    source: UnsafeMutableRawPointer, weights: AlignedBuffer, bias: UnsafeMutableRawPointer?,
    destination: UnsafeMutableRawPointer
  ) throws -> PlannedPrimitive {
    try PlannedPrimitive(
      descriptor.handle, source: source, weights: weights, bias: bias, destination: destination,
      context: context)
  }
}
