import Backbones
import NeuralNet
import Support
import Tensor

extension ClipCase {
  private struct Training: Decodable {
    let labels: [Int]
    let loss: Double
    let gradients: GradientSummaries
    /// Norms of the running statistics after the step.
    let buffers: [String: Double]
  }

  /// The same step's gradients, computed in float64.
  private struct Exact: Decodable {
    let gradients: GradientSummaries
  }

  /// One training step compared with the recording: the cross-entropy of the clips' logits, with the statistics of the
  /// batch and without dropout.
  ///
  /// Tolerances are those of images (`ReferenceCase.checkTraining`).
  func checkTraining() throws -> [ReferenceResult] {
    let recorded: Training = try RecordedCases.decode(trainingFile)
    let exact: Exact? = exactFile.exists ? try RecordedCases.decode(exactFile) : nil
    let keys = trainingKeys(Array(recorded.gradients.keys))
    let clips = try clips()
    let own = try step(recorded.labels, keys, clips)
    let loss = ReferenceResult(
      quantity: "loss", error: abs(own.loss - recorded.loss) / recorded.loss, tolerance: 1e-3)
    var noise: GradientSummaries = [:]
    if exact == nil {
      let pixels = try clips.values()
      noise = try GradientNoise.measured(own.gradients) { stream in
        try step(
          recorded.labels, keys, Tensor(clips.shape, GradientNoise.moved(pixels, stream)), noise: stream
        ).gradients
      }
    }
    let state = Dictionary(uniqueKeysWithValues: own.encoder.state.map { ($0.name, $0.entry.value) })
    return [loss]
      + GradientErrors.compare(
        own.gradients, ownNames(recorded.gradients), exact: exact.map { ownNames($0.gradients) },
        noise: noise)
      + [try GradientErrors.statistics(state, ownNames(recorded.buffers))]
  }

  /// - Parameter noise: where given, every weight is moved by one unit in the last place, by this stream of signs.
  private func step(
    _ labels: [Int], _ keys: [String], _ clips: Tensor, noise: String? = nil
  ) throws -> (encoder: any Backbone, loss: Double, gradients: GradientSummaries) {
    let encoder = try encoder(keys)
    if let noise { try GradientNoise.moveWeights(of: encoder, noise) }
    encoder.setTrainable(true)
    let tape = GradientTape()
    let pass = Pass(training: true, random: CounterRandom(seed: 0, stream: "reference"), dropsOut: false)
    let loss = try tape.record { try answer(encoder, pass, clips: clips).logits.crossEntropy(labels) }
    let gradients = try tape.backward(from: loss)
    var summaries: GradientSummaries = [:]
    for (name, parameter) in encoder.parameters {
      if let gradient = try gradients[parameter]?.values() {
        summaries[name] = GradientErrors.summary(gradient)
      }
    }
    return (encoder, Double(try loss.item()), summaries)
  }
}
