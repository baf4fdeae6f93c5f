import NeuralNet
import Tensor

/// What the inverted residuals of one mobile network have in common.
struct InvertedResidualStyle: Sendable {
  var padding = Padding.symmetric
  var epsilon: Float = 1e-5
  /// The channels inside squeeze-and-excite, from a block's input channels and its expanded ones.
  var squeezed: @Sendable (_ inputs: Int, _ expanded: Int) -> Int = { _, expanded in expanded }
  var squeezeActivation = Activation.relu
  var gate = Activation.sigmoid
  /// The probability to skip the last residual branch while training; it falls linearly to none at the first.
  var dropConnect: Float = 0

  /// The same style with TensorFlow's padding and ε.
  var asTensorFlow: InvertedResidualStyle {
    var style = self
    style.padding = .same
    style.epsilon = 1e-3
    return style
  }

  func norm(_ channels: Int, _ activation: Activation = .identity) throws -> BatchNorm2d {
    try BatchNorm2d(channels, activation: activation, epsilon: epsilon)
  }

  func depthwise(_ channels: Int, kernel: Int, stride: Int) throws -> Conv2d {
    try Conv2d(
      channels, channels, kernel: kernel, stride: stride, padding: padding, groups: channels,
      initializer: .kaimingNormalFanOut(groups: channels))
  }

  func excite(_ inputs: Int, _ expanded: Int) throws -> SqueezeExcite {
    try SqueezeExcite(
      expanded, squeezed: squeezed(inputs, expanded), activation: squeezeActivation, gate: gate)
  }
}

/// A row of a mobile network's table: some blocks of one kind, of which the first has the stride.
struct InvertedResidualRow: Sendable {
  let kernel, stride: Int
  /// Expanded channels per input channel; nil for a depthwise-separable block, which does not expand.
  let expansion: Double?
  let outputs: Int
  let excites: Bool
  let activation: Activation
  let repeats: Int

  init(
    _ kernel: Int, _ stride: Int, expansion: Double?, _ outputs: Int, excites: Bool = false,
    _ activation: Activation, repeats: Int = 1
  ) {
    self.kernel = kernel
    self.stride = stride
    self.expansion = expansion
    self.outputs = outputs
    self.excites = excites
    self.activation = activation
    self.repeats = repeats
  }
}

/// A multiple of 8 near `channels`, not more than a tenth below (as all mobile networks scale their widths).
func roundedChannels(_ channels: Double) -> Int {
  let rounded = max(8, Int(channels + 4) / 8 * 8)
  return Double(rounded) < 0.9 * channels ? rounded + 8 : rounded
}

/// A block of depthwise, squeeze-and-excite and 1×1 projection, with a shortcut where shapes allow.
final class DepthwiseSeparable: Layer {
  private let depthwise, pointwise: Conv2d
  private let norm1, norm2: BatchNorm2d
  private let excite: SqueezeExcite?
  private let shortcut: Shortcut?

  init(
    _ inputs: Int, _ row: InvertedResidualRow, stride: Int, _ style: InvertedResidualStyle,
    dropConnect: Float
  ) throws {
    depthwise = try style.depthwise(inputs, kernel: row.kernel, stride: stride)
    norm1 = try style.norm(inputs, row.activation)
    excite = row.excites ? try style.excite(inputs, inputs) : nil
    pointwise = try Conv2d(inputs, row.outputs, kernel: 1)
    norm2 = try style.norm(row.outputs)
    shortcut = stride == 1 && inputs == row.outputs ? Shortcut(dropConnect) : nil
  }

  func declare(_ state: inout StateDeclaration) {
    state.child("conv_dw", depthwise)
    state.child("bn1", norm1)
    state.child("se", excite)
    state.child("conv_pw", pointwise)
    state.child("bn2", norm2)
  }

  func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor {
    var y = try norm1(depthwise(x, pass), pass)
    if let excite { y = try excite(y, pass) }
    y = try norm2(pointwise(y, pass), pass)
    return try shortcut?(x, y, pass) ?? y
  }
}

/// A block of 1×1 expansion, depthwise, squeeze-and-excite and 1×1 projection, with a shortcut where shapes
/// allow.
final class InvertedResidual: Layer {
  private let expand: any Layer
  private let depthwise, project: Conv2d
  private let norm1, norm2, norm3: BatchNorm2d
  private let excite: SqueezeExcite?
  private let shortcut: Shortcut?

  init(
    _ inputs: Int, expanded: Int, _ row: InvertedResidualRow, stride: Int, _ style: InvertedResidualStyle,
    dropConnect: Float, shift: TemporalShiftOptions?
  ) throws {
    expand = shift.shifting(try Conv2d(inputs, expanded, kernel: 1), at: .residual)
    norm1 = try style.norm(expanded, row.activation)
    depthwise = try style.depthwise(expanded, kernel: row.kernel, stride: stride)
    norm2 = try style.norm(expanded, row.activation)
    excite = row.excites ? try style.excite(inputs, expanded) : nil
    project = try Conv2d(expanded, row.outputs, kernel: 1)
    norm3 = try style.norm(row.outputs)
    shortcut = stride == 1 && inputs == row.outputs ? Shortcut(dropConnect) : nil
  }

  func declare(_ state: inout StateDeclaration) {
    state.child("conv_pw", expand)
    state.child("bn1", norm1)
    state.child("conv_dw", depthwise)
    state.child("bn2", norm2)
    state.child("se", excite)
    state.child("conv_pwl", project)
    state.child("bn3", norm3)
  }

  func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor {
    var y = try norm1(expand(x, pass), pass)
    y = try norm2(depthwise(y, pass), pass)
    if let excite { y = try excite(y, pass) }
    y = try norm3(project(y, pass), pass)
    return try shortcut?(x, y, pass) ?? y
  }
}

/// Adds a block's input to its residual branch, which may be skipped while training (stochastic depth).
private struct Shortcut {
  private let rate: Float

  init(_ rate: Float) { self.rate = rate }

  func callAsFunction(_ x: Tensor, _ branch: Tensor, _ pass: Pass) throws -> Tensor {
    guard pass.dropsOut, rate > 0 else { return try branch + x }
    return try branch.dropConnect(rate, random: pass.nextRandom()) + x
  }
}
