import Tensor

/// Adds a learned vector for each place of a map or of a sequence (Dosovitskiy et al. 2021).
public final class PositionalEmbedding: Layer {
  let weight: Parameter
  private let channels: Int
  private let height: Int
  private let width: Int

  /// For maps of B×`channels`×`height`×`width`, and sequences of B×(height · width)×channels.
  ///
  /// - Throws: `TensorError` where a size is not above 0.
  public init(_ channels: Int, height: Int, width: Int) throws {
    guard channels > 0, height > 0, width > 0 else {
      throw TensorError("positional_embedding", "\(channels)×\(height)×\(width) numbers")
    }
    weight = try Parameter([1, channels, height, width], .normal(standardDeviation: 0.02))
    self.channels = channels
    self.height = height
    self.width = width
  }

  public func declare(_ state: inout StateDeclaration) { state.parameter("weight", weight) }

  public func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor {
    if x.rank == 4, x.shape.sizes.dropFirst() == [channels, height, width] { return try x + weight.input }
    guard x.rank == 3, x.shape[1] == height * width, x.shape[2] == channels else {
      throw TensorError(
        "positional_embedding", "is made for maps of \(channels)×\(height)×\(width), gets shape \(x.shape)")
    }
    return try x + weight.input.reshaped([1, channels, height * width]).transposed()
  }
}
