import Glibc
import Support
import Tensor

/// How a parameter of a fresh network is drawn.
///
/// Fans are counted as in PyTorch: fan_in is the size of axis 1 times the kernel's, fan_out that of axis 0 times the
/// kernel's.
public enum Initializer: Sendable {
  /// The same number throughout.
  case constant(Float)
  /// Normal with mean 0.
  case normal(standardDeviation: Float)
  /// Uniform in ±bound.
  case uniform(bound: Float)
  /// Normal with mean 0 and standard deviation √(2/fan_out); `groups` divides the fan (He et al. 2015).
  case kaimingNormalFanOut(groups: Int)
  /// PyTorch's default for linear and convolution weights: uniform in ±1/√fan_in.
  case fanInUniform

  func fill(_ tensor: Tensor, _ random: CounterRandom) throws {
    let target = tensor.pointer
    let count = tensor.count
    let fanIn = Float(tensor.shape.sizes.dropFirst().reduce(1, *))
    let fanOut = Float(
      (tensor.shape.sizes.first ?? 1) * tensor.shape.sizes.dropFirst(2).reduce(1, *))
    switch self {
    case .constant(let value):
      for i in 0..<count { target[i] = value }
    case .normal(let deviation):
      for i in 0..<count { target[i] = deviation * random.normal(i) }
    case .uniform(let bound):
      for i in 0..<count { target[i] = bound * (2 * random.uniform(i) - 1) }
    case .kaimingNormalFanOut(let groups):
      let deviation = sqrtf(2 * Float(groups) / fanOut)
      for i in 0..<count { target[i] = deviation * random.normal(i) }
    case .fanInUniform:
      let bound = 1 / sqrtf(fanIn)
      for i in 0..<count { target[i] = bound * (2 * random.uniform(i) - 1) }
    }
    tensor.storage.didChange()
  }
}
