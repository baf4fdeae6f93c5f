import CDNNL

/// Primitives without weights, compiled for fixed arrays.
public enum PlannedElementwise {
  /// The two-operand functions that plans use.
  public enum Pair: Hashable, Sendable { case add, multiply }

  /// `functions` one after another, a primitive or two each; source and destination may be one array.
  public static func functions(
    _ functions: [PostFunction], count: Int, type: ElementType, source: UnsafeMutableRawPointer,
    destination: UnsafeMutableRawPointer
  ) throws -> [PlannedPrimitive] {
    let context = try ComputeContext.current
    var layout = try MemoryFormat.dense([count]).descriptor(type)
    var input = source
    // Stand-alone functions take no post-operations but binary ones, and silently skip others.
    return try functions.flatMap(\.parts).map { kind, alpha, beta in
      var operation = dnnl_eltwise_desc_t()
      try check(
        dnnl_eltwise_forward_desc_init(&operation, dnnl_forward_inference, kind, &layout, alpha, beta),
        "an element-wise function")
      let descriptor = try Descriptor(operation, [], context: context, "an element-wise function")
      defer { input = destination }
      return try PlannedPrimitive(
        descriptor.handle, [(DNNL_ARG_SRC, input), (DNNL_ARG_DST, destination)], context: context)
    }
  }

  /// `pair` of two arrays of N×C×H×W (or lower rank), channels-last, where the second may have size 1 along
  /// some axes; then `functions`.
  public static func pair(
    _ pair: Pair, _ sizes: [Int], _ secondSizes: [Int], functions: [PostFunction], type: ElementType,
    first: UnsafeMutableRawPointer, second: UnsafeMutableRawPointer, destination: UnsafeMutableRawPointer
  ) throws -> PlannedPrimitive {
    let context = try ComputeContext.current
    var a = try MemoryFormat.canonical(sizes).descriptor(type)
    var b = try MemoryFormat.canonical(secondSizes).descriptor(type)
    var result = a
    var operation = dnnl_binary_desc_t()
    try check(
      dnnl_binary_desc_init(
        &operation, pair == .add ? dnnl_binary_add : dnnl_binary_mul, &a, &b, &result), "\(pair)")
    let descriptor = try Descriptor(
      operation, functions.map { .function($0) }, context: context, "\(pair)")
    return try PlannedPrimitive(
      descriptor.handle, [(DNNL_ARG_SRC_0, first), (DNNL_ARG_SRC_1, second), (DNNL_ARG_DST, destination)],
      context: context)
  }

  /// Converts `count` numbers between types.
  public static func conversion(
    count: Int, from: ElementType, to: ElementType, source: UnsafeMutableRawPointer,
    destination: UnsafeMutableRawPointer
  ) throws -> PlannedPrimitive {
    let context = try ComputeContext.current
    let format = MemoryFormat.dense([count])
    var (first, second) = (try format.descriptor(from), try format.descriptor(to))
    var made: dnnl_primitive_desc_t?
    try withAttributes { attributes in
      try check(
        dnnl_reorder_primitive_desc_create(
          &made, &first, context.engine, &second, context.engine, attributes),
        "a conversion")
    }
    guard let made else { throw OneDNNError(call: "a conversion", reason: "no descriptor") }
    defer { dnnl_primitive_desc_destroy(made) }
    return try PlannedPrimitive(
      made, [(DNNL_ARG_FROM, source), (DNNL_ARG_TO, destination)], context: context)
  }
}

extension Pooling {
  /// A pooling for inference on fixed arrays.
  public static func planned(
    _ shape: PoolingShape, type: ElementType, source: UnsafeMutableRawPointer,
    destination: UnsafeMutableRawPointer
  ) throws -> PlannedPrimitive {
    let context = try ComputeContext.current
    var operation = dnnl_pooling_desc_t()
    var input = try shape.source.descriptor(type)
    var output = try shape.destination.descriptor(type)
    let padding = [Int64(shape.paddingHeight), Int64(shape.paddingWidth)]
    try check(
      dnnl_pooling_forward_desc_init(
        &operation, dnnl_forward_inference, shape.algorithm, &input, &output,
        [Int64(shape.strideHeight), Int64(shape.strideWidth)],
        [Int64(shape.kernelHeight), Int64(shape.kernelWidth)], padding, padding), "pooling")
    let descriptor = try Descriptor(operation, [], context: context, "pooling")
    return try PlannedPrimitive(
      descriptor.handle, [(DNNL_ARG_SRC, source), (DNNL_ARG_DST, destination)], context: context)
  }
}
