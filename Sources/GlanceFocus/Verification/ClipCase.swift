import Backbones
import Checkpoints
import Foundation
import NeuralNet
import Support
import Tensor

/// A recorded evaluation of an encoder of clips by the code of TSM, and the network and clips that it was recorded from.
///
/// Weights and clips are computed from u(name, i) of `FormulaSequence`, by the names that TSM gives the arrays.
struct ClipCase: RecordedCase {
  struct Description: Decodable {
    let architecture: String
    /// The side of the frames in pixels.
    let patch: Int
    let frames: Int
    let shift_place: String
    let shift_div: Int
    let classes: Int
    let weight_gain: Double
    let clip_seed: String
    let prefix: String
    /// Every array of the state dictionary with its shape.
    let keys: [String: [Int]]
  }

  let name: String
  let folder: FilePath
  private let description: Description
  private let entry: BackboneEntry
  private let keyMap: KeyMap

  /// The clips of a case.
  private static let batch = 2

  init(_ name: String, folder: FilePath) throws {
    self.name = name
    self.folder = folder
    let path = folder / (name + RecordedCases.ending)
    description = try RecordedCases.decode(path)
    try ModelError.require(
      (1...4096).contains(description.patch) && (1...1_000_000).contains(description.classes)
        && (1...4096).contains(description.frames),
      "\(path): patch, classes or frames are beyond what is rebuilt")
    var clues = TemporalShiftClues(
      frames: description.frames, divisor: description.shift_div,
      place: TemporalShiftOptions.Place(rawValue: description.shift_place))
    // The names of the arrays say where the shifts are, whatever the word means for this architecture.
    clues.read(keys: Array(description.keys.keys))
    entry = try BackboneRegistry.entry(TemporalShiftClues.backbone(description.architecture))
      .known(byTSMAs: clues.options(of: path.shown))
    keyMap = entry.keyMaps.last { $0.name == KeyMap.temporalShift } ?? .same(KeyMap.temporalShift)
  }

  var trainingFile: FilePath { folder / (name + ".training.json") }
  var exactFile: FilePath { folder / (name + ".training.float64.json") }
  var hasTraining: Bool { trainingFile.exists }

  /// Evaluates the encoder on the clips and compares with the recording: relative to the largest absolute value in the
  /// array, 1e-3. Names and shapes of arrays: exact.
  func checkEvaluation() throws -> [ReferenceResult] {
    let recorded = try Safetensors(contentsOf: folder / (name + ".safetensors"))
    let encoder = try encoder(Array(description.keys.keys))
    let answer = try answer(encoder, .evaluation)
    func result(_ quantity: String, _ own: Tensor) throws -> ReferenceResult {
      ReferenceResult(
        quantity: quantity, error: RecordedCases.relative(try own.values(), try recorded.floats(quantity)),
        tolerance: 1e-3)
    }
    return [
      try result("frame_features", answer.features), try result("frame_logits", answer.frameLogits),
      try result("logits", answer.logits),
      ReferenceResult(
        quantity: "keys that differ", error: Double(differences(encoder)), tolerance: 0),
    ]
  }

  /// The number of arrays that have no counterpart of their shape on the other side.
  private func differences(_ encoder: any Backbone) -> Int {
    var open = Dictionary(
      uniqueKeysWithValues: encoder.state.map { ($0.name, $0.entry.value.shape.sizes) })
    var strangers = 0
    for (key, shape) in description.keys {
      guard let name = keyMap.rename(key), let own = open.removeValue(forKey: name),
        KeyMap.fits(shape, own)
      else {
        strangers += 1
        continue
      }
    }
    let shifted = TemporalShiftClues.shiftedParts(Array(description.keys.keys), by: keyMap)
    return strangers + open.keys.count { !$0.hasSuffix("num_batches_tracked") }
      + shifted.symmetricDifference(encoder.temporallyShiftedParts).count
  }

  /// The encoder, each array with the numbers of the one of `keys` that is its name in TSM.
  func encoder(_ keys: [String]) throws -> any Backbone {
    let encoder = try entry.build(description.classes)
    let state = Dictionary(uniqueKeysWithValues: encoder.state.map { ($0.name, $0.entry.value) })
    for key in keys {
      guard let array = keyMap.rename(key).flatMap({ state[$0] }) else { continue }
      try FormulaNumbers.fill(array, description.prefix + key, gain: description.weight_gain)
    }
    return encoder
  }

  /// The clips, 2×F×3×S×S.
  func clips() throws -> Tensor {
    try FormulaNumbers.images(
      "clip.\(description.clip_seed)",
      [Self.batch, description.frames, 3, description.patch, description.patch])
  }

  /// What an encoder says of the clips: features 2×F×D and logits 2×F×K of frames, and their mean over frames, 2×K.
  func answer(
    _ encoder: any Backbone, _ pass: Pass, clips: Tensor? = nil
  ) throws -> (features: Tensor, frameLogits: Tensor, logits: Tensor) {
    let features = try encoder.encode(clips: clips ?? self.clips(), pass).features
    let frameLogits = try encoder.classify(eachRowOf: features, pass)
    return (features, frameLogits, try frameLogits.mean([1]))
  }

  /// The names that the recorded arrays of a training step have here.
  func ownNames<Value>(_ recorded: [String: Value]) -> [String: Value] {
    Dictionary(recorded.map { (keyMap.rename($0.key) ?? $0.key, $0.value) }) { first, _ in first }
  }

  /// The state dictionary's names during training, where the last layer has another name: that of its gradient.
  func trainingKeys(_ gradients: [String]) -> [String] {
    let known = Set(gradients.compactMap { keyMap.rename($0) })
    return gradients
      + description.keys.keys.filter { key in keyMap.rename(key).map { !known.contains($0) } ?? true }
  }
}
