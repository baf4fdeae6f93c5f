import Glibc
import Compute

/// Running mean and variance of a batch normalisation; updated in place by training.
public struct RunningStatistics {
  /// The running means of C channels.
  public let mean: Tensor
  /// The running unbiased variances of C channels.
  public let variance: Tensor
  /// The weight of the new batch; PyTorch's default is 0.1.
  public let momentum: Float

  public init(mean: Tensor, variance: Tensor, momentum: Float = 0.1) {
    self.mean = mean
    self.variance = variance
    self.momentum = momentum
  }
}

/// Batch normalisation by the batch's own statistics, with an optional ReLU in the same pass.
///
/// y = γ·(x − mean)/√(variance + ε) + β per channel. Inputs: N×C×H×W, γ (C), β (C). The running statistics take
/// the batch's mean and unbiased variance.
struct BatchNorm2dTraining: Op {
  let epsilon: Float
  let relu: Bool
  let running: RunningStatistics?
  var name: String { "batch_norm" }

  func outputShape(_ inputs: [Shape]) throws -> Shape {
    try checkChannels(inputs, name)
    guard inputs[0].count > inputs[0][1] else {
      throw TensorError(name, "training needs more than one value per channel, got shape \(inputs[0])")
    }
    return inputs[0]
  }

  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor {
    let x = try inputs[0].channelsLast()
    let scale = try inputs[1].contiguous()
    let shift = try inputs[2].contiguous()
    let (mean, variance) = try BatchNormalizer.moments(x)
    saved.keep(x, scale, shift, mean, variance)
    if let running { update(running, mean, variance, perChannel: x.count / x.shape[1]) }
    return try normalizer(x, scale, shift, mean, variance).normalized()
  }

  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] {
    let (x, scale, shift) = (saved.tensors[0], saved.tensors[1], saved.tensors[2])
    let (mean, variance) = (saved.tensors[3], saved.tensors[4])
    let gradients = try normalizer(x, scale, shift, mean, variance).gradients(
      try gradient.channelsLast(), variance: variance, epsilon: epsilon, ofInput: needs[0])
    return [gradients.x, gradients.scale, gradients.shift]
  }

  private func normalizer(
    _ x: Tensor, _ scale: Tensor, _ shift: Tensor, _ mean: Tensor, _ variance: Tensor
  ) throws -> BatchNormalizer {
    try BatchNormalizer(
      x, mean: mean, variance: variance, scale: scale, shift: shift, epsilon: epsilon, relu: relu)
  }

  private func update(_ running: RunningStatistics, _ mean: Tensor, _ variance: Tensor, perChannel count: Int)
  {
    let unbias = Float(Double(count) / Double(count - 1))
    let (m, v) = (running.mean.pointer, running.variance.pointer)
    let (mu, sigma) = (mean.pointer, variance.pointer)
    let rate = running.momentum
    for c in 0..<mean.count {
      m[c] += rate * (mu[c] - m[c])
      v[c] += rate * (sigma[c] * unbias - v[c])
    }
    running.mean.storage.didChange()
    running.variance.storage.didChange()
  }
}

/// Batch normalisation by fixed statistics: a scale and a shift per channel, with an optional ReLU.
struct BatchNorm2dInference: Op {
  let epsilon: Float
  let relu: Bool
  let running: RunningStatistics
  var name: String { "batch_norm" }

  func outputShape(_ inputs: [Shape]) throws -> Shape {
    try checkChannels(inputs, name)
    return inputs[0]
  }

  func lowering(_ inputs: [Shape]) -> Lowering? { .batchNorm(running, epsilon: epsilon, relu: relu) }

  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor {
    let x = try inputs[0].channelsLast()
    let scale = try inputs[1].contiguous()
    let shift = try inputs[2].contiguous()
    let result = try Tensor.empty(x.shape)
    let channels = x.shape[1]
    let folded = try Tensor.empty([2, channels])
    let (a, b) = (folded.pointer, folded.pointer + channels)
    for c in 0..<channels {
      a[c] = scale.pointer[c] / sqrtf(running.variance.pointer[c] + epsilon)
      b[c] = shift.pointer[c] - running.mean.pointer[c] * a[c]
    }
    let (source, target) = (x.pointer, result.pointer)
    let floor: Float = relu ? 0 : -.infinity
    let pixels = channels == 0 ? 0 : x.count / channels
    ThreadTeam.parallel(pixels, grain: max(1, Elementwise.grain / max(channels, 1))) { range in
      for pixel in range {
        let (s, t) = (source + pixel * channels, target + pixel * channels)
        for c in 0..<channels {
          let y = s[c] * a[c] + b[c]
          t[c] = y < floor ? floor : y
        }
      }
    }
    saved.keep(x, result, folded)
    return result
  }

  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] {
    let (x, y, folded) = (saved.tensors[0], saved.tensors[1], saved.tensors[2])
    let channels = x.shape[1]
    let perChannel: Shape = [1, channels, 1, 1]
    let dy = relu ? try Elementwise.zip(gradient.channelsLast(), y, WherePositive()) : gradient
    let factor = try folded.selected(0, 0).reshaped(perChannel)
    let dShift = try dy.sum([0, 2, 3])
    var dScale: Tensor?
    if needs[1] {
      let centred = try x - running.mean.reshaped(perChannel)
      let deviation = try (running.variance.detached + epsilon).rsqrt()
      dScale = try (dy * centred).sum([0, 2, 3]) * deviation
    }
    return [needs[0] ? try dy * factor : nil, dScale, dShift]
  }
}

/// The gradient where the output of the ReLU is positive.
private struct WherePositive: NumberPairFunction {
  func callAsFunction(_ g: Float, _ y: Float) -> Float { y > 0 ? g : 0 }
}

private func checkChannels(_ inputs: [Shape], _ name: String) throws {
  guard inputs[0].rank == 4 else { throw TensorError(name, "input must be N×C×H×W, not shape \(inputs[0])") }
  for other in inputs.dropFirst() where other.sizes != [inputs[0][1]] {
    throw TensorError(name, "\(other) weights for \(inputs[0][1]) channels")
  }
}

extension Tensor {
  /// Batch normalisation of N×C×H×W over N, H and W: γ·(x − mean)/√(variance + ε) + β per channel.
  ///
  /// - Parameters:
  ///   - scale: γ, C numbers.
  ///   - shift: β, C numbers.
  ///   - running: fixed statistics when `training` is false; updated in place when it is true.
  ///   - training: whether the batch's own statistics are used.
  ///   - epsilon: ε, which keeps the quotient finite.
  ///   - relu: whether a ReLU is applied in the same pass.
  /// - Throws: ``TensorError`` for other ranks and numbers of channels, and for training on one value per channel.
  public func batchNormalized(
    scale: Tensor, shift: Tensor, running: RunningStatistics, training: Bool, epsilon: Float = 1e-5,
    relu: Bool = false
  ) throws -> Tensor {
    if training {
      try apply(BatchNorm2dTraining(epsilon: epsilon, relu: relu, running: running), [self, scale, shift])
    } else {
      try apply(BatchNorm2dInference(epsilon: epsilon, relu: relu, running: running), [self, scale, shift])
    }
  }
}
