import GlanceFocus

/// `trace:thresholds`.
enum ThresholdsMethod {
  /// How thresholds are found, and so which options say what they should reach.
  private enum Method: String, CaseIterable {
    case paper, optimal, risk

    /// The method for a budget; nil where there is no budget.
    var ofBudget: Calibration.Method? { Calibration.Method(rawValue: rawValue) }
  }

  private static let method = ArgumentKey<Method>(
    "method", default: .paper, "the paper's form, the most accurate on this trace, or with a promise of risk")
  private static let q = ArgumentKey<Double?>(
    "q", "share of exits after step k proportional to q^k", in: 1e-9...1e9)
  private static let madds = ArgumentKey<Double?>(
    "madds", "mean Multiply-Adds per image not to exceed", in: 0...Double.infinity)

  static var entry: LuaMethod<TraceHandle> {
    LuaMethod<TraceHandle>(
      "thresholds", "Confidence thresholds by step, solved on this trace.",
      [.options([q, madds, method] + RiskOptions.rows(epsilon: RiskOptions.epsilon.optional))],
      returns: "list of numbers: one by step, the last -inf",
      example: TraceMethods.sample + "trace:evaluate(trace:thresholds{q = 0.5})",
      discussion: """
        Give q or madds; with method = "risk" epsilon, as trace:risk_control takes it, whose thresholds these are then. \
        An infinite threshold lets no image leave after that step.
        """
    ) { it, call in
      let method = try call[method]
      func list(_ thresholds: [Float]) throws -> LuaTable {
        try call.context.thresholdLists(in: call.state)
          .list(thresholds, of: ThresholdOrigin(it.trace), on: call.stack)
      }
      guard let ofBudget = method.ofBudget else {
        if try call.has(q) || call.has(madds) {
          throw LuaError(
            "trace:thresholds: method = \"risk\" takes epsilon, as in {method = \"risk\", epsilon = 0.01}, and"
              + " neither q nor madds")
        }
        return try list(RiskOptions.control(it.trace, call, "trace:thresholds").thresholds)
      }
      try RiskOptions.refuse(call, method: method.rawValue)
      switch (try call[q], try call[madds]) {
      case (let q?, nil):
        guard ofBudget == .paper else {
          throw LuaError("trace:thresholds: q is the paper's form; give madds for method = \"optimal\"")
        }
        return try list(it.trace.thresholds(q: q))
      case (nil, let madds?): return try list(it.trace.thresholds(madds: madds, method: ofBudget))
      case (nil, nil): throw LuaError("trace:thresholds: give q or madds, as in {q = 0.5}")
      case (_?, _?): throw LuaError("trace:thresholds: give q or madds, not both")
      }
    }
  }
}
