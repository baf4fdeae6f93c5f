import GlanceFocus
import Support
import Vision

/// One image on its way through its decisions, as scripts hold it.
final class StepperHandle: GrowsInUse {
  /// Where a stepper stops.
  enum Stops: String, CaseIterable {
    case both, before, after
  }

  /// What decides, with parameters that can be changed; nil for functions and where there is no rule.
  private struct Deciders {
    var rule: ConfiguredDefinition?
    var sampler: ConfiguredDefinition?
  }

  let stepper: DecisionStepper
  let model: ModelHandle
  let images: any ImageDataset
  let classNames: [String]
  private let stops: Stops
  private var deciders: Deciders
  private var earlier: [Deciders] = []

  init(
    _ stepper: DecisionStepper, of model: ModelHandle, images: any ImageDataset, classNames: [String],
    rule: ConfiguredDefinition?, sampler: ConfiguredDefinition?, stops: Stops
  ) throws {
    self.stepper = stepper
    self.model = model
    self.images = images
    self.classNames = classNames
    self.stops = stops
    deciders = Deciders(rule: rule, sampler: sampler)
    if !isStop(stepper.moment) { try next() }
  }

  var heldBytes: Int { (1 + earlier.count) * (1 << 16) + images.heldBytes }

  private func isStop(_ moment: DecisionStepper.Moment) -> Bool {
    switch moment {
    case .before: stops != .after
    case .after: stops != .before
    case .end: true
    }
  }

  /// Goes on to the next stop.
  func next() throws {
    repeat { try advance() } while !isStop(stepper.moment)
  }

  /// Goes on to the end.
  func run() throws {
    while stepper.moment != .end { try advance() }
  }

  private func advance() throws {
    guard stepper.moment != .end else { return }
    try model.running { try stepper.advance() }
    earlier.append(deciders)
  }

  /// Goes back to the stop before; stays at the first.
  func back() {
    guard let stop = stepper.earlierMoments.lastIndex(where: isStop) else { return }
    for _ in stop..<stepper.earlierMoments.count { stepper.back() }
    deciders = earlier[stop]
    earlier.removeLast(earlier.count - stop)
  }

  // MARK: Parameters

  /// What takes the decision at hand, where it has parameters.
  var decider: ConfiguredDefinition? {
    switch stepper.moment {
    case .before(.exit), .after(.exit): deciders.rule
    case .before(.place), .after(.place): deciders.sampler
    case .end: nil
    }
  }

  /// Has the rule or the sampler of the decision at hand go on with another parameter.
  func set(_ parameter: String, to value: LuaValue, in state: LuaState) throws {
    guard let decider else {
      throw LuaError(
        stepper.moment == .end
          ? "stepper.params: the image has left" : "stepper.params: what decides here has no parameters")
    }
    let changed = try decider.changing(parameter, to: value)
    try model.running {
      if decider.definition.kind == .exits {
        try stepper.replace(rule: DefinitionUse.rule(of: changed, in: state, "stepper.params"), sampler: nil)
        deciders.rule = changed
      } else {
        try stepper.replace(
          rule: nil, sampler: DefinitionUse.sampler(of: changed, in: state, "stepper.params").sampler)
        deciders.sampler = changed
      }
    }
  }

  /// Such as `before exit`.
  var moment: String {
    switch stepper.moment {
    case .before(let decision): "before \(decision.rawValue)"
    case .after(let decision): "after \(decision.rawValue)"
    case .end: "end"
    }
  }

  /// The name of a class, from 0.
  func name(of label: Int) -> String { classNames.className(label) }
}
