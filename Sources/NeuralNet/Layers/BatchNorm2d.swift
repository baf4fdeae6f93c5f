import Tensor

/// Batch normalisation, PyTorch's `nn.BatchNorm2d`, with the activation that follows it.
public final class BatchNorm2d: Layer {
  let weight: Parameter
  let bias: Parameter
  let runningMean: Buffer
  let runningVariance: Buffer
  let batches: Buffer
  let activation: Activation
  private let epsilon: Float
  private let running: RunningStatistics

  /// A layer for N×`channels`×H×W.
  ///
  /// `momentum` is the weight of a new batch in the running statistics, and `initialScale` the γ of a fresh network.
  ///
  /// - Throws: `TensorError` without channels.
  public init(
    _ channels: Int, activation: Activation = .identity, epsilon: Float = 1e-5, momentum: Float = 0.1,
    initialScale: Float = 1
  ) throws {
    guard channels > 0 else { throw TensorError("batch_norm", "\(channels) channels") }
    weight = try Parameter([channels], .constant(initialScale))
    bias = try Parameter([channels], .constant(0))
    runningMean = try Buffer([channels], initial: 0)
    runningVariance = try Buffer([channels], initial: 1)
    batches = try Buffer([], initial: 0, isInteger: true)
    self.activation = activation
    self.epsilon = epsilon
    running = RunningStatistics(mean: runningMean.value, variance: runningVariance.value, momentum: momentum)
  }

  public func declare(_ state: inout StateDeclaration) {
    state.parameter("weight", weight)
    state.parameter("bias", bias)
    state.buffer("running_mean", runningMean)
    state.buffer("running_var", runningVariance)
    state.buffer("num_batches_tracked", batches)
  }

  public func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor {
    let y = try normalized(x, pass, relu: activation == .relu)
    return activation == .relu ? y : try activation(y)
  }

  /// The result followed by a ReLU, in one pass over it; without an activation of its own.
  func withReLU(_ x: Tensor, _ pass: Pass) throws -> Tensor {
    activation == .identity ? try normalized(x, pass, relu: true) : try self(x, pass).relu()
  }

  private func normalized(_ x: Tensor, _ pass: Pass, relu: Bool) throws -> Tensor {
    if pass.isTraining {
      batches.value.pointer.pointee += 1
      batches.value.storage.didChange()
    }
    return try answering {
      try x.batchNormalized(
        scale: weight.input, shift: bias.input, running: running, training: pass.isTraining, epsilon: epsilon,
        relu: relu)
    }
  }
}
