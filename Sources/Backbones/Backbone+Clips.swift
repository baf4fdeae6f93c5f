import NeuralNet
import Tensor

extension Backbone {
  /// Encodes clips of B×F×3×H×W, whose frames become rows of one batch: features are B×F×D, maps B×F×C×h×w.
  ///
  /// - Throws: `TensorError` for other shapes, and for another number of frames than the encoder exchanges channels over.
  public func encode(clips: Tensor, _ pass: Pass) throws -> Encoding {
    guard clips.rank == 5 else {
      throw TensorError("encode", "needs clips × frames × 3 × height × width, not shape \(clips.shape)")
    }
    let (count, frames) = (clips.shape[0], clips.shape[1])
    if let expected = clipFrames, frames != expected {
      throw TensorError("encode", "clips of \(frames) frames, and the encoder is made for \(expected)")
    }
    let encoding = try encode(clips.mergedRows(), pass)
    func unfolded(_ rows: Tensor) throws -> Tensor {
      try rows.reshaped(Shape([count, frames] + rows.shape.sizes.dropFirst()))
    }
    return Encoding(features: try unfolded(encoding.features), map: try unfolded(encoding.map))
  }

  /// The logits of B×D features, or of B×F×D ones of the frames of clips, whose mean over frames is what TSM answers.
  public func classify(eachRowOf features: Tensor, _ pass: Pass) throws -> Tensor {
    guard features.rank == 3 else { return try classify(features, pass) }
    let (count, frames) = (features.shape[0], features.shape[1])
    let logits = try classify(features.mergedRows(), pass)
    return try logits.reshaped([count, frames, logits.shape[1]])
  }
}
