import Tensor

/// 2-D convolution, PyTorch's `nn.Conv2d`, with square kernels.
public final class Conv2d: Layer {
  /// The kernels, outputs × (inputs/groups) × kernel × kernel.
  public let weight: Parameter
  /// A number for each output; nil without bias.
  public let bias: Parameter?
  let kernel: Int
  let stride: Int
  let padding: Padding
  let dilation: Int
  let groups: Int

  /// A layer from N×`inputs`×H×W to N×`outputs`×H′×W′; kernel, stride and dilation are in pixels.
  ///
  /// - Throws: `TensorError` where channels and groups do not fit.
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
    try answering {
      try x.convolved2d(
        weight.input, bias: bias?.input, stride: (stride, stride), padding: padding,
        dilation: (dilation, dilation), groups: groups)
    }
  }
}
