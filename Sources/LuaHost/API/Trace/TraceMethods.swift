import GlanceFocus
import Support

/// The methods of a trace.
enum TraceMethods {
  static var all: [LuaMethod<TraceHandle>] {
    [accuracy, evaluate, ExplainMethod.entry, ThresholdsMethod.entry] + RiskMethods.all
      + [budgeted, overViews, save]
  }

  static let sample =
    "local trace = gfnet.model{backbone = \"resnet_tiny_16\", image_size = 128, steps = 3, classes = 10}"
    + ":trace(gfnet.dataset(\"clutter-fashion\", {limit = 8}))  "

  private static let interval = ArgumentKey<Bool>(
    "interval", default: false, "estimates with Wilson's interval instead of numbers")

  private static var accuracy: LuaMethod<TraceHandle> {
    LuaMethod<TraceHandle>(
      "accuracy", "Anytime accuracy: percent of right answers when all images stop after step 1, 2, ….",
      [.options([interval, IntervalOptions.level])],
      returns: "list of numbers: percent, or of estimates",
      example: sample + "trace:accuracy{interval = true}"
    ) { it, call in
      let shares = try it.trace.accuracy()
      guard try call[interval] else { return AnyPushable(shares.map(Percent.of)) }
      let level = try call[IntervalOptions.level]
      return AnyPushable(
        try shares.map { try Pushed(EstimateHandle.ofAccuracy($0, images: it.record.images, level: level)) })
    }
  }

  private static let rule = ArgumentKey<LuaValue>(
    FunctionParameter("rule", DefinitionUse.ruleType, DefinitionUse.ruleHelp))

  private static var evaluate: LuaMethod<TraceHandle> {
    LuaMethod<TraceHandle>(
      "evaluate", "Applies an exit rule to the recorded images.",
      [rule], returns: "evaluation", example: sample + "trace:evaluate(gfnet.exits.margin{threshold = 0.5})",
      discussion: """
        The rule is asked after every step but the last, at which all images leave. Thresholds may be left out for \
        the last step.
        """
    ) { it, call in
      let given = try call[rule]
      let evaluation: Evaluation
      if let table = given.asTable {
        evaluation = try it.trace.evaluate(
          thresholds: DefinitionUse.thresholds(
            table, for: ThresholdOrigin(it.trace), in: call.state, call.place(TraceMethods.rule)))
      } else {
        let rule = try DefinitionUse.rule(
          given, for: ThresholdOrigin(it.trace), in: call.state, call.place(TraceMethods.rule))
        let check = AnswerCheck(rule, nil, call.context)
        evaluation = try it.trace.evaluate(rule, probe: check.probe)
        try check.tell()
      }
      return Pushed(EvaluationHandle(evaluation, of: it))
    }
  }

  private static let method = ArgumentKey<Calibration.Method>(
    "method", default: .paper, "the paper's form, or the most accurate on this trace")
  private static let points = ArgumentKey<Int>(
    "points", default: 39, "points of the curve; 39 are the paper's", in: 1...10_000)
  private static let calibration = ArgumentKey<TraceHandle?>(
    "calibration", "solve the thresholds on this trace; default: this one")

  private static var budgeted: LuaMethod<TraceHandle> {
    LuaMethod<TraceHandle>(
      "budgeted", "Budgeted batch classification: a curve of accuracy against mean Multiply-Adds.",
      [.options([points, calibration, method])],
      returns: "curve", example: sample + "local curve = trace:budgeted{points = 39}",
      discussion: """
        Point p has q = 2p/(points + 1). Thresholds solved on the images they are applied to flatter the curve: \
        give a trace of other images as calibration, of the same model, steps and classes.
        """
    ) { it, call in
      let method = try call[TraceMethods.method]
      let other = try call[calibration]
      return Pushed(
        CurveHandle(
          try it.trace.budgeted(points: call[points], calibration: other?.trace, method: method),
          origin: ThresholdOrigin(other?.trace ?? it.trace)))
    }
  }

  private static var overViews: LuaMethod<TraceHandle> {
    LuaMethod<TraceHandle>(
      "over_views", "The trace of videos: at each step the mean over the views of a video.",
      [.options([ViewOptions.views, ViewOptions.mean])], returns: "trace",
      example: sample + "trace:over_views():accuracy()",
      discussion: """
        Of data sets of which several items in a row are clips and crops of one video (data.views of them): accuracy, \
        thresholds and exit rules are then about videos, all of whose views leave together, and a video costs what its \
        views cost. Its image number and where it was looked at are those of its first view. Videos of which a view could \
        not be read are left out, with a remark. With mean = "probabilities" the logits are the logarithms of mean \
        probabilities.
        """
    ) { it, call in
      let given = try call[ViewOptions.views]
      // Where a trace was read from a file of an earlier version, its data set may know.
      let views = given ?? (it.trace.views > 1 ? it.trace.views : it.images?.views ?? 1)
      do {
        let trace = try it.trace.overViews(views, of: call[ViewOptions.mean])
        let videos = VideoViews.count(of: it.record.indices, views: views)
        ViewOptions.tell(videos - trace.record.images, of: videos, call.context)
        return Pushed(TraceHandle(trace, images: it.images))
      } catch let error as EpisodeError {
        throw LuaError("trace:over_views: \(error.description)")
      }
    }
  }

  private static let file = ArgumentKey<FilePath>.safetensorsPath("file", "such as traces/mine.safetensors")

  private static var save: LuaMethod<TraceHandle> {
    LuaMethod<TraceHandle>(
      "save", "Writes the trace to a file, which gfnet.trace reads.", [file],
      example: sample + "trace:save(\"trace.safetensors\")", touches: [.writeFiles]
    ) { it, call in try it.trace.save(to: call[file]) }
  }
}
