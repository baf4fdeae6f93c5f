import Tensor

/// Group normalisation (Wu and He 2018), PyTorch's `nn.GroupNorm`: statistics over groups of channels of each image.
public final class GroupNorm: Layer {
  let weight: Parameter
  let bias: Parameter
  private let groups: Int
  private let channels: Int
  private let epsilon: Float

  /// A layer for N×`channels`×…
  ///
  /// - Throws: `TensorError` where the channels cannot be split into `groups`.
  public init(_ groups: Int, _ channels: Int, epsilon: Float = 1e-5) throws {
    guard groups > 0, channels > 0, channels % groups == 0 else {
      throw TensorError("group_norm", "\(channels) channels cannot be split into \(groups) groups")
    }
    weight = try Parameter([channels], .constant(1))
    bias = try Parameter([channels], .constant(0))
    self.groups = groups
    self.channels = channels
    self.epsilon = epsilon
  }

  public func declare(_ state: inout StateDeclaration) {
    state.parameter("weight", weight)
    state.parameter("bias", bias)
  }

  public func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor {
    guard x.rank >= 2, x.shape[1] == channels, x.count > 0 else {
      throw TensorError("group_norm", "is made for \(channels) channels, gets shape \(x.shape)")
    }
    let rows = try x.reshaped([x.shape[0], groups, x.count / (x.shape[0] * groups)])
    let centred = try rows - rows.mean([2], keepingAxes: true)
    let variance = try centred.square().mean([2], keepingAxes: true)
    let normalized = try (centred * (variance + epsilon).rsqrt()).reshaped(x.shape)
    let perChannel = Shape([channels] + [Int](repeating: 1, count: x.rank - 2))
    return try normalized * weight.input.reshaped(perChannel) + bias.input.reshaped(perChannel)
  }
}
