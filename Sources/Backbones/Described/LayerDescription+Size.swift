import NeuralNet
import Support

/// A composition of layers that do not fit together.
public struct LayerError: LineError {
  public let description: String

  init(_ description: String) { self.description = description }
}

extension LayerDescription {
  /// The size of the result for an input of `size`.
  ///
  /// - Parameter path: where the layer stands, for messages.
  /// - Throws: ``LayerError``, naming the layer that does not fit.
  public func size(for size: MapSize, path: String = "") throws(LayerError) -> MapSize {
    var visited = 0
    return try self.size(for: size, path: path, depth: 0, &visited)
  }

  private func size(
    for input: MapSize, path: String, depth: Int, _ visited: inout Int
  ) throws(LayerError) -> MapSize {
    let place = path.isEmpty ? word : "\(path) (\(word))"
    func fail(_ problem: String) -> LayerError { LayerError("\(place): \(problem)") }
    guard depth <= Self.depthLimit else { throw fail("layers are nested more than \(Self.depthLimit) deep") }
    func expect(_ channels: Int) throws(LayerError) {
      guard channels == input.channels else {
        throw fail("is made for \(channels) channels, gets \(input.channels)")
      }
    }
    func inner(
      _ layer: LayerDescription, _ name: String, _ size: MapSize, _ visited: inout Int
    ) throws(LayerError) -> MapSize {
      try layer.size(for: size, path: path.isEmpty ? name : "\(path).\(name)", depth: depth + 1, &visited)
    }
    visited += 1
    guard visited <= Self.countLimit else { throw fail("more than \(Self.countLimit) layers") }
    if let problem { throw fail(problem) }
    switch self {
    case .convolution(
      let inputs, let outputs, let kernel, let stride, let padding, let dilation, _, _):
      try expect(inputs)
      let span = dilation * (kernel - 1) + 1
      let pad = padding ?? ((stride - 1) + dilation * (kernel - 1)) / 2
      return try Self.windowed(input, outputs, span, stride, pad, fail)
    case .batchNorm(let channels), .squeezeExcite(let channels, _, _, _):
      try expect(channels)
      return input
    case .activation, .dropout: return input
    case .maxPool(let kernel, let stride, let padding), .averagePool(let kernel, let stride, let padding):
      return try Self.windowed(input, input.channels, kernel, stride, padding, fail)
    case .sequential(let layers):
      var size = input
      for (index, layer) in layers.enumerated() { size = try inner(layer, String(index + 1), size, &visited) }
      return size
    case .residual(let body, let shortcut, _):
      let result = try inner(body, "body", input, &visited)
      var passed = input
      if let shortcut { passed = try inner(shortcut, "shortcut", input, &visited) }
      guard result == passed else {
        throw fail(
          "the body gives \(result), the \(shortcut == nil ? "input is" : "shortcut gives") \(passed)")
      }
      return result
    case .concatenation(let branches):
      guard let first = branches.first else { throw fail("needs at least one layer") }
      var size = try inner(first, "1", input, &visited)
      for (index, branch) in branches.enumerated().dropFirst() {
        let next = try inner(branch, String(index + 1), input, &visited)
        guard next.height == size.height, next.width == size.width else {
          throw fail("layer \(index + 1) gives \(next), the first \(size): heights and widths must agree")
        }
        size.channels += next.channels
      }
      guard size.channels <= Self.channelLimit else { throw fail("more than \(Self.channelLimit) channels") }
      return size
    }
  }

  private static func windowed(
    _ input: MapSize, _ channels: Int, _ span: Int, _ stride: Int, _ padding: Int,
    _ fail: (String) -> LayerError
  ) throws(LayerError) -> MapSize {
    let (height, width) = (input.height + 2 * padding - span, input.width + 2 * padding - span)
    guard height >= 0, width >= 0 else {
      throw fail("a window of \(span) pixels does not fit an input of \(input)")
    }
    return MapSize(channels: channels, height: height / stride + 1, width: width / stride + 1)
  }
}
