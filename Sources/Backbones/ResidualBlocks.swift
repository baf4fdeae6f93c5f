import NeuralNet
import Tensor

/// Two 3×3 convolutions with a shortcut.
final class BasicBlock: Layer {
  private let conv1: any Layer
  private let conv2: Conv2d
  private let norm1, norm2: BatchNorm2d
  private let shortcut: Sequential?

  init(_ inputs: Int, _ outputs: Int, stride: Int, shift: TemporalShiftOptions?) throws {
    conv1 = shift.shifting(try Conv2d(inputs, outputs, kernel: 3, stride: stride), at: .residual)
    norm1 = try BatchNorm2d(outputs, activation: .relu)
    conv2 = try Conv2d(outputs, outputs, kernel: 3)
    norm2 = try BatchNorm2d(outputs)
    shortcut = try projection(inputs, outputs, stride)
  }

  func declare(_ state: inout StateDeclaration) {
    state.child("conv1", conv1)
    state.child("bn1", norm1)
    state.child("conv2", conv2)
    state.child("bn2", norm2)
    state.child("downsample", shortcut)
  }

  func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor {
    var y = try norm1(conv1(x, pass), pass)
    y = try norm2(conv2(y, pass), pass)
    return try (y + (shortcut?(x, pass) ?? x)).relu()
  }
}

/// A block of 1×1, 3×3 and 1×1 with a shortcut; the stride is on the 3×3.
final class Bottleneck: Layer {
  static let expansion = 4
  private let conv1: any Layer
  private let conv2, conv3: Conv2d
  private let norm1, norm2, norm3: BatchNorm2d
  private let shortcut: Sequential?

  init(_ inputs: Int, width: Int, stride: Int, shift: TemporalShiftOptions?) throws {
    let outputs = width * Self.expansion
    conv1 = shift.shifting(try Conv2d(inputs, width, kernel: 1), at: .residual)
    norm1 = try BatchNorm2d(width, activation: .relu)
    conv2 = try Conv2d(width, width, kernel: 3, stride: stride)
    norm2 = try BatchNorm2d(width, activation: .relu)
    conv3 = try Conv2d(width, outputs, kernel: 1)
    norm3 = try BatchNorm2d(outputs)
    shortcut = try projection(inputs, outputs, stride)
  }

  func declare(_ state: inout StateDeclaration) {
    state.child("conv1", conv1)
    state.child("bn1", norm1)
    state.child("conv2", conv2)
    state.child("bn2", norm2)
    state.child("conv3", conv3)
    state.child("bn3", norm3)
    state.child("downsample", shortcut)
  }

  func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor {
    var y = try norm1(conv1(x, pass), pass)
    y = try norm2(conv2(y, pass), pass)
    y = try norm3(conv3(y, pass), pass)
    return try (y + (shortcut?(x, pass) ?? x)).relu()
  }
}

/// A 1×1 convolution for the shortcut where the shape changes; nil for the identity.
private func projection(_ inputs: Int, _ outputs: Int, _ stride: Int) throws -> Sequential? {
  guard stride != 1 || inputs != outputs else { return nil }
  return Sequential([
    try Conv2d(inputs, outputs, kernel: 1, stride: stride), try BatchNorm2d(outputs),
  ])
}
