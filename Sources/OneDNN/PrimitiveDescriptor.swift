import CDNNL
import Compute

/// What oneDNN chose for an operation: an implementation, the arrangements of its arrays, and its needs of memory.
///
/// Every primitive, whether an op runs it at once or a plan binds it to its arrays, is described here: `convolution`,
/// `pooling`, `linear`, … are extensions, one for each kind, beside the sizes that they take.
final class PrimitiveDescriptor {
  let handle: dnnl_primitive_desc_t
  private var knownWeightArrangement: Int?

  private init(owning handle: dnnl_primitive_desc_t) { self.handle = handle }

  /// Has oneDNN choose for an operation descriptor of any kind.
  ///
  /// - Parameters:
  ///   - forward: for backward operations, what they belong to.
  ///   - postOperations: applied to results before these are stored.
  convenience init<Operation>(
    _ operation: Operation, forward: PrimitiveDescriptor? = nil, _ postOperations: [PostOperation] = [],
    on engine: Engine, _ what: @autoclosure () -> String
  ) throws {
    let made = try withAttributes(postOperations) { attributes in
      var made: dnnl_primitive_desc_t?
      let status = withUnsafePointer(to: operation) {
        dnnl_primitive_desc_create(
          &made, UnsafeRawPointer($0), attributes, engine.handle, forward?.handle)
      }
      try check(status, what())
      return made
    }
    guard let made else { throw OneDNNError(call: what(), reason: "no descriptor") }
    self.init(owning: made)
  }

  /// A copy from one arrangement, or type, to another.
  static func reorder(
    _ from: dnnl_memory_desc_t, _ to: dnnl_memory_desc_t, on engine: Engine
  ) throws -> PrimitiveDescriptor {
    let made = try withAttributes([]) { attributes in
      var made: dnnl_primitive_desc_t?
      var (from, to) = (from, to)
      try check(
        dnnl_reorder_primitive_desc_create(&made, &from, engine.handle, &to, engine.handle, attributes),
        "describing a reorder")
      return made
    }
    guard let made else { throw OneDNNError(call: "describing a reorder", reason: "no descriptor") }
    return PrimitiveDescriptor(owning: made)
  }

  deinit { dnnl_primitive_desc_destroy(handle) }

  /// The arrangement of the array behind `query`.
  func layout(_ query: dnnl_query_t) throws -> dnnl_memory_desc_t {
    guard let layout = dnnl_primitive_desc_query_md(handle, query, 0) else {
      throw OneDNNError(call: "asking for an arrangement", reason: "none")
    }
    return layout.pointee
  }

  /// Bytes of the array behind `query`; 0 where there is none.
  func bytes(_ query: dnnl_query_t) -> Int {
    dnnl_primitive_desc_query_md(handle, query, 0).map { Int(dnnl_memory_desc_get_size($0)) } ?? 0
  }

  /// The number under which `engine` knows the arrangement of the weights: equal numbers, equal arrangements.
  func weightArrangement(_ engine: Engine) throws -> Int {
    if let knownWeightArrangement { return knownWeightArrangement }
    let number = engine.arrangement(try layout(dnnl_query_weights_md))
    knownWeightArrangement = number
    return number
  }

  /// The implementation that oneDNN chose, such as `brgconv:avx512_core`.
  var implementation: String {
    var name: UnsafePointer<CChar>?
    _ = dnnl_primitive_desc_query(handle, dnnl_query_impl_info_str, 0, &name)
    return name.map { String(cString: $0) } ?? "unknown"
  }
}

/// Whether a primitive keeps what its gradient needs.
enum Propagation {
  case training, inference

  var kind: dnnl_prop_kind_t { self == .training ? dnnl_forward_training : dnnl_forward_inference }
}

/// Attributes that all our primitives have: the caller provides the scratchpad.
private func withAttributes<R>(
  _ operations: [PostOperation], _ body: (dnnl_primitive_attr_t?) throws -> R
) throws -> R {
  var attributes: dnnl_primitive_attr_t?
  try check(dnnl_primitive_attr_create(&attributes), "creating attributes")
  defer { dnnl_primitive_attr_destroy(attributes) }
  try check(
    dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user), "setting attributes")
  if operations.isEmpty { return try body(attributes) }
  var list: dnnl_post_ops_t?
  try check(dnnl_post_ops_create(&list), "creating post-operations")
  defer { dnnl_post_ops_destroy(list) }
  for operation in operations {
    switch operation {
    case .function(let function):
      for (kind, alpha, beta) in function.parts {
        try check(dnnl_post_ops_append_eltwise(list, 1, kind, alpha, beta), "fusing \(function)")
      }
    case .addDestination: try check(dnnl_post_ops_append_sum(list, 1), "fusing an addition")
    }
  }
  try check(dnnl_primitive_attr_set_post_ops(attributes, list), "setting post-operations")
  return try body(attributes)
}
