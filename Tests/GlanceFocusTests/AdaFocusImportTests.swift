import Backbones
import Checkpoints
import Foundation
import GlanceFocus
import NeuralNet
import Support
import Tensor
import TestSupport
import Testing

/// Checkpoints of AdaFocus on TSM: `glancer`, `focuser`, `fc` and `policy`.
@Suite struct AdaFocusImportTests {
  private let folder: TemporaryFolder
  private let model: GFNet

  init() throws {
    folder = try TemporaryFolder()
    var configuration = try Configuration(
      backbone: .named("resnet_tiny_16"), patchSize: 40, imageSize: 64, steps: 2, classes: 5,
      clips: ClipForm(separateGlance: 2, focus: 3),
      glance: GlanceForm(.named("resnet_tiny_24"), size: 48, exchange: ClipForm.Exchange()))
    configuration.classifier = .sum
    configuration.policyEncoder = .normalized
    configuration.policyUnits = 24
    configuration.interpolation = .nearest
    model = try GFNet(configuration, seed: 5)
    for (number, (name, entry)) in model.state.enumerated() where name.contains("running_") {
      let values = (0..<entry.value.shape.count).map { 0.7 + Float(($0 + number) % 7) / 10 }
      try entry.value.assign(Tensor(entry.value.shape, values))
    }
  }

  /// The arrays below `prefix` under the names that `rename` gives them.
  private func state(
    _ prefix: String, _ rename: (String) -> String?
  ) throws -> [(String, PickleTree)] {
    try model.state.filter { $0.name.hasPrefix(prefix) }.compactMap { name, entry in
      guard let key = rename(String(name.dropFirst(prefix.count))) else { return nil }
      let values = try entry.value.values()
      if case .buffer(let buffer) = entry, buffer.isInteger {
        return (key, .integers(shape: entry.value.shape.sizes, values.map { Int64($0) }))
      }
      return (key, .tensor(shape: entry.value.shape.sizes, values))
    }
  }

  /// With TSM's wrappers where a shift stands.
  private static func wrapped(_ key: String, _ encoder: any Backbone) -> String {
    guard let part = encoder.temporallyShiftedParts.first(where: { key.hasPrefix($0 + ".") }) else {
      return key
    }
    return part + ".net" + key.dropFirst(part.count)
  }

  /// The focuser is a list of the children of a residual network.
  private func focuser() throws -> [(String, PickleTree)] {
    let children = ["conv1": "0", "bn1": "1", "layer1": "4", "layer2": "5", "layer3": "6", "layer4": "7"]
    return try state("model.") { key in
      guard !key.hasPrefix("fc.") else { return nil }
      let parts = Self.wrapped(key, model.localEncoder).split(separator: ".", maxSplits: 1)
      return children[String(parts[0])].map { "module.net.base_model.\($0)." + parts[1] }
    }
  }

  private func entries(policy: Bool = true) throws -> [(String, PickleTree)] {
    let glancer = try state("model_prime.") { key in
      key.hasPrefix("fc.")
        ? "net.new_fc" + key.dropFirst(2) : "net.base_model." + Self.wrapped(key, model.globalEncoder)
    }
    let own = try state("policy.") { $0 }
    let inside = own.flatMap { key, value in
      [("module.policy.policy." + key, value), ("module.policy.policy_old." + key, value)]
    }
    let fc = try state("model.") { $0.hasPrefix("fc.") ? "1" + $0.dropFirst(2) : nil }
    return [
      ("epoch", .int(9)), ("model_state_dict", .dictionary([("x", .tensor(shape: [1], [1]))])),
      ("glancer", .dictionary(glancer)), ("focuser", .dictionary(try focuser() + (policy ? inside : []))),
      ("fc", .dictionary(fc)), ("acc", .double(40)),
    ] + (policy ? [("policy", .dictionary(own))] : [])
  }

  private func write(_ entries: [(String, PickleTree)]) throws -> FilePath {
    try folder.write([UInt8](PickleTree.dictionary(entries).file(legacy: false)), "adafocus.pth.tar")
  }

  private static let choices = CheckpointChoices(
    patchSize: 40, imageSize: 64, glanceSize: 48, focusFrames: 3)

  private func imported(
    _ path: FilePath, _ choices: CheckpointChoices = Self.choices, shift: TemporalShiftClues = .init()
  ) throws -> any NetworkCheckpoint {
    guard
      case .model(let checkpoint) = try CheckpointImport(CheckpointFile(path), choices: choices, shift: shift)
    else { throw ModelError("no model") }
    return checkpoint
  }

  private func expectSame(_ network: GFNet) throws {
    #expect(network.configuration == model.configuration)
    for (own, other) in zip(model.state, network.state) {
      #expect(own.name == other.name)
      #expect(try own.entry.value.values() == other.entry.value.values(), "\(own.name)")
    }
  }

  @Test func aCheckpointBecomesTheModelThatItWas() throws {
    let path = try write(entries())
    let checkpoint = try imported(path)
    try expectSame(checkpoint.network())
    #expect(checkpoint.notes.count == 2 && checkpoint.notes.allSatisfy { $0.contains("divisor 8 assumed") })
    // So does the file of ours that it is written to.
    let out = folder.path / "model.safetensors"
    try checkpoint.write(to: out)
    try expectSame(GFNet.load(out).model)
    let read = try #require(try CheckpointFile(path).model(Self.choices))
    try expectSame(read.network)
    #expect(read.metadata["imported_from"] == "adafocus.pth.tar")
  }

  /// What lacks one of the parts is told so, rather than taken for some encoder; weights that are named are one network.
  @Test(arguments: ["glancer", "focuser", "fc"])
  func aPartThatIsMissingIsNamed(_ part: String) throws {
    let partial = try entries().filter { $0.0 != part }
    let path = try write(partial)
    #expect { try CheckpointFile(path) } throws: {
      "\($0)".hasSuffix(
        "adafocus.pth.tar: a checkpoint of AdaFocus holds glancer, focuser, fc; this file lacks \(part)")
    }
    let named = part == "glancer" ? "focuser" : "glancer"
    for entries in [partial, try entries()] {
      let file = try CheckpointFile(write(entries), choice: .init(weights: named))
      guard case .state(let state) = file.content else {
        Issue.record("\(named) is one network")
        continue
      }
      #expect(state.arrays.contains { $0.name.contains("net.") })
    }
  }

  /// The policy is in the focuser, too, where it has no entry of its own; without any its weights are random.
  @Test func thePolicyIsTakenFromWhereItIs() throws {
    try expectSame(imported(write(entries().filter { $0.0 != "policy" })).network())
    var choices = Self.choices
    choices.glanceFrames = 2
    let without = try imported(write(entries(policy: false)), choices)
    #expect(without.notes.contains { $0.contains("no policy") })
    let policy = try without.network().policy.parameters.first { $0.name == "gru.weight_ih_l0" }
    #expect(try #require(policy).parameter.value.values().contains { $0 != 0 })
  }

  /// What the file does not say is assumed as its code does, and told.
  @Test func whatIsAssumedIsTold() throws {
    let checkpoint = try imported(write(entries()), CheckpointChoices())
    let c = checkpoint.configuration
    #expect(c.patchSize == 144 && c.imageSize == 224 && c.frames(.glance) == 2 && c.frames(.patch) == 12)
    #expect(c.side(.glance) == (try c.backboneEntry(.glance).stride * c.mapSize(.glance)))
    for text in ["patch size; 144", "image size; 224", "frames of patches; 12", "the glance is taken for"] {
      #expect(checkpoint.notes.contains { $0.contains(text) }, "\(text)")
    }
  }

  @Test func whatDoesNotFitIsRefused() throws {
    func refusal(
      _ entries: [(String, PickleTree)], _ choices: CheckpointChoices = Self.choices,
      shift: TemporalShiftClues = .init()
    ) throws -> String {
      let error = #expect(throws: ModelError.self) { try imported(write(entries), choices, shift: shift) }
      let text = try #require(error).description
      #expect(!text.contains("\n"))
      return text
    }
    func replaced(_ key: String, _ change: ([(String, PickleTree)]) -> [(String, PickleTree)]) throws -> [(
      String, PickleTree
    )] {
      try entries().map { name, value in
        guard name == key, case .dictionary(let inner) = value else { return (name, value) }
        return (name, .dictionary(change(inner)))
      }
    }
    let grid = try replaced("policy") {
      $0.map {
        $0.0 == "actor.0.weight"
          ? ($0.0, .tensor(shape: [49, 24], [Float](repeating: 0, count: 49 * 24))) : $0
      }
    }
    #expect(try refusal(grid).contains("49 places of a grid"))
    let short = try replaced("focuser") { Array($0.dropFirst(3)) }
    #expect(try refusal(short).contains("focuser"))
    #expect(try refusal(replaced("glancer") { _ in [] }).contains("no arrays of glancer"))
    var choices = Self.choices
    choices.glanceFrames = 4
    #expect(try refusal(entries(), choices).contains("maps of 2 frames of the glance, not of 4"))
    choices = Self.choices
    choices.glanceSize = 200
    #expect(try refusal(entries(), choices).contains("a glance of 200×200 pixels does not give"))
    #expect(try refusal(entries(), shift: .init(frames: 8)).contains("name both numbers"))
    choices = Self.choices
    choices.steps = 3
    #expect(try refusal(entries(), choices).contains("two steps"))
  }
}
