import GlanceFocus

/// A curve of budgeted batch classification.
final class CurveHandle {
  let curve: BudgetedCurve
  /// What its thresholds were solved on.
  let origin: ThresholdOrigin

  init(_ curve: BudgetedCurve, origin: ThresholdOrigin) {
    self.curve = curve
    self.origin = origin
  }

  static let entry = LuaClass<CurveHandle>(
    "curve", "Accuracy against mean cost as the budget grows; lists with an entry for each point.",
    properties: [
      .init("madds", "list of numbers", "mean Multiply-Adds per image", get: { it, _ in it.curve.madds }),
      .init(
        "accuracy", "list of numbers", "percent of right answers",
        get: { it, _ in it.curve.accuracy.map(Percent.of) }),
      .init(
        "q", "list of numbers", "parameter of the exit distribution: share k is proportional to q^k",
        get: { it, _ in it.curve.q }),
      .init(
        "thresholds", "list of lists", "confidence thresholds by step",
        get: { it, stack in
          let lists = try stack.state.context.thresholdLists(in: stack.state)
          return try it.curve.thresholds.map { try lists.list($0, of: it.origin, on: stack) }
        }),
      .init(
        "exits", "list of lists", "images that left after step 1, 2, …", get: { it, _ in it.curve.exits }),
    ],
    methods: [
      .init(
        "band", "Wilson's interval of each accuracy, as figure:band takes it.",
        [.options([IntervalOptions.level])],
        returns: "list of numbers: the lower ends, in percent; list of numbers: the upper ends",
        example: """
          \(TraceMethods.sample)local curve = trace:budgeted{points = 3}
          local lower, upper = curve:band()
          gfnet.plot.figure{}:line(curve.madds, curve.accuracy):band(curve.madds, lower, upper)
          """,
        discussion:
          "Each interval is of one point; neighbours share their images, and rise and fall together."
      ) { it, call in
        let level = try call[IntervalOptions.level]
        let ends = try it.curve.accuracy.enumerated().map { point, share in
          try EstimateHandle.ofAccuracy(share, images: it.curve.exits[point].reduce(0, +), level: level)
            .estimate
        }
        return LuaResults(ends.map(\.lower), ends.map(\.upper))
      }
    ],
    describe: { it in
      let last = it.curve.madds.count - 1
      func point(_ i: Int) -> String {
        Percent.text(it.curve.accuracy[i]).dropLast(2) + " at \(ModelHandle.millions(it.curve.madds[i]))"
      }
      return "curve of \(last + 1) points: \(point(0)) … \(point(last)) Multiply-Adds"
    },
    count: { $0.curve.madds.count }
  ).entry
}
