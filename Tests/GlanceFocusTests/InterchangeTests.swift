import Backbones
import Checkpoints
import Foundation
import GlanceFocus
import NeuralNet
import Support
import Tensor
import TestSupport
import Testing

/// Checkpoints of PyTorch become models and encoders, and whatever does not fit is named.
@Suite struct InterchangeTests {
  private let folder: TemporaryFolder
  private let model: GFNet

  init() throws {
    folder = try TemporaryFolder()
    var configuration = try Configuration(
      backbone: "resnet_tiny_16", patchSize: 48, imageSize: 128, steps: 3, classes: 7)
    configuration.policyUnits = 24
    configuration.classifierUnits = 20
    model = try GFNet(configuration, seed: 5)
  }

  /// The arrays under `prefix`, as a state dictionary.
  private func state(_ prefix: String, wrapped: Bool = false) throws -> [(String, PickleTree)] {
    try model.state.filter { $0.name.hasPrefix(prefix) }.map { name, entry in
      let key = (wrapped ? "module." : "") + name.dropFirst(prefix.count)
      let values = try entry.value.values()
      if case .buffer(let buffer) = entry, buffer.isInteger {
        return (key, .integers(shape: entry.value.shape.sizes, values.map { Int64($0) }))
      }
      return (key, .tensor(shape: entry.value.shape.sizes, values))
    }
  }

  /// The authors' dictionary, published form.
  private func published() throws -> [(String, PickleTree)] {
    let costs = try model.measureCosts().cumulative
    return [
      ("model_name", .string("resnet_tiny_16")), ("patch_size", .int(48)),
      ("model_prime_state_dict", .dictionary(try state("model_prime.", wrapped: true))),
      ("model_state_dict", .dictionary(try state("model.", wrapped: true))),
      ("fc", .dictionary(try state("fc."))), ("policy", .dictionary(try state("policy."))),
      ("flops", .list(costs.map { .double(Double($0) / 1e6) })),
      ("model_flops", .double(Double(try model.measureCosts().globalEncoder) / 1e6)),
      ("policy_flops", .double(0.25)), ("fc_flops", .list([.int(1), .int(2), .int(3)])),
      ("anytime_classification", .list([.double(60), .double(70), .double(72.5)])),
      ("dynamic_threshold", .tensor(shape: [2, 3], [0.5, 0.75, -1e8, 1e8, 0.25, -1e8])),
      (
        "budgeted_batch_classification",
        .list([.list([.double(2), .double(3)]), .list([.double(61), .double(71)])])
      ),
    ]
  }

  private func write(_ items: [(String, PickleTree)], legacy: Bool = false) throws -> FilePath {
    try folder.write([UInt8](PickleTree.dictionary(items).file(legacy: legacy)), "checkpoint.pth.tar")
  }

  /// The message of the error that importing `items` must give.
  private func refusal(
    _ items: [(String, PickleTree)], kind: CheckpointImport.Kind = .any, backbone: String? = nil
  ) throws -> String {
    let path = try write(items)
    let error = #expect(throws: ModelError.self) {
      try CheckpointImport(CheckpointFile(path), kind: kind, choices: .init(backbone: backbone))
    }
    let text = try #require(error).description
    #expect(!text.contains("\n"))
    return text
  }

  @Test(arguments: [false, true]) func anAuthorsCheckpointBecomesAModel(legacy: Bool) throws {
    let path = try write(published(), legacy: legacy)
    let imported = try CheckpointImport(CheckpointFile(path), choices: .init(imageSize: 128))
    let out = folder.path / "model.safetensors"
    try imported.write(to: out)
    let (again, file) = try GFNet.load(out)
    #expect(try again.weightHash() == model.weightHash())
    #expect(file.configuration == model.configuration)
    #expect(file.metadata["imported_from"] == "checkpoint.pth.tar")
    let results = try #require(StoredResults(metadata: file.metadata))
    #expect(results.anytime == [60, 70, 72.5])
    #expect(results.thresholds == [[0.5, 0.75, -.infinity], [.infinity, 0.25, -.infinity]])
    #expect(results.budgeted?.madds == [2e6, 3e6])
    #expect(results.budgeted?.accuracy == [61, 71])
    #expect(results.costs?.madds == (try model.measureCosts().cumulative.map(Double.init)))
    #expect(results.costs?.encoder == Double(try model.measureCosts().globalEncoder))
    #expect(results.costs?.policy == 0.25e6)
    #expect(results.costs?.classifier == [1e6, 2e6, 3e6])
    guard case .model(let checkpoint) = imported else {
      Issue.record("not a model")
      return
    }
    #expect(checkpoint.notes == [])
    #expect(try checkpoint.network().weightHash() == model.weightHash())
  }

  /// The files do not say how the glance is made: the authors' evaluation is bilinear for two families.
  @Test(arguments: [
    ("densenet121", Interpolation.bilinear), ("regnety_400m", .bilinear),
    ("resnet18", .bicubic), ("mobilenetv3_small_075", .bicubic), ("efficientnet_b0", .bicubic),
  ])
  func theGlanceIsThatOfTheFamily(_ name: String, _ expected: Interpolation) throws {
    var configuration = try Configuration(
      backbone: name, patchSize: 32, imageSize: 224, steps: 2, classes: 5)
    (configuration.policyUnits, configuration.classifierUnits) = (8, 8)
    let network = try GFNet(configuration)
    func arrays(_ prefix: String) throws -> PickleTree {
      .dictionary(
        try network.state.filter { $0.name.hasPrefix(prefix) && !$0.name.hasSuffix("num_batches_tracked") }
          .map {
            (
              $0.name.replacing(prefix, with: "", maxReplacements: 1),
              .tensor(shape: $0.entry.value.shape.sizes, try $0.entry.value.values())
            )
          })
    }
    let path = try write([
      ("model_name", .string(name)), ("patch_size", .int(32)),
      ("model_prime_state_dict", try arrays("model_prime.")), ("model_state_dict", try arrays("model.")),
      ("fc", try arrays("fc.")), ("policy", try arrays("policy.")),
      ("flops", .list([.double(1), .double(2)])),
    ])
    let imported = try CheckpointImport(CheckpointFile(path))
    let out = folder.path / "model.safetensors"
    try imported.write(to: out)
    #expect(try ModelFile(out).configuration.interpolation == expected)
  }

  @Test func aCheckpointOfTheTrainingProgramIsEnough() throws {
    let items: [(String, PickleTree)] = [
      ("epoch", .int(3)), ("model_state_dict", .dictionary(try state("model."))),
      ("model_prime_state_dict", .dictionary(try state("model_prime."))),
      ("fc", .dictionary(try state("fc."))), ("acc", .double(70)), ("optimizer", .none), ("policy", .none),
    ]
    let path = try write(items)
    let imported = try CheckpointImport(
      CheckpointFile(path), choices: .init(patchSize: 48, imageSize: 128, steps: 4))
    guard case .model(let checkpoint) = imported else {
      Issue.record("not a model")
      return
    }
    #expect(checkpoint.configuration.backbone == "resnet_tiny_16")
    #expect(checkpoint.configuration.steps == 4)
    #expect(checkpoint.configuration.classifierUnits == 20)
    #expect(checkpoint.results.isEmpty)
    #expect(checkpoint.notes.count == 3, "\(checkpoint.notes)")
    // The policy is new, the rest is the file's.
    let out = folder.path / "model.safetensors"
    try imported.write(to: out)
    let again = try GFNet.load(out).model
    let own = [String: Tensor](
      model.state.map { ($0.name, $0.entry.value) }, uniquingKeysWith: { first, _ in first })
    for (name, entry) in again.state where !name.hasPrefix("policy.") {
      #expect(try entry.value.values() == own[name]?.values(), "\(name)")
    }
    #expect(try again.policy.parameters.contains { try $0.parameter.value.values().contains { $0 != 0 } })
  }

  @Test func whatDoesNotFitIsNamed() throws {
    var items = try published()
    var encoder = try state("model.", wrapped: true)
    encoder.removeAll { $0.0 == "module.conv1.weight" }
    encoder.append(("module.attention", .tensor(shape: [2], [1, 2])))
    items[3] = ("model_state_dict", .dictionary(encoder))
    var policy = try state("policy.")
    policy[policy.count - 1] = (policy[policy.count - 1].0, .tensor(shape: [3], [1, 2, 3]))
    items[5] = ("policy", .dictionary(policy))
    let text = try refusal(items)
    #expect(
      text.contains("model_state_dict: 1 array has no place: attention; 1 array is missing: conv1.weight"))
    #expect(text.contains("policy: 1 array has another shape: critic.0.bias has 3, expected 1"))
    #expect(!text.contains("model_prime_state_dict"))
  }

  @Test func longListsAreCutWithTheirCount() throws {
    let extra = (0..<25).map { ("extra.\($0)", PickleTree.tensor(shape: [1], [0])) }
    let text = try refusal(state("model.") + extra)
    #expect(text.contains("fits no encoder; the nearest is resnet_tiny_16"))
    #expect(
      text.contains("25 arrays have no place: extra.0, ") && text.contains("extra.9, and 15 more"), "\(text)")
  }

  @Test(arguments: [false, true]) func aStateDictionaryBecomesAnEncoder(wrapped: Bool) throws {
    let path = try write(
      wrapped
        ? [("epoch", .int(1)), ("state_dict", .dictionary(try state("model.", wrapped: true)))]
        : state("model."), legacy: wrapped)
    let imported = try CheckpointImport(CheckpointFile(path))
    let out = folder.path / "encoder.safetensors"
    try imported.write(to: out)
    guard case .encoder(let encoder) = imported, case .encoder(let file) = try CheckpointFile(out).content
    else {
      Issue.record("not an encoder")
      return
    }
    #expect(encoder.entry.name == "resnet_tiny_16" && file.backbone == "resnet_tiny_16")
    #expect(encoder.classes == 7 && file.classes == 7)
    let images = try Tensor.uniform([2, 3, 48, 48], random: CounterRandom(seed: 1, stream: "images"))
    func logits(_ encoder: any Backbone) throws -> [Float] {
      try encoder.classify(encoder.encode(images, .evaluation).features, .evaluation).values()
    }
    let expected = try logits(model.localEncoder)
    #expect(try logits(encoder.encoder()) == expected)
    #expect(try logits(file.encoder()) == expected)
  }

  @Test func theWrongKindOfFileIsSaidToBeSo() throws {
    #expect(
      try refusal(state("model."), kind: .model).contains("holds one network, expected a Glance-and-Focus"))
    #expect(try refusal(published(), kind: .encoder).contains("expected a plain encoder"))
    #expect(try refusal(state("model."), backbone: "resnet50").contains("does not fit resnet50"))
    let path = try write([("epoch", .int(3))])
    let error = #expect(throws: ModelError.self) { try CheckpointFile(path) }
    #expect(error?.description.contains("holds no state dictionary; its keys are epoch") == true)
    #expect(throws: UnknownBackbone.self) {
      try CheckpointImport(CheckpointFile(write(state("model."))), choices: .init(backbone: "resnet5"))
    }
    let own = folder.path / "own.safetensors"
    try model.save(to: own)
    let twice = #expect(throws: ModelError.self) { try CheckpointImport(CheckpointFile(own)) }
    #expect(twice?.description.contains("a file of gfnet-lab already") == true)
  }

  @Test func whatIsForAnotherNumberOfStepsIsLeftOut() throws {
    var items = try published()
    items[11].1 = .tensor(shape: [2, 5], [Float](repeating: 0.5, count: 10))
    items[10].1 = .list([.double(60), .double(70)])
    items[12].1 = .list([.list([.double(2)]), .list([.double(61), .double(71)])])
    let path = try write(items)
    guard case .model(let checkpoint) = try CheckpointImport(CheckpointFile(path)) else {
      Issue.record("not a model")
      return
    }
    #expect(checkpoint.results.thresholds == nil && checkpoint.results.anytime == nil)
    #expect(checkpoint.results.budgeted == nil && checkpoint.results.costs?.madds?.count == 3)
    #expect(
      checkpoint.notes == [
        "anytime_classification is for 2 steps, the network has 3, and is left out",
        "dynamic_threshold is for 5 steps, the network has 3, and is left out",
        "budgeted_batch_classification is not a list of costs and one of as many accuracies and is left out",
      ])
  }

  @Test func missingPartsAreNamed() throws {
    #expect(try refusal(published().filter { $0.0 != "fc" }).contains("the file holds no classifier (fc)"))
    #expect(
      try refusal(published().filter { $0.0 != "model_state_dict" }).contains(
        "the file holds no local encoder (model_state_dict)"))
  }

  @Test func impossibleNumbersAreRefused() throws {
    for (index, value): (Int, PickleTree) in [
      (1, .int(-5)), (1, .int(1 << 40)), (1, .double(.nan)), (0, .string("resnet_tiny_99")),
      (6, .list((0..<1000).map { .double(Double($0)) })),
    ] {
      var items = try published()
      items[index].1 = value
      let path = try write(items)
      do {
        _ = try CheckpointImport(CheckpointFile(path))
        Issue.record("\(items[index]) was accepted")
      } catch {
        #expect(error is any LineError, "\(error)")
      }
    }
    // A policy for patches of 224 pixels would take gigabytes, which no array of the file asks for.
    var huge = try published()
    huge[1].1 = .int(224)
    huge[5].1 = .none
    #expect(try refusal(huge).contains("far more than the file"))
    // Costs beyond all numbers.
    var costly = try published()
    costly[6].1 = .list([.double(.leastNonzeroMagnitude), .double(.infinity), .double(.nan)])
    _ = try CheckpointImport(CheckpointFile(write(costly)))
    // Results of odd forms are left out with a note.
    var items = try published()
    items[11].1 = .list([.string("?")])
    items[8].1 = .double(.nan)
    let path = try write(items)
    guard case .model(let checkpoint) = try CheckpointImport(CheckpointFile(path)) else { return }
    #expect(checkpoint.results.thresholds == nil)
    #expect(checkpoint.notes.contains { $0.hasPrefix("dynamic_threshold is not of the form") })
    _ = try checkpoint.metadata()
  }
}
