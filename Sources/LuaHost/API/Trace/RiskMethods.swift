import GlanceFocus

/// `trace:risk_control` and `trace:risk_trials`.
enum RiskMethods {
  static var all: [LuaMethod<TraceHandle>] { [control, trials] }

  private static let many =
    "local trace = gfnet.model{backbone = \"resnet_tiny_16\", image_size = 128, steps = 3, classes = 10}"
    + ":trace(gfnet.dataset(\"clutter-fashion\", {limit = 60}))  "

  private static var control: LuaMethod<TraceHandle> {
    LuaMethod<TraceHandle>(
      "risk_control", "Thresholds that save what they can while the risk on new images stays small.",
      [.options(RiskOptions.rows(epsilon: RiskOptions.epsilon))], returns: "risk_control",
      example: many + "trace:risk_control{loss = \"consistency\", epsilon = 0.2}",
      discussion: """
        The risk is what leaving early loses beside going all steps. Thresholds of a path, from those under which hardly any \
        image leaves early on, are tested one after the other, and the last before the first failure is kept. The promise \
        is about images drawn as those of the trace were. The path must not depend on the images that are tested: it is solved \
        on a share of them that is set aside, or on another trace. Too few images for any promise are an error.
        """
    ) { it, call in
      Pushed(RiskControlHandle(try RiskOptions.control(it.trace, call, "trace:risk_control")))
    }
  }

  private static let draws = ArgumentKey<Int>("trials", default: 1000, "how many draws", in: 1...1e6)
  private static let images = ArgumentKey<Int>(
    "images", "images of each draw; the others tell the risk", in: 1...Double(Int32.max))

  private static var trials: LuaMethod<TraceHandle> {
    LuaMethod<TraceHandle>(
      "risk_trials",
      "Puts a promise of risk to the test: thresholds of some images, their risk on the others, often.",
      [.options([images, draws] + RiskOptions.rows(epsilon: RiskOptions.epsilon, allowsNaive: true))],
      returns: "risk_trials",
      example: many + "trace:risk_trials{images = 24, trials = 50, loss = \"consistency\", epsilon = 0.2}",
      discussion:
        "The path is solved once, on images that are set aside and never drawn, or on another trace."
    ) { it, call in
      do {
        return Pushed(
          RiskTrialsHandle(
            try RiskTrials(
              RiskOptions.promise(call, "trace:risk_trials"), on: it.trace, images: call[images],
              trials: call[draws], sequence: RiskOptions.sequence(it.trace, call))))
      } catch let error as EpisodeError {
        throw LuaError("trace:risk_trials: \(error.description)")
      }
    }
  }
}
