import CDNNL
import Compute

/// An element-wise function that a primitive can apply to its result before storing it, in the library's
/// words.
///
/// What the function is, its gradient and how plans without the library compute it is said elsewhere: a
/// function has one row here, or none.
public struct PostFunction: Hashable, Sendable, CustomStringConvertible {
  /// max(x, 0).
  public static let relu = PostFunction(
    "clamp(low: 0.0, high: \(Float.infinity))", Part(dnnl_eltwise_relu))
  /// x · min(max(x + 3, 0), 6) / 6.
  public static let hardSwish = PostFunction("hardSwish", Part(dnnl_eltwise_hardswish))
  /// min(max(x + 3, 0), 6) / 6, which the library has not: a linear map and a limit.
  public static let hardSigmoid = PostFunction(
    "hardSigmoid", Part(dnnl_eltwise_linear, 1 / 6, 0.5), Part(dnnl_eltwise_clip, 0, 1))
  /// 1 / (1 + e⁻ˣ).
  public static let sigmoid = PostFunction("sigmoid", Part(dnnl_eltwise_logistic))
  /// x / (1 + e⁻ˣ).
  public static let silu = PostFunction("silu", Part(dnnl_eltwise_swish, 1))
  /// Hyperbolic tangent.
  public static let tanh = PostFunction("tanh", Part(dnnl_eltwise_tanh))

  /// min(max(x, low), high); from 0 to ∞ it is ``relu``.
  public static func clamp(low: Float, high: Float) -> PostFunction {
    low == 0 && high == .infinity
      ? relu : PostFunction("clamp(low: \(low), high: \(high))", Part(dnnl_eltwise_clip, low, high))
  }

  /// scale · x + shift.
  public static func linear(scale: Float, shift: Float) -> PostFunction {
    PostFunction("linear(scale: \(scale), shift: \(shift))", Part(dnnl_eltwise_linear, scale, shift))
  }

  /// One of the library's functions.
  private struct Part: Hashable {
    let kind: dnnl_alg_kind_t.RawValue
    let alpha, beta: Float

    init(_ kind: dnnl_alg_kind_t, _ alpha: Float = 0, _ beta: Float = 0) {
      self.kind = kind.rawValue
      (self.alpha, self.beta) = (alpha, beta)
    }
  }

  /// What errors call it.
  public let description: String
  private let list: [Part]

  private init(_ description: String, _ parts: Part...) {
    self.description = description
    list = parts
  }

  /// The library's functions that make up this one, in order.
  var parts: [(kind: dnnl_alg_kind_t, alpha: Float, beta: Float)] {
    list.map { (dnnl_alg_kind_t(rawValue: $0.kind), $0.alpha, $0.beta) }
  }

  /// True where the function begins with a linear map, of which a chain can hold one only.
  public var isAffine: Bool { list.first?.kind == dnnl_eltwise_linear.rawValue }

  /// Where the function is nothing but a lower and an upper limit, these.
  public var limits: (low: Float, high: Float)? {
    guard list.count == 1, let part = list.first else { return nil }
    switch part.kind {
    case dnnl_eltwise_relu.rawValue: return (0, .infinity)
    case dnnl_eltwise_clip.rawValue: return (part.alpha, part.beta)
    default: return nil
    }
  }
}

/// What a primitive does with its result before storing it, in order.
public enum PostOperation: Hashable, Sendable {
  /// Applies a function to each number.
  case function(PostFunction)
  /// Adds what the destination held before.
  case addDestination
}
