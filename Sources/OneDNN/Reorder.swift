import CDNNL

/// Copies between two arrangements of the same sizes.
public enum Reorder {
  /// Copies `source`, arranged as `from`, to `destination`, arranged as `to`.
  public static func copy(
    _ source: UnsafePointer<Float>, _ from: MemoryFormat, to destination: UnsafeMutablePointer<Float>,
    _ to: MemoryFormat
  ) throws {
    let context = try ComputeContext.current
    let primitive = try context.primitive(.reorder(from: from, to: to)) {
      try make(from.descriptor(), to.descriptor(), context)
    }
    try primitive.execute(context, UnsafeMutableRawPointer(mutating: source), destination)
  }

  static func make(
    _ from: dnnl_memory_desc_t, _ to: dnnl_memory_desc_t, _ context: ComputeContext
  ) throws -> Primitive {
    try withAttributes { attributes in
      var made: dnnl_primitive_desc_t?
      var from = from
      var to = to
      try check(
        dnnl_reorder_primitive_desc_create(&made, &from, context.engine, &to, context.engine, attributes),
        "describing a reorder")
      guard let made else { throw OneDNNError(call: "describing a reorder", reason: "no descriptor") }
      return try Primitive(
        descriptor: made,
        arguments: [DNNL_ARG_FROM, DNNL_ARG_TO],
        context: context)
    }
  }
}
