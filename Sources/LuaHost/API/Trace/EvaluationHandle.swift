import GlanceFocus

/// The result of an exit rule on a trace, as scripts hold it.
final class EvaluationHandle {
  let evaluation: Evaluation
  let trace: TraceHandle
  let lists = HostLists()

  init(_ evaluation: Evaluation, of trace: TraceHandle) {
    self.evaluation = evaluation
    self.trace = trace
  }

  /// One table per image, made when first asked for.
  func images(on stack: LuaStack) throws -> LuaTable {
    try lists.list("per_image", on: stack) {
      let labels = trace.record.labels
      return (0..<evaluation.exitSteps.count).map { i in
        let steps = Int(evaluation.exitSteps[i])
        return LuaFields([
          "prediction": Int(evaluation.predictions[i]) + 1, "label": labels.map { Int($0[i]) + 1 },
          "confidence": evaluation.confidences[i], "steps": steps, "madds": evaluation.stepMadds[steps - 1],
          "image": trace.record.indices[i] + 1,
        ])
      }
    }
  }

  static let entry = LuaClass<EvaluationHandle>(
    "evaluation", "What an exit rule made of the images of a trace.",
    properties: [
      .init(
        "accuracy", "number", "percent of right answers; nil without labels",
        get: { it, _ in it.evaluation.accuracy.map(Percent.of) }),
      .init("trace", "trace", "what the rule was applied to", get: { it, _ in Pushed(it.trace) }),
      .init("madds", "number", "mean Multiply-Adds per image", get: { it, _ in it.evaluation.madds }),
      .init(
        "exits", "list of integers", "images that left after step 1, 2, …",
        get: { it, _ in it.evaluation.exits }),
      .init(
        "per_image", "list of tables",
        "{prediction=, label=, confidence=, steps=, madds=, image=} in the trace's order",
        get: { it, stack in try it.images(on: stack) }),
    ],
    methods: [
      OutcomeMethods.interval(TraceMethods.sample + "trace:evaluate(0.5)"),
      OutcomeMethods.compare(TraceMethods.sample + "trace:evaluate(0.5)", with: "trace:evaluate(0.9)"),
    ],
    describe: { it in
      let e = it.evaluation
      return
        "evaluation: \(Percent.text(e.accuracy))\(ModelHandle.millions(e.madds)) Multiply-Adds on average, "
        + "exits \(e.exits.map(String.init).joined(separator: " / "))"
    }
  ).entry
}
