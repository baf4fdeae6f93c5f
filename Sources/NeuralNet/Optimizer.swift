import Glibc
import Compute
import Support
import Tensor

/// Parameters that share a learning rate and weight decay.
public struct ParameterGroup {
  /// The parameters; their names are those of the optimiser's state in checkpoints, so they must be unique
  /// and stable.
  public let parameters: [(name: String, parameter: Parameter)]
  /// The learning rate, which each step multiplies by its factor.
  public var learningRate: Float
  /// Times the weights, this is added to their gradients.
  public var weightDecay: Float

  public init(
    _ parameters: [(name: String, parameter: Parameter)], learningRate: Float, weightDecay: Float = 0
  ) {
    self.parameters = parameters
    self.learningRate = learningRate
    self.weightDecay = weightDecay
  }
}

/// A rule that moves parameters along their gradients.
public protocol Optimizer: AnyObject {
  /// What is moved, and how fast.
  var groups: [ParameterGroup] { get set }
  /// Moves every trainable parameter once; those without a gradient stay as they are.
  ///
  /// - Parameters:
  ///   - gradients: the gradients of a loss by ``Parameter``.
  ///   - rateFactor: the schedule's factor for this step.
  /// - Throws: `Interrupted`, which leaves the step unfinished; what refuses memory.
  func step(_ gradients: Gradients, rateFactor: Float) throws
  /// What must be stored to go on exactly: arrays with their names.
  func state() throws -> [(name: String, value: Tensor)]
  /// Restores what ``state()`` gave, asking `lookup` for each name; what is missing stays as it is.
  ///
  /// - Throws: an error that names the array which has another shape than its parameter; what `lookup`
  ///   throws.
  func restore(_ lookup: (String) throws -> Tensor?) throws
}

/// Stochastic gradient descent with momentum, Nesterov's form on request, and weight decay; as PyTorch's `SGD`.
public final class SGD: Optimizer {
  public var groups: [ParameterGroup]
  private let momentum: Float
  private let nesterov: Bool
  private var velocities: [String: Tensor] = [:]

  /// Starts with velocities of zero.
  public init(_ groups: [ParameterGroup], momentum: Float = 0.9, nesterov: Bool = true) {
    self.groups = groups
    self.momentum = momentum
    self.nesterov = nesterov
  }

  public func step(_ gradients: Gradients, rateFactor: Float) throws {
    for group in groups {
      let rate = group.learningRate * rateFactor
      let decay = group.weightDecay
      for (name, parameter) in group.parameters where parameter.isTrainable {
        guard let gradient = try gradients[parameter]?.rowMajor() else { continue }
        let known = velocities[name]
        let velocity = try known ?? Tensor.zerosRowMajor(gradient.shape)
        velocities[name] = velocity
        let (w, g, v) = (parameter.value.pointer, gradient.pointer, velocity.pointer)
        // PyTorch starts the velocity at the first gradient.
        let kept: Float = momentum
        let (momentum, nesterov) = (momentum, nesterov)
        ThreadTeam.parallel(parameter.value.count, grain: 1 << 14) { range in
          for i in range {
            let d = g[i] + decay * w[i]
            let next = kept * v[i] + d
            v[i] = next
            w[i] -= rate * (nesterov ? d + momentum * next : next)
          }
        }
        parameter.value.storage.didChange()
        try Cancellation.check()
      }
    }
  }

  public func state() throws -> [(name: String, value: Tensor)] {
    groups.flatMap(\.parameters).compactMap { name, _ in
      velocities[name].map { (name: "momentum." + name, value: $0) }
    }
  }

  public func restore(_ lookup: (String) throws -> Tensor?) throws {
    for (name, parameter) in groups.flatMap(\.parameters) {
      guard let stored = try lookup("momentum." + name) else { continue }
      velocities[name] = try checked(stored, parameter, name)
    }
  }
}

/// Adam (Kingma and Ba 2015) with bias correction; as PyTorch's `Adam`, or `AdamW` (Loshchilov and Hutter 2019).
public final class Adam: Optimizer {
  public var groups: [ParameterGroup]
  private let betas: (Float, Float)
  private let epsilon: Float
  private let decouplesDecay: Bool
  private var steps = 0
  private var first: [String: Tensor] = [:]
  private var second: [String: Tensor] = [:]

  /// Starts with moments of zero; `betas` are what the first and the second moment keep in each step.
  ///
  /// Where `decouplesDecay` is true, weights decay by themselves instead of by their gradients, as in AdamW.
  public init(
    _ groups: [ParameterGroup], betas: (Float, Float) = (0.9, 0.999), epsilon: Float = 1e-8,
    decouplesDecay: Bool = false
  ) {
    self.groups = groups
    self.decouplesDecay = decouplesDecay
    self.betas = betas
    self.epsilon = epsilon
  }

  public func step(_ gradients: Gradients, rateFactor: Float) throws {
    steps += 1
    let (b1, b2) = betas
    let correct1 = Float(1 - pow(Double(b1), Double(steps)))
    let correct2 = Float(1 - pow(Double(b2), Double(steps))).squareRoot()
    let epsilon = epsilon
    for group in groups {
      let rate = group.learningRate * rateFactor / correct1
      let decay = decouplesDecay ? 0 : group.weightDecay
      let kept = decouplesDecay ? 1 - group.learningRate * rateFactor * group.weightDecay : 1
      for (name, parameter) in group.parameters where parameter.isTrainable {
        guard let gradient = try gradients[parameter]?.rowMajor() else { continue }
        let m = try first[name] ?? Tensor.zerosRowMajor(gradient.shape)
        let v = try second[name] ?? Tensor.zerosRowMajor(gradient.shape)
        first[name] = m
        second[name] = v
        let (w, g, mean, square) = (parameter.value.pointer, gradient.pointer, m.pointer, v.pointer)
        ThreadTeam.parallel(parameter.value.count, grain: 1 << 14) { range in
          for i in range {
            let d = g[i] + decay * w[i]
            mean[i] = b1 * mean[i] + (1 - b1) * d
            square[i] = b2 * square[i] + (1 - b2) * d * d
            w[i] = kept * w[i] - rate * mean[i] / (square[i].squareRoot() / correct2 + epsilon)
          }
        }
        parameter.value.storage.didChange()
        try Cancellation.check()
      }
    }
  }

  public func state() throws -> [(name: String, value: Tensor)] {
    var result = [(name: "steps", value: try Tensor(Float(steps)))]
    for (name, _) in groups.flatMap(\.parameters) {
      if let m = first[name], let v = second[name] {
        result.append((name: "first." + name, value: m))
        result.append((name: "second." + name, value: v))
      }
    }
    return result
  }

  public func restore(_ lookup: (String) throws -> Tensor?) throws {
    steps = min(max(Int(clamping: Double(try lookup("steps")?.item() ?? 0)), 0), 1 << 53)
    for (name, parameter) in groups.flatMap(\.parameters) {
      guard let m = try lookup("first." + name), let v = try lookup("second." + name) else { continue }
      first[name] = try checked(m, parameter, name)
      second[name] = try checked(v, parameter, name)
    }
  }
}

private func checked(_ stored: Tensor, _ parameter: Parameter, _ name: String) throws -> Tensor {
  guard stored.shape == parameter.value.shape else {
    throw TensorError(
      "optimizer", "stored state of \(name) has shape \(stored.shape), not \(parameter.value.shape)")
  }
  return try stored.rowMajorCopy()
}
