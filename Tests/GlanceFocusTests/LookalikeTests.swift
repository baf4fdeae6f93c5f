import Backbones
import Checkpoints
import Foundation
import GlanceFocus
import NeuralNet
import Support
import Tensor
import TestSupport
import Testing

/// Networks with the same arrays that compute different things are told apart, or asked about.
@Suite struct LookalikeTests {
  /// As timm gives a network its arrays.
  private func state(_ name: String, classes: Int = 2) throws -> [(String, PickleTree)] {
    try BackboneRegistry.entry(name).build(classes).state.map { name, entry in
      let shape = entry.value.shape.sizes
      let bytes = [UInt8](repeating: 0, count: 4 * entry.value.count)
      return name.hasSuffix("num_batches_tracked")
        ? (name, .integers(shape: shape, [0]))
        : (name, .raw(type: "FloatStorage", shape: shape, bytes: bytes))
    }
  }

  /// The encoder found, or the error.
  private func found(_ tree: PickleTree, _ name: String, backbone: String? = nil) throws -> String {
    let folder = try TemporaryFolder()
    let file = folder.path / name
    try FileManager.default.createDirectory(at: file.folder.url, withIntermediateDirectories: true)
    try tree.file().write(to: file.url)
    do {
      guard
        case .encoder(let encoder) = try CheckpointImport(
          CheckpointFile(file), choices: .init(backbone: backbone))
      else { return "no encoder" }
      return encoder.entry.name
    } catch let error as ModelError {
      return error.description
    }
  }

  @Test func theNameDecides() throws {
    let state = try state("mobilenetv3_small_075")
    let plain = PickleTree.dictionary(state)
    func wrapped(_ items: [(String, PickleTree)]) -> PickleTree {
      .dictionary([("state_dict", plain)] + items)
    }
    func arguments(_ model: String) -> PickleTree {
      wrapped([("args", .object(module: "argparse", name: "Namespace", [("model", .string(model))]))])
    }
    let ours = "mobilenetv3_small_075"
    let theirs = "tf_mobilenetv3_small_075"
    let question = "fits mobilenetv3_small_075 and tf_mobilenetv3_small_075, which have the same arrays"
    #expect(try found(plain, "checkpoint.pth").contains(question))
    #expect(try found(plain, "checkpoint.pth", backbone: theirs) == theirs)
    for (name, expected) in [
      ("tf_mobilenetv3_small_075.pth", theirs), ("mobilenetv3_small_075-5e8b5d5d.pth", ours),
      ("TF_MobileNetV3_small_075.in1k.pth", theirs), ("weights-tf.pth", theirs),
      ("20240101-tf_mobilenetv3_small_075-224/model_best.pth.tar", theirs),
      ("models--timm--tf_mobilenetv3_small_075.in1k/snapshots/0a1b/pytorch_model.bin", theirs),
    ] {
      #expect(try found(plain, name) == expected, "\(name)")
    }
    // What the file says goes before its name.
    #expect(try found(wrapped([("arch", .string(theirs))]), "mobilenetv3_small_075.pth") == theirs)
    #expect(try found(arguments("tf_mobilenetv3_small_075.in1k"), "last.pth") == theirs)
    #expect(try found(arguments(ours), "tf_x.pth") == ours)
    #expect(try found(arguments("something"), "last.pth").contains(question))
    let nested = wrapped([
      ("hyper_parameters", .dictionary([("model", .dictionary([("name", .string(theirs))]))]))
    ])
    #expect(try found(nested, "last.ckpt") == theirs)
  }

  @Test func whatIsNotSupportedIsRefusedByName() throws {
    let plain = PickleTree.dictionary(try state("resnet18"))
    #expect(try found(plain, "resnet18-f37072fd.pth") == "resnet18")
    #expect(
      try found(plain, "resnetblur18.pth").contains(
        "is of resnetblur18 by its name, which is not supported: it has the arrays of resnet18, but blurs"))
    #expect(
      try found(plain, "x.pth").contains(
        "fits resnet18 (and resnetblur18, not supported), which have the same arrays"))
    // A word for a variant is no name of the plain network.
    #expect(try found(plain, "resnet18_blurpool.pth").contains("have the same arrays"))
    #expect(try found(plain, "x.pth", backbone: "resnet18") == "resnet18")
    #expect(try found(.dictionary(state("resnet34")), "x.pth") == "resnet34")
  }

  @Test func aConfigurationBesideAFileDecides() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write(Array(#"{"architecture": "tf_mobilenetv3_small_075"}"#.utf8), "config.json")
    let file = try folder.write(
      [UInt8](PickleTree.dictionary(try state("mobilenetv3_small_075")).file()), "pytorch_model.bin")
    guard case .encoder(let encoder) = try CheckpointImport(CheckpointFile(file)) else { return }
    #expect(encoder.entry.name == "tf_mobilenetv3_small_075")
  }

  /// Every pair of the registry that shares its arrays asks, whichever of the two it is.
  @Test func noEncoderIsTakenForAnother() throws {
    var byArrays: [String: [String]] = [:]
    for entry in BackboneRegistry.entries {
      let text = try entry.build(2).state.map { "\($0.name) \($0.entry.value.shape)" }.joined(separator: "\n")
      byArrays[text, default: []].append(entry.name)
    }
    let twins = byArrays.values.filter { $0.count > 1 }.sorted { $0[0] < $1[0] }
    #expect(twins.count == 11 && twins.allSatisfy { $0.count == 2 && $0[1] == "tf_" + $0[0] }, "\(twins)")
  }

  private struct Recorded: Decodable {
    let height, width: Int
    let logits: [Double]

    init(from decoder: any Decoder) throws {
      var list = try decoder.unkeyedContainer()
      height = try list.decode(Int.self)
      width = try list.decode(Int.self)
      logits = try list.decode([Double].self)
    }
  }

  private static let recordings: [String: [Recorded]] = {
    guard let data = try? Data(contentsOf: Fixtures.path("cases/checkpoints/tensorflow.json").url) else {
      return [:]
    }
    return (try? JSONDecoder().decode([String: [Recorded]].self, from: data)) ?? [:]
  }()

  @Test func allNetworksAreRecorded() { #expect(Self.recordings.count == 16) }

  /// Relative to the largest logit; timm itself in float32 is up to 2.4e-6 off.
  private static let tolerance = 5e-6

  /// timm's logits in float64, for images of even and odd sides; those of the network with the same arrays are others.
  @Test(arguments: recordings.keys.sorted()) func logitsAreTimms(_ name: String) throws {
    let encoder = try BackboneRegistry.entry(name).build(5)
    for (key, entry) in encoder.state {
      let value = entry.value
      if key.hasSuffix("num_batches_tracked") { continue }
      var numbers = try Tensor.formula(key, value.shape).values()
      if value.rank >= 2 {
        let inputs = value.shape.sizes.dropFirst().reduce(1, *)
        let gain = Float((3 / Double(inputs)).squareRoot() * 1.3)
        numbers = numbers.map { $0 * gain }
      } else if key.hasSuffix("running_var") || key.hasSuffix("weight") {
        numbers = numbers.map { 1 + 0.5 * $0 }
      } else {
        numbers = numbers.map { 0.1 * $0 }
      }
      try value.assign(Tensor(value.shape, numbers))
    }
    let twin = try #require(Self.recordings[name.hasPrefix("tf_") ? String(name.dropFirst(3)) : "tf_" + name])
    for (recorded, other) in zip(try #require(Self.recordings[name]), twin) {
      let image = try Tensor.formula("image", [1, 3, recorded.height, recorded.width])
      let logits = try encoder.classify(encoder.encode(image, .evaluation).features, .evaluation).values()
      let largest = recorded.logits.reduce(0) { max($0, abs($1)) }
      let gap = zip(recorded.logits, other.logits).map { abs($0 - $1) }.max() ?? 0
      #expect(gap > 20 * Self.tolerance * largest)
      let error = zip(logits, recorded.logits).map { abs(Double($0) - $1) }.max() ?? .infinity
      #expect(error <= Self.tolerance * largest, "\(recorded.height)×\(recorded.width): \(error / largest)")
    }
  }
}
