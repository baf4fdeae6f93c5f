import Backbones
import Checkpoints
import Foundation
import NeuralNet
import Support
import Tensor

/// A Glance-and-Focus Network as the paper's authors save it (`blackfeather-wang/GFNet-Pytorch`), matched with a network
/// of ours.
///
/// The published checkpoints also hold thresholds, costs and results; those of the training program hold neither these
/// nor the name and the patch size, which then come from the arrays and the caller.
struct AuthorsCheckpoint: NetworkCheckpoint {
  /// The arrays of the four networks; empty where the file has none.
  private struct Arrays {
    let globalEncoder, localEncoder, classifier, policy: [StateArray]

    init(_ root: PyTorchDictionary, file: String) throws {
      func arrays(_ key: String) throws -> [StateArray] {
        try root[key]?.dictionary.map { try [StateArray]($0, file: file).unwrapped() } ?? []
      }
      globalEncoder = try arrays("model_prime_state_dict")
      localEncoder = try arrays("model_state_dict")
      classifier = try arrays("fc")
      policy = try arrays("policy")
    }
  }

  let configuration: Configuration
  let results: StoredResults
  private(set) var notes: [String] = []
  private(set) var parts: [CheckpointPart] = []
  let path: FilePath

  /// - Throws: ``ModelError`` that lists every array that does not fit.
  init(_ root: PyTorchDictionary, choices: CheckpointChoices, path: FilePath) throws {
    self.path = path
    let arrays = try Arrays(root, file: path.shown)
    var notes: [String] = []
    let found = try EncoderRecognition(
      arrays.globalEncoder, backbone: choices.backbone ?? root["model_name"]?.string, isAuthors: true,
      file: path.shown + " (model_prime_state_dict)")
    if choices.backbone == nil, root["model_name"] == nil {
      notes.append("the file names no encoder; its arrays are those of \(found.entry.name)")
    }
    try ModelError.require(!arrays.classifier.isEmpty, "\(path): the file holds no classifier (fc)")
    try ModelError.require(
      root["model_state_dict"] != nil, "\(path): the file holds no local encoder (model_state_dict)")
    configuration = try Self.configuration(root, arrays, found, choices, path: path, notes: &notes)

    // These arrays must be there. The weights themselves go from file to file, never twice into memory.
    let encoder = try found.entry.build(found.classes)
    parts = try Self.parts(arrays, found, encoder, configuration)
    try CheckpointPart.check(parts, file: path, network: found.entry.name)
    if arrays.policy.isEmpty {
      notes.append("the file holds no policy (trained in stage 2); its weights are random")
    }
    let side = configuration.side(.glance)
    let counter = CostCounter()
    _ = try counter.record { try encoder.encode(Tensor.zeros([1, 3, side, side]), .evaluation) }
    results = StoredResults(
      root, encoderCost: counter.multiplyAdds, steps: configuration.steps, notes: &notes)
    self.notes = notes
  }

  /// What the file, its arrays, the caller and the paper say of the network, the more certain before the less.
  ///
  /// - Parameter notes: gets a line for everything that is assumed.
  private static func configuration(
    _ root: PyTorchDictionary, _ arrays: Arrays, _ found: EncoderRecognition, _ choices: CheckpointChoices,
    path: FilePath, notes: inout [String]
  ) throws -> Configuration {
    let setup = PaperSetups.setup(for: found.entry)
    var patch = choices.patchSize
    if patch == nil, let stored = root["patch_size"] {
      patch = stored.number.flatMap { Int(exactly: $0) }
      try ModelError.require(patch != nil, "\(path): its patch_size is no whole number")
    }
    if patch == nil {
      patch = setup.patchSize
      notes.append("the file gives no patch size; \(setup.patchSize) assumed")
    }
    var configuration = try Configuration(
      backbone: found.entry.name, patchSize: patch,
      imageSize: choices.imageSize ?? setup.imageSize, steps: 1, classes: found.classes)
    configuration.interpolation = setup.family.interpolation
    readClassifier(arrays.classifier, into: &configuration)
    readPolicy(arrays.policy, into: &configuration)
    let stored = ["flops", "anytime_classification"].compactMap { root[$0]?.numbers?.count }.first
    configuration.steps =
      choices.steps ?? stored ?? (configuration.classifier == .cascade ? configuration.cascadeSteps : 5)
    if choices.steps == nil, stored == nil {
      notes.append("the file gives no number of steps; \(configuration.steps) assumed")
    }
    if configuration.classifier == .recurrent { configuration.cascadeSteps = max(configuration.steps, 1) }
    try configuration.validate()
    try checkSize(configuration, found, path: path)
    return configuration
  }

  /// The four networks, each with what the file gives for it.
  private static func parts(
    _ arrays: Arrays, _ found: EncoderRecognition, _ encoder: any Backbone, _ configuration: Configuration
  ) throws -> [CheckpointPart] {
    func part(
      _ key: String, _ prefix: String, _ arrays: [StateArray], _ slots: [StateMatch.Slot], _ map: KeyMap
    ) throws -> CheckpointPart {
      let isAbsent = key == "policy" && arrays.isEmpty
      return CheckpointPart(
        key: key, prefix: prefix, slots: slots,
        match: try isAbsent ? nil : StateMatch(arrays, to: slots, by: map))
    }
    let features = encoder.featureCount
    let own = KeyMap.same("authors")
    return [
      try part("model_prime_state_dict", "model_prime.", arrays.globalEncoder, found.slots, found.map),
      try part("model_state_dict", "model.", arrays.localEncoder, found.slots, found.map),
      try part(
        "fc", "fc.", arrays.classifier,
        GFNet.classifier(configuration, glance: features, patch: features).slots, own),
      try part(
        "policy", "policy.", arrays.policy,
        PatchProposal(configuration, glance: encoder, patch: encoder).slots, own),
    ]
  }

  /// Refuses sizes, which any number in the file may claim, that ask for much more memory than its arrays take.
  private static func checkSize(_ c: Configuration, _ found: EncoderRecognition, path: FilePath) throws {
    let encoder = try found.entry.build(1)
    let (features, units) = (Double(encoder.featureCount), Double(c.policyUnits))
    let map = Double(encoder.mapChannels) * pow(Double(try c.mapSize(.glance)), 2)
    let policy =
      c.policyEncoder == .linear ? (map + units) * 2048 : map / Double(encoder.mapChannels) * 32 * units
    let steps = Double(c.cascadeSteps)
    let classifier =
      c.classifier == .cascade
      ? features * Double(c.classes) * steps * (steps + 1) / 2
      : Double(c.classifierUnits) * (3 * (features + Double(c.classifierUnits)) + Double(c.classes))
    let numbers = policy + 6 * units * units + classifier
    let bytes = FileStatus(path)?.byteCount ?? 0
    try ModelError.require(
      numbers <= Double(bytes) + 1e6,
      "\(path): patch size \(c.patchSize), \(c.policyUnits) and \(c.classifierUnits) units, \(c.cascadeSteps) steps"
        + " would take \(String(format: "%.0f", numbers)) weights, far more than the file of \(bytes) bytes holds"
    )
  }

  /// Kind, units and steps of f_C.
  private static func readClassifier(_ arrays: [StateArray], into configuration: inout Configuration) {
    if let output = arrays.first(where: { $0.name == "fc.weight" }), output.shape.count == 2 {
      configuration.classifier = .recurrent
      configuration.classifierUnits = output.shape[1]
    } else if arrays.contains(where: { $0.name.hasPrefix("fc_") }) {
      configuration.classifier = .cascade
      let heads = arrays.compactMap { array in
        array.name.hasSuffix(".weight") ? Int(array.name.dropFirst(3).dropLast(7)) : nil
      }
      configuration.cascadeSteps = min(max(heads.max() ?? 1, 1), 64)
    }
  }

  /// Kind and units of π.
  private static func readPolicy(_ arrays: [StateArray], into configuration: inout Configuration) {
    guard let first = arrays.first(where: { $0.name == "state_encoder.0.weight" }),
      let memory = arrays.first(where: { $0.name == "gru.weight_hh_l0" }), memory.shape.count == 2
    else { return }
    configuration.policyEncoder = first.shape.count == 4 ? .convolution : .linear
    configuration.policyUnits = memory.shape[1]
  }
}
