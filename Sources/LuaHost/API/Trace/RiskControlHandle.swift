import GlanceFocus
import Reports
import Support

/// Thresholds with a promise, as scripts hold them.
final class RiskControlHandle: HoldsMemory {
  let control: RiskControl
  var heldBytes: Int { control.path.count * (16 + 8 * control.thresholds.count) }

  init(_ control: RiskControl) { self.control = control }

  /// What is promised, in words.
  var promise: String { control.promise.text }

  static let entry = LuaClass<RiskControlHandle>(
    "risk_control", "Thresholds with a promise of risk, and how they were found.",
    properties: [
      .init(
        "thresholds", "list of numbers", "one by step, the last -inf: what trace:evaluate takes",
        get: { it, stack in
          try stack.state.context.thresholdLists(in: stack.state)
            .list(it.control.thresholds, of: it.control.origin, on: stack)
        }),
      .init("promise", "string", "what is promised, in words", get: { it, _ in it.promise }),
      .init(
        "certified", "integer", "how many thresholds of the path were kept; 0: no image leaves early",
        get: { it, _ in it.control.certified }),
      .init(
        "path", "list of lists", "the thresholds that were tried in turn",
        get: { it, _ in it.control.path.map { $0.map(Double.init) } }),
      .init(
        "risk", "number", "the risk that was seen on the tested images, a share",
        get: { it, _ in it.control.risk }),
      .init(
        "madds", "number", "mean Multiply-Adds of the tested images", get: { it, _ in it.control.madds }),
      .init("images", "integer", "how many images were tested", get: { it, _ in it.control.images }),
      .init(
        "set_aside", "integer", "how many were set aside to solve the path on",
        get: { it, _ in it.control.setAside }),
    ],
    describe: { it in
      let c = it.control
      return "\(it.promise). Seen on \(c.images) images: \(NumberSpelling.plain(rounded(c.risk))), at"
        + " \(ModelHandle.millions(c.madds)) Multiply-Adds on average;"
        + " \(c.certified) of \(c.path.count) thresholds kept"
    }
  ).entry

  private static func rounded(_ share: Double) -> Double { (share * 1e5).rounded() / 1e5 }
}

extension RiskPromise {
  /// What is promised, in words.
  var text: String {
    let risk = "a risk of at most \(NumberSpelling.plain(epsilon)): \(loss.help)"
    if bound.isWithProbability {
      return
        "with probability \(NumberSpelling.plain((1e12 * (1 - delta)).rounded() / 1e12)) over draws of the images \(risk)"
    }
    return bound.name == NaiveRisk.name
      ? "nothing is promised of \(risk)" : "on average over draws of the images \(risk)"
  }
}

/// A promise put to the test, as scripts hold it.
final class RiskTrialsHandle: HoldsMemory {
  let trials: RiskTrials
  var heldBytes: Int { 24 * trials.risks.count }

  init(_ trials: RiskTrials) { self.trials = trials }

  /// Whether what was seen speaks against the promise: its p-value, of a probability above δ or a mean above ε.
  var p: Double {
    get throws {
      let promise = trials.promise
      if promise.bound.isWithProbability {
        return try Binomial.test(
          Proportion(trials.exceeded, of: trials.risks.count), against: promise.delta, alternative: .greater)
      }
      return try Means.oneSided(trials.risks, above: promise.epsilon)
    }
  }

  static let entry = LuaClass<RiskTrialsHandle>(
    "risk_trials", "A promise of risk put to the test on random draws of a trace's images.",
    properties: [
      .init("trials", "integer", "how many draws there were", get: { it, _ in it.trials.risks.count }),
      .init("images", "integer", "images of each draw", get: { it, _ in it.trials.images }),
      .init(
        "others", "integer", "images on which the risk was measured, each time",
        get: { it, _ in it.trials.others }),
      .init(
        "exceeded", "integer", "draws after which the risk on the others was above epsilon",
        get: { it, _ in it.trials.exceeded }),
      .init(
        "risk", "estimate", "mean risk on the others, a share",
        get: { it, _ in Pushed(EstimateHandle(try Means.student(it.trials.risks))) }),
      .init(
        "madds", "estimate", "mean Multiply-Adds of the others",
        get: { it, _ in Pushed(EstimateHandle(try Means.student(it.trials.madds))) }),
      .init("risks", "list of numbers", "the risk on the others, by draw", get: { it, _ in it.trials.risks }),
      .init(
        "costs", "list of numbers", "their mean Multiply-Adds, by draw", get: { it, _ in it.trials.madds }),
      .init(
        "certified", "list of integers", "how many thresholds of the path were kept, by draw",
        get: { it, _ in it.trials.certified }),
      .init("promise", "string", "what is promised, in words", get: { it, _ in it.trials.promise.text }),
      .init(
        "p", "number",
        "the p-value of a broken promise: of more draws above epsilon than delta allows, or a mean above epsilon",
        get: { it, _ in try it.p }),
    ],
    describe: { it in
      let t = it.trials
      return
        "\(t.promise.text). \(t.exceeded) of \(t.risks.count) draws exceed it on the other \(t.others) images"
    }
  ).entry
}
