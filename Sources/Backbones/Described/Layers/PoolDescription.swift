import NeuralNet
import Tensor

/// A kind of pooling: each window of a channel becomes one number.
protocol PoolDescription: DescribedLayer {
  var kernel: Int { get }
  var stride: Int { get }
  /// Pixels on each side that count as outside.
  var padding: Int { get }

  init(kernel: Int, stride: Int, padding: Int)

  /// The result of the pooling itself.
  func pool(_ x: Tensor) throws -> Tensor
}

private let kernelKey = LayerKey<Int>("kernel", "side of the window", in: LayerLimits.window)
private let strideKey = LayerKey<Int?>(
  "stride", "pixels from one window to the next; left out: the kernel", in: LayerLimits.window)
private let paddingKey = LayerKey<Int>(
  "padding", "pixels on each side that count as outside", default: 0,
  in: 0...LayerLimits.window.upperBound / 2)

extension PoolDescription {
  /// The one form of a kind of pooling.
  static func form(
    _ name: String, _ summary: String, example: KeyValuePairs<String, LayerExample.Value>
  ) -> LayerForm {
    LayerForm(name, summary, [kernelKey, strideKey, paddingKey], example: example) { arguments in
      let kernel = try arguments[kernelKey]
      return Self(
        kernel: kernel, stride: try arguments[strideKey] ?? kernel, padding: try arguments[paddingKey])
    }
  }

  var problem: String? {
    kernelKey.problem(kernel) ?? strideKey.problem(stride)
      ?? LayerLimits.problem("padding (at most half the kernel)", padding, 0...kernel / 2)
  }

  func size(for input: MapSize, at place: LayerPlace) throws(LayerError) -> MapSize {
    try place.windowed(input, channels: input.channels, span: kernel, stride: stride, padding: padding)
  }

  func build() throws -> any Layer { PoolLayer { try pool($0) } }

  var description: String { "\(name)(\(kernel))" }
}

/// Pooling as a layer.
private final class PoolLayer: Layer {
  private let pool: (Tensor) throws -> Tensor

  init(_ pool: @escaping (Tensor) throws -> Tensor) { self.pool = pool }

  func declare(_ state: inout StateDeclaration) {}

  func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor { try pool(x) }
}
