import Backbones
import Checkpoints
import Foundation
import NeuralNet
import Support
import Tensor

/// A recorded evaluation of AdaFocus on TSM by its code, and the network and clips that it was recorded from.
///
/// Weights and clips are computed from u(name, i) of `FormulaSequence`, by the names that its code gives the arrays: those
/// of the whole network, of which `glancer.`, `focuser.` and `classifier.` (`fc` in files) are the parts.
struct AdaFocusCase: RecordedCase {
  private struct Description: Decodable {
    /// The sides of the frames, of the glance and of patches in pixels.
    let image, glance, patch: Int
    let glance_frames, focus_frames: Int
    let classes: Int
    let weight_gain: Double
    /// Of the frames of the glance, and of those of patches.
    let clip_seeds: [String]
    let prefix: String
    /// Every array of the state dictionary with its shape. A policy among them (`policy.…`) is compared, too.
    let keys: [String: [Int]]
  }

  let name: String
  let folder: FilePath
  private let description: Description
  private let configuration: Configuration

  /// The clips of a case.
  private static let batch = 2

  init(_ name: String, folder: FilePath) throws {
    self.name = name
    self.folder = folder
    let path = folder / (name + RecordedCases.ending)
    let read: Description = try RecordedCases.decode(path)
    let sizes = [read.image, read.glance, read.patch, read.glance_frames, read.focus_frames]
    try ModelError.require(
      sizes.allSatisfy { (1...4096).contains($0) } && (1...1_000_000).contains(read.classes)
        && read.clip_seeds.count == 2,
      "\(path): sizes, frames, classes or seeds are beyond what is rebuilt")
    description = read
    let exchange = ClipForm.Exchange()
    var configuration = try Configuration(
      backbone: .named("resnet50"), patchSize: read.patch, imageSize: read.image, steps: 2,
      classes: read.classes,
      clips: ClipForm(separateGlance: read.glance_frames, focus: read.focus_frames, exchange: exchange),
      glance: GlanceForm(.named("mobilenetv2_100"), size: read.glance, exchange: exchange))
    configuration.interpolation = .nearest
    configuration.classifier = .sum
    configuration.policyEncoder = .normalized
    configuration.policyUnits = 1024
    try configuration.validate()
    self.configuration = configuration
  }

  var hasTraining: Bool { false }
  func checkTraining() throws -> [ReferenceResult] { [] }

  /// Evaluates the network on the clips and compares with the recording: coordinates exactly, everything else relative to the
  /// largest absolute value in the array, 1e-3.
  func checkEvaluation() throws -> [ReferenceResult] {
    let recorded = try Safetensors(contentsOf: folder / (name + ".safetensors"))
    let model = try GFNet(configuration)
    let strangers = try fill(model)
    let frames = try frames()
    let (glanceFrames, channels) = (description.glance_frames, model.globalEncoder.mapChannels)

    let glance = try model.globalEncoder.encode(model.glanceImages(frames), .evaluation)
    let frameLogits = try model.globalEncoder.classify(glance.features, .evaluation)
    var (result, memory) = try model.glance(frames, .evaluation)
    let maps = try memory.map.reshaped([
      Self.batch, glanceFrames, channels, memory.map.shape[2], memory.map.shape[3],
    ])
    let glanceLogits = result.logits
    let proposal = try model.propose(&memory)
    let actions = try Tensor([Self.batch, 2], recorded.floats("actions"))
    let locations = try PatchPlaces.all(in: actions)
    let positions = locations.map {
      $0.corners(imageSize: configuration.imageSize, patchSize: configuration.patchSize).first
    }
    (result, memory) = try model.focus(
      model.patches(frames, locations: locations), .evaluation, memory: memory)

    func compared(_ quantity: String, _ own: Tensor) throws -> ReferenceResult {
      ReferenceResult(
        quantity: quantity, error: RecordedCases.relative(try own.values(), try recorded.floats(quantity)),
        tolerance: 1e-3)
    }
    let coordinates = positions.flatMap { [$0.row, $0.column] }
    let theirs = try recorded.ints("coordinates")
    let wrong =
      coordinates.count == theirs.count
      ? zip(coordinates, theirs).filter { $0 != $1 }.count : coordinates.count
    return [
      try compared("glance_frame_logits", frameLogits), try compared("glance_logits", glanceLogits),
      try compared("feature_map_mean", maps.mean([3, 4])),
    ] + (try hasPolicy ? [compared("actions", proposal.mean)] : []) + [
      ReferenceResult(quantity: "coordinates that differ", error: Double(wrong), tolerance: 0),
      try compared("logits", result.logits),
      ReferenceResult(quantity: "keys that differ", error: Double(strangers), tolerance: 0),
    ]
  }

  /// Whether the policy's weights are the formula's. Where the recording does not list them they were drawn otherwise, and
  /// what it has proposed is where patches are cut.
  private var hasPolicy: Bool { description.keys.keys.contains { $0.hasPrefix("policy.") } }

  /// Gives each array the numbers of the one that is its name in AdaFocus.
  ///
  /// - Returns: the number of arrays that have no counterpart of their shape on the other side.
  private func fill(_ model: GFNet) throws -> Int {
    var open = Dictionary(uniqueKeysWithValues: model.state.map { ($0.name, $0.entry.value) })
    if !hasPolicy { open = open.filter { !$0.key.hasPrefix("policy.") } }
    var strangers = 0
    for (key, shape) in description.keys {
      guard let name = try ownName(key), let own = open.removeValue(forKey: name),
        KeyMap.fits(shape, own.shape.sizes)
      else {
        strangers += 1
        continue
      }
      try FormulaNumbers.fill(own, description.prefix + key, gain: description.weight_gain)
    }
    return strangers + open.keys.count { !$0.hasSuffix("num_batches_tracked") }
  }

  /// The name that an array has here.
  private func ownName(_ key: String) throws -> String? {
    func map(_ look: Look) throws -> KeyMap? {
      try configuration.encoderEntry(look).keyMaps.last { $0.name == KeyMap.temporalShift }
    }
    func rest(_ start: String) -> String? { key.hasPrefix(start) ? String(key.dropFirst(start.count)) : nil }
    if let key = rest("glancer.") {
      return try AdaFocusNames.encoder(key).flatMap { try map(.glance)?.rename($0) }.map {
        "model_prime." + $0
      }
    }
    if let key = rest("focuser.") {
      return try AdaFocusNames.encoder(key).flatMap { try map(.patch)?.rename($0) }.map { "model." + $0 }
    }
    if let key = rest("classifier.") {
      return try map(.patch)?.rename(AdaFocusNames.classifier(key)).map { "model." + $0 }
    }
    return key.hasPrefix("policy.") ? key : nil
  }

  /// The clips, those frames of each that the glance sees before those of patches: (2·F)×3×S×S.
  private func frames() throws -> Tensor {
    let side = description.image
    func clips(_ seed: String, _ frames: Int) throws -> Tensor {
      try FormulaNumbers.images("clip.\(seed)", [Self.batch, frames, 3, side, side])
    }
    let parts = [
      try clips(description.clip_seeds[0], description.glance_frames),
      try clips(description.clip_seeds[1], description.focus_frames),
    ]
    return try Tensor.concatenated(parts, axis: 1).mergedRows()
  }
}
