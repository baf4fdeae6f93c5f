import Support
import Tensor

extension Tensor {
  /// Reproducible numbers in [−1, 1) that any language can compute: u(name, i) in row-major order.
  public static func formula(_ name: String, _ shape: Shape) throws -> Tensor {
    let sequence = FormulaSequence(name)
    return try Tensor(shape, (0..<shape.count).map { sequence.u($0) })
  }

  /// The same numbers stored channels-last where the rank is 4.
  public func rearrangedChannelsLast() throws -> Tensor {
    let copy = try Tensor.empty(shape)
    try copy.assign(self)
    return copy
  }
}
