import Foundation
import GlanceFocus
import Inference
import NeuralNet
import Reports
import Tensor

/// A network as scripts hold it, with where it came from and what is known about it.
final class ModelHandle {
  let network: GFNet
  /// The name it was asked for by, or its backbone's.
  let name: String
  /// Entries of the file's metadata beside the configuration.
  var metadata: [String: String]
  /// Epochs of training, in order.
  var history: [JSONValue]
  private var measured: StepCosts?
  private var engines: [Precision: StepEngine] = [:]

  init(network: GFNet, name: String, metadata: [String: String] = [:]) {
    self.network = network
    self.name = name
    self.metadata = metadata
    history = []
  }

  var configuration: Configuration { network.configuration }

  /// Multiply-Adds, measured once.
  func costs() throws -> StepCosts {
    if let measured { return measured }
    let costs = try network.measureCosts()
    measured = costs
    return costs
  }

  /// Runs the network by inference plans, which are made once and again where weights have changed.
  /// - Throws: ``InferenceError`` where this processor gains nothing from `precision`.
  func engine(_ precision: Precision) throws -> StepEngine {
    if let made = engines[precision] { return made }
    let planner = try Planner(precision)
    let made = StepEngine(network) { planner.planned($0).callAsFunction }
    engines[precision] = made
    return made
  }

  /// Hexadecimal digest of the weights as they are now.
  func digest() throws -> String { String(try network.weightHash(), radix: 16) }

  /// `clutter-fashion: resnet_tiny_24, 48×48 patches of 128×128 images, up to 4 steps, 10 classes, …`.
  func describe() throws -> String {
    let c = configuration
    let costs = try costs().cumulative
    let last = costs.count > 1 ? " to \(Self.millions(costs[costs.count - 1]))" : ""
    return
      "model \(name): \(c.backbone), \(c.patchSize)×\(c.patchSize) patches of \(c.imageSize)×\(c.imageSize)"
      + " images, \(c.steps) step\(c.steps == 1 ? "" : "s"), \(c.classes) classes,"
      + " \(Self.millions(network.parameterCount)) parameters, \(Self.millions(costs[0]))\(last) Multiply-Adds"
  }

  /// 12.3 M.
  static func millions(_ count: some BinaryInteger) -> String { millions(Double(count)) }

  static func millions(_ count: Double) -> String {
    let value = count / 1e6
    return String(format: value >= 99.95 ? "%.0f M" : value >= 9.995 ? "%.1f M" : "%.2f M", value)
  }
}
