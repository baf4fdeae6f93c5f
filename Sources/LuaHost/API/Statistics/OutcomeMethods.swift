import GlanceFocus

/// What evaluations and results of `model:infer` say of their uncertainty.
enum OutcomeMethods {
  /// What an interval is of.
  private enum Quantity: String, CaseIterable { case accuracy, madds }
  /// How an interval is found.
  private enum Method: String, CaseIterable { case wilson, exact, student, bootstrap }

  private static let quantity = ArgumentKey<Quantity>("of", default: .accuracy, "what the interval is of")
  private static let method = ArgumentKey<Method?>(
    .optional(
      "method", .choice(Method.allCases.map(\.rawValue)),
      "wilson (default) or exact for accuracy, student (default) for madds, or bootstrap")
  ) { call, name in try call.optionalString(name).flatMap(Method.init(rawValue:)) }

  /// The method `interval`.
  /// - Parameter sample: a Lua expression that makes one, for the example.
  static func interval<Handle: ImageOutcomes>(_ sample: String) -> LuaMethod<Handle> {
    LuaMethod<Handle>(
      "interval", "The accuracy in percent, or the mean cost, with an interval.",
      [.options([quantity, method] + IntervalOptions.bootstrapRows)], returns: "estimate",
      example: "\(sample):interval{level = 0.9}",
      discussion:
        "The images count as drawn at random from those that matter. docs/uncertainty.md has the formulas."
    ) { it, call in
      let evaluation = it.evaluation
      let count = evaluation.exitSteps.count
      switch (try call[quantity], try call[method]) {
      case (.accuracy, let method):
        guard let correct = evaluation.correct, count > 0 else {
          throw LuaError(
            "\(call.place(quantity)) is \"accuracy\", and without labels of the images there is none; \"madds\" needs none"
          )
        }
        let share = try Proportion(correct.count { $0 }, of: count)
        switch method {
        case .wilson, nil: return percent(try share.wilson(level: call[IntervalOptions.level]))
        case .exact: return percent(try share.exact(level: call[IntervalOptions.level]))
        case .bootstrap:
          return percent(try IntervalOptions.bootstrap(call).mean(correct.map { $0 ? 1 : 0 }))
        case .student:
          throw LuaError(
            "\(call.place(Self.method)): \"student\" is for means; an accuracy takes wilson, exact or bootstrap"
          )
        }
      case (.madds, let method):
        let costs = evaluation.exitSteps.map { evaluation.stepMadds[Int($0) - 1] }
        switch method {
        case .student, nil:
          return Pushed(EstimateHandle(try Means.student(costs, level: call[IntervalOptions.level])))
        case .bootstrap: return Pushed(EstimateHandle(try IntervalOptions.bootstrap(call).mean(costs)))
        case .wilson, .exact:
          throw LuaError(
            "\(call.place(Self.method)): \"wilson\" and \"exact\" are for shares; madds takes student or bootstrap"
          )
        }
      }
    }
  }

  private static func percent(_ estimate: Estimate) -> Pushed<EstimateHandle> {
    Pushed(EstimateHandle(estimate.scaled(by: 100)))
  }

  private static let other = ArgumentKey<LuaValue>(
    FunctionParameter(
      "other", .either([.object("evaluation"), .object("inference")]),
      "the result to compare with, on the same images in the same order"))

  /// The method `compare`.
  static func compare<Handle: ImageOutcomes>(_ sample: String, with example: String) -> LuaMethod<Handle> {
    LuaMethod<Handle>(
      "compare", "Whether two results on the same images differ by more than chance.",
      [other, .options([StatisticsModule.test] + IntervalOptions.bootstrapRows)], returns: "comparison",
      example: "\(sample):compare(\(example))",
      discussion: """
        Accuracies are compared by McNemar's test on the images that one alone has right; intervals of both differences are \
        the paired bootstrap's.
        """
    ) { it, call in
      let second = try outcomes(call[other], call.place(other))
      guard it.imagesIdentity == second.imagesIdentity, it.imageIndices == second.imageIndices else {
        throw LuaError(
          "\(call.place(other)) is a result of other images than the first, or in another order; paired tests need the same"
        )
      }
      return Pushed(
        ComparisonHandle(
          try Comparison(
            it.evaluation, second.evaluation, test: call[StatisticsModule.test],
            bootstrap: IntervalOptions.bootstrap(call))))
    }
  }

  private static func outcomes(_ value: LuaValue, _ place: String) throws -> any ImageOutcomes {
    if case .object(let object) = value {
      if let evaluation = object.value(as: EvaluationHandle.self) { return evaluation }
      if let inference = object.value(as: InferenceHandle.self) { return inference }
    }
    throw LuaError("\(place) must be an evaluation or an inference, got \(value.described)")
  }
}
