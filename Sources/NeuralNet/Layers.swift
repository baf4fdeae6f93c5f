import Tensor

/// A named element-wise function between layers.
public enum Activation: String, Codable, Sendable, CaseIterable {
  case identity, relu, relu6, sigmoid, tanh, hardSwish, hardSigmoid, silu

  public func callAsFunction(_ x: Tensor) throws -> Tensor {
    switch self {
    case .identity: x
    case .relu: try x.relu()
    case .relu6: try x.relu6()
    case .sigmoid: try x.sigmoid()
    case .tanh: try x.tanh()
    case .hardSwish: try x.hardSwish()
    case .hardSigmoid: try x.hardSigmoid()
    case .silu: try x.silu()
    }
  }
}

/// Zeros around the input of a convolution.
public enum Padding: Sendable, Hashable, ExpressibleByIntegerLiteral {
  /// So many on each side.
  case pixels(Int)
  /// ((s−1) + (k−1))/2 on each side, as the paper's encoders do: stride 1 keeps the size.
  case symmetric
  /// TensorFlow's "same": the result has ⌈size/stride⌉ pixels, and an odd zero goes after the image.
  case same

  public init(integerLiteral pixels: Int) { self = .pixels(pixels) }
}

/// 2-D convolution, PyTorch's `nn.Conv2d`.
public final class Conv2d: Layer {
  public let weight: Parameter
  public let bias: Parameter?
  let kernel: Int
  let stride: Int
  let padding: Padding
  let dilation: Int
  let groups: Int

  public init(
    _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int = 1, padding: Padding = .symmetric,
    dilation: Int = 1, groups: Int = 1, bias: Bool = false, initializer: Initializer? = nil
  ) throws {
    guard inputs > 0, outputs > 0, kernel > 0, groups > 0, inputs % groups == 0, outputs % groups == 0 else {
      throw TensorError(
        "conv", "\(inputs) to \(outputs) channels, kernel \(kernel), \(groups) groups do not fit")
    }
    weight = try Parameter(
      [outputs, inputs / groups, kernel, kernel], initializer ?? .kaimingNormalFanOut(groups: 1))
    self.bias = bias ? try Parameter([outputs], .constant(0)) : nil
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.groups = groups
  }

  public func declare(_ state: inout StateDeclaration) {
    state.parameter("weight", weight)
    state.parameter("bias", bias)
  }

  public func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor {
    let reach = dilation * (kernel - 1)
    switch padding {
    case .pixels(let pixels): return try convolve(x, padding: (pixels, pixels))
    case .symmetric:
      let pixels = (stride - 1 + reach) / 2
      return try convolve(x, padding: (pixels, pixels))
    case .same:
      guard x.rank == 4 else { return try convolve(x, padding: (0, 0)) }
      func zeros(_ size: Int) -> Int {
        max(0, ((size + stride - 1) / stride - 1) * stride + reach + 1 - size)
      }
      let (rows, columns) = (zeros(x.shape[2]), zeros(x.shape[3]))
      if rows.isMultiple(of: 2), columns.isMultiple(of: 2) {
        return try convolve(x, padding: (rows / 2, columns / 2))
      }
      let padded = try x.padded(
        top: rows / 2, bottom: rows - rows / 2, left: columns / 2, right: columns - columns / 2)
      return try convolve(padded, padding: (0, 0))
    }
  }

  private func convolve(_ x: Tensor, padding: (Int, Int)) throws -> Tensor {
    try x.convolved2d(
      weight.input, bias: bias?.input, stride: (stride, stride), padding: padding,
      dilation: (dilation, dilation), groups: groups)
  }
}

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
    if pass.isTraining {
      batches.value.pointer.pointee += 1
      batches.value.storage.didChange()
    }
    let y = try x.batchNormalized(
      scale: weight.input, shift: bias.input, running: running, training: pass.isTraining, epsilon: epsilon,
      relu: activation == .relu)
    return activation == .relu ? y : try activation(y)
  }
}

/// Affine map of the last axis, PyTorch's `nn.Linear`.
public final class LinearLayer: Layer {
  public let weight: Parameter
  public let bias: Parameter?

  public init(_ inputs: Int, _ outputs: Int, bias: Bool = true, initializer: Initializer = .fanInUniform)
    throws
  {
    guard inputs > 0, outputs > 0 else { throw TensorError("linear", "\(inputs) inputs, \(outputs) outputs") }
    weight = try Parameter([outputs, inputs], initializer)
    self.bias = bias ? try Parameter([outputs], .uniform(bound: 1 / Float(inputs).squareRoot())) : nil
  }

  public func declare(_ state: inout StateDeclaration) {
    state.parameter("weight", weight)
    state.parameter("bias", bias)
  }

  public func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor {
    try x.linear(weight.input, bias: bias?.input)
  }
}

/// A single-layer gated recurrent unit, with the keys of PyTorch's `nn.GRU`.
public final class GRU: Module {
  let inputWeights: Parameter
  let stateWeights: Parameter
  let inputBias: Parameter
  let stateBias: Parameter
  public let units: Int

  public init(_ inputs: Int, _ units: Int) throws {
    let bound = Initializer.uniform(bound: 1 / Float(units).squareRoot())
    inputWeights = try Parameter([3 * units, inputs], bound)
    stateWeights = try Parameter([3 * units, units], bound)
    inputBias = try Parameter([3 * units], bound)
    stateBias = try Parameter([3 * units], bound)
    self.units = units
  }

  public func declare(_ state: inout StateDeclaration) {
    state.parameter("weight_ih_l0", inputWeights)
    state.parameter("weight_hh_l0", stateWeights)
    state.parameter("bias_ih_l0", inputBias)
    state.parameter("bias_hh_l0", stateBias)
  }

  /// The next state (B×units) for input `x` (B×inputs); nil starts from zero.
  public func callAsFunction(_ x: Tensor, state: Tensor?) throws -> Tensor {
    try x.gruStep(
      state: try state ?? Tensor.zeros([x.shape[0], units]), inputWeights: inputWeights.input,
      stateWeights: stateWeights.input, inputBias: inputBias.input, stateBias: stateBias.input)
  }
}

/// Zeroes a fraction of the elements while training, and scales the others up.
public final class Dropout: Layer {
  let probability: Float

  public init(_ probability: Float) { self.probability = probability }

  public func declare(_ state: inout StateDeclaration) {}

  public func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor {
    guard pass.dropsOut, probability > 0 else { return x }
    return try x.dropout(probability, random: pass.nextRandom())
  }
}

/// An activation as a layer.
public final class ActivationLayer: Layer {
  let activation: Activation

  public init(_ activation: Activation) { self.activation = activation }

  public func declare(_ state: inout StateDeclaration) {}

  public func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor { try activation(x) }
}

/// Layers one after another, named 0, 1, … like PyTorch's `nn.Sequential`.
public final class Sequential: Layer {
  public let layers: [any Layer]

  public init(_ layers: [any Layer]) { self.layers = layers }

  public func declare(_ state: inout StateDeclaration) {
    for (index, layer) in layers.enumerated() { state.child(String(index), layer) }
  }

  public func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor {
    var y = x
    for layer in layers { y = try layer(y, pass) }
    return y
  }
}

/// Squeeze-and-excite: channels scaled by a gate computed from their means (Hu et al. 2018).
public final class SqueezeExcite: Layer {
  let reduce: Conv2d
  let expand: Conv2d
  let activation: Activation
  let gate: Activation
  private let keys: (reduce: String, expand: String)

  /// - Parameters:
  ///   - squeezed: channels between the two 1×1 convolutions.
  ///   - gate: `hardSigmoid` in MobileNetV3, `sigmoid` elsewhere.
  ///   - keys: names of the two convolutions.
  public init(
    _ channels: Int, squeezed: Int, activation: Activation, gate: Activation,
    keys: (reduce: String, expand: String) = ("conv_reduce", "conv_expand")
  ) throws {
    self.keys = keys
    reduce = try Conv2d(channels, squeezed, kernel: 1, bias: true)
    expand = try Conv2d(squeezed, channels, kernel: 1, bias: true)
    self.activation = activation
    self.gate = gate
  }

  public func declare(_ state: inout StateDeclaration) {
    state.child(keys.reduce, reduce)
    state.child(keys.expand, expand)
  }

  public func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor {
    // B×C×1×1
    let pooled = try x.mean([2, 3], keepingAxes: true)
    let weights = try gate(expand(activation(reduce(pooled, pass)), pass))
    return try x * weights
  }
}
