import CDNNL

/// An element-wise function that a primitive can apply to its result before storing it.
public enum PostFunction: Hashable, Sendable {
  /// min(max(x, low), high); an infinite `high` with `low` 0 is a ReLU.
  case clamp(low: Float, high: Float)
  /// scale · x + shift.
  case linear(scale: Float, shift: Float)
  /// x · min(max(x + 3, 0), 6) / 6.
  case hardSwish
  /// min(max(x + 3, 0), 6) / 6.
  case hardSigmoid
  /// 1 / (1 + e⁻ˣ).
  case sigmoid
  /// x / (1 + e⁻ˣ).
  case silu
  case tanh

  public static let relu = PostFunction.clamp(low: 0, high: .infinity)

  /// The library's functions that make up this one, in order.
  var parts: [(kind: dnnl_alg_kind_t, alpha: Float, beta: Float)] {
    switch self {
    case .clamp(low: 0, high: .infinity): [(dnnl_eltwise_relu, 0, 0)]
    case .clamp(let low, let high): [(dnnl_eltwise_clip, low, high)]
    case .linear(let scale, let shift): [(dnnl_eltwise_linear, scale, shift)]
    case .hardSwish: [(dnnl_eltwise_hardswish, 0, 0)]
    case .hardSigmoid: [(dnnl_eltwise_linear, 1 / 6, 0.5), (dnnl_eltwise_clip, 0, 1)]
    case .sigmoid: [(dnnl_eltwise_logistic, 0, 0)]
    case .silu: [(dnnl_eltwise_swish, 1, 0)]
    case .tanh: [(dnnl_eltwise_tanh, 0, 0)]
    }
  }

  /// True where the function begins with a linear map, of which a chain can hold one only.
  public var isAffine: Bool {
    switch self {
    case .linear, .hardSigmoid: true
    default: false
    }
  }
}

/// What a primitive does with its result before storing it, in order.
public enum PostOperation: Hashable, Sendable {
  case function(PostFunction)
  /// Adds what the destination held before.
  case addDestination
}

/// Attributes with post-operations and a scratchpad that the caller provides.
func withAttributes<R>(
  _ operations: [PostOperation], _ body: (dnnl_primitive_attr_t?) throws -> R
) throws -> R {
  try withAttributes { attributes in
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
}
