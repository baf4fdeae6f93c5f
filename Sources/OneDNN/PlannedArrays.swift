import CDNNL
import Compute

/// Primitives without weights, for a plan's own arrays.
///
/// The memory behind the pointers must outlive them. All functions throw ``OneDNNError`` where the library
/// has no implementation.
public enum PlannedArrays {
  /// The two-operand functions that plans use.
  public enum Pair: Hashable, Sendable { case add, multiply }

  /// `functions` one after another, a primitive or two each, of `count` numbers; source and destination may be one
  /// array.
  public static func functions(
    _ functions: [PostFunction], count: Int, type: ElementType, source: UnsafeMutableRawPointer,
    destination: UnsafeMutableRawPointer
  ) throws -> [Primitive] {
    let engine = try Engine.current
    var input = source
    // Stand-alone functions take no post-operations but binary ones, and silently skip others.
    return try functions.flatMap(\.parts).map { part in
      defer { input = destination }
      return try Primitive(
        .function(part, count: count, type, on: engine),
        [(DNNL_ARG_SRC, input), (DNNL_ARG_DST, destination)], on: engine)
    }
  }

  /// `pair` of two arrays of N×C×H×W (or lower rank), channels-last, where the second may have size 1 along
  /// some axes; then `functions`.
  public static func pair(
    _ pair: Pair, _ sizes: [Int], _ secondSizes: [Int], functions: [PostFunction], type: ElementType,
    first: UnsafeMutableRawPointer, second: UnsafeMutableRawPointer, destination: UnsafeMutableRawPointer
  ) throws -> Primitive {
    let engine = try Engine.current
    return try Primitive(
      .pair(pair, sizes, secondSizes, functions, type, on: engine),
      [(DNNL_ARG_SRC_0, first), (DNNL_ARG_SRC_1, second), (DNNL_ARG_DST, destination)], on: engine)
  }

  /// Converts `count` numbers between types.
  public static func conversion(
    count: Int, from: ElementType, to: ElementType, source: UnsafeMutableRawPointer,
    destination: UnsafeMutableRawPointer
  ) throws -> Primitive {
    let engine = try Engine.current
    let format = MemoryFormat.dense([count])
    return try Primitive(
      .reorder(format.descriptor(from), format.descriptor(to), on: engine),
      [(DNNL_ARG_FROM, source), (DNNL_ARG_TO, destination)], on: engine)
  }

  /// A pooling of channels-last maps, without what its gradient would need.
  public static func pooling(
    _ shape: PoolingShape, type: ElementType, source: UnsafeMutableRawPointer,
    destination: UnsafeMutableRawPointer
  ) throws -> Primitive {
    let engine = try Engine.current
    return try Primitive(
      .pooling(shape, .inference, type, on: engine),
      [(DNNL_ARG_SRC, source), (DNNL_ARG_DST, destination)], on: engine)
  }
}

extension PrimitiveDescriptor {
  fileprivate static func function(
    _ part: (kind: dnnl_alg_kind_t, alpha: Float, beta: Float), count: Int, _ type: ElementType,
    on engine: Engine
  ) throws -> PrimitiveDescriptor {
    var operation = dnnl_eltwise_desc_t()
    var layout = try MemoryFormat.dense([count]).descriptor(type)
    let what = "an element-wise function"
    try check(
      dnnl_eltwise_forward_desc_init(
        &operation, Propagation.inference.kind, part.kind, &layout, part.alpha, part.beta), what)
    return try PrimitiveDescriptor(operation, on: engine, what)
  }

  fileprivate static func pair(
    _ pair: PlannedArrays.Pair, _ sizes: [Int], _ secondSizes: [Int], _ functions: [PostFunction],
    _ type: ElementType, on engine: Engine
  ) throws -> PrimitiveDescriptor {
    var operation = dnnl_binary_desc_t()
    var first = try MemoryFormat.canonical(sizes).descriptor(type)
    var second = try MemoryFormat.canonical(secondSizes).descriptor(type)
    var result = first
    try check(
      dnnl_binary_desc_init(
        &operation, pair == .add ? dnnl_binary_add : dnnl_binary_mul, &first, &second, &result), "\(pair)")
    return try PrimitiveDescriptor(operation, functions.map { .function($0) }, on: engine, "\(pair)")
  }
}
