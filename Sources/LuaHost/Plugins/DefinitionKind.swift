/// What can be defined from Lua: exit rules, samplers, schedulers of exits, backbones and reports.
public enum DefinitionKind: String, Sendable, CaseIterable {
  case exits, samplers, schedulers, backbones, reports

  /// The word for the kind in a sentence.
  public var noun: String {
    switch self {
    case .exits: "exit rule"
    case .samplers: "sampler"
    case .schedulers: "scheduler"
    case .backbones: "backbone"
    case .reports: "report"
    }
  }

  /// The functions that implement it: one of these must be given.
  public var functions: [DefinitionFunction] {
    switch self {
    case .exits: [.decide, .decideBatch]
    case .samplers: [.propose, .proposeBatch]
    case .schedulers: [.fit]
    case .backbones: [.build]
    case .reports: [.buildReport]
    }
  }

  /// Whether it answers about images one after the other, so that it can say that its answers depend on others.
  public var asksAboutImages: Bool {
    switch self {
    case .exits, .samplers: true
    case .schedulers, .backbones, .reports: false
    }
  }

  /// Whether it is called with something that it is about, before its parameters, and does its work at once.
  var isAboutSomething: Bool {
    switch self {
    case .exits, .samplers, .backbones: false
    case .schedulers, .reports: true
    }
  }

  /// Whether what a script makes of it can be kept in a file by itself.
  var isKeptInFiles: Bool {
    switch self {
    case .exits, .samplers: true
    case .schedulers, .backbones, .reports: false
    }
  }

  /// The functions of its module, whose names no definition can have.
  var reservedNames: [String] { ["define", "list"] + (isKeptInFiles ? ["load"] : []) }

  /// What follows the name where one is used: `{threshold = 0.3}`, or `(trace, {q = 1})` for what is called at once.
  func use(with parameters: String) -> String {
    guard isAboutSomething else { return "{\(parameters)}" }
    return parameters.isEmpty ? "(trace)" : "(trace, {\(parameters)})"
  }
}

/// A function by which Lua implements a definition.
public struct DefinitionFunction: Sendable {
  /// The name by which `define` takes it, such as `decide_batch`.
  public let name: String
  /// What it is called with and returns.
  public let summary: String
  /// Whether it answers for a batch of images at once.
  public let isBatch: Bool

  static let decide = DefinitionFunction(
    name: "decide", summary: "function(s, p) → true to leave; s is one image's state, p the parameters",
    isBatch: false)
  static let decideBatch = DefinitionFunction(
    name: "decide_batch", summary: "function(b, p) → tensor of booleans; b holds tensors over the batch",
    isBatch: true)
  static let propose = DefinitionFunction(
    name: "propose",
    summary:
      "function(s, p, rng) → row, column, each from 0 to 1; of clips also a list of one {row, column} for each frame",
    isBatch: false)
  static let proposeBatch = DefinitionFunction(
    name: "propose_batch", summary: "function(b, p, rng) → n×2 tensor; of clips also n×frames×2",
    isBatch: true)
  static let fit = DefinitionFunction(
    name: "fit",
    summary: "function(trace, p) → an exit rule, gfnet.exits.NAME{…}, made for what is recorded in the trace",
    isBatch: false)
  static let build = DefinitionFunction(
    name: "build", summary: "function(nn, p) → nn.backbone{…}; nn is gfnet.nn", isBatch: false)
  static let buildReport = DefinitionFunction(
    name: "build",
    summary: "function(data, p) writes a section by gfnet.report; data is what the report is called with",
    isBatch: false)
}
