import Glibc

/// log(1 + eˣ), which is finite wherever x is.
struct Softplus: ElementFunction {
  static let name = "softplus"
  static let keeps = KeptForGradient.input
  func value(_ x: Float) -> Float { max(x, 0) + log1pf(expf(-x.magnitude)) }
  func gradient(_ x: Float, _ g: Float) -> Float { g * Transcendental.sigmoid(x) }
}

extension Tensor {
  /// log(1 + eˣ).
  public func softplus() throws -> Tensor { try applied(Softplus()) }
}
