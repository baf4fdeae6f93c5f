import Tensor

/// A layer that can take more than one tensor, and may give more than one.
///
/// As a plain layer it takes the first alone, and gives its first result.
public protocol ManyInputLayer: Layer {
  /// How many tensors it takes.
  static var inputCounts: ClosedRange<Int> { get }

  /// The results for as many tensors as ``inputCounts`` says.
  ///
  /// - Throws: `TensorError` where their shapes do not fit.
  func callAsFunction(_ inputs: [Tensor], _ pass: Pass) throws -> [Tensor]
}

extension ManyInputLayer {
  public func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor {
    let results = try self([x], pass)
    guard let first = results.first else { throw TensorError("layer", "gives nothing") }
    return first
  }
}
