import GlanceFocus

/// The options by which scripts say what risk is promised.
enum RiskOptions {
  static let epsilon = ArgumentKey<Double>(
    "epsilon", "the largest risk on new images, a share: 0.01 is a point of accuracy", in: 1e-6...(1 - 1e-6))
  private static let delta = ArgumentKey<Double?>(
    "delta", "how probable a larger risk may be; default 0.1; not for crc", in: 1e-9...(1 - 1e-9))
  private static let loss = ArgumentKey<String>(
    FunctionParameter(
      "loss", .choice(RiskLosses.table.map(\.name)), default: .string("accuracy"),
      RiskLosses.table.map { "\($0.name): \($0.help)" }.joined(separator: "; "))
  ) { call, name in try call.string(name) }
  private static let bound = choice(of: RiskBounds.table)
  /// With the bound that promises nothing, for trials.
  private static let boundOrNaive = choice(of: RiskBounds.withNaive)
  private static let path = ArgumentKey<LuaValue>(
    .optional(
      "path", .either([.choice(ThresholdPath.allCases.map(\.rawValue)), .list(.any)]),
      "the thresholds that are tried in turn: the paper's (default), the most accurate by budget, a single one for all"
        + " steps, or a list of lists, made of other images"))
  private static let points = ArgumentKey<Int>(
    "points", default: 200, "how many are tried; of optimal 39 take a second", in: 2...10_000)
  private static let family = ArgumentKey<TraceHandle?>(
    "family", "a trace of other images to solve the path on; default: a share of this one, set aside")
  private static let share = ArgumentKey<Double>(
    "share", default: 0.2, "the share that is set aside", in: 1e-6...(1 - 1e-6))
  private static let seed = ArgumentKey<UInt64>.seed(of: "the order of the images")

  private static func choice(of bounds: [any RiskBound]) -> ArgumentKey<String> {
    ArgumentKey<String>(
      FunctionParameter(
        "bound", .choice(bounds.map(\.name)), default: .string(bounds[0].name),
        bounds.map { "\($0.name): \($0.help)" }.joined(separator: "; "))
    ) { call, name in try call.string(name) }
  }

  /// The rows of options.
  /// - Parameter epsilon: required, or optional where other methods do without.
  static func rows(epsilon: any ArgumentRow, allowsNaive: Bool = false) -> [any ArgumentRow] {
    [epsilon, delta, loss, allowsNaive ? boundOrNaive : bound, path, points, family, share, seed]
  }

  /// Refuses options that mean nothing to another method.
  static func refuse(_ call: LuaCall, method: String) throws {
    let rows: [any ArgumentRow] = [epsilon, delta, loss, bound, path, points, family, share, seed]
    for row in rows where try call.has(row) {
      throw LuaError(
        "trace:thresholds: \(row.parameter.name) is for method = \"risk\", and the method is \"\(method)\"")
    }
  }

  static func promise(_ call: LuaCall, _ function: String) throws -> RiskPromise {
    guard try call.has(epsilon) else {
      throw LuaError("\(function): say the largest risk, as in {method = \"risk\", epsilon = 0.01}")
    }
    let (lossName, boundName) = (try call[loss], try call[boundOrNaive])
    guard let loss = RiskLosses.table.first(where: { $0.name == lossName }),
      let bound = RiskBounds.withNaive.first(where: { $0.name == boundName })
    else { throw LuaError("\(function): no loss '\(lossName)' with the bound '\(boundName)'") }
    let given = try call[delta]
    if given != nil, !bound.isWithProbability {
      throw LuaError(
        "\(function): the bound \"\(bound.name)\" promises nothing with a probability: leave delta out")
    }
    return try RiskPromise(loss: loss, bound: bound, epsilon: call[epsilon], delta: given ?? 0.1)
  }

  /// Refuses what has no say in the path that was asked for: whoever gives it believes that it has one.
  private static func refuseIdle(_ call: LuaCall, _ path: LuaValue) throws {
    let isList = if case .table = path { true } else { false }
    let isSingle = path.asString == ThresholdPath.single.rawValue
    let idle: [any ArgumentRow]
    let reason: String
    if isList {
      (idle, reason) = ([points, family, share], "'path' lists its thresholds")
    } else if isSingle {
      (idle, reason) = ([family, share], "path = \"single\" is solved on no images")
    } else {
      (idle, reason) = (try call.has(family) ? [share] : [], "the path is solved on 'family'")
    }
    for row in idle where try call.has(row) {
      throw LuaError("\(call.place(row.parameter.name)) has no say where \(reason): leave it out")
    }
  }

  static func sequence(_ trace: Trace, _ call: LuaCall) throws -> RiskSequence {
    let given = try call[path]
    try refuseIdle(call, given)
    if case .table(let list) = given {
      let origin = ThresholdOrigin(trace)
      let lists = try list.elements(ofListAt: call.place(path)).enumerated().map { index, element in
        guard let thresholds = element.asTable else {
          throw LuaError(
            "\(call.place(path)): element \(index + 1) must be a list of thresholds by step, got \(element.described)"
          )
        }
        return try DefinitionUse.thresholds(thresholds, for: origin, in: call.state, call.place(path))
      }
      return try RiskSequence(lists, for: trace, seed: call[seed])
    }
    return try RiskSequence(
      given.asString.flatMap(ThresholdPath.init(rawValue:)) ?? .paper, for: trace, points: call[points],
      family: call[family]?.trace, share: call[share], seed: call[seed])
  }

  /// Thresholds with a promise. That not even the first of the path can be promised is remarked.
  static func control(_ trace: Trace, _ call: LuaCall, _ function: String) throws -> RiskControl {
    do {
      let control = try RiskControl(
        promise(call, function), on: trace, sequence: sequence(trace, call))
      if control.certified == 0 {
        call.context.note(
          "\(function): no early exit can be promised a risk of at most \(control.promise.epsilon) on"
            + " \(control.images) images: the first thresholds of the path are refused, and no image leaves early"
        )
      }
      return control
    } catch let error as EpisodeError {
      throw LuaError("\(function): \(error.description)")
    }
  }
}
