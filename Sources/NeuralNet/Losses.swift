import Support
import Tensor

/// What becomes of the losses of a batch.
public enum LossReduction: String, Sendable, CaseIterable {
  /// Their mean.
  case mean
  /// Their sum.
  case sum
  /// One for each, as they are.
  case none

  /// The losses reduced; where there are weights, the mean is a weighted one.
  func callAsFunction(_ losses: Tensor, weight: Float? = nil) throws -> Tensor {
    switch self {
    case .none: losses
    case .sum: try losses.sum()
    case .mean: try weight.map { try losses.sum().scaled(by: 1 / $0) } ?? losses.mean()
    }
  }
}

/// Losses, as PyTorch defines them.
public enum Losses {
  /// Classes that images belong to, or how much they belong to each.
  public enum Target {
    /// 0-based classes.
    case labels([Int])
    /// Probabilities, B×K.
    case probabilities(Tensor)
  }

  /// Cross-entropy of logits, B×K.
  ///
  /// - Parameters:
  ///   - smoothing: the share of the target that all classes have alike.
  ///   - weights: of the classes; nil: all alike.
  /// - Throws: `TensorError` where shapes do not fit, or a label is no class.
  public static func crossEntropy(
    _ logits: Tensor, _ target: Target, smoothing: Float = 0, weights: [Float]? = nil,
    reduction: LossReduction = .mean
  ) throws -> Tensor {
    if case .labels(let labels) = target, weights == nil, reduction == .mean {
      return try logits.crossEntropy(labels, smoothing: smoothing)
    }
    let name = "cross_entropy"
    guard logits.rank == 2 else {
      throw TensorError(name, "logits of shape \(logits.shape), expected batch × classes")
    }
    let classes = logits.shape[1]
    try check(weights, classes, name)
    let log = try logits.logSoftmax()
    switch target {
    case .labels(let labels):
      try check(labels, logits.shape, name)
      let own = try negativeLogarithms(log, labels, weights, smoothing: smoothing)
      return try reduction(own, weight: weights.map { weights in labels.reduce(0) { $0 + weights[$1] } })
    case .probabilities(let target):
      guard target.shape == logits.shape else {
        throw TensorError(name, "probabilities of shape \(target.shape) for logits of shape \(logits.shape)")
      }
      var wanted = target
      if smoothing > 0 { wanted = try target.scaled(by: 1 - smoothing, adding: smoothing / Float(classes)) }
      if let weights { wanted = try wanted * Tensor([classes], weights) }
      return try reduction((wanted * log).sum([1]).negated())
    }
  }

  /// The negative logarithms of the right classes' probabilities, of B×K logarithms.
  public static func negativeLogLikelihood(
    _ log: Tensor, _ labels: [Int], weights: [Float]? = nil, reduction: LossReduction = .mean
  ) throws -> Tensor {
    let name = "nll"
    guard log.rank == 2 else {
      throw TensorError(name, "logarithms of shape \(log.shape), expected batch × classes")
    }
    try check(weights, log.shape[1], name)
    try check(labels, log.shape, name)
    let own = try negativeLogarithms(log, labels, weights, smoothing: 0)
    return try reduction(own, weight: weights.map { weights in labels.reduce(0) { $0 + weights[$1] } })
  }

  /// −Σ_c w_c · t_c · log_c for each row, with t the smoothed label.
  private static func negativeLogarithms(
    _ log: Tensor, _ labels: [Int], _ weights: [Float]?, smoothing: Float
  ) throws -> Tensor {
    let classes = log.shape[1]
    var target = [Float](repeating: 0, count: labels.count * classes)
    for (row, label) in labels.enumerated() {
      if smoothing > 0 {
        for c in 0..<classes { target[row * classes + c] = smoothing / Float(classes) * (weights?[c] ?? 1) }
      }
      target[row * classes + label] += (1 - smoothing) * (weights?[label] ?? 1)
    }
    // A logarithm of −∞ counts only where it is wanted.
    let wanted = try Tensor([labels.count, classes], target)
    let terms = smoothing > 0 ? try wanted * log : try Tensor.where(wanted, wanted * log, Tensor(0))
    return try terms.sum([1]).negated()
  }

  private static func check(_ labels: [Int], _ shape: Shape, _ name: String) throws {
    guard labels.count == shape[0], !labels.isEmpty else {
      throw TensorError(name, "\(labels.count) labels for \(shape[0]) rows")
    }
    if let bad = labels.first(where: { $0 < 0 || $0 >= shape[1] }) {
      throw TensorError(name, "label \(bad + 1) of \(shape[1]) classes")
    }
  }

  private static func check(_ weights: [Float]?, _ classes: Int, _ name: String) throws {
    guard let weights, weights.count != classes else { return }
    throw TensorError(name, "\(weights.count) weights for \(classes) classes")
  }

  // MARK: Numbers

  /// (x − y)².
  public static func squaredError(_ x: Tensor, _ y: Tensor, reduction: LossReduction = .mean) throws -> Tensor
  {
    try reduction((x - same(x, y, "mse")).square())
  }

  /// |x − y|.
  public static func absoluteError(_ x: Tensor, _ y: Tensor, reduction: LossReduction = .mean) throws
    -> Tensor
  {
    try reduction((x - same(x, y, "l1")).abs())
  }

  /// ½d²/β below β and |d| − ½β beyond, of d = x − y.
  public static func smoothAbsoluteError(
    _ x: Tensor, _ y: Tensor, beta: Float = 1, reduction: LossReduction = .mean
  ) throws -> Tensor {
    let distance = try (x - same(x, y, "smooth_l1")).abs()
    guard beta > 0 else { return try reduction(distance) }
    let curved = try distance.square().scaled(by: 0.5 / beta)
    return try reduction(Tensor.where(distance.less(than: Tensor(beta)), curved, distance - 0.5 * beta))
  }

  /// Cross-entropy of single probabilities that logits stand for: −y·log σ(x) − (1 − y)·log(1 − σ(x)).
  public static func binaryCrossEntropy(
    logits x: Tensor, _ y: Tensor, positiveWeight: Float = 1, reduction: LossReduction = .mean
  ) throws -> Tensor {
    let y = try same(x, y, "bce_with_logits")
    if positiveWeight == 1 { return try reduction(x.softplus() - x * y) }
    let positive = try (y * x.negated().softplus()).scaled(by: positiveWeight)
    return try reduction(positive + (1 - y) * x.softplus())
  }

  /// T²·Σ_c p_c·(log p_c − log q_c) for each row, of p = softmax(target / T) and q = softmax(logits / T): the
  /// divergence of a student from its teacher (Hinton et al. 2015).
  public static func divergence(
    _ logits: Tensor, from target: Tensor, temperature: Float = 1, reduction: LossReduction = .mean
  ) throws -> Tensor {
    let target = try same(logits, target, "kl_div")
    guard logits.rank == 2 else {
      throw TensorError("kl_div", "logits of shape \(logits.shape), expected batch × classes")
    }
    let log = try logits.scaled(by: 1 / temperature).logSoftmax()
    let wanted = try target.scaled(by: 1 / temperature).logSoftmax()
    return try reduction((wanted.exp() * (wanted - log)).sum([1]).scaled(by: temperature * temperature))
  }

  private static func same(_ x: Tensor, _ y: Tensor, _ name: String) throws -> Tensor {
    guard x.shape == y.shape else { throw TensorError(name, "shapes \(x.shape) and \(y.shape) differ") }
    return y
  }
}
