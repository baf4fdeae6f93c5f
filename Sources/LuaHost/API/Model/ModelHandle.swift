import Foundation
import GlanceFocus
import Inference
import NeuralNet
import Reports
import Support
import Tensor

/// A network as scripts hold it, with where it came from and what is known about it.
final class ModelHandle {
  let network: GFNet
  /// The name it was asked for by, or its backbone's.
  let name: String
  /// The entries of the file's metadata beside the configuration.
  var metadata: [String: String]
  /// The epochs of training, in order.
  var history: [JSONValue]
  private var engines: [Precision: (engine: StepEngine, planner: Planner)] = [:]
  /// The bytes that the network holds without its plans, for the collector.
  let weightBytes: Int
  /// The number of runs of the network that are under way; several when a rule runs it, too.
  private var runs = 0
  private var isTraining = false
  /// The encoders that learn when a script evaluates parts itself.
  var learning: Set<Look> = []
  /// Glances that drew random numbers of the run's seed so far.
  private var glances = 0

  init(network: GFNet, name: String, metadata: [String: String] = [:]) {
    self.network = network
    self.name = name
    self.metadata = metadata
    history = []
    weightBytes = network.heldBytes
  }

  /// The bytes of packed weights and working memory of the plans made so far, for the collector.
  var planBytes: Int { engines.values.reduce(0) { $0 + $1.planner.weightBytes + $1.planner.workspaceBytes } }

  var configuration: Configuration { network.configuration }

  /// What thresholds are applied to in a run of so many steps.
  func target(steps: Int) -> ThresholdOrigin {
    ThresholdOrigin(
      model: Trace.Identity(name: name), dataset: configuration.dataset, steps: steps,
      classes: configuration.classes, classNames: configuration.labels)
  }

  /// The Multiply-Adds of the parts, which are measured once.
  func costs() throws -> StepCosts { try network.measureCosts() }

  /// Runs the network by inference plans, which are made once and again where weights have changed.
  /// - Throws: `InferenceError` where this processor gains nothing from `precision`.
  func engine(_ precision: Precision) throws -> StepEngine {
    if let made = engines[precision] { return made.engine }
    let planner = try Planner(precision)
    let made = StepEngine(network) { planner.planned($0).callAsFunction }
    engines[precision] = (made, planner)
    return made
  }

  /// The random numbers of the next pass of an encoder that learns.
  func nextPassNumbers(seed: UInt64) -> CounterRandom {
    glances += 1
    return CounterRandom(seed: seed, stream: "lua.dropout").child(glances)
  }

  /// Runs the network in `body`, whose rules, samplers and sources must not change it meanwhile.
  func running<Result>(_ body: () throws -> Result) rethrows -> Result {
    runs += 1
    defer { runs -= 1 }
    return try body()
  }

  /// Trains the network in `body`.
  /// - Throws: ``LuaError`` when it is being run, or being trained already.
  func training<Result>(_ body: () throws -> Result) throws -> Result {
    try requireIdle("gfnet.train")
    guard !isTraining else {
      throw LuaError("gfnet.train: the model is being trained already: its log cannot train it")
    }
    isTraining = true
    defer { isTraining = false }
    return try body()
  }

  /// Refuses to change weights that a run under way reads.
  func requireIdle(_ place: String) throws {
    guard runs == 0 else {
      throw LuaError(
        "\(place): the model is being run: its rules, samplers and sources cannot change it meanwhile")
    }
  }

  /// The hexadecimal digest of the weights as they are now.
  func digest() throws -> String { String(try network.weightHash(), radix: 16) }

  /// A line such as `model clutter-fashion: resnet_tiny_24, 48×48 patches of 128×128 images, 4 steps, …`.
  func describe() throws -> String {
    let c = configuration
    let costs = try costs().cumulative
    let last = costs.count > 1 ? " to \(Self.millions(costs[costs.count - 1]))" : ""
    let glance = c.glance == nil ? "" : "glance by \(c.text(.glance)), "
    return
      "model \(name): \(glance)\(c.backbone), \(c.patchSize)×\(c.patchSize) patches of \(c.imageSize)×\(c.imageSize)"
      + " images, \(c.steps) step\(c.steps == 1 ? "" : "s"), \(c.classes) classes,"
      + " \(Self.millions(network.parameterCount)) parameters, \(Self.millions(costs[0]))\(last) Multiply-Adds"
  }

  /// A count in millions, such as `12.3 M`.
  static func millions(_ count: some BinaryInteger) -> String { millions(Double(count)) }

  static func millions(_ count: Double) -> String {
    let value = count / 1e6
    return String(format: value >= 99.95 ? "%.0f M" : value >= 9.995 ? "%.1f M" : "%.2f M", value)
  }
}

extension ModelHandle: ObjectArgument {
  static let className = "model"
}
