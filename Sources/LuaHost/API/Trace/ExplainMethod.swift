import GlanceFocus

/// `trace:explain`.
enum ExplainMethod {
  private static let image = ArgumentKey<Int>(
    "image", "the image's place in the trace, from 1", in: 1...Double(Int32.max))
  private static let rule = ArgumentKey<LuaValue>(
    FunctionParameter("rule", DefinitionUse.ruleType, DefinitionUse.ruleHelp))
  private static let dataset = ArgumentKey<DatasetHandle?>(
    "dataset", "the trace's images, for the figure; needed where the trace was read from a file")

  static var entry: LuaMethod<TraceHandle> {
    LuaMethod<TraceHandle>(
      "explain", "Why an image left where it left: what a rule read, compared and said after every step.",
      [image, rule, .options([dataset])], returns: "explanation: shown as a figure and a table",
      example: """
        local trace = gfnet.model{backbone = "resnet_tiny_16", image_size = 128, steps = 3, classes = 10}\
        :trace(gfnet.dataset("clutter-fashion", {limit = 8}))  trace:explain(2, gfnet.exits.margin{threshold = 0.5})
        """,
      discussion: """
        Steps after the exit are listed too, with what the rule would have said there. A rule in Lua is asked about the \
        image once more, and every field that it reads of s (or b) and p is listed; built-in rules also say what they \
        compare with. A rule whose answers depend on other images is asked in a run over the whole trace, and not beyond \
        the exit.
        """, mayTouch: [.readFiles]
    ) { it, call in
      let rule = try DefinitionUse.rule(
        call[rule], for: ThresholdOrigin(it.trace), in: call.state, call.place(rule))
      let explanation: Explanation
      do {
        explanation = try Explanation(of: call[image] - 1, in: it.trace, rule: rule)
      } catch let error as EpisodeError {
        throw LuaError("trace:explain: \(error.description)")
      }
      // Without images there is a table all the same.
      let images = try TraceImages.openIfKnown(it, given: call[dataset], call, name: "trace:explain")
      return Pushed(ExplanationHandle(explanation, of: it, images: images))
    }
  }
}
