import Checkpoints
import Foundation
import NeuralNet
import Support
import Tensor

/// One compared quantity of a recorded case.
public struct ReferenceResult: Sendable {
  /// What was compared.
  public let quantity: String
  /// The largest error found, in the measure of the tolerance; where arrays are out of what they are granted, theirs.
  public let error: Double
  /// The stated tolerance, which is the same for all arrays.
  public let tolerance: Double
  /// The tolerance of the array that `error` is of: the stated one, or more where rounding alone moves it further.
  public let granted: Double
  /// How many arrays were compared, for quantities that many of them have.
  public let arrays: Arrays?

  /// The arrays that a result sums up.
  public struct Arrays: Sendable {
    public let count: Int
    /// How many have an error beyond the stated tolerance.
    public let beyond: Int
    /// The one that `error` is of.
    public let largest: String
  }

  /// True where the error is within what is granted.
  public var passes: Bool { error <= granted }

  init(
    quantity: String, error: Double, tolerance: Double, granted: Double? = nil, arrays: Arrays? = nil
  ) {
    self.quantity = quantity
    self.error = error
    self.tolerance = tolerance
    self.granted = granted ?? tolerance
    self.arrays = arrays
  }
}

extension ReferenceCase {
  /// Evaluates the network step by step and compares with the recording.
  ///
  /// Features and logits: error relative to the largest absolute value in the array, 1e-3. Probabilities: absolute,
  /// 1e-4. Coordinates: exact. Parameter counts and state-dictionary keys: exact.
  public func checkEvaluation() throws -> [ReferenceResult] {
    let recorded = try Safetensors(contentsOf: folder / (name + ".safetensors"))
    let model = try model()
    let images = try images()
    var features: [Float] = []
    var logits: [Float] = []
    var probabilities: [Float] = []
    var actions: [Float] = []
    var coordinates: [Int] = []
    var (result, memory) = try model.glance(images, .evaluation)
    for step in 1...description.steps {
      if step > 1 {
        let proposal = try model.propose(&memory)
        let chosen = try proposal.mean.values()
        actions += chosen
        let locations = PatchPlaces.all(chosen)
        for place in locations.flatMap({
          $0.corners(imageSize: description.imageSize, patchSize: description.patchSize).values
        }) {
          coordinates += [place.row, place.column]
        }
        (result, memory) = try model.focus(
          model.patches(images, locations: locations), .evaluation, memory: memory)
      }
      features += try result.features.values()
      logits += try result.logits.values()
      probabilities += try result.logits.softmax().values()
    }
    let wrong = zip(coordinates, try recorded.ints("coordinates")).filter { $0 != $1 }.count
    return [
      ReferenceResult(
        quantity: "features", error: RecordedCases.relative(features, try recorded.floats("features")),
        tolerance: 1e-3
      ),
      ReferenceResult(
        quantity: "logits", error: RecordedCases.relative(logits, try recorded.floats("logits")),
        tolerance: 1e-3),
      ReferenceResult(
        quantity: "probabilities",
        error: RecordedCases.absolute(probabilities, try recorded.floats("probabilities")),
        tolerance: 1e-4),
      ReferenceResult(
        quantity: "actions", error: RecordedCases.absolute(actions, try recorded.floats("actions")),
        tolerance: 1e-4),
      ReferenceResult(quantity: "coordinates that differ", error: Double(wrong), tolerance: 0),
    ] + (try checkShape(model))
  }

  /// Compares parameter counts and keys.
  private func checkShape(_ model: GFNet) throws -> [ReferenceResult] {
    let counts = [
      "encoder": model.globalEncoder.parameterCount, "policy": model.policy.parameterCount,
      "classifier": model.classifier.parameterCount,
    ]
    let keys: [String: [Int]] = try RecordedCases.decode(folder / (description.architecture + ".keys.json"))
    let own = Dictionary(
      uniqueKeysWithValues: model.localEncoder.state.map { ($0.name, $0.entry.value.shape.sizes) })
    let missing = keys.filter { own[$0.key] != $0.value }.count + own.filter { keys[$0.key] == nil }.count
    return description.parameters.sorted { $0.key < $1.key }.map { part, count in
      ReferenceResult(
        quantity: "\(part) parameters", error: abs(Double(count - (counts[part] ?? 0))), tolerance: 0)
    } + [ReferenceResult(quantity: "encoder keys that differ", error: Double(missing), tolerance: 0)]
  }
}
