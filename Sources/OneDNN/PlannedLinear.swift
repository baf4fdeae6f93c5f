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

extension PlannedLayer {
  /// A linear layer on rows.
  public convenience init(_ shape: PlannedLinearShape) throws {
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
    try self.init(
      operation, shape.postOperations, weights: .dense([shape.outputs, shape.inputs]), what)
  }
}
