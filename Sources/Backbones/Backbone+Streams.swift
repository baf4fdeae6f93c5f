import NeuralNet
import Tensor

extension Backbone {
  /// Encodes the next frame of each of N streams, N×3×H×W, from what was kept of the frame before.
  ///
  /// - Parameter past: what the frame before left; nil: there was none.
  /// - Returns: what the same frame has in a clip of all frames so far, and what the next frame needs: of each temporal
  ///   shift the channels that it takes, N×c×h×w.
  /// - Throws: `TensorError` for other shapes, and where the encoder looks ahead.
  public func encode(nextFrame images: Tensor, after past: [Tensor]?) throws -> (Encoding, kept: [Tensor]) {
    let memory = FrameMemory(past)
    let encoding = try encode(images, .nextFrame(memory))
    return (encoding, memory.next)
  }
}
