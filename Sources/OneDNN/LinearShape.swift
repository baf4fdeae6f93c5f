import CDNNL
import Compute

/// The sizes of y = x·Wᵀ + b on rows.
public struct LinearShape: Hashable, Sendable {
  /// The number of rows, and the numbers of one before and after the layer.
  public var rows, inputs, outputs: Int
  /// Whether a number for each output is added.
  public var bias: Bool

  public init(rows: Int, inputs: Int, outputs: Int, bias: Bool) {
    self.rows = rows
    self.inputs = inputs
    self.outputs = outputs
    self.bias = bias
  }
}

extension PrimitiveDescriptor {
  /// The layer y = x·Wᵀ + b, with what is fused behind it.
  static func linear(
    _ shape: LinearShape, _ numbers: LayerNumbers, on engine: Engine
  ) throws -> PrimitiveDescriptor {
    var operation = dnnl_inner_product_desc_t()
    var source = try MemoryFormat.dense([shape.rows, shape.inputs]).descriptor(numbers.type)
    var weights = try MemoryFormat.chosen([shape.outputs, shape.inputs]).descriptor(numbers.type)
    var bias = try MemoryFormat.dense([shape.outputs]).descriptor()
    var destination = try MemoryFormat.dense([shape.rows, shape.outputs]).descriptor(numbers.resultType)
    let what = "linear layer, \(shape.rows)×\(shape.inputs) to \(shape.outputs)"
    let status = withUnsafePointer(to: &bias) { bias in
      dnnl_inner_product_forward_desc_init(
        &operation, Propagation.inference.kind, &source, &weights, shape.bias ? bias : nil, &destination)
    }
    try check(status, what)
    return try PrimitiveDescriptor(operation, numbers.postOperations, on: engine, what)
  }
}
