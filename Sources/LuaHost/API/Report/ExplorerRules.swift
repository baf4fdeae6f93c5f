import GlanceFocus
import Reports

/// The rules that `gfnet.report.explorer` was given, as the page and its still figure want them.
struct ExplorerRules {
  struct Rule {
    var name: String
    var exits: Explorer.Exits
    /// Mean Multiply-Adds and the share of right answers of each point.
    var points: [(madds: Double, accuracy: Double)]
  }

  let rules: [Rule]

  /// The most points of a rule: the page goes through all images for each.
  private static let mostPoints = 200
  /// The page has one row for each, and a reader no more patience.
  private static let mostRules = 50

  /// - Parameter key: the option, a list of pairs {name, rule}; left out, the paper's thresholds, solved on the trace.
  init(_ call: LuaCall, _ key: ArgumentKey<LuaValue>, of handle: TraceHandle) throws {
    let list = try call.elements(key.parameter.name)
    guard !list.isEmpty else {
      rules = [try Self.curve("paper's", handle.trace.budgeted().thresholds, of: handle)]
      return
    }
    guard list.count <= Self.mostRules else {
      throw LuaError("\(call.place(key)): \(list.count) rules, expected up to \(Self.mostRules)")
    }
    rules = try list.enumerated().map { index, value in
      let place = "\(call.place(key)), element \(index + 1)"
      guard let pair = value.asTable, let name = try pair.get(1).asString, !name.isEmpty else {
        throw LuaError("\(place) must be a pair {name, rule}, as in {\"margin\", gfnet.exits.margin{}}")
      }
      return try Self.rule(name, pair.get(2), of: handle, call, "\(place), '\(name)'")
    }
  }

  private static func rule(
    _ name: String, _ value: LuaValue, of handle: TraceHandle, _ call: LuaCall, _ place: String
  ) throws -> Rule {
    let target = ThresholdOrigin(handle.trace)
    if case .object(let object) = value {
      if let curve = object.value(as: CurveHandle.self) {
        if let obstacle = curve.origin.obstacle(toUseOn: target, comparesWeights: true) {
          throw LuaError("\(place): \(obstacle)")
        }
        return try Self.curve(name, curve.curve.thresholds, of: handle)
      }
      if let evaluation = object.value(as: EvaluationHandle.self) {
        guard evaluation.trace === handle else {
          throw LuaError("\(place) is an evaluation of another trace")
        }
        return fixed(name, evaluation.evaluation)
      }
    }
    if value.isNil { throw LuaError("\(place) has no rule: expected a curve, an evaluation or an exit rule") }
    return fixed(
      name, try handle.trace.evaluate(DefinitionUse.rule(value, for: target, in: call.state, place)))
  }

  /// A rule that leaves where it leaves.
  private static func fixed(_ name: String, _ evaluation: Evaluation) -> Rule {
    Rule(
      name: name, exits: .steps(evaluation.exitSteps.map { UInt8(clamping: $0) }),
      points: [(evaluation.madds, evaluation.accuracy ?? 0)])
  }

  /// A family of thresholds; of very many points some are taken, evenly spread.
  private static func curve(_ name: String, _ thresholds: [[Float]], of handle: TraceHandle) throws -> Rule {
    let count = min(thresholds.count, mostPoints)
    let points = (0..<count).map { thresholds[$0 * (thresholds.count - 1) / max(count - 1, 1)] }
    return Rule(
      name: name, exits: .thresholds(points),
      points: try points.map { point in
        let evaluation = try handle.trace.evaluate(thresholds: point)
        return (evaluation.madds, evaluation.accuracy ?? 0)
      }.sorted { $0.madds < $1.madds })
  }
}
