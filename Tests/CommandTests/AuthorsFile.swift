import Foundation
import GlanceFocus
import TestSupport

/// A checkpoint of the form that the paper's authors publish, of a small network with random weights.
struct AuthorsFile {
  static let classes = 3
  static let steps = 3
  let model: GFNet

  init() throws {
    model = try GFNet(
      Configuration(
        backbone: "resnet_tiny_16", patchSize: 48, imageSize: 224, steps: Self.steps, classes: Self.classes),
      seed: 3)
  }

  private func state(_ prefix: String) throws -> PickleTree {
    .dictionary(
      try model.state.filter { $0.name.hasPrefix(prefix) }.map { name, entry in
        let (shape, values) = (entry.value.shape.sizes, try entry.value.values())
        let key = "module." + name.dropFirst(prefix.count)
        if case .buffer(let buffer) = entry, buffer.isInteger {
          return (key, .integers(shape: shape, values.map { Int64($0) }))
        }
        return (key, .tensor(shape: shape, values))
      })
  }

  /// Thresholds for q = p/20: under the first all images leave after step 1, under the last after step 3.
  static let thresholds = (1...39).map { p -> [Float] in
    p == 1 ? [-1e8, -1e8, -1e8] : p == 39 ? [1e8, 1e8, -1e8] : [0.9 - 0.01 * Float(p), 0.5, -1e8]
  }
  /// Made up.
  static let curve = (1...39).map { (madds: 20 + 0.5 * Double($0), accuracy: 40 + Double($0)) }

  /// - Parameter hasResults: with thresholds, costs and results, as published; without, as the training program saves.
  func data(hasResults: Bool = true) throws -> Data {
    var items: [(String, PickleTree)] = [
      ("model_name", .string("resnet_tiny_16")), ("patch_size", .int(48)),
      ("model_prime_state_dict", try state("model_prime.")), ("model_state_dict", try state("model.")),
      ("fc", try state("fc.")), ("policy", try state("policy.")),
    ]
    if hasResults {
      let costs = try model.measureCosts()
      items += [
        ("model_flops", .double(Double(costs.globalEncoder) / 1e6)),
        ("flops", .list(costs.cumulative.map { .double(Double($0) / 1e6) })),
        ("anytime_classification", .list([.double(51.25), .double(62.5), .double(66)])),
        ("dynamic_threshold", .tensor(shape: [39, Self.steps], Self.thresholds.flatMap { $0 })),
        (
          "budgeted_batch_classification",
          .list([
            .list(Self.curve.map { .double($0.madds) }), .list(Self.curve.map { .double($0.accuracy) }),
          ])
        ),
      ]
    } else {
      items.append(("flops", .list((1...Self.steps).map { .double(Double($0)) })))
    }
    return PickleTree.dictionary(items).file(legacy: true)
  }
}
