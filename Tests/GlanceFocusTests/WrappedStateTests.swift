import Backbones
import Checkpoints
import GlanceFocus
import NeuralNet
import Support
import TestSupport
import Testing

/// State dictionaries as training programs leave them: wrapped, prefixed, averaged, among other things.
@Suite struct WrappedStateTests {
  private let folder: TemporaryFolder
  /// The arrays of an encoder of three classes.
  private let arrays: [(name: String, tree: PickleTree)]
  private let weights: [String: [Float]]

  init() throws {
    folder = try TemporaryFolder()
    let encoder = try BackboneRegistry.entry("resnet_tiny_16").build(3)
    try encoder.initialize(seed: 4)
    var arrays: [(name: String, tree: PickleTree)] = []
    var weights: [String: [Float]] = [:]
    for (name, entry) in encoder.state {
      let values = try entry.value.values()
      let shape = entry.value.shape.sizes
      weights[name] = values
      arrays.append(
        name.hasSuffix("num_batches_tracked")
          ? (name, .integers(shape: shape, values.map { Int64($0) }))
          : (
            name,
            .raw(type: "FloatStorage", shape: shape, bytes: values.flatMap { littleEndian($0.bitPattern) })
          ))
    }
    self.arrays = arrays
    self.weights = weights
  }

  private func write(_ tree: PickleTree, legacy: Bool = false, as name: String = "x.pth") throws -> FilePath {
    try folder.write([UInt8](tree.file(legacy: legacy)), name)
  }

  private func imported(
    _ path: FilePath, choice: StateDictionary.Choice = .init(), backbone: String? = nil, prefix: String? = nil
  ) throws -> ImportedEncoder {
    let file = try CheckpointFile(path, choice: choice)
    guard
      case .encoder(let encoder) = try CheckpointImport(
        file, prefix: prefix, choices: .init(backbone: backbone))
    else { throw CheckFailure("no encoder") }
    return encoder
  }

  private func refusal(_ body: () throws -> Void) throws -> String {
    let error = try #require(#expect(throws: ModelError.self) { try body() })
    #expect(!error.description.contains("\n"))
    return error.description
  }

  private func expectWeights(_ encoder: ImportedEncoder, _ comment: String, head: Bool = true) throws {
    #expect(encoder.entry.name == "resnet_tiny_16", "\(comment)")
    for (name, entry) in try encoder.encoder().state where head || !name.hasPrefix("fc.") {
      #expect(try entry.value.values() == weights[name], "\(comment): \(name)")
    }
  }

  /// The same arrays with all numbers zero, so that taking them by mistake is seen.
  private func zeros() -> [(String, PickleTree)] {
    arrays.map { name, tree in
      if case .raw(let type, let shape, let bytes) = tree {
        return (name, .raw(type: type, shape: shape, bytes: [UInt8](repeating: 0, count: bytes.count)))
      }
      return (name, tree)
    }
  }

  @Test(arguments: 0..<48) func anyWrappingLoadsToTheSameArrays(_ number: Int) throws {
    let draw = CounterRandom(seed: 11, stream: "wrapped").child(number)
    var next = 0
    func pick<T>(_ from: [T]) -> T {
      next += 1
      return from[draw.integer(next, below: from.count)]
    }
    let prefixes = [
      "", "module.", "model.", "net.", "backbone.", "encoder.", "_orig_mod.", "_fsdp_wrapped_module.",
      "student.f.",
    ]
    let prefix = (0..<pick([0, 1, 2, 3])).map { _ in pick(prefixes) }.joined()
    let inner = pick(["", "module.", "_orig_mod.", "_fsdp_wrapped_module.", "_checkpoint_wrapped_module."])
    func named(_ arrays: [(String, PickleTree)]) -> [(String, PickleTree)] {
      arrays.map { name, tree in
        (prefix + (name.hasPrefix("layer2.") ? "layer2." + inner + name.dropFirst(7) : name), tree)
      }
    }
    let hasHead = pick([true, true, false])
    var state = named(arrays.filter { hasHead || !$0.name.hasPrefix("fc.") })
    if pick([true, false]) { state.insert(("n_averaged", .integers(shape: [], [3])), at: 0) }
    if pick([true, false]) {
      for place in ["", "layer1.", "layer1.0.conv1."] {
        state.append((prefix + place + "total_ops", .tensor(shape: [1], [5])))
        state.append((prefix + place + "total_params", .tensor(shape: [1], [5])))
      }
    }
    let besides = !prefix.split(separator: ".").allSatisfy {
      ["module", "_orig_mod", "_fsdp_wrapped_module"].contains($0)
    }
    if besides, pick([true, false]) { state.append(("criterion.weight", .tensor(shape: [3], [1, 2, 3]))) }
    var tree = PickleTree.dictionary(state)
    let path = pick([
      [], ["state_dict"], ["model"], ["model_state_dict"], ["net", "state_dict"], ["checkpoint", "model"],
      ["whatever"],
      ["state", "model", "weights"],
    ])
    for key in path.reversed() {
      var items: [(String, PickleTree)] = [(key, tree), ("epoch", .int(3))]
      if pick([true, false]) {
        let fields: [(String, PickleTree)] = [("lr", .double(0.1)), ("model", .string("mine"))]
        items.append(("args", .object(module: pick(["argparse", "my.config"]), name: "Namespace", fields)))
      }
      if pick([true, false]) {
        let moments = PickleTree.dictionary([
          ("exp_avg", .tensor(shape: [16], [Float](repeating: 1, count: 16)))
        ])
        items.append(("optimizer", .dictionary([("state", .dictionary([("0", moments)]))])))
      }
      tree = .dictionary(items)
    }
    var choice = StateDictionary.Choice()
    if !path.isEmpty, case .dictionary(var items) = tree, pick([true, false]) {
      items.insert(
        (pick(["state_dict_ema", "model_ema", "ema_state_dict", "ema"]), .dictionary(named(zeros()))), at: 0)
      tree = .dictionary(items)
      choice.ema = false
    }
    let file = try write(tree, legacy: pick([true, false]))
    let encoder = try imported(file, choice: choice)
    #expect(encoder.classes == (hasHead ? 3 : 0))
    try expectWeights(encoder, "\(prefix) \(inner) \(path)", head: hasHead)
  }

  @Test func theMovingAverageIsTakenAndSaid() throws {
    let path = try write(
      .dictionary([
        ("state_dict", .dictionary(zeros())),
        ("state_dict_ema", .dictionary(arrays.map { ($0.name, $0.tree) })),
      ]))
    let average = try imported(path)
    try expectWeights(average, "average")
    #expect(
      average.notes == [
        "\(path): the moving average of the weights (state_dict_ema) was taken, not state_dict"
      ])
    let plain = try imported(path, choice: .init(ema: false))
    #expect(try plain.encoder().state.first?.entry.value.values().allSatisfy { $0 == 0 } == true)
    try expectWeights(imported(path, choice: .init(weights: "state_dict_ema")), "by key")
    #expect(
      try refusal { _ = try imported(path, choice: .init(weights: "other")) }.contains(
        "no weights under 'other', but under state_dict, state_dict_ema"))
    let none = try write(.dictionary(arrays.map { ($0.name, $0.tree) }), as: "plain.pth")
    #expect(
      try refusal { _ = try imported(none, choice: .init(ema: true)) }.contains("no moving average"))
    let several = try write(
      .dictionary([
        ("student", .dictionary(zeros())), ("teacher", .dictionary(arrays.map { ($0.name, $0.tree) })),
      ]),
      as: "several.pth")
    #expect(try refusal { _ = try imported(several) }.contains("holds several networks: student, teacher"))
    try expectWeights(imported(several, choice: .init(weights: "teacher")), "teacher")
  }

  @Test func whatIsBesideTheEncoderIsSaid() throws {
    let state = arrays.map { ("encoder." + $0.name, $0.tree) }
    let path = try write(
      .dictionary(state + [("projector.weight", .tensor(shape: [4, 3], [Float](repeating: 1, count: 12)))]))
    let encoder = try imported(path)
    try expectWeights(encoder, "beside")
    #expect(
      encoder.notes == [
        "\(path): the encoder is what is below encoder.; 1 other array was left out: projector.weight"
      ])
    try expectWeights(imported(path, prefix: "encoder"), "named")
    #expect(try refusal { _ = try imported(path, prefix: "projector") }.contains("fits no encoder"))
  }

  @Test func aWholeModuleIsSaidToBeOne() throws {
    let module = PickleTree.object(
      module: "timm.models.resnet", name: "ResNet",
      [("_parameters", .dictionary([])), ("_modules", .dictionary([]))])
    let path = try write(module)
    #expect(
      try refusal { _ = try CheckpointFile(path) }.contains(
        "a whole module of the class timm.models.resnet.ResNet"))
    let inside = try write(.dictionary([("epoch", .int(1)), ("model", module)]))
    #expect(try refusal { _ = try CheckpointFile(inside) }.contains("under model"))
  }

  @Test func anEncoderWithoutItsHeadIsKeptSo() throws {
    let path = try write(.dictionary(arrays.filter { !$0.name.hasPrefix("fc.") }.map { ($0.name, $0.tree) }))
    let out = folder.path / "encoder.safetensors"
    let encoder = try imported(path)
    #expect(encoder.classes == 0)
    try encoder.write(to: out)
    guard case .encoder(let file) = try CheckpointFile(out).content else {
      Issue.record("no encoder file")
      return
    }
    #expect(file.classes == 0)
    for (name, entry) in try file.encoder().state where !name.hasPrefix("fc.") {
      #expect(try entry.value.values() == weights[name])
    }
  }
}
