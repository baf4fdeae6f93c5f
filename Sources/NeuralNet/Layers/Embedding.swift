import Support
import Tensor

/// Rows of a table by their numbers, PyTorch's `nn.Embedding`.
///
/// Rows are counted from 1, as those who compose layers count, since a layer gets them as the numbers of a tensor.
public final class Embedding: Layer {
  let weight: Parameter
  private let count: Int
  private let features: Int

  /// A table of `count` rows of `features` numbers.
  ///
  /// - Throws: `TensorError` where one of both is not above 0.
  public init(_ count: Int, _ features: Int) throws {
    guard count > 0, features > 0 else {
      throw TensorError("embedding", "\(count) rows of \(features) numbers")
    }
    weight = try Parameter([count, features], .normal(standardDeviation: 1))
    self.count = count
    self.features = features
  }

  public func declare(_ state: inout StateDeclaration) { state.parameter("weight", weight) }

  /// The rows that `x` names, in an axis after its own.
  public func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor {
    let places = try x.values().map { number -> Int in
      guard number >= 1, number <= Float(count), number == number.rounded() else {
        throw TensorError(
          "embedding", "row \(number) of a table of \(count); rows are whole numbers from 1 to \(count)")
      }
      return Int(number) - 1
    }
    return try weight.input.indexSelected(0, places).reshaped(Shape(x.shape.sizes + [features]))
  }
}
