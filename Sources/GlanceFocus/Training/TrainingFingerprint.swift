import Foundation
import NeuralNet
import Vision

/// What two trainings must have in common for one to go on from the other's checkpoint.
struct TrainingFingerprint: Equatable {
  private let options: TrainingOptions
  /// Network, data set, starting weights, and how an epoch is cut into batches where that has changed between versions.
  private let rest: [String]
  /// What the functions compute that a training was given; empty without any.
  private let functions: String

  private static let functionsPrefix = "functions "

  init(_ model: GFNet, dataset: any ImageDataset, options: TrainingOptions, functions: String = "") throws {
    self.options = options
    self.functions = functions
    rest =
      [
        String(decoding: try JSONEncoder.sorted.encode(model.configuration), as: UTF8.self), dataset.identity,
        String(try model.weightHash(), radix: 16),
      ] + (dataset.count % options.batchSize == 0 ? [] : ["all images in even batches"])
  }

  // MARK: As text, one part a line

  func text() throws -> String {
    let kept = functions.isEmpty ? [] : [Self.functionsPrefix + functions]
    return ([String(decoding: try JSONEncoder.sorted.encode(options), as: UTF8.self)] + rest + kept)
      .joined(separator: "\n")
  }

  /// Nil when `text` is that of a training whose options are not known here.
  init?(text: String) {
    let lines = text.utf8.split(separator: 10, omittingEmptySubsequences: false).map {
      String(decoding: $0, as: UTF8.self)
    }
    guard lines.count >= 4,
      let options = try? JSONDecoder().decode(TrainingOptions.self, from: Data(lines[0].utf8))
    else { return nil }
    self.options = options
    let isOfFunctions = { (line: String) in line.hasPrefix(Self.functionsPrefix) }
    functions =
      lines.last(where: isOfFunctions).map { String($0.dropFirst(Self.functionsPrefix.count)) } ?? ""
    rest = lines.dropFirst().filter { !isOfFunctions($0) }
    // The file is a stranger's: a line of functions does not stand for one of the three that must be there.
    guard rest.count >= 3 else { return nil }
  }

  // MARK: Comparing

  /// Why this training cannot go on after `done` epochs of `other`, such as `rate was 0.1, is 0.05`; empty when it can.
  ///
  /// Another number of epochs is no obstacle where the learning rate of every step so far is the same all the same.
  /// - Parameter batches: the number of batches of an epoch.
  func obstacles(toGoingOnFrom other: TrainingFingerprint, done: Int, batches: Int) -> [String] {
    var found = changedOptions(from: other)
    if options.epochs != other.options.epochs, let reason = epochObstacle(other, done, batches) {
      found.insert(reason, at: 0)
    }
    let names = ["the network", "the data set", "the starting weights"]
    for (index, name) in names.enumerated() where rest[index] != other.rest[index] {
      found.append("\(name) \(name.hasSuffix("s") ? "are" : "is") another")
    }
    if functions != other.functions {
      found.append("the functions for loss, reward, advantage or schedule are others")
    }
    if rest.dropFirst(names.count) != other.rest.dropFirst(names.count) {
      found.append("an earlier version left incomplete batches out")
    }
    return found
  }

  private func epochObstacle(_ other: TrainingFingerprint, _ done: Int, _ batches: Int) -> String? {
    let (before, now) = (other.options.epochs, options.epochs)
    let change = "epochs was \(before), is \(now)"
    guard done <= now else { return "\(change), and \(done) are done" }
    if !functions.isEmpty { return "\(change), which the functions may depend on" }
    let schedule = Schedule(rawValue: options.schedule) ?? .cosine
    // The number of epochs before is whatever the file says: whole numbers could overflow.
    for step in 0..<done * batches
    where schedule.factor(Double(step) / (Double(before) * Double(batches)))
      != schedule.factor(Double(step) / (Double(now) * Double(batches)))
    {
      return "\(change), and the schedule \"\(options.schedule)\" depends on it"
    }
    return nil
  }

  /// Options other than the number of epochs.
  private func changedOptions(from other: TrainingFingerprint) -> [String] {
    let (old, new) = (Self.values(of: other.options), Self.values(of: options))
    return Set(old.keys).union(new.keys).subtracting(["epochs"]).sorted().compactMap { name in
      let (before, now) = (old[name] ?? "unknown", new[name] ?? "unknown")
      return before == now ? nil : "\(Self.names[name] ?? name) was \(before), is \(now)"
    }
  }

  /// The names by which users know the options, where these are not the same.
  private static let names = [
    "batchSize": "batch", "encoderRate": "rate", "classifierRate": "classifier_rate",
    "weightDecay": "weight_decay", "auxiliaryWeight": "aux_weight", "labelSmoothing": "label_smoothing",
    "policyRate": "policy_rate", "randomBranch": "random_branch", "resetsPolicy": "reset_policy",
    "firstEpoch": "first_epoch", "ppo.epochs": "ppo_epochs",
    "ppo.learningRate": "ppo_rate", "ppo.discount": "discount",
    "trainsGlobalEncoder": "training of the global encoder",
  ]

  private static func values(of options: TrainingOptions) -> [String: String] {
    guard let data = try? JSONEncoder.sorted.encode(options),
      let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any]
    else { return [:] }
    var values: [String: String] = [:]
    for (name, value) in object {
      if let inner = value as? [String: Any] {
        for (key, value) in inner { values["\(name).\(key)"] = text(value) }
      } else {
        values[name] = text(value)
      }
    }
    values["shards"] = options.shards.map { "\($0)" } ?? "none"
    return values
  }

  private static func text(_ value: Any) -> String {
    (value as? NSNumber).map { String(format: "%.7g", $0.doubleValue) } ?? "\(value)"
  }
}
