import NeuralNet
import Tensor

extension LayerDescription {
  /// The layer, with weights that are zero until initialised or loaded.
  func build() throws -> any Layer {
    switch self {
    case .convolution(
      let inputs, let outputs, let kernel, let stride, let padding, let dilation, let groups, let bias):
      try Conv2d(
        inputs, outputs, kernel: kernel, stride: stride, padding: padding.map { .pixels($0) } ?? .symmetric,
        dilation: dilation,
        groups: groups, bias: bias, initializer: .kaimingNormalFanOut(groups: groups))
    case .batchNorm(let channels): try BatchNorm2d(channels)
    case .activation(let activation): ActivationLayer(activation)
    case .maxPool(let kernel, let stride, let padding):
      PoolLayer {
        try $0.maxPooled2d(kernel: (kernel, kernel), stride: (stride, stride), padding: (padding, padding))
      }
    case .averagePool(let kernel, let stride, let padding):
      PoolLayer {
        try $0.averagePooled2d(
          kernel: (kernel, kernel), stride: (stride, stride), padding: (padding, padding))
      }
    case .dropout(let probability): Dropout(probability)
    case .squeezeExcite(let channels, let squeezed, let activation, let gate):
      try SqueezeExcite(channels, squeezed: squeezed, activation: activation, gate: gate)
    case .sequential(let layers): try Sequential(Self.fused(layers))
    case .residual(let body, let shortcut, let activation):
      ResidualLayer(body: try body.build(), shortcut: try shortcut?.build(), activation: activation)
    case .concatenation(let branches): ConcatenationLayer(try branches.map { try $0.build() })
    }
  }

  /// The layers in order; a batch norm takes the ReLU after it into its own pass, which costs one less.
  private static func fused(_ layers: [LayerDescription]) throws -> [any Layer] {
    var built: [any Layer] = []
    for (index, layer) in layers.enumerated() {
      switch layer {
      case .batchNorm(let channels) where layers.dropFirst(index + 1).first == .activation(.relu):
        built.append(try BatchNorm2d(channels, activation: .relu))
      case .activation(.relu) where index > 0 && layers[index - 1].isBatchNorm:
        // Keeps the numbering, and with it the names of what follows.
        built.append(ActivationLayer(.identity))
      default: built.append(try layer.build())
      }
    }
    return built
  }

  private var isBatchNorm: Bool { if case .batchNorm = self { true } else { false } }
}

/// Max or average pooling as a layer.
private final class PoolLayer: Layer {
  private let pool: (Tensor) throws -> Tensor

  init(_ pool: @escaping (Tensor) throws -> Tensor) { self.pool = pool }

  func declare(_ state: inout StateDeclaration) {}

  func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor { try pool(x) }
}

/// A body with a shortcut around it.
private final class ResidualLayer: Layer {
  private let body: any Layer
  private let shortcut: (any Layer)?
  private let activation: Activation

  init(body: any Layer, shortcut: (any Layer)?, activation: Activation) {
    self.body = body
    self.shortcut = shortcut
    self.activation = activation
  }

  func declare(_ state: inout StateDeclaration) {
    state.child("body", body)
    state.child("shortcut", shortcut)
  }

  func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor {
    let y = try body(x, pass)
    return try activation(y + (shortcut?(x, pass) ?? x))
  }
}

/// Branches on one input, joined along the channels.
private final class ConcatenationLayer: Layer {
  private let branches: [any Layer]

  init(_ branches: [any Layer]) { self.branches = branches }

  func declare(_ state: inout StateDeclaration) {
    for (index, branch) in branches.enumerated() { state.child(String(index), branch) }
  }

  func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor {
    try Tensor.concatenated(branches.map { try $0(x, pass) }, axis: 1)
  }
}
